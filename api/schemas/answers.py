"""Calls and searches for stand-ins as programs send and get them."""

from typing import Any

from pydantic import Field

from api.schemas.common import Input, Instant, Output, Text
from models.enums import AssignmentRole, CallReason, CallState, StandInOfferState, StandInSearchState
from services.calls import NOTE_LIMIT, CallWord
from services.stand_ins import HOURS_EACH, MOST_HOURS


class CallDoneIn(Input):
    """What came of a call; a reason may be left out."""

    word: CallWord
    reason: Text = Field(default="", max_length=NOTE_LIMIT)


class CallOut(Output):
    """One line of a call list; `leader_name` is who ought to call, the organiser where it is empty.

    With `is_off` the person is told that they need not come; nothing is asked.
    """

    id: int
    assignment_id: int
    activity_id: int
    activity_ref: str
    title: str
    starts_at: Instant
    ends_at: Instant
    zone: str
    venue_name: str | None
    role: AssignmentRole
    person_id: int
    person_name: str
    phone: str | None
    leader_name: str | None
    reason: CallReason
    state: CallState
    due_at: Instant
    done_at: Instant | None
    note: str
    is_off: bool
    version: int


class StandInsIn(Input):
    """How long each who is asked has to answer, in hours; less where the start is near."""

    hours_each: int = Field(default=HOURS_EACH, ge=1, le=MOST_HOURS)


class StandInOfferOut(Output):
    """One candidate; `why` holds codes and values of what spoke for the rank, or against asking."""

    id: int
    rank: int
    person_id: int
    person_name: str
    state: StandInOfferState
    is_nominee: bool
    assignment_id: int | None
    until: Instant | None
    why: list[dict[str, Any]]


class StandInSearchOut(Output):
    """One search with its candidates in order."""

    id: int
    assignment_id: int
    activity_id: int
    state: StandInSearchState
    hours_each: int
    by_name: str | None
    started_at: Instant
    version: int
    offers: list[StandInOfferOut]
