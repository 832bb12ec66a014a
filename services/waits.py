"""The queue for a taken venue: join, take what is offered, leave.

The first in line whose hours come free is asked: see `services.wait_offers`, whose functions can be called from here.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Unpack

from sqlmodel import col, select

from models.enums import WaitState
from models.errors import Conflict, VenueTaken, require
from models.events import BookingRequested, WaitJoined, WaitTaken, WaitWithdrawn
from models.rules import booking_states
from models.rules import waits as rules
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.bookings import Booking
from models.tables.venues import Venue
from models.tables.waits import Wait
from models.values import TimeWindow
from services import (
    booking_decisions,
    booking_rows,
    booking_wishes,
    bookings,
    people_travel,
    venue_locks,
    venue_terms,
    wait_rows,
    ways_out,
)
from services.unit_of_work import Tx
from services.wait_offers import expire, offer_anew, offer_next

__all__ = ["expire", "join", "leave", "offer_anew", "offer_next", "take", "withdraw", "withdraw_all"]


def join(
    tx: Tx,
    *,
    venue_id: int,
    starts_at: datetime,
    ends_at: datetime,
    **others: Unpack[booking_wishes.WishFields],
) -> int:
    """Queue for a venue that is taken in a window; return the id of the place in line. Arguments as `bookings.create`.

    Raises:
        Conflict: it is free (`not_taken`): book it. Or a place in line is there already (`already_waiting`).
        VenueTaken: something else than another booking stands against it; with ways out.
        Invalid, Forbidden, NotFound.
    """
    wish = booking_wishes.read(tx, venue_id=venue_id, starts_at=starts_at, ends_at=ends_at, **others)
    _require_taken(tx, wish)
    known = _same_wait(tx, wish)
    if known is not None:
        raise Conflict(Reason("already_waiting", {"wait_id": known}))
    row = tx.add(Wait(**wish.columns(tx)))
    tx.record(WaitJoined(**wait_rows.about(row), occupied_from=row.occupied_from, occupied_until=row.occupied_until))
    return row.id


def take(tx: Tx, wait_id: int, *, override_reason: str = "") -> int:
    """Take what is offered and return the booking's id: confirmed, or held while the host is asked.

    With an activity, the venue becomes the activity's and an earlier booking of it is given back.

    Raises:
        Conflict: nothing is offered, the offer ran out, or people of the activity cannot get there.
        Forbidden, NotFound.
    """
    row, venue = wait_rows.own(tx, wait_id)
    require(rules.may_take(wait_rows.facts_of(row), tx.now))
    booking = tx.get(Booking, row.booking_id or 0, noun="booking")
    row.state = WaitState.taken
    tx.touch(row)
    tx.record(WaitTaken(**wait_rows.about(row), booking_id=booking.id))
    if row.activity_id is not None:
        _serve(tx, booking, tx.get(Activity, row.activity_id, noun="activity"), venue, override_reason)
    if venue_terms.needs_approval(tx, venue, row.team_id):
        longest = timedelta(minutes=venue.hold_minutes)
        booking.held_until = booking_states.hold_ends_at(tx.now, longest, booking.starts_at)
        tx.touch(booking)
        tx.record(BookingRequested(**booking_rows.told(booking)))
    else:
        booking_decisions.settle(tx, booking)
    return booking.id


def leave(tx: Tx, wait_id: int) -> None:
    """Give a place in line up, or the offer that came of it; the next in line is asked.

    Raises:
        Conflict: it was taken, or has ended. Forbidden, NotFound.
    """
    row, _ = wait_rows.own(tx, wait_id)
    require(rules.may_leave(wait_rows.facts_of(row)))
    withdraw(tx, row, reason="")


def withdraw(tx: Tx, row: Wait, *, reason: str) -> None:
    """End a place in line for a reason, and the offer that came of it; `reason` is a code, empty where people said so."""
    was_offered = row.state is WaitState.offered
    row.state = WaitState.withdrawn
    tx.touch(row)
    tx.record(WaitWithdrawn(**wait_rows.about(row), reason=reason))
    if was_offered:
        booking_rows.cancel(tx, tx.get(Booking, row.booking_id or 0, noun="booking"), reason or "offer_left")


def withdraw_all(tx: Tx, activity_id: int, *, reason: str) -> None:
    """End every place in line of an activity."""
    live = (col(Wait.activity_id) == activity_id, col(Wait.state).in_(sorted(rules.LIVE_STATES)))
    venue_locks.lock_all(tx, tx.session.exec(select(Wait.venue_id).where(*live)).all())
    found = select(Wait).where(*live).order_by(col(Wait.id)).with_for_update(key_share=True)
    for row in tx.session.exec(found).all():
        withdraw(tx, row, reason=reason)


def _require_taken(tx: Tx, wish: booking_wishes.Wish) -> None:
    """Raise unless nothing but other bookings stands against it; how people get there is asked once there is an offer."""
    try:
        ways_out.refuse_unless_free(tx, replace(wish.ask(), is_overriding=True))
    except VenueTaken as refusal:
        others = [reason for reason in refusal.reasons if reason.code != refusal.code]
        if others:
            raise VenueTaken(*others, alternatives=refusal.alternatives) from refusal
        if not _is_all_its_own(tx, wish, [one.booking_id for one in refusal.conflicts]):
            return
    raise Conflict(Reason("not_taken"))


def _is_all_its_own(tx: Tx, wish: booking_wishes.Wish, booking_ids: list[int]) -> bool:
    """Tell whether only the activity's own bookings are in the way, which booking anew gives back."""
    if wish.activity is None:
        return False
    others = col(Booking.activity_id).is_distinct_from(wish.activity.id)
    found = select(Booking.id).where(col(Booking.id).in_(booking_ids), others)
    return tx.session.exec(found.limit(1)).first() is None


def _same_wait(tx: Tx, wish: booking_wishes.Wish) -> int | None:
    """Return the place in line for the same hours that the activity, or without one the actor, has already."""
    if wish.activity is not None:
        whose = col(Wait.activity_id) == wish.activity.id
    else:
        whose = col(Wait.activity_id).is_(None) & (col(Wait.requested_by_id) == tx.actor.user_id)
    found = select(Wait.id).where(
        whose,
        col(Wait.venue_id) == wish.venue.id,
        col(Wait.state).in_(sorted(rules.LIVE_STATES)),
        col(Wait.ends_at) > wish.window.starts_at,
        col(Wait.starts_at) < wish.window.ends_at,
    )
    return tx.session.exec(found.limit(1)).first()


def _serve(tx: Tx, booking: Booking, activity: Activity, venue: Venue, override_reason: str) -> None:
    """Make the offered booking the activity's, if those who accepted can come along."""
    window = TimeWindow(activity.starts_at, activity.ends_at)
    against = people_travel.settle(
        tx, activity_id=activity.id, venue_id=venue.id, window=window, override_reason=override_reason
    )
    if against:
        raise Conflict(*against)
    bookings.give_back(tx, activity, reason="venue_changed")
    bookings.serve(activity, venue)
    booking.activity_id = activity.id
    booking.override_reason = people_travel.checked_reason(override_reason)
    tx.touch(activity)
