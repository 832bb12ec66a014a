"""Series of bookings as programs send and get them."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from api.schemas.common import Day, Flag, Heads, Id, Input, Instant, Minutes, Output, ReasonOut, Text
from models.enums import BookingState, Layout
from models.rules.alternatives import Alternative
from models.rules.recurrence import LONGEST
from models.rules.verdicts import Reason
from services.queries.series import SeriesDateRow, SeriesView, VenueAt
from services.series import Outcome
from services.series_changes import MOST_MINUTES, Scope

Tell = Callable[[Reason], dict[str, Any]]


def _read_clock(value: object) -> dt.time:
    """Read a local time of day, `14:30`, with seconds or without."""
    try:
        found = dt.time.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise PydanticCustomError("time_wrong", "a time of day such as 14:30 is wanted") from error
    if found.tzinfo is not None or found.microsecond:
        raise PydanticCustomError("time_wrong", "a time of day such as 14:30 is wanted")
    return found


#: A time by the clocks of the venue.
Clock = Annotated[
    dt.time, BeforeValidator(_read_clock), WithJsonSchema({"type": "string", "examples": ["14:30"], "maxLength": 8})
]


class SeriesIn(Input):
    """A venue wanted again and again: the first window, and an RFC 5545 rule that ends, in the venue's local time.

    Minutes default to the venue's own. With `workdays_only` dates on which nobody works are refused.
    """

    venue_id: Id
    starts_at: Instant
    ends_at: Instant
    rrule: Text = Field(max_length=LONGEST + len("RRULE:"), examples=["FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=12"])
    purpose: Text = Field(default="", max_length=200)
    team_id: Id | None = None
    set_up_minutes: Minutes | None = None
    tear_down_minutes: Minutes | None = None
    people_count: Heads | None = None
    layout: Layout | None = None
    workdays_only: Flag = False


class SeriesChangeIn(Input):
    """What is to become different, for one date, it and the following, or all ahead; what is left out stays.

    `at` is the start by the clocks of the venue, `on` another day for one date only, `minutes` the length.
    With `dry_run` the answer tells what would happen, and nothing does.
    """

    scope: Scope
    at: Clock | None = None
    on: Day | None = None
    minutes: int | None = Field(default=None, ge=1, le=MOST_MINUTES, strict=True)
    venue_id: Id | None = None
    purpose: Text | None = Field(default=None, max_length=200)
    dry_run: Flag = False


class SeriesCancelIn(Input):
    """Which dates are given up, and why; the reason may be left out."""

    scope: Scope
    reason: Text = Field(default="", max_length=500)


class SeriesBookingOut(Output):
    """What a date has; no id where it is only what would be made."""

    id: int | None
    state: BookingState
    venue_id: int
    starts_at: Instant
    ends_at: Instant


class WayOut(Output):
    """What a refused date may have instead, as far as was known then; taking it checks again."""

    venue_id: int
    venue_name: str
    starts_at: Instant
    ends_at: Instant
    set_up_minutes: int
    tear_down_minutes: int
    needs_approval: bool
    reason: ReasonOut


class SeriesDateOut(Output):
    """One date: the window that was wanted, and what came of it.

    `state` is that of its booking, or `refused` where it has none. With `is_refused` the window could not
    be had the last time it was tried; the reasons also stay where it was refused at first and booked later.
    """

    id: int | None
    starts_at: Instant
    ends_at: Instant
    state: BookingState | Literal["refused"]
    is_refused: bool
    booking: SeriesBookingOut | None
    reasons: list[ReasonOut]
    alternative: WayOut | None


class SeriesPreviewOut(Output):
    """What a series would be, date by date, if it were made now."""

    dates: list[SeriesDateOut]


class SeriesChangeOut(Output):
    """The series that the dates belong to now, and what became of each of them, or would."""

    series_id: int
    dry_run: bool
    dates: list[SeriesDateOut]


class SeriesOut(Output):
    """One series; `starts_at` and `ends_at` are its first window, whose local time is that of every date."""

    id: int
    venue_id: int
    venue_name: str
    zone: str
    team_id: int | None
    rrule: str
    starts_at: Instant
    ends_at: Instant
    set_up_minutes: int
    tear_down_minutes: int
    purpose: str
    people_count: int | None
    layout: Layout | None
    requested_by: str | None
    created_at: Instant
    version: int
    dates: list[SeriesDateOut]


def series_out(view: SeriesView, tell: Tell) -> SeriesOut:
    """Return a series; `tell` puts a reason into words."""
    named = {"venue_id": view.venue.id, "venue_name": view.venue.name, "zone": view.venue.zone}
    same = {name: getattr(view, name) for name in SeriesOut.model_fields if name not in {*named, "dates"}}
    return SeriesOut(**named, **same, dates=[_kept_date(row, tell) for row in view.dates])


def outcome_out(outcome: Outcome, venues: Mapping[int, VenueAt], tell: Tell) -> SeriesDateOut:
    """Return what became of a date, or would; `venues` are those of the ways out."""
    way = outcome.alternative
    return SeriesDateOut(
        id=outcome.date_id,
        starts_at=outcome.starts_at,
        ends_at=outcome.ends_at,
        state=outcome.state or "refused",
        is_refused=outcome.is_refused,
        booking=None if outcome.booked is None else SeriesBookingOut.of(outcome.booked),
        reasons=[ReasonOut(**tell(reason)) for reason in outcome.reasons],
        alternative=None if way is None else _way(way, venues[way.venue_id], tell),
    )


def _kept_date(row: SeriesDateRow, tell: Tell) -> SeriesDateOut:
    booking = row.booking
    return SeriesDateOut(
        id=row.id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        state=booking.state if booking else "refused",
        is_refused=booking is None or row.is_stuck,
        booking=None
        if booking is None
        else SeriesBookingOut(
            id=booking.id,
            state=booking.state,
            venue_id=booking.venue.id,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
        ),
        reasons=[ReasonOut(**tell(reason)) for reason in row.reasons],
        alternative=None if row.alternative is None else _way(row.alternative.way, row.alternative.venue, tell),
    )


def _way(way: Alternative, venue: VenueAt, tell: Tell) -> WayOut:
    return WayOut(
        venue_id=venue.id,
        venue_name=venue.name,
        starts_at=way.starts_at,
        ends_at=way.ends_at,
        set_up_minutes=way.set_up_minutes,
        tear_down_minutes=way.tear_down_minutes,
        needs_approval=way.needs_approval,
        reason=ReasonOut(**tell(way.reason)),
    )
