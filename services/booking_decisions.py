"""What people decide about a booking: yes, no, I keep it, I give it back, we are here."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import col, select

from models.enums import BookingState
from models.errors import Forbidden, Invalid, require
from models.events import BookingArrived, BookingConfirmed, BookingDeclined
from models.rules import booking_states as rules
from models.rules.verdicts import Reason
from models.tables.bookings import Booking
from models.tables.venues import Venue
from models.values import TimeWindow
from muster.columns import UtcDateTime
from services import access, booking_rows, occupancies, venue_locks, ways_out
from services.booking_rows import REASON_LENGTH, TAKING
from services.unit_of_work import Tx

#: Why a request is declined when another one for the same hours is confirmed.
OTHER_CONFIRMED = "other_confirmed"

#: Put together once: every booking that is confirmed asks it.
_COMPETING = select(col(Booking.id)).where(
    col(Booking.venue_id).in_(venue_locks.kin(bindparam("venue_id"))),
    booking_rows.is_in(BookingState.requested),
    col(Booking.id) != bindparam("own_id"),
    col(Booking.occupied_until) > bindparam("taken_from", type_=UtcDateTime()),
    col(Booking.occupied_from) < bindparam("until", type_=UtcDateTime()),
)


def confirm(tx: Tx, booking_id: int) -> None:
    """Say yes to a request or a hold; from now on the venue is taken, and whoever else asked for then is declined.

    Raises:
        VenueTaken: another booking took it meanwhile. Conflict, Forbidden, NotFound.
    """
    row, venue = booking_rows.decidable(tx, booking_id)
    require(rules.may_confirm(booking_rows.facts_of(tx, row, venue), tx.now))
    booking_rows.require_no_offer(tx, row)
    settle(tx, row)


def keep(tx: Tx, booking_id: int) -> None:
    """Turn a hold of one's own into a booking, where nobody is to be asked.

    Raises:
        Conflict: the hold has run out, or the host decides (`host_decides`). Forbidden, NotFound.
    """
    row, venue = booking_rows.own(tx, booking_id)
    require(rules.may_keep(booking_rows.facts_of(tx, row, venue), tx.now))
    booking_rows.require_no_offer(tx, row)
    settle(tx, row)


def decline(tx: Tx, booking_id: int, *, reason: str) -> None:
    """Say no to a request or a hold, with a reason that the one who asked will read.

    Raises:
        Invalid: no reason. Conflict: it was decided already. Forbidden, NotFound.
    """
    row, venue = booking_rows.decidable(tx, booking_id)
    if not reason.strip():
        raise Invalid(Reason("reason_missing", {"field": "reason"}))
    require(rules.may_decline(booking_rows.facts_of(tx, row, venue), tx.now))
    _decline(tx, row, reason.strip()[:REASON_LENGTH])


def propose(tx: Tx, booking_id: int, *, starts_at: datetime, ends_at: datetime, reason: str) -> None:
    """Say no to a request and name another window of the venue instead, free now; the one who asked can take it.

    `reason` says so in words, for everybody who looks at the booking.

    Raises:
        VenueTaken: the other window is not free any more; with ways out.
        Invalid: no window, no reason. Conflict: it was decided already. Forbidden, NotFound.
    """
    row, venue = booking_rows.decidable(tx, booking_id)
    if ends_at <= starts_at:
        raise Invalid(Reason("ends_before_start", {"field": "ends_at"}))
    if not reason.strip():
        raise Invalid(Reason("reason_missing", {"field": "reason"}))
    require(rules.may_decline(booking_rows.facts_of(tx, row, venue), tx.now))
    asked = booking_rows.ask_of(tx, row)
    window = TimeWindow(starts_at, ends_at)
    occupied = window.widened(asked.set_up or timedelta(), asked.tear_down or timedelta())
    ways_out.refuse_unless_free(tx, replace(asked, window=window, occupied=occupied))
    _decline(tx, row, reason.strip()[:REASON_LENGTH], instead=window)


def cancel(tx: Tx, booking_id: int, *, reason: str = "") -> None:
    """Give a booking back; the venue is free again at once, and whoever waits for it is asked.

    Raises:
        Conflict: it is over or was given back. Forbidden, NotFound.
    """
    row, venue = booking_rows.own(tx, booking_id)
    require(rules.may_cancel(booking_rows.facts_of(tx, row, venue), tx.now))
    booking_rows.cancel(tx, row, reason)


def arrive(tx: Tx, booking_id: int) -> None:
    """Say "we are here", so that the venue is not given to others; repetition changes nothing.

    Said by whoever it is for, by those who decide on the venue, at the venue's door, or by the link in the warning.

    Raises:
        Conflict: it is not confirmed, not yet theirs, or over. Forbidden, NotFound.
    """
    row, venue = _arrivable(tx, booking_id)
    require(rules.may_arrive(booking_rows.facts_of(tx, row, venue), tx.now))
    note_arrival(tx, row)


def note_arrival(tx: Tx, row: Booking) -> None:
    """Write down that somebody is there; the first time counts."""
    if row.arrived_at is None:
        row.arrived_at = tx.now
        tx.touch(row)
        tx.record(BookingArrived(**booking_rows.about(row)))


def settle(tx: Tx, row: Booking) -> None:
    """Make a request or a hold a booking: through the guard unless it has the venue, then decline who asked for the same.

    Raises:
        VenueTaken.
    """
    was_taking = row.state in TAKING
    _decide(tx, row, BookingState.confirmed)
    if not was_taking:
        booking_rows.take(tx, row, booking_rows.ask_of(tx, row))
    tx.record(BookingConfirmed(**booking_rows.told(row)))
    decline_competing(tx, row)


def decline_competing(tx: Tx, row: Booking) -> None:
    """Decline every request for the same hours at this venue, at its parts and at what it is a part of.

    Their venues are locked with this one's, which the caller has locked.
    """
    tx.session.flush()
    own = {"own_id": row.id, "venue_id": row.venue_id, "taken_from": row.occupied_from, "until": row.occupied_until}
    found = tx.session.connection().execute(_COMPETING, own).scalars().all()
    if not found:
        return
    wanted = select(Booking).where(col(Booking.id).in_(found), booking_rows.is_in(BookingState.requested))
    for other in tx.session.exec(wanted.order_by(col(Booking.id)).with_for_update(key_share=True)).all():
        _decline(tx, other, OTHER_CONFIRMED)


def _arrivable(tx: Tx, booking_id: int) -> tuple[Booking, Venue]:
    if access.holds_link(tx.actor, "arrival", booking_id):
        return booking_rows.locked(tx, booking_id)
    venue_id = venue_locks.venue_of(tx, Booking, booking_id, noun="booking")
    if access.holds_link(tx.actor, "door", venue_id):
        return booking_rows.locked(tx, booking_id)
    row, venue = booking_rows.visible(tx, booking_id)
    if not (booking_rows.is_own(tx, row) or booking_rows.may_decide(tx, venue_id)):
        raise Forbidden(Reason("booking_not_yours"))
    return row, venue


def _decline(tx: Tx, row: Booking, reason: str, *, instead: TimeWindow | None = None) -> None:
    row.reason = reason
    _decide(tx, row, BookingState.declined)
    occupancies.release_booking(tx, row.id)
    offered_from, offered_until = (instead.starts_at, instead.ends_at) if instead else (None, None)
    tx.record(
        BookingDeclined(
            **booking_rows.about(row), reason=row.reason, offered_from=offered_from, offered_until=offered_until
        )
    )


def _decide(tx: Tx, row: Booking, state: BookingState) -> None:
    row.state = state
    row.held_until = None
    row.decided_by_id = tx.actor.user_id
    row.decided_at = tx.now
    tx.touch(row)
