"""What people want to get, as programs send and get it."""

from typing import Annotated

from pydantic import Field

from api.schemas.common import LEFT_OUT, Flag, Input, Label, Output
from api.schemas.people import Locale
from models.enums import ChannelKind, NotificationKind


class SwitchedOff(Input):
    """One kind on one channel that a person does without."""

    kind: NotificationKind
    channel: ChannelKind = ChannelKind.mail


class MessagesPatch(Input):
    """What changes; `off` replaces all that was switched off, an empty `quiet_hours` brings back the house's own."""

    locale: Locale = LEFT_OUT
    quiet_hours: Annotated[Label, Field(max_length=20)] | None = LEFT_OUT
    wants_digest: Flag = LEFT_OUT
    off: Annotated[list[SwitchedOff], Field(max_length=200)] = LEFT_OUT


class KindOut(Output):
    """One kind of message; what is mandatory always comes."""

    kind: NotificationKind
    is_mandatory: bool
    off: list[ChannelKind]


class MessagesOut(Output):
    """What a person gets; `quiet_hours` is null where the house's hold, and those are empty where there are none.

    `channels` are the ways that reach single people here; `may_change` whether the reader may choose for the person.
    """

    person_id: int
    locale: str
    quiet_hours: str | None
    house_quiet_hours: str
    wants_digest: bool
    channels: list[ChannelKind]
    kinds: list[KindOut]
    may_change: bool
    version: int
