"""Rows of series for whoever changes them: loaded and locked in one order, and what was refused, written down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time
from enum import StrEnum
from itertools import takewhile
from typing import Any

from sqlmodel import col, select

from models.enums import BookingState
from models.errors import Forbidden, NotFound
from models.rules.alternatives import Alternative
from models.rules.booking_states import OPEN_STATES
from models.rules.verdicts import Reason
from models.tables.bookings import Booking
from models.tables.series import BookingSeries, SeriesDate
from models.tables.venues import Venue
from models.values import TimeWindow
from muster.catalogue import mark
from services import access, venue_locks
from services.kept_reasons import kept, told
from services.prospects import Plan
from services.unit_of_work import Tx

#: A date that was given up; nothing is tried for it any more unless somebody asks for just that.
GIVEN_UP = mark("given_up")
#: A date on which nobody works, where only working days were wanted.
REST_DAY = mark("rest_day")
#: A booking that stayed as it was, because it could not be moved: its new window, before the reasons.
NOT_MOVED = mark("not_moved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """The open booking of a date; without an id where it is only what would be made."""

    id: int | None
    state: BookingState
    venue_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one date, or would become of it.

    The window is the one that was wanted. With `is_refused` it could not be had, for all `reasons`, and an
    open booking that the date had stayed as it was.
    """

    date_id: int | None
    starts_at: datetime
    ends_at: datetime
    booked: Booked | None = None
    is_refused: bool = False
    reasons: tuple[Reason, ...] = ()
    alternative: Alternative | None = None

    @property
    def state(self) -> BookingState | None:
        """The state of its open booking; None where it has none."""
        return None if self.booked is None else self.booked.state


class Scope(StrEnum):
    """Which dates of a series are meant."""

    one = "one"
    following = "following"  #: this one and those after it
    all = "all"  #: all that lie ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to become different; None leaves it as it is.

    `at` is the start by the clocks of the venue, `on` another local day for one date only, `minutes` the length.
    """

    at: time | None = None
    on: date | None = None
    minutes: int | None = None
    venue_id: int | None = None
    purpose: str | None = None

    @property
    def given(self) -> dict[str, object]:
        """What was told, by name."""
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Changed:
    """The series that the dates belong to now, and what became of each."""

    series_id: int
    outcomes: tuple[Outcome, ...]


def own(tx: Tx, series_id: int) -> BookingSeries:
    """Return a series, locked, for whoever asked for it or manages the whole house.

    Raises:
        SignInNeeded, NotFound; Forbidden: somebody else's.
    """
    access.require_signed_in(tx.actor)
    if not tx.actor.has(access.SEEING):
        raise NotFound("series", series_id)
    row = tx.get(BookingSeries, series_id, noun="series")
    if not is_own(tx, row.requested_by_id):
        raise Forbidden(Reason("series_not_yours"))
    return row


def is_own(tx: Tx, requested_by_id: int | None) -> bool:
    """Tell whether the actor asked for a series, or manages the whole house."""
    return tx.actor.has_everywhere(access.MANAGING) or (
        requested_by_id is not None and requested_by_id == tx.actor.user_id
    )


def own_date(tx: Tx, date_id: int) -> tuple[BookingSeries, SeriesDate]:
    """Return a date and its series, both locked, the series first. Raises as `own`."""
    found = tx.get(SeriesDate, date_id, noun="series_date", for_update=False)
    series = own(tx, found.series_id)
    return series, tx.get(SeriesDate, date_id, noun="series_date")


def dates_of(tx: Tx, series_id: int) -> list[SeriesDate]:
    """Return the dates of a series in order, locked."""
    query = select(SeriesDate).where(col(SeriesDate.series_id) == series_id)
    return list(tx.session.exec(query.order_by(col(SeriesDate.starts_at)).with_for_update()))


def lock(tx: Tx, dates: Sequence[SeriesDate], venue_ids: Iterable[int]) -> tuple[dict[int, Venue], dict[int, Booking]]:
    """Lock some venues and those of the dates' bookings, then these; return both by their ids."""
    ids = [row.booking_id for row in dates if row.booking_id is not None]
    theirs = tx.session.exec(select(Booking.venue_id).where(col(Booking.id).in_(ids))).all()
    venues = venue_locks.lock_all(tx, {*venue_ids, *theirs})
    query = select(Booking).where(col(Booking.id).in_(ids)).order_by(col(Booking.id))
    rows = tx.session.exec(query.with_for_update(key_share=True).execution_options(populate_existing=True))
    return venues, {row.id: row for row in rows}


def bookings_of(tx: Tx, dates: Sequence[SeriesDate]) -> dict[int, Booking]:
    """Return the newest booking of each date that has one, by its id."""
    ids = [row.booking_id for row in dates if row.booking_id is not None]
    return {row.id: row for row in tx.session.exec(select(Booking).where(col(Booking.id).in_(ids)))}


def booking_of(tx: Tx, row: SeriesDate) -> Booking | None:
    """Return the open booking of a date; None where it has none, or one that ended."""
    booking = None if row.booking_id is None else tx.session.get(Booking, row.booking_id)
    return booking if is_open(booking) else None


def outcome(tx: Tx, row: SeriesDate, reasons: tuple[Reason, ...] = ()) -> Outcome:
    """Return what became of a date that was tried; empty `reasons` mean that it was done."""
    booking = booking_of(tx, row)
    return Outcome(
        date_id=row.id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        booked=booked(booking) if booking else None,
        is_refused=bool(reasons),
        reasons=reasons,
        alternative=alternative_in(row.alternative) if reasons else None,
    )


def booked(row: Booking) -> Booked:
    """Return a booking as outcomes tell it."""
    return Booked(id=row.id, state=row.state, venue_id=row.venue_id, starts_at=row.starts_at, ends_at=row.ends_at)


def is_open(booking: Booking | None) -> bool:
    """Tell whether something may still become of a booking."""
    return booking is not None and booking.state in OPEN_STATES


def window_of(row: SeriesDate | Booking | BookingSeries) -> TimeWindow:
    """Return the window of a row."""
    return TimeWindow(row.starts_at, row.ends_at)


def plan_of(series: BookingSeries, venue: Venue) -> Plan:
    """Return what a series asks for at its venue; minutes that are the venue's own are left to any venue."""
    set_up, tear_down = series.set_up_minutes, series.tear_down_minutes
    return Plan(
        venue_id=series.venue_id,
        team_id=series.team_id,
        purpose=series.purpose,
        set_up_minutes=None if set_up == venue.set_up_minutes else set_up,
        tear_down_minutes=None if tear_down == venue.tear_down_minutes else tear_down,
        people_count=series.people_count,
        layout=series.layout,
        series_id=series.id,
    )


def plan_for(plan: Plan, way: Alternative) -> Plan:
    """Return the plan for taking a way out, with the buffers that it was found with."""
    return replace(
        plan,
        venue_id=way.venue_id,
        set_up_minutes=way.set_up_minutes,
        tear_down_minutes=way.tear_down_minutes,
    )


def refuse(row: SeriesDate, reasons: Sequence[Reason], alternative: Alternative | None) -> None:
    """Write down why a date could not be had, and what may be had instead."""
    row.reasons = [kept(reason) for reason in reasons]
    row.alternative = None if alternative is None else alternative_document(alternative)


def refuse_move(
    row: SeriesDate, to: TimeWindow, reasons: Sequence[Reason], alternative: Alternative | None
) -> tuple[Reason, ...]:
    """Write down why a date's booking stayed as it was, behind why the date was refused at first; return that."""
    told_now = (Reason(NOT_MOVED, {"starts_at": to.starts_at, "ends_at": to.ends_at}), *reasons)
    refuse(row, (*_at_first(row), *told_now), alternative)
    return told_now


def settle(row: SeriesDate, booking_id: int) -> None:
    """Write down that a date has a booking as it was wanted or taken; why it was refused at first stays on record."""
    row.booking_id = booking_id
    at_first = [kept(reason) for reason in _at_first(row)]
    row.reasons, row.alternative = at_first or None, None


def _at_first(row: SeriesDate) -> tuple[Reason, ...]:
    return tuple(takewhile(lambda reason: reason.code != NOT_MOVED, reasons_in(row)))


def alternative_document(way: Alternative) -> dict[str, object]:
    """Return the JSON form of a way out; `alternative_in` is its opposite."""
    return {
        "venue_id": way.venue_id,
        "starts_at": way.starts_at.isoformat(),
        "ends_at": way.ends_at.isoformat(),
        "reason": kept(way.reason),
        "set_up_minutes": way.set_up_minutes,
        "tear_down_minutes": way.tear_down_minutes,
        "needs_approval": way.needs_approval,
    }


def alternative_in(document: dict[str, Any] | None) -> Alternative | None:
    """Return the way out that a date was offered; None where none was found."""
    if document is None:
        return None
    return Alternative(
        document["venue_id"],
        datetime.fromisoformat(document["starts_at"]),
        datetime.fromisoformat(document["ends_at"]),
        told(document["reason"]),
        set_up_minutes=document["set_up_minutes"],
        tear_down_minutes=document["tear_down_minutes"],
        needs_approval=document["needs_approval"],
    )


def reasons_in(row: SeriesDate) -> tuple[Reason, ...]:
    """Return why a date was refused the last time; empty where it never was."""
    return tuple(told(document) for document in row.reasons or ())


def has_reason(row: SeriesDate, code: str) -> bool:
    """Tell whether a date was refused for a reason, the last time."""
    return any(reason.code == code for reason in reasons_in(row))
