"""Rows of bookings for whoever decides about them: loaded with their venue locked, taken through the guard, given back."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, literal_column
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from models.enums import BookingState, WaitState
from models.errors import Conflict, Forbidden, NotFound
from models.events import BookingCancelled
from models.rules import booking_states as rules
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.bookings import Booking
from models.tables.resources import OVERLAP
from models.tables.venues import Venue, VenueResource
from models.tables.waits import Wait
from models.values import TimeWindow
from services import access, busy, occupancies, venue_locks, venue_terms, ways_out
from services.constraints import constraint_name
from services.unit_of_work import Tx

#: States in which a booking owns the parts of its venue and something may still become of it.
TAKING = (BookingState.held, BookingState.confirmed)
REASON_LENGTH = 500


def is_in(state: BookingState) -> ColumnElement[bool]:
    """Narrow to bookings in a state; written out, so that the databases find the index of those rows only."""
    return col(Booking.state) == literal_column(f"'{state.value}'")


def locked(tx: Tx, booking_id: int) -> tuple[Booking, Venue]:
    """Return a booking and its venue, both locked, the venue first.

    Raises:
        NotFound.
    """
    venue = venue_locks.lock(tx, venue_locks.venue_of(tx, Booking, booking_id, noun="booking"))
    return tx.get(Booking, booking_id, noun="booking"), venue


def visible(tx: Tx, booking_id: int) -> tuple[Booking, Venue]:
    """Return a booking, locked, for somebody who may see it.

    Raises:
        SignInNeeded, NotFound.
    """
    access.require_signed_in(tx.actor)
    if not tx.actor.has(access.SEEING):
        raise NotFound("booking", booking_id)
    return locked(tx, booking_id)


def own(tx: Tx, booking_id: int) -> tuple[Booking, Venue]:
    """Return a booking, locked, for whoever it is for.

    Raises:
        SignInNeeded, NotFound; Forbidden: somebody else's.
    """
    row, venue = visible(tx, booking_id)
    if not is_own(tx, row):
        raise Forbidden(Reason("booking_not_yours"))
    return row, venue


def decidable(tx: Tx, booking_id: int) -> tuple[Booking, Venue]:
    """Return a booking, locked, for a decision: by its mailed link, or by those who decide on its venue.

    Raises:
        SignInNeeded, NotFound, Forbidden.
    """
    if access.holds_link(tx.actor, "booking", booking_id):
        return locked(tx, booking_id)
    row, venue = visible(tx, booking_id)
    if not may_decide(tx, row.venue_id):
        raise Forbidden(Reason("role_missing"))
    return row, venue


def may_decide(tx: Tx, venue_id: int) -> bool:
    """Tell whether the actor decides on requests for a venue: who manages the whole house, or may by its terms."""
    return tx.actor.has_everywhere(access.MANAGING) or venue_terms.may_decide(tx, venue_id)


def is_own(tx: Tx, row: Booking | Wait) -> bool:
    """Tell whether the actor asked for it or queued for it, manages the activity that it is for, or manages the whole house."""
    if tx.actor.has_everywhere(access.MANAGING):
        return True
    if row.requested_by_id is not None and row.requested_by_id == tx.actor.user_id:
        return True
    if row.activity_id is None:
        return False
    team_id = tx.session.exec(select(Activity.team_id).where(col(Activity.id) == row.activity_id)).one()
    return access.has_role_over(tx.session, tx.actor, team_id, access.MANAGING)


def require_no_offer(tx: Tx, row: Booking) -> None:
    """Raise `Conflict` where a hold is an offer to somebody in the queue, which only they can take."""
    offered = select(Wait.id).where(col(Wait.booking_id) == row.id, col(Wait.state) == WaitState.offered)
    if tx.session.exec(offered).first() is not None:
        raise Conflict(Reason("offered_to_the_queue"))


def facts_of(tx: Tx, row: Booking, venue: Venue) -> rules.BookingFacts:
    """Return what the rules of its states need; whether approval is needed is asked only where it counts."""
    counts = row.state in {BookingState.requested, BookingState.held}
    return rules.BookingFacts(
        state=row.state,
        window=TimeWindow(row.starts_at, row.ends_at),
        set_up=timedelta(minutes=row.set_up_minutes),
        needs_approval=counts and venue_terms.needs_approval(tx, venue, row.team_id),
        held_until=row.held_until,
        warned_at=row.warned_at,
        arrived_at=row.arrived_at,
    )


def ask_of(tx: Tx, row: Booking, *, is_overriding: bool = False) -> ways_out.Ask:
    """Return what a booking asks for, as it stands: its own window is left out of what is in the way."""
    found = select(Activity).where(col(Activity.id) == row.activity_id)
    activity = tx.session.exec(found).first() if row.activity_id is not None else None
    return ways_out.Ask(
        venue_id=row.venue_id,
        window=TimeWindow(row.starts_at, row.ends_at),
        occupied=TimeWindow(row.occupied_from, row.occupied_until),
        people_count=row.people_count or (activity.capacity if activity else None),
        layout=row.layout or (activity.layout if activity else None),
        team_id=row.team_id,
        activity_id=row.activity_id,
        leave_out_booking_id=row.id,
        set_up=timedelta(minutes=row.set_up_minutes),
        tear_down=timedelta(minutes=row.tear_down_minutes),
        is_overriding=is_overriding,
    )


def told(row: Booking) -> dict[str, Any]:
    """Return what the events of a booking that takes or asks for a window carry."""
    return about(row) | {"occupied_from": row.occupied_from, "occupied_until": row.occupied_until}


def about(row: Booking) -> dict[str, Any]:
    """Return what every event of a booking carries."""
    return {"subject_id": row.id, "venue_id": row.venue_id, "activity_id": row.activity_id}


def take(tx: Tx, row: Booking, ask: ways_out.Ask) -> None:
    """Take every part of the venue for the booking.

    Raises:
        VenueTaken: the guard refuses; with conflicts and ways out.
    """
    try:
        try_to_take(tx, row)
    except IntegrityError as error:
        if constraint_name(error) != OVERLAP:
            raise
        raise ways_out.taken(tx, ask) from error


def take_free(tx: Tx, row: Booking, resource_ids: Iterable[int]) -> None:
    """Take parts of the venue that this transaction found free with the venue locked: the guard has nothing to refuse.

    Should it refuse all the same, the whole transaction is over (`VenueTaken`, without ways out).
    """
    occupancies.take_parts(tx, resource_ids, TimeWindow(row.occupied_from, row.occupied_until), booking_id=row.id)


def try_to_take(tx: Tx, row: Booking) -> None:
    """Take every part of the venue for the booking; where the guard refuses nothing is taken.

    Raises:
        sqlalchemy.exc.IntegrityError: constraint `ex_occupancies_overlap`.
    """
    tx.session.flush()
    with tx.session.begin_nested():
        window = TimeWindow(row.occupied_from, row.occupied_until)
        occupancies.take_venue(tx, row.venue_id, window, booking_id=row.id)


def is_free(tx: Tx, venue_id: int, window: TimeWindow) -> bool:
    """Tell whether nothing takes any part of a venue then; a look, which the guard may prove wrong."""
    parts = select(VenueResource.resource_id).where(col(VenueResource.venue_id) == venue_id)
    tx.session.flush()
    return next(busy.rows(tx, window, tx.session.exec(parts).all()), None) is None


def cancel(tx: Tx, row: Booking, reason: str) -> None:
    """Give a booking back, whoever asks for it; what it took is free at once."""
    row.state = BookingState.cancelled
    row.held_until = None
    row.reason = reason.strip()[:REASON_LENGTH]
    tx.touch(row)
    occupancies.release_booking(tx, row.id)
    tx.record(BookingCancelled(**about(row), reason=row.reason))
