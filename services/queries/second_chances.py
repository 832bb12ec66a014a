"""What could be had instead of a booking that was lost: what was offered by name, the same window again, ways out."""

from dataclasses import replace
from datetime import datetime, timedelta

from models.enums import BookingState
from models.errors import VenueTaken
from models.rules.alternatives import Alternative, VenueOption
from models.rules.verdicts import Reason
from models.tables.bookings import Booking
from models.values import TimeWindow
from muster.localtime import local_day
from services import booking_rows, ways_out
from services.booking_ends import HOLD_EXPIRED
from services.unit_of_work import Tx

A_MINUTE, ONE_DAY = timedelta(minutes=1), timedelta(days=1)


def instead_of(tx: Tx, booking_id: int, *, offer: tuple[int, datetime] | None = None) -> tuple[Alternative, ...]:
    """Return what was free a moment ago, for a booking that was declined or whose hold ran out, until its start.

    `offer` is a venue and a start that somebody named; it comes first as long as it is free, whether or not it is
    among the best. A hold that ran out can be had again (`same_again`) where nobody has taken it meanwhile.

    Raises:
        NotFound.
    """
    row = tx.get(Booking, booking_id, noun="booking", for_update=False)
    has_run_out = row.state is BookingState.cancelled and row.reason == HOLD_EXPIRED
    if tx.now >= row.starts_at or not (row.state is BookingState.declined or has_run_out):
        return ()
    ask = booking_rows.ask_of(tx, row)
    found = _again(tx, row, ask) if has_run_out else ways_out.find(tx, ask)
    if offer is None:
        return found
    named = [way for way in found if (way.venue_id, way.starts_at) == offer] or _named(tx, row, ask, *offer)
    return (*named, *(way for way in found if way not in named))


def _named(tx: Tx, row: Booking, ask: ways_out.Ask, venue_id: int, starts_at: datetime) -> list[Alternative]:
    window = TimeWindow(starts_at, starts_at + ask.window.length)
    occupied = window.widened(ask.set_up or timedelta(), ask.tear_down or timedelta())
    try:
        option = ways_out.refuse_unless_free(tx, replace(ask, venue_id=venue_id, window=window, occupied=occupied))
    except (VenueTaken, KeyError):  # taken meanwhile, or no such venue
        return []
    by, where = starts_at - row.starts_at, option.venue.zone
    if venue_id != row.venue_id:
        reason = Reason("other_venue")
    elif local_day(starts_at, where) == local_day(row.starts_at, where):
        reason = Reason("other_hour", {"minutes": by // A_MINUTE})
    else:
        reason = Reason("other_day", {"days": round(by / ONE_DAY)})
    return [_alternative(row, venue_id, window, reason, option)]


def _again(tx: Tx, row: Booking, ask: ways_out.Ask) -> tuple[Alternative, ...]:
    try:
        option = ways_out.refuse_unless_free(tx, ask)
    except VenueTaken as taken:
        return tuple(taken.alternatives)
    return (_alternative(row, row.venue_id, ask.window, Reason("same_again"), option),)


def _alternative(row: Booking, venue_id: int, window: TimeWindow, reason: Reason, option: VenueOption) -> Alternative:
    return Alternative(
        venue_id=venue_id,
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        reason=reason,
        set_up_minutes=row.set_up_minutes,
        tear_down_minutes=row.tear_down_minutes,
        needs_approval=option.needs_approval,
    )
