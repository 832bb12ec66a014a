"""Who gets what, in which language, over which channel; pure."""

from models.enums import ChannelKind, NotificationKind
from notifications.catalog import spec_of
from notifications.facts import Recipient

LOCALES = ("zh-CN", "en")


def recipient(name: str, address: str, *, locale: str | None, default_locale: str) -> Recipient:
    """Return the recipient with a language that mails are written in; an unknown one gives way to the default."""
    return Recipient(name=name, address=address, locale=locale if locale in LOCALES else default_locale)


def channels_for(kind: NotificationKind, *, has_address: bool, has_opted_out: bool) -> tuple[ChannelKind, ...]:
    """Return the channels that a kind takes to a person; none where the person cannot or will not be reached.

    Kinds that may not be switched off go out whatever the person chose.
    """
    spec = spec_of(kind)
    if has_opted_out and spec.may_opt_out:
        return ()
    return tuple(channel for channel in spec.channels if channel is not ChannelKind.mail or has_address)
