"""Broadcasts and previews as programs send and get them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from api.schemas.common import Day, Flag, Id, Input, Instant, Label, Output, ReasonOut, Text
from models.enums import BroadcastState, ChannelKind, DeliveryState, TraitKind
from models.rules.audiences import MOST_TRAITS, AnswerIs, Audience, PresenceIs
from models.rules.broadcasts import LONGEST_BODY, LONGEST_SUBJECT
from services.previews import Preview
from services.queries.broadcasts import BroadcastRow, BroadcastView


class TraitIn(Input):
    """One word that is said of a person."""

    kind: TraitKind
    value: Annotated[Label, Field(min_length=1, max_length=60)]


class AudienceIn(Input):
    """Whom it is for; everything that is given must hold.

    An activity alone means whoever was asked to it. `presence` is about that activity, or without one about all from
    `from_on` to `until_on`, both included.
    """

    team_id: Id | None = None
    traits: Annotated[list[TraitIn], Field(max_length=MOST_TRAITS)] = Field(default_factory=list)
    activity_id: Id | None = None
    answer: AnswerIs | None = None
    presence: PresenceIs | None = None
    from_on: Day | None = None
    until_on: Day | None = None

    def audience(self) -> Audience:
        """Return the rule."""
        return Audience(**(self.values() | {"traits": tuple((one.kind, one.value) for one in self.traits)}))


class BroadcastIn(Input):
    """Plain words for an audience; with the `mark` of a preview it is refused where other people are meant by now."""

    audience: AudienceIn
    subject: Annotated[Label, Field(max_length=LONGEST_SUBJECT)]
    body: Annotated[Text, Field(max_length=LONGEST_BODY)]
    mark: Annotated[Label, Field(max_length=64)] = ""


class TraitOut(Output):
    """As in `TraitIn`."""

    kind: TraitKind
    value: str


class AudienceOut(Output):
    """As in `AudienceIn`."""

    team_id: int | None
    traits: list[TraitOut]
    activity_id: int | None
    answer: AnswerIs | None
    presence: PresenceIs | None
    from_on: Day | None
    until_on: Day | None


class BroadcastOut(Output):
    """One message to many; while it is `waiting` it can be taken back, at least until `release_at`."""

    id: int
    subject: str
    body: str
    audience: AudienceOut
    state: BroadcastState
    release_at: Instant
    created_at: Instant
    people_count: int
    activity_id: int | None
    team_id: int | None
    sender_name: str | None
    may_undo: Flag
    version: int


class BroadcastDetail(BroadcastOut):
    """With what became of it: deliveries by state, and people who were not written to by the code of the reason."""

    deliveries: dict[DeliveryState, int]
    not_sent: dict[str, int]


class CountsOut(Output):
    """How many people get it, how many of them only after their quiet hours, and how many do not, by reason."""

    going: int
    later: int
    not_going: int
    by_locale: dict[str, int]
    by_reason: dict[str, int]


class LineOut(Output):
    """One person over one channel; `due_at`, `subject` and `body` are null where nothing goes out."""

    person_id: int
    name: str
    channel: ChannelKind | None
    address: str
    locale: str
    due_at: Instant | None
    reason: ReasonOut | None
    subject: str | None
    body: str | None


class PreviewOut(Output):
    """What will go out, before anything does. Personal links are left out of the words."""

    counts: CountsOut
    mark: str
    wait_seconds: int
    items: Sequence[LineOut]
    next: str | None


def broadcast_out(row: BroadcastRow) -> BroadcastOut:
    """Return one line of the list."""
    return BroadcastOut.model_validate(_row_values(row))


def broadcast_detail(view: BroadcastView) -> BroadcastDetail:
    """Return one broadcast with what became of it."""
    return BroadcastDetail.model_validate(_row_values(view.row) | {"deliveries": view.counts, "not_sent": view.reasons})


def counts_out(preview: Preview) -> CountsOut:
    """Return the counts of a preview."""
    return CountsOut(
        going=len(preview.going),
        later=preview.later_count,
        not_going=len(preview.held_back),
        by_locale=preview.by_locale(),
        by_reason=preview.by_reason(),
    )


def preview_out(preview: Preview, items: Sequence[LineOut], following: str | None, wait: timedelta) -> PreviewOut:
    """Return one page of a preview."""
    return PreviewOut(
        counts=counts_out(preview),
        mark=preview.mark,
        wait_seconds=int(wait.total_seconds()),
        items=items,
        next=following,
    )


def _row_values(row: BroadcastRow) -> dict[str, Any]:
    rule = row.audience
    names = BroadcastOut.model_fields.keys() - {"audience"}
    traits = [{"kind": kind, "value": value} for kind, value in rule.traits]
    others = AudienceOut.model_fields.keys() - {"traits"}
    audience = {name: getattr(rule, name) for name in others} | {"traits": traits}
    return {name: getattr(row, name) for name in names} | {"audience": audience}
