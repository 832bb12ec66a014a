"""What a channel endpoint is made of, by its channel: which values it needs and how each is cleaned."""

import base64
import binascii
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from models.enums import ChannelKind, NotificationKind
from models.rules import fields
from models.rules.fields import FieldRefused
from models.rules.verdicts import Reason
from muster.catalogue import LOCALES
from muster.hosts import is_inside, is_loopback, parts_of

BOTS = (ChannelKind.wecom, ChannelKind.dingtalk, ChannelKind.feishu)
#: Channels of `/channel-endpoints`; webhooks are a resource of their own.
MESSENGERS = (ChannelKind.sms, *BOTS)
PROVIDERS = ("aliyun", "tencent")
#: Kinds that a provider's templates may be set for.
SMS_KINDS = (
    NotificationKind.call_up,
    NotificationKind.chase,
    NotificationKind.stand_in,
    NotificationKind.reminder,
    NotificationKind.reconfirm,
    NotificationKind.changed,
    NotificationKind.cancelled,
)
#: What other programs may learn of, by the word that goes into `type`.
EVENTS = ("activity.released", "activity.changed", "activity.cancelled", "activity.closed", "assignment.answered")
LONGEST_URL, LONGEST_SECRET = 500, 200
SECRET_PREFIX = "whsec_"  # noqa: S105 - what every secret of Standard Webhooks begins with
LEAST_KEY, MOST_KEY = 24, 64

_template_id = fields.text(40, is_required=True)
_SMS: dict[str, fields.Cleaner] = {
    "provider": fields.choice(PROVIDERS),
    "key_id": fields.text(100, is_required=True),
    "sign_name": fields.text(40, is_required=True),
    "app_id": fields.text(40),
    "region": fields.text(40),
}


def _templates(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise FieldRefused(Reason("template_wrong"))
    known = {kind.value for kind in SMS_KINDS}
    found = {str(kind): _template_id(template) for kind, template in value.items() if template not in (None, "")}
    if not set(found) <= known:
        raise FieldRefused(Reason("word_unknown", {"choices": ", ".join(sorted(known))}))
    return found


def _events(value: object) -> list[str]:
    found = fields.each(fields.choice(EVENTS), most=len(EVENTS))(value)
    if not found:
        raise FieldRefused(Reason("missing"))
    return [event for event in EVENTS if event in found]


#: Settings of each channel; those of `REQUIRED` must be there.
SETTINGS: Mapping[ChannelKind, Mapping[str, fields.Cleaner]] = MappingProxyType(
    {
        ChannelKind.sms: _SMS | {"templates": _templates},
        **{channel: {"locale": fields.choice(LOCALES)} for channel in BOTS},
        ChannelKind.webhook: {"events": _events},
    }
)
REQUIRED: Mapping[ChannelKind, tuple[str, ...]] = MappingProxyType(
    {ChannelKind.sms: ("provider", "key_id", "sign_name"), ChannelKind.webhook: ("events",)}
)


def channel(value: object) -> ChannelKind:
    """Clean the channel of an endpoint: any but mail."""
    found: ChannelKind = fields.word(ChannelKind)(value)
    if found is ChannelKind.mail:
        choices = ", ".join(one for one in ChannelKind if one is not ChannelKind.mail)
        raise FieldRefused(Reason("word_unknown", {"choices": choices}))
    return found


def url(value: object, *, may_stay: bool) -> str:
    """Clean an address: encrypted and out in the world, or on this machine where the house itself is (`may_stay`)."""
    found: str = fields.text(LONGEST_URL, is_required=True, spelling=str.strip)(value)
    parts = parts_of(found)
    if parts is None or not parts.hostname:
        raise FieldRefused(Reason("endpoint_url_wrong"))
    if is_loopback(parts.hostname) and may_stay:
        return found
    if parts.scheme != "https":
        raise FieldRefused(Reason("endpoint_url_plain"))
    if is_inside(parts.hostname):
        raise FieldRefused(Reason("endpoint_url_inside"))
    return found


def secret(kind: ChannelKind, value: object) -> str:
    """Clean a secret; one of a webhook is `whsec_` and the base64 of 24 to 64 bytes, one of WeCom is in its address."""
    is_required = kind in {ChannelKind.sms, ChannelKind.webhook}
    found: str = fields.text(LONGEST_SECRET, is_required=is_required, spelling=str.strip)(value)
    if kind is ChannelKind.webhook:
        try:
            key = base64.b64decode(found.removeprefix(SECRET_PREFIX), validate=True)
        except (binascii.Error, ValueError) as error:
            raise FieldRefused(Reason("endpoint_secret_wrong")) from error
        if not found.startswith(SECRET_PREFIX) or not LEAST_KEY <= len(key) <= MOST_KEY:
            raise FieldRefused(Reason("endpoint_secret_wrong"))
    return found


def settings(kind: ChannelKind, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Reason]]:
    """Return the settings of a channel as they are stored, and every reason against them."""
    given = {name: value for name, value in values.items() if value is not None}
    cleaned, reasons = fields.clean(SETTINGS[kind], given)
    missing = [name for name in REQUIRED.get(kind, ()) if name not in given]
    reasons += [Reason("missing", {"field": name}) for name in missing]
    if cleaned.get("provider") == "tencent" and not cleaned.get("app_id"):
        reasons.append(Reason("missing", {"field": "app_id"}))
    return cleaned, reasons
