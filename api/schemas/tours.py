"""Tours as programs send and get them."""

from typing import Annotated

from pydantic import Field

from api.schemas.common import LEFT_OUT, Day, Id, Input, Instant, Line, Output, Text
from models.enums import ActivityState, AssignmentRole, AssignmentState, TourState
from services.queries.tours import TourView
from services.tours import MOST_STOPS


class TourPatch(Input):
    """What of a tour changes; both `first_on` and `last_on` belong to it."""

    name: Line = LEFT_OUT
    aim: Text = LEFT_OUT
    team_id: Id = LEFT_OUT
    programme_id: Id | None = LEFT_OUT
    first_on: Day = LEFT_OUT
    last_on: Day = LEFT_OUT


class TourIn(TourPatch):
    """A new tour; it begins as a draft."""

    name: Line
    team_id: Id
    first_on: Day
    last_on: Day


class StopsIn(Input):
    """The lectures of a tour in their order; what is not named leaves it."""

    activity_ids: Annotated[list[Id], Field(max_length=MOST_STOPS)]


class TourOut(Output):
    """One tour in a list."""

    id: int
    name: str
    aim: str
    team_id: int
    team_name: str
    programme_id: int | None
    programme_name: str | None
    first_on: Day
    last_on: Day
    state: TourState
    stop_count: int
    version: int


class SpeakerOut(Output):
    """A person asked to a stop, with what they said."""

    assignment_id: int
    person_id: int
    name: str
    role: AssignmentRole
    state: AssignmentState


class StopOut(Output):
    """A stop of a tour: the lecture at this position."""

    position: int
    activity_id: int
    ref: str
    title: str
    state: ActivityState
    starts_at: Instant
    ends_at: Instant
    zone: str
    venue_id: int | None
    venue_name: str | None
    host_org_id: int | None
    host_name: str | None
    topic_id: int | None
    topic_title: str | None
    speakers: list[SpeakerOut]


class TourDetail(TourOut):
    """One tour with its stops in order, those that one may see."""

    stops: list[StopOut]
    may_change: bool


def tour_detail(view: TourView) -> TourDetail:
    """Return one tour, whole."""
    return TourDetail.of(view.tour, view)
