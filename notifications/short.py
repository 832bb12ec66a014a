"""What bots and short messages say: one kind in a few words, in one language.

Groups get what the house would say aloud: what, when and where. Neither telephone numbers nor mail
addresses go there, nor the reasons that people write, which may speak of somebody. A short message
is a template that the provider approved, so all that is ours are its variables, in a fixed order.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from models.enums import ActivityKind, ChannelKind, NotificationKind
from models.values import TimeWindow
from muster.catalogue import mark
from notifications.channels.bots import LIMITS, group_text
from notifications.facts import one_line
from notifications.render import speaker
from notifications.wording import Wording

#: Characters that a variable of a template may have (Aliyun: 35).
LONGEST_VARIABLE = 35
#: Kinds that go out as short messages, with the variables of their templates in order.
SMS_VARIABLES: Mapping[NotificationKind, tuple[str, ...]] = MappingProxyType(
    {
        NotificationKind.call_up: ("name", "title", "time", "place", "contact"),
        NotificationKind.chase: ("name", "title", "time", "place", "contact"),
        NotificationKind.stand_in: ("name", "title", "time", "place", "contact"),
        NotificationKind.reminder: ("name", "title", "time", "place", "contact"),
        NotificationKind.reconfirm: ("name", "title", "time", "place", "contact"),
        NotificationKind.changed: ("name", "title", "time", "place", "contact"),
        NotificationKind.cancelled: ("name", "title", "time", "contact"),
    }
)
#: What a group is told, by kind; `postponed` and `test` are no kinds of their own.
HEADLINES: Mapping[str, str] = MappingProxyType(
    {
        NotificationKind.call_up.value: mark("Coming up: %(title)s"),
        NotificationKind.changed.value: mark("Changed: %(title)s"),
        NotificationKind.cancelled.value: mark("Off: %(title)s"),
        "postponed": mark("Put off: %(title)s"),
    }
)
_CONTACTS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<!\d)(?:\+?\d{1,3}[ -]?)?\d{3,4}[ -]?\d{4}[ -]?\d{3,4}(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortFacts:
    """What a short text may say of an activity; `old_window` is what it was moved from, None where it was not."""

    title: str
    kind: ActivityKind
    window: TimeWindow
    zone: str
    venue_name: str = ""
    organisation_name: str = ""
    person_name: str = ""
    contact: str = ""  #: whom to ask, for the person's own messages only
    page_url: str = ""
    old_window: TimeWindow | None = None


def group_message(headline: str, facts: ShortFacts, locale: str, channel: ChannelKind) -> str:
    """Return what a group is told, within the bytes that its provider takes; `headline` is a key of `HEADLINES`.

    Raises:
        KeyError: another headline or locale, or a channel that is no bot.
    """
    say = speaker(locale).say
    t = say.translator
    lines = [say.span(facts.window, facts.zone)]
    if facts.old_window is not None:
        lines = [
            t.gettext("Now: %(time)s", time=lines[0]),
            t.gettext("Before: %(time)s", time=say.span(facts.old_window, facts.zone)),
        ]
    if facts.venue_name:
        lines.append(without_contacts(facts.venue_name))
    if facts.page_url:
        lines.append(facts.page_url)
    title = t.gettext(HEADLINES[headline], title=_quoted(say, facts))
    return group_text(title, "\n".join(lines), LIMITS[channel.value])


def group_test(organisation_name: str, locale: str, channel: ChannelKind) -> str:
    """Return the text by which an organiser sees that a bot works."""
    t = speaker(locale).say.translator
    said = t.gettext("%(house)s can write to this group. This was a test.", house=one_line(organisation_name))
    return group_text(said, "", LIMITS[channel.value])


def sms_variables(kind: NotificationKind, facts: ShortFacts, locale: str) -> dict[str, str]:
    """Return the variables of a kind's template in their order, none longer than providers take.

    Raises:
        KeyError: the kind goes out by mail only.
    """
    say = speaker(locale).say
    time = say.moment(facts.window.starts_at, facts.zone)
    every = {
        "name": facts.person_name,
        "title": facts.title,
        "time": time,
        "place": facts.venue_name or say.translator.gettext("not settled yet"),
        "contact": facts.contact or facts.organisation_name,
    }
    return {name: _cut(every[name]) for name in SMS_VARIABLES[kind]}


def without_contacts(text: str) -> str:
    """Return a text on one line without the telephone numbers and mail addresses in it."""
    return one_line(_CONTACTS.sub("", text))


def _quoted(say: Wording, facts: ShortFacts) -> str:
    pattern = mark("mail.quoted_lecture") if facts.kind is ActivityKind.lecture else mark("mail.quoted")
    title = without_contacts(facts.title)
    return title if re.search(r"[《“\"「]", title) else say.translator.gettext(pattern, title=title)


def _cut(text: str) -> str:
    whole = one_line(text)
    return whole if len(whole) <= LONGEST_VARIABLE else whole[: LONGEST_VARIABLE - 1].rstrip() + "…"
