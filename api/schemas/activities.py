"""Activities as programs send and get them."""

from typing import Annotated

from pydantic import Field

from api.schemas.common import Heads, Id, Input, Instant, Line, Output, Text
from models.enums import (
    ActivityKind,
    ActivityState,
    BookingState,
    CheckInSource,
    DeliveryState,
    Direction,
    EvidenceClass,
    EvidenceKind,
    Layout,
    NotificationKind,
    ReminderKind,
    ReminderState,
    TallyMethod,
)
from models.rules.reconfirming import MOST_DAYS
from services.people_travel import REASON_LIMIT
from services.queries.activities import ActivityRow, ActivityView

#: So many days before the start, whoever said yes is asked whether it still holds.
Days = Annotated[int, Field(ge=1, le=MOST_DAYS)]


class ActivityIn(Input):
    """A new activity; it begins as a draft."""

    kind: ActivityKind
    title: Line = Field(max_length=120)
    starts_at: Instant
    ends_at: Instant
    team_id: Id
    venue_id: Id | None = None
    host_org_id: Id | None = None
    programme_id: Id | None = None
    topic_id: Id | None = None
    capacity: Heads | None = None
    description: Text = ""
    equipment: Text = Field(default="", max_length=200)
    layout: Layout | None = None
    reconfirm_days: Days | None = None


class ActivityPatch(Input):
    """What of an activity changes; its window moves by `/move`."""

    title: Line = Field(default="", max_length=120)
    description: Text = ""
    venue_id: Id | None = None
    host_org_id: Id | None = None
    programme_id: Id | None = None
    topic_id: Id | None = None
    capacity: Heads | None = None
    equipment: Text = Field(default="", max_length=200)
    layout: Layout | None = None
    reconfirm_days: Days | None = None


class WindowIn(Input):
    """A new window; with an `override_reason` soft conflicts of those who accepted do not refuse."""

    starts_at: Instant
    ends_at: Instant
    override_reason: Text = Field(default="", max_length=REASON_LIMIT)


class ReasonIn(Input):
    """Why."""

    reason: Text = Field(min_length=1, max_length=500)


class ActivityOut(Output):
    """One activity in a list."""

    id: int
    ref: str
    kind: ActivityKind
    title: str
    starts_at: Instant
    ends_at: Instant
    zone: str
    state: ActivityState
    team_id: int
    team_name: str
    venue_id: int | None
    venue_name: str | None
    host_name: str | None
    capacity: int | None
    offered_count: int
    accepted_count: int
    declined_count: int
    version: int


class ActivityDetail(ActivityOut):
    """One activity, whole."""

    description: str
    equipment: str
    layout: Layout | None
    reconfirm_days: int | None
    reason: str
    sequence: int
    host_org_id: int | None
    programme_id: int | None
    topic_id: int | None
    tour_id: int | None
    released_at: Instant | None
    held_at: Instant | None
    closed_at: Instant | None


def activity_out(row: ActivityRow) -> ActivityOut:
    """Return a row of a list."""
    return ActivityOut.of(row)


def activity_detail(view: ActivityView) -> ActivityDetail:
    """Return one activity, whole."""
    more = {name: getattr(view, name) for name in ActivityDetail.model_fields if name not in ActivityOut.model_fields}
    row = {name: getattr(view.row, name) for name in ActivityOut.model_fields}
    return ActivityDetail(**(row | more))


class MixOut(Output):
    """How many heads rest on each evidence class."""

    a: int
    b: int
    c: int
    d: int


class BookingLineOut(Output):
    """A booking of the activity."""

    id: int
    venue_id: int
    venue_name: str
    state: BookingState
    starts_at: Instant
    ends_at: Instant
    occupied_from: Instant
    occupied_until: Instant
    reason: str


class MessageLineOut(Output):
    """A message or a timer."""

    kind: NotificationKind | ReminderKind
    person_name: str | None
    due_at: Instant
    settled_at: Instant | None
    state: DeliveryState | ReminderState
    reason: str
    attempts_count: int


class PassageOut(Output):
    """One row of attendance."""

    id: int
    person_id: int
    direction: Direction
    at: Instant
    source: CheckInSource
    evidence_class: EvidenceClass
    recorded_at: Instant
    reverses_id: int | None
    is_reversed: bool
    reason: str


class TallyOut(Output):
    """One tally."""

    id: int
    count: int
    method: TallyMethod
    evidence_class: EvidenceClass
    counter: str
    second_counter: str
    from_at: Instant = Field(serialization_alias="from")
    until_at: Instant = Field(serialization_alias="until")
    reverses_id: int | None
    is_reversed: bool
    reason: str


class DocumentOut(Output):
    """One document."""

    id: int
    kind: EvidenceKind
    file_name: str
    media_type: str
    size_bytes: int
    sha256: str
    taken_at: Instant | None
    uploaded_at: Instant


class ClosingOut(Output):
    """The signature under an activity."""

    id: int
    signed_at: Instant
    signed_by: str | None
    manifest_sha256: str


class HistoryLineOut(Output):
    """One event of history."""

    seq: int
    at: Instant
    event: str
    noun: str
    subject_id: int
    activity_id: int | None
    actor: str
    payload: dict[str, object]
    entry_sha256: str


class TimelineOut(Output):
    """One activity from plan to figure."""

    bookings: list[BookingLineOut]
    messages: list[MessageLineOut]
    passages: list[PassageOut]
    tallies: list[TallyOut]
    documents: list[DocumentOut]
    closing: ClosingOut | None
    named_count: int
    tally_count: int
    mix: MixOut
    history: list[HistoryLineOut]
