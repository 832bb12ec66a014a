"""Bookings: ask for a venue, take it, give it back. The database decides who was first."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from models.enums import BookingState
from models.errors import Forbidden, Invalid, NotFound, require
from models.events import BookingCancelled, BookingConfirmed, BookingDeclined, BookingMoved, BookingRequested
from models.rules import booking as rules
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.bookings import Booking
from models.tables.resources import OVERLAP
from models.tables.venues import Venue
from models.values import TimeWindow
from services import access, activity_rows, occupancies, ways_out
from services.constraints import constraint_name
from services.unit_of_work import Tx

LONGEST_BUFFER_MINUTES = 1440
#: More than any venue lets anybody have; the rules look at every day of a window.
LONGEST = timedelta(days=62)
TAKING = (BookingState.held, BookingState.confirmed)


def create(
    tx: Tx,
    *,
    venue_id: int,
    starts_at: datetime,
    ends_at: datetime,
    purpose: str = "",
    activity_id: int | None = None,
    set_up_minutes: int | None = None,
    tear_down_minutes: int | None = None,
) -> int:
    """Book a venue, or ask for it where it needs approval; return the booking's id.

    Minutes default to the venue's own. With an activity, the venue becomes the activity's
    and an earlier booking of it is given back.

    Raises:
        VenueTaken: taken, closed or too small then: all reasons, conflicts and ways out.
        Invalid, Forbidden, NotFound.
    """
    access.require_role(tx.actor, access.LEADING)
    venue = _venue(tx, venue_id)
    set_up = venue.set_up_minutes if set_up_minutes is None else set_up_minutes
    tear_down = venue.tear_down_minutes if tear_down_minutes is None else tear_down_minutes
    _check(starts_at, ends_at, purpose, set_up, tear_down)
    activity = _activity(tx, activity_id)
    occupied = rules.occupied_window(starts_at, ends_at, timedelta(minutes=set_up), timedelta(minutes=tear_down))
    if activity is not None:
        give_back(tx, activity, reason="venue_changed")
    window = TimeWindow(starts_at, ends_at)
    ask = ways_out.Ask(
        venue_id=venue.id, window=window, occupied=occupied, people_count=activity.capacity if activity else None
    )
    ways_out.refuse_unless_free(tx, ask)
    row = tx.add(
        Booking(
            venue_id=venue.id,
            activity_id=activity_id,
            starts_at=starts_at,
            ends_at=ends_at,
            set_up_minutes=set_up,
            tear_down_minutes=tear_down,
            occupied_from=occupied.starts_at,
            occupied_until=occupied.ends_at,
            purpose=purpose.strip() or (activity.title if activity else ""),
            state=BookingState.requested if venue.needs_approval else BookingState.confirmed,
            requested_by_id=tx.actor.user_id,
            created_at=tx.now,
        )
    )
    if activity is not None:
        activity.venue_id = venue.id
        activity.zone = venue.zone
        tx.touch(activity)
    if row.state is BookingState.confirmed:
        _take(tx, row, ask)
        tx.record(BookingConfirmed(**_told(row)))
    else:
        tx.record(BookingRequested(**_told(row)))
    return row.id


def confirm(tx: Tx, booking_id: int) -> None:
    """Say yes to a request; from now on the venue is taken.

    Raises:
        VenueTaken: another booking took it meanwhile. Conflict, Forbidden, NotFound.
    """
    row = _decidable(tx, booking_id)
    _venue(tx, row.venue_id)
    require(rules.may_confirm(_facts(row), tx.now))
    was_taking = row.state in TAKING
    _decide(tx, row, BookingState.confirmed)
    if not was_taking:
        _take(tx, row, _ask_of(tx, row))
    tx.record(BookingConfirmed(**_told(row)))


def decline(tx: Tx, booking_id: int, *, reason: str) -> None:
    """Say no to a request, with a reason that the one who asked will read.

    Raises:
        Invalid: no reason. Conflict: it was decided already. Forbidden, NotFound.
    """
    row = _decidable(tx, booking_id)
    if not reason.strip():
        raise Invalid(Reason("reason_missing", {"field": "reason"}))
    require(rules.may_decline(_facts(row), tx.now))
    row.reason = reason.strip()[:500]
    _decide(tx, row, BookingState.declined)
    occupancies.release_booking(tx, row.id)
    tx.record(BookingDeclined(subject_id=row.id, venue_id=row.venue_id, activity_id=row.activity_id, reason=row.reason))


def cancel(tx: Tx, booking_id: int, *, reason: str = "") -> None:
    """Give a booking back; the venue is free again at once.

    Raises:
        Conflict: it is over or was given back. Forbidden, NotFound.
    """
    row = _visible(tx, booking_id)
    if not _is_own(tx, row):
        raise Forbidden(Reason("booking_not_yours"))
    require(rules.may_cancel(_facts(row), tx.now))
    _cancel(tx, row, reason)


def give_back(tx: Tx, activity: Activity, *, reason: str) -> None:
    """Cancel every open booking of an activity; does nothing where there is none."""
    found = tx.session.exec(
        select(Booking)
        .where(col(Booking.activity_id) == activity.id)
        .where(col(Booking.state).in_([BookingState.requested, *TAKING]))
        .order_by(col(Booking.id))
        .with_for_update()
    ).all()
    for row in found:
        _cancel(tx, row, reason)


def shift(tx: Tx, row: Booking, *, starts_at: datetime, ends_at: datetime) -> None:
    """Move a booking to another window of its venue, buffers as before.

    Where the venue needs approval, a confirmed booking is held until its host agrees again.

    Raises:
        VenueTaken: taken, closed or too small then.
    """
    occupied = rules.occupied_window(
        starts_at, ends_at, timedelta(minutes=row.set_up_minutes), timedelta(minutes=row.tear_down_minutes)
    )
    venue = _venue(tx, row.venue_id)
    occupancies.release_booking(tx, row.id)
    row.starts_at, row.ends_at = starts_at, ends_at
    row.occupied_from, row.occupied_until = occupied.starts_at, occupied.ends_at
    ask = _ask_of(tx, row)
    ways_out.refuse_unless_free(tx, ask)
    if row.state is BookingState.confirmed and venue.needs_approval:
        row.state = BookingState.held
        row.held_until = tx.now + timedelta(minutes=venue.hold_minutes)
        row.decided_by_id, row.decided_at = None, None
    tx.touch(row)
    if row.state in TAKING:
        _take(tx, row, ask)
    tx.record(BookingMoved(**_told(row)))


def _take(tx: Tx, row: Booking, ask: ways_out.Ask) -> None:
    tx.session.flush()
    try:
        with tx.session.begin_nested():
            occupancies.take_venue(tx, row.venue_id, ask.occupied, booking_id=row.id)
    except IntegrityError as error:
        if constraint_name(error) != OVERLAP:
            raise
        raise ways_out.taken(tx, ask) from error


def _cancel(tx: Tx, row: Booking, reason: str) -> None:
    row.state = BookingState.cancelled
    row.reason = reason.strip()[:500]
    tx.touch(row)
    occupancies.release_booking(tx, row.id)
    tx.record(
        BookingCancelled(subject_id=row.id, venue_id=row.venue_id, activity_id=row.activity_id, reason=row.reason)
    )


def _decide(tx: Tx, row: Booking, state: BookingState) -> None:
    row.state = state
    row.decided_by_id = tx.actor.user_id
    row.decided_at = tx.now
    tx.touch(row)


def _told(row: Booking) -> dict[str, Any]:
    return {
        "subject_id": row.id,
        "venue_id": row.venue_id,
        "activity_id": row.activity_id,
        "occupied_from": row.occupied_from,
        "occupied_until": row.occupied_until,
    }


def _facts(row: Booking) -> rules.BookingFacts:
    return rules.BookingFacts(state=row.state, window=TimeWindow(row.starts_at, row.ends_at))


def _ask_of(tx: Tx, row: Booking) -> ways_out.Ask:
    heads = select(Activity.capacity).where(col(Activity.id) == row.activity_id)
    return ways_out.Ask(
        venue_id=row.venue_id,
        window=TimeWindow(row.starts_at, row.ends_at),
        occupied=TimeWindow(row.occupied_from, row.occupied_until),
        people_count=tx.session.exec(heads).first() if row.activity_id else None,
    )


def _venue(tx: Tx, venue_id: int) -> Venue:
    """Return the venue, locked: while its parts are taken, none is added or taken away.

    Locked before any row that refers to it is written, or two bookings could wait for each other.
    """
    return tx.get(Venue, venue_id, noun="venue")


def _activity(tx: Tx, activity_id: int | None) -> Activity | None:
    return None if activity_id is None else activity_rows.managed(tx, activity_id)


def _visible(tx: Tx, booking_id: int) -> Booking:
    access.require_signed_in(tx.actor)
    row = tx.get(Booking, booking_id, noun="booking")
    if not tx.actor.has(access.SEEING):
        raise NotFound("booking", booking_id)
    return row


def _is_own(tx: Tx, row: Booking) -> bool:
    if tx.actor.has_everywhere(access.MANAGING) or (row.requested_by_id and row.requested_by_id == tx.actor.user_id):
        return True
    if row.activity_id is None:
        return False
    team_id = tx.session.exec(select(Activity.team_id).where(col(Activity.id) == row.activity_id)).one()
    return access.has_role_over(tx.session, tx.actor, team_id, access.MANAGING)


def _decidable(tx: Tx, booking_id: int) -> Booking:
    """Return the booking for a decision: by its link, or by those who manage the whole house."""
    if access.holds_link(tx.actor, "booking", booking_id):
        return tx.get(Booking, booking_id, noun="booking")
    row = _visible(tx, booking_id)
    if not tx.actor.has_everywhere(access.MANAGING):
        raise Forbidden(Reason("role_missing"))
    return row


def _check(starts_at: datetime, ends_at: datetime, purpose: str, set_up: int, tear_down: int) -> None:
    reasons = []
    if ends_at <= starts_at:
        reasons.append(Reason("ends_before_start", {"field": "ends_at"}))
    if ends_at - starts_at > LONGEST:
        reasons.append(Reason("too_long_a_window", {"field": "ends_at", "days": LONGEST.days}))
    if len(purpose) > 200:  # noqa: PLR2004 - the length of the column
        reasons.append(Reason("too_long", {"field": "purpose", "limit": 200}))
    for name, minutes in (("set_up_minutes", set_up), ("tear_down_minutes", tear_down)):
        if not 0 <= minutes <= LONGEST_BUFFER_MINUTES:
            reasons.append(Reason("out_of_range", {"field": name, "low": 0, "high": LONGEST_BUFFER_MINUTES}))
    if reasons:
        raise Invalid(*reasons)
