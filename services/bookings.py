"""Bookings: ask for a venue, take it, hold it, move it, give it back. The database decides who was first.

What people decide about a booking is in `services.booking_decisions` and can be called from here as well; what
time does to it is in `services.booking_ends`.
"""

from datetime import datetime, timedelta
from typing import Any, Unpack

from sqlmodel import col, select

from models.enums import BookingState
from models.errors import Conflict, require
from models.events import BookingConfirmed, BookingHeld, BookingMoved, BookingRequested
from models.rules import booking as rules
from models.rules import booking_states
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.bookings import Booking
from models.tables.venues import Venue
from models.values import TimeWindow
from services import (
    booking_rows,
    booking_wishes,
    occupancies,
    people_travel,
    venue_locks,
    venue_terms,
    ways_out,
)
from services.booking_decisions import arrive, cancel, confirm, decline, decline_competing, keep
from services.booking_rows import TAKING
from services.companions import moved
from services.unit_of_work import Tx

__all__ = ["arrive", "cancel", "confirm", "create", "decline", "give_back", "keep", "move", "serve", "shift"]


def create(
    tx: Tx,
    *,
    venue_id: int,
    starts_at: datetime,
    ends_at: datetime,
    hold: bool = False,
    series_id: int | None = None,
    override_reason: str = "",
    **others: Unpack[booking_wishes.WishFields],
) -> int:
    """Book a venue, or ask for it where it needs approval; return the booking's id.

    Minutes default to the venue's own. With an activity, the venue becomes the activity's
    and an earlier booking of it is given back. With `hold` the venue is kept until the venue's
    time for holds is over, at most until the start; where it needs approval the host is asked
    meanwhile. A request takes nothing: others may ask for the same hours. With an
    `override_reason` people's soft conflicts do not refuse, and the reason is kept.

    Raises:
        VenueTaken: taken, closed, too small or not theirs then: all reasons, conflicts and ways out.
        Invalid, Forbidden, NotFound.
    """
    wish = booking_wishes.read(
        tx,
        venue_id=venue_id,
        starts_at=starts_at,
        ends_at=ends_at,
        override_reason=override_reason,
        **others,
    )
    if wish.activity is not None:
        give_back(tx, wish.activity, reason="venue_changed")
    ask = wish.ask()
    option = ways_out.refuse_unless_free(tx, ask)
    is_asking = option.needs_approval
    _bring_people(tx, wish)
    row = tx.add(
        Booking(
            **wish.columns(tx),
            **_first_state(tx, wish, hold=hold, is_asking=is_asking),
            series_id=series_id,
            override_reason=wish.override_reason,
        )
    )
    if row.state in TAKING:
        booking_rows.take_free(tx, row, option.resource_ids)
    _tell(tx, row, is_asking=is_asking)
    return row.id


def serve(activity: Activity, venue: Venue) -> None:
    """Make a venue the activity's."""
    activity.venue_id = venue.id
    activity.zone = venue.zone


def give_back(tx: Tx, activity: Activity, *, reason: str) -> None:
    """Cancel every open booking of an activity; does nothing where there is none."""
    open_ones = (col(Booking.activity_id) == activity.id, col(Booking.state).in_(sorted(booking_states.OPEN_STATES)))
    venue_locks.lock_all(tx, tx.session.exec(select(Booking.venue_id).where(*open_ones)).all())
    found = select(Booking).where(*open_ones).order_by(col(Booking.id)).with_for_update(key_share=True)
    for row in tx.session.exec(found).all():
        booking_rows.cancel(tx, row, reason)


def move(tx: Tx, booking_id: int, *, starts_at: datetime, ends_at: datetime, override_reason: str = "") -> None:
    """Move a booking to another window of its venue; one that serves an activity moves with the activity only.

    Raises:
        Conflict: it is over or ended, or serves an activity. VenueTaken: as `shift`. Invalid, Forbidden, NotFound.
    """
    row, venue = booking_rows.own(tx, booking_id)
    booking_wishes.check(starts_at, ends_at)
    if row.activity_id is not None:
        raise Conflict(Reason("move_the_activity", {"activity_id": row.activity_id}))
    require(booking_states.may_move(booking_rows.facts_of(tx, row, venue), tx.now))
    booking_rows.require_no_offer(tx, row)
    shift(tx, row, starts_at=starts_at, ends_at=ends_at, override_reason=override_reason)


def shift(tx: Tx, row: Booking, *, starts_at: datetime, ends_at: datetime, override_reason: str = "") -> None:
    """Move a booking to another window of its venue, buffers as before; whoever waits for the old one is asked.

    Where the venue needs approval, its host is asked anew, and what was confirmed is held until then.

    Raises:
        VenueTaken: taken, closed or too small then. Conflict: it was a hold that has run out. Invalid: the reason is too long.
    """
    why = people_travel.checked_reason(override_reason)
    venue = venue_locks.lock(tx, row.venue_id)
    facts = booking_rows.facts_of(tx, row, venue)
    if booking_states.has_lapsed(facts, tx.now):
        require(booking_states.may_move(facts, tx.now))
        row.state, row.held_until = BookingState.requested, None
    buffers = (timedelta(minutes=row.set_up_minutes), timedelta(minutes=row.tear_down_minutes))
    occupied = rules.occupied_window(starts_at, ends_at, *buffers)
    occupancies.release_booking(tx, row.id)
    row.starts_at, row.ends_at = starts_at, ends_at
    row.occupied_from, row.occupied_until = occupied.starts_at, occupied.ends_at
    row.warned_at = row.arrived_at = None
    ask = booking_rows.ask_of(tx, row, is_overriding=bool(why))
    option = ways_out.refuse_unless_free(tx, ask)
    row.override_reason = why
    is_asked_anew = venue_terms.needs_approval(tx, venue, row.team_id)
    if is_asked_anew and row.state is BookingState.confirmed:
        row.state = BookingState.held
        row.held_until = tx.now + timedelta(minutes=venue.hold_minutes)
        row.decided_by_id, row.decided_at = None, None
    if row.held_until is not None:
        row.held_until = min(row.held_until, starts_at)
    tx.touch(row)
    if row.state in TAKING:
        booking_rows.take_free(tx, row, option.resource_ids)
    tx.record(BookingMoved(**booking_rows.told(row)))
    if is_asked_anew:
        tx.record(BookingRequested(**booking_rows.told(row)))
    if row.state is BookingState.confirmed:
        decline_competing(tx, row)


def _bring_people(tx: Tx, wish: booking_wishes.Wish) -> None:
    """Make the venue the activity's, if any; soft conflicts of its people that were overridden are written down first."""
    activity = wish.activity
    if activity is None:
        return
    if wish.override_reason:
        people_travel.settle(
            tx,
            activity_id=activity.id,
            venue_id=wish.venue.id,
            window=moved(TimeWindow(activity.starts_at, activity.ends_at), wish.window),
            override_reason=wish.override_reason,
        )
    serve(activity, wish.venue)
    tx.touch(activity)


def _first_state(tx: Tx, wish: booking_wishes.Wish, *, hold: bool, is_asking: bool) -> dict[str, Any]:
    if hold:
        longest = timedelta(minutes=wish.venue.hold_minutes)
        held_until = booking_states.hold_ends_at(tx.now, longest, wish.window.starts_at)
        return {"state": BookingState.held, "held_until": held_until}
    return {"state": BookingState.requested if is_asking else BookingState.confirmed}


def _tell(tx: Tx, row: Booking, *, is_asking: bool) -> None:
    """Record what a new booking is; a hold of a venue that needs approval is a request as well."""
    told = booking_rows.told(row)
    if row.state is BookingState.confirmed:
        tx.record(BookingConfirmed(**told))
        decline_competing(tx, row)
        return
    if row.held_until is not None:
        tx.record(BookingHeld(**told, held_until=row.held_until))
    if is_asking:
        tx.record(BookingRequested(**told))
