"""What time does to bookings: holds run out, people who do not come lose the venue, what is over was used.

Every function settles one batch of what is due and returns how many rows it settled; calling it again does
nothing to what it settled before. Each looks at its rows once more when their venues are locked, so that any
number of workers may call it, and after any time in which nobody did.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from models.enums import BookingState, WaitState
from models.events import BookingLapsed, BookingReleased, BookingUsed, BookingWarned
from models.rules import booking_states as rules
from models.rules.booking_states import BookingFacts
from models.tables.bookings import Booking
from models.tables.venues import Venue
from models.tables.waits import Wait
from models.values import TimeWindow
from services import booking_decisions, booking_rows, facts, occupancies, venue_locks
from services.unit_of_work import Tx

#: So many rows are settled in one transaction.
BATCH = 50
HOLD_EXPIRED, NO_SHOW = "hold_expired", "no_show"
#: No window is longer, so whatever began before it is over.
LONGEST = timedelta(days=62)

#: A row with the ids of a booking and of its venue.
Due = Any


def lapse_holds(tx: Tx) -> int:
    """End holds that have run out: back to the request behind them where the host decides, else cancelled.

    Offers to people in the queue are left to `services.waits.expire`.
    """
    offered = select(Wait).where(col(Wait.booking_id) == col(Booking.id), col(Wait.state) == WaitState.offered)
    due = (
        select(col(Booking.id), col(Booking.venue_id))
        .where(booking_rows.is_in(BookingState.held), col(Booking.held_until) <= tx.now)
        .where(~offered.exists())
        .order_by(col(Booking.held_until), col(Booking.id))
        .limit(BATCH)
    )
    return _settle(tx, tx.session.execute(due).all(), _lapse)


def warn_no_shows(tx: Tx) -> int:
    """Tell the people of bookings that began without them that the venue goes to others soon; each once."""
    return _settle(tx, _unattended(tx, rules.is_to_be_warned), _warn)


def release_no_shows(tx: Tx) -> int:
    """Give to others what nobody came to: where they were warned, and not before they had time to come."""
    return _settle(tx, _unattended(tx, rules.is_to_be_released), _release)


def finish(tx: Tx) -> int:
    """Mark as used what is over: bookings without an activity, and those whose people were there."""
    due = (
        select(col(Booking.id), col(Booking.venue_id))
        .where(booking_rows.is_in(BookingState.confirmed))
        .where(col(Booking.starts_at) < tx.now, col(Booking.ends_at) <= tx.now)
        .where(col(Booking.activity_id).is_(None) | col(Booking.arrived_at).is_not(None))
        .order_by(col(Booking.starts_at), col(Booking.id))
        .limit(BATCH)
    )
    return _settle(tx, tx.session.execute(due).all(), _finish)


def use(tx: Tx, row: Booking) -> None:
    """Mark a confirmed booking as used; what it takes stays taken until its end."""
    row.state = BookingState.used
    tx.touch(row)
    tx.record(BookingUsed(**booking_rows.about(row)))


def _lapse(tx: Tx, row: Booking, venue: Venue) -> bool:
    known = booking_rows.facts_of(tx, row, venue)
    if not rules.has_lapsed(known, tx.now):
        return False
    row.state, row.held_until = rules.after_hold(known, tx.now), None
    row.reason = HOLD_EXPIRED if row.state is BookingState.cancelled else ""
    tx.touch(row)
    occupancies.release_booking(tx, row.id)
    tx.record(BookingLapsed(**booking_rows.about(row), state=row.state, reason=HOLD_EXPIRED))
    return True


def _warn(tx: Tx, row: Booking, venue: Venue) -> bool:
    wait = _wait(venue)
    if wait is None or not rules.is_to_be_warned(_present_facts(tx, row, venue), wait, tx.now):
        return False
    row.warned_at = tx.now
    tx.touch(row)
    at = rules.release_at(booking_rows.facts_of(tx, row, venue), wait, tx.now)
    tx.record(BookingWarned(**booking_rows.about(row), release_at=at))
    return True


def _release(tx: Tx, row: Booking, venue: Venue) -> bool:
    wait = _wait(venue)
    if wait is None or not rules.is_to_be_released(_present_facts(tx, row, venue), wait, tx.now):
        return False
    row.state = BookingState.released
    row.reason = NO_SHOW
    tx.touch(row)
    occupancies.release_booking(tx, row.id)
    tx.record(BookingReleased(**booking_rows.about(row)))
    return True


def _finish(tx: Tx, row: Booking, venue: Venue) -> bool:
    known = booking_rows.facts_of(tx, row, venue)
    if not rules.is_used_up(known, tx.now, has_activity=row.activity_id is not None):
        return False
    use(tx, row)
    return True


def _present_facts(tx: Tx, row: Booking, venue: Venue) -> BookingFacts:
    """Return the facts once more, after whoever was counted at its activity has been taken for an arrival."""
    if row.arrived_at is None and row.activity_id is not None:
        counted = facts.counted(tx, row.activity_id)
        if counted.named_count or counted.tally_count:
            booking_decisions.note_arrival(tx, row)
    return booking_rows.facts_of(tx, row, venue)


def _wait(venue: Venue) -> timedelta | None:
    return None if venue.no_show_minutes is None else timedelta(minutes=venue.no_show_minutes)


def _unattended(tx: Tx, is_due: Callable[[BookingFacts, timedelta, datetime], bool]) -> list[Due]:
    """Return a batch of bookings that are under way at venues which go to others, and that nobody has come to.

    A venue has one booking under way at most, so they are few however many bookings there are.
    """
    columns = (
        Booking.id,
        Booking.venue_id,
        Booking.starts_at,
        Booking.ends_at,
        Booking.warned_at,
        Venue.no_show_minutes,
    )
    found = tx.session.execute(
        select(*map(col, columns))
        .join(Venue, col(Venue.id) == col(Booking.venue_id))
        .where(booking_rows.is_in(BookingState.confirmed), col(Venue.no_show_minutes).is_not(None))
        .where(col(Booking.starts_at) <= tx.now, col(Booking.starts_at) > tx.now - LONGEST)
        .where(col(Booking.ends_at) > tx.now, col(Booking.arrived_at).is_(None))
        .order_by(col(Booking.starts_at), col(Booking.id))
    )
    due = []
    for booking_id, venue_id, starts_at, ends_at, warned_at, minutes in found:
        window = TimeWindow(starts_at, ends_at)
        known = BookingFacts(state=BookingState.confirmed, window=window, warned_at=warned_at)
        if is_due(known, timedelta(minutes=minutes), tx.now):
            due.append((booking_id, venue_id))
    return due[:BATCH]


def _settle(tx: Tx, due: Sequence[Due], step: Callable[[Tx, Booking, Venue], bool]) -> int:
    """Lock the venues of a batch and then its rows, let the step look at each again, and return how many it settled."""
    if not due:
        return 0
    venues = venue_locks.lock_all(tx, [row[1] for row in due])
    rows = select(Booking).where(col(Booking.id).in_([row[0] for row in due])).order_by(col(Booking.id))
    found = tx.session.execute(rows.with_for_update(key_share=True)).scalars().all()
    return sum(step(tx, row, venues[row.venue_id]) for row in found)
