"""Offers to people in the queue: made when hours come free, ended when nobody takes them in time.

An offer is a booking in state `held`, so the guard keeps it for them like any other.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.enums import BookingState, WaitState
from models.events import BookingHeld, WaitExpired, WaitOffered
from models.rules import booking_states
from models.rules import waits as rules
from models.rules.booking import may_book
from models.tables.bookings import Booking
from models.tables.resources import OVERLAP, Occupancy
from models.tables.users import User
from models.tables.venues import Venue, VenueResource
from models.tables.waits import Wait
from models.values import TimeWindow
from services import booking_rows, venue_facts, venue_locks, venue_terms
from services.constraints import constraint_name
from services.unit_of_work import Tx
from services.wait_rows import about, facts_of

#: So many places in line are ended in one transaction.
BATCH = 50
OFFER_EXPIRED = "offer_expired"
#: What a booking takes over from the place in line.
CARRIED = (
    "venue_id",
    "team_id",
    "starts_at",
    "ends_at",
    "set_up_minutes",
    "tear_down_minutes",
    "occupied_from",
    "occupied_until",
    "purpose",
    "people_count",
    "layout",
    "requested_by_id",
)


def offer_next(tx: Tx, venue_id: int) -> int:
    """Ask whoever is first in line for hours that are free now at a venue, or anywhere in the whole that it belongs to.

    Called wherever a venue comes free, last in the transaction, so that it sees what was taken instead.
    Returns how many were asked; one booking given back may leave room for several. The whole counts, since
    somebody who waits for one part may stand before somebody who waits for all of them.
    """
    wholes = venue_locks.wholes_of(tx, venue_locks.lock(tx, venue_id))
    everywhere = venue_locks.kin(wholes[-1] if wholes else venue_id)
    waiting = select(Wait).where(col(Wait.venue_id).in_(everywhere), *_still_waiting(tx))
    return _offer_to(tx, waiting)


def offer_anew(tx: Tx) -> int:
    """Ask wherever hours are free that somebody waits for, whatever freed them; return how many were asked."""
    parts = col(VenueResource.resource_id) == col(Occupancy.resource_id)
    in_the_way = (
        select(Occupancy.id)
        .join(VenueResource, parts)
        .where(
            col(VenueResource.venue_id) == col(Wait.venue_id),
            col(Occupancy.occupied_until) > col(Wait.occupied_from),
            col(Occupancy.occupied_from) < col(Wait.occupied_until),
        )
    )
    free = select(Wait.id, Wait.venue_id).where(*_still_waiting(tx), ~in_the_way.exists())
    rows = tx.session.exec(free).all()
    venue_locks.lock_all(tx, [venue_id for _, venue_id in rows])
    return _offer_to(tx, select(Wait).where(col(Wait.id).in_([wait_id for wait_id, _ in rows]), *_still_waiting(tx)))


def expire(tx: Tx) -> int:
    """End offers that nobody took in time and places whose window has begun, a batch of them; return how many.

    Several workers may call it side by side: each row is looked at again when its venue is locked.
    """
    due = (
        select(Wait.id, Wait.venue_id)
        .where(
            ((col(Wait.state) == WaitState.waiting) & (col(Wait.starts_at) <= tx.now))
            | ((col(Wait.state) == WaitState.offered) & (col(Wait.offered_until) <= tx.now))
        )
        .order_by(col(Wait.id))
        .limit(BATCH)
    )
    rows = tx.session.exec(due).all()
    venue_locks.lock_all(tx, [venue_id for _, venue_id in rows])
    found = select(Wait).where(col(Wait.id).in_([wait_id for wait_id, _ in rows])).order_by(col(Wait.id))
    return sum(_expire(tx, row) for row in tx.session.exec(found.with_for_update(key_share=True)).all())


def end_offer(tx: Tx, booking_id: int) -> None:
    """End the place in line whose offer was declined or given back by others; does nothing where there is none."""
    found = select(Wait).where(col(Wait.booking_id) == booking_id, col(Wait.state) == WaitState.offered)
    for row in tx.session.exec(found.with_for_update(key_share=True)).all():
        row.state = WaitState.expired
        tx.touch(row)
        tx.record(WaitExpired(**about(row)))


def _still_waiting(tx: Tx) -> tuple[ColumnElement[bool], ...]:
    return col(Wait.state) == WaitState.waiting, col(Wait.starts_at) > tx.now


def _offer_to(tx: Tx, waiting: SelectOfScalar[Wait]) -> int:
    tx.session.flush()
    found = tx.session.exec(waiting.order_by(col(Wait.id)).with_for_update(key_share=True)).all()
    return sum(_offer(tx, row) for row in found)


def _offer(tx: Tx, row: Wait) -> bool:
    """Hold the venue for a place in line, where it is free and nothing else stands against it; tell whether it is held."""
    window = TimeWindow(row.occupied_from, row.occupied_until)
    if not booking_rows.is_free(tx, row.venue_id, window) or _is_against_terms(tx, row) or _has_left(tx, row):
        return False
    venue = tx.get(Venue, row.venue_id, noun="venue", for_update=False)
    until = booking_states.hold_ends_at(tx.now, timedelta(minutes=venue.hold_minutes), row.starts_at)
    values = {name: getattr(row, name) for name in CARRIED}
    try:
        with tx.session.begin_nested():
            booking = tx.add(Booking(**values, state=BookingState.held, held_until=until, created_at=tx.now))
            booking_rows.try_to_take(tx, booking)
    except IntegrityError as error:
        if constraint_name(error) != OVERLAP:
            raise
        return False  # the guard knows better than the look
    row.state, row.booking_id, row.offered_until = WaitState.offered, booking.id, until
    tx.touch(row)
    tx.record(BookingHeld(**booking_rows.told(booking), held_until=until))
    tx.record(WaitOffered(**about(row), booking_id=booking.id, held_until=until))
    return True


def _is_against_terms(tx: Tx, row: Wait) -> bool:
    window = TimeWindow(row.starts_at, row.ends_at)
    asking = venue_terms.Asking(team_id=row.team_id, around=window)
    option = venue_facts.options(tx, row.venue_id, asking=asking)[row.venue_id]
    occupied = TimeWindow(row.occupied_from, row.occupied_until)
    return not may_book(option.venue, window, occupied, tx.now, row.people_count, layout=row.layout)


def _has_left(tx: Tx, row: Wait) -> bool:
    """Tell whether the login that queued is switched off, so that nobody could take the offer."""
    active = select(User.is_active).where(col(User.id) == row.requested_by_id)
    return row.requested_by_id is not None and not tx.session.exec(active).one()


def _expire(tx: Tx, row: Wait) -> bool:
    if not rules.has_ended(facts_of(row), tx.now):
        return False
    was_offered = row.state is WaitState.offered
    row.state = WaitState.expired
    tx.touch(row)
    tx.record(WaitExpired(**about(row)))
    if was_offered:
        booking_rows.cancel(tx, tx.get(Booking, row.booking_id or 0, noun="booking"), OFFER_EXPIRED)
    return True
