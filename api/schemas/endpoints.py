"""Webhooks and channel endpoints as programs send and get them. Secrets and addresses of bots are never given out."""

from typing import Annotated, Any

from pydantic import Field

from api.schemas.common import LEFT_OUT, Flag, Id, Input, Instant, Line, Output
from models.enums import ChannelKind
from services.endpoint_fields import EVENTS, LONGEST_SECRET, LONGEST_URL

Url = Annotated[Line, Field(max_length=LONGEST_URL)]
Secret = Annotated[Line, Field(max_length=LONGEST_SECRET)]
Events = Annotated[list[Line], Field(max_length=len(EVENTS))]
Templates = Annotated[dict[str, Line], Field(max_length=20)]


class WebhookPatch(Input):
    """What of a webhook changes; `is_on` false switches it off, and what waits there is taken back."""

    name: Line = LEFT_OUT
    team_id: Id | None = LEFT_OUT
    url: Url = LEFT_OUT
    secret: Secret = LEFT_OUT
    events: Events = LEFT_OUT
    is_on: Flag = LEFT_OUT


class WebhookIn(Input):
    """A program that hears of events, signed as Standard Webhooks has it.

    `secret` is `whsec_` and the base64 of 24 to 64 random bytes; it is never given out again. Without a
    `team_id` events of the whole house go there, else those of the team and all below it.
    """

    name: Line
    url: Url
    secret: Secret
    events: Events
    team_id: Id | None = LEFT_OUT


class ChannelEndpointPatch(Input):
    """What of a bot or an SMS account changes; what is not named stays, `templates` are replaced as a whole."""

    name: Line = LEFT_OUT
    team_id: Id | None = LEFT_OUT
    url: Url = LEFT_OUT
    secret: Secret = LEFT_OUT
    locale: Line = LEFT_OUT
    provider: Line = LEFT_OUT
    key_id: Line = LEFT_OUT
    sign_name: Line = LEFT_OUT
    app_id: Line = LEFT_OUT
    region: Line = LEFT_OUT
    templates: Templates = LEFT_OUT
    is_on: Flag = LEFT_OUT


class ChannelEndpointIn(Input):
    """A bot in a group, or an SMS account.

    A bot needs its `url`, DingTalk and Feishu a `secret` where signing is on, and may have a `locale`. An SMS
    account needs `provider`, `key_id`, `secret`, `sign_name`, at Tencent an `app_id`; `templates` are the
    provider's ids by kind of message.
    """

    channel: ChannelKind
    name: Line
    team_id: Id | None = LEFT_OUT
    url: Url = LEFT_OUT
    secret: Secret = LEFT_OUT
    locale: Line = LEFT_OUT
    provider: Line = LEFT_OUT
    key_id: Line = LEFT_OUT
    sign_name: Line = LEFT_OUT
    app_id: Line = LEFT_OUT
    region: Line = LEFT_OUT
    templates: Templates = LEFT_OUT


class EndpointOut(Output):
    """One endpoint. `shown_url` lacks what is secret; `fault` is a code of what went wrong last, empty where all is well."""

    id: int
    channel: ChannelKind
    name: str
    team_id: int | None
    shown_url: str
    has_secret: bool
    settings: dict[str, Any]
    is_on: bool
    fault: str
    fault_reply: str
    waiting_count: int
    last_sent_at: Instant | None
    version: int


class EndpointTestOut(Output):
    """A test that is on its way; `/deliveries` tells what became of it."""

    notification_id: int
