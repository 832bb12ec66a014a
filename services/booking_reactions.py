"""What follows from what becomes of bookings and of the queue for venues, in the same transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from models.enums import BookingState, Direction, NotificationKind, VenueRightKind
from models.events import (
    ActivityCancelled,
    ActivityHeld,
    ActivityMoved,
    ActivityPostponed,
    BookingArrived,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingLapsed,
    BookingMoved,
    BookingReleased,
    BookingRequested,
    BookingWarned,
    CheckedIn,
    Event,
    TallyRecorded,
    WaitExpired,
    WaitOffered,
    WaitTaken,
    WaitWithdrawn,
)
from models.rules import delivery as delivery_rules
from models.tables.activities import Activity
from models.tables.bookings import Booking
from models.tables.teams import TeamAncestry
from models.tables.users import UserGrant
from models.tables.venues import Venue, VenueRight
from models.tables.waits import Wait
from services import (
    access,
    booking_decisions,
    booking_ends,
    deliveries,
    facts,
    notify,
    wait_offers,
    waits,
)
from services.unit_of_work import Reaction, Tx

Freed = BookingCancelled | BookingDeclined | BookingLapsed | BookingMoved | BookingReleased


def on_requested(tx: Tx, event: BookingRequested) -> None:
    """Ask the host; anew for every window that is asked for."""
    booking, venue = _booking(tx, event.subject_id), tx.get(Venue, event.venue_id, noun="venue", for_update=False)
    key = f"booking_asked:{booking.id}:{booking.version}"
    _tell(tx, NotificationKind.booking_asked, booking, _hosts(tx, venue), key, {"state": "requested", "reason": ""})


def on_decided(tx: Tx, event: BookingConfirmed | BookingDeclined) -> None:
    """Tell whoever asked, unless they decided themselves."""
    booking = _booking(tx, event.subject_id)
    is_by_themselves = tx.actor.user_id is not None and tx.actor.user_id == booking.requested_by_id
    if booking.decided_at is None or is_by_themselves or tx.actor.detail.startswith("wait:"):
        return
    key = f"booking_decided:{booking.id}:{booking.version}"
    payload = {"state": booking.state.value, "reason": booking.reason}
    if isinstance(event, BookingDeclined) and event.offered_from and event.offered_until:
        payload |= {"offered_from": event.offered_from.isoformat(), "offered_until": event.offered_until.isoformat()}
    _tell(tx, NotificationKind.booking_decided, booking, notify.user(tx, booking.requested_by_id), key, payload)


def on_freed(tx: Tx, event: Freed) -> None:
    """Ask whoever waits for the venue; an offer that others ended is over for whom it was made."""
    wait_offers.end_offer(tx, event.subject_id)
    wait_offers.offer_next(tx, event.venue_id)


def on_moved(tx: Tx, event: BookingMoved) -> None:
    """Take back what is on its way about the old window."""
    kinds = (NotificationKind.booking_asked, NotificationKind.booking_decided, NotificationKind.no_show)
    deliveries.withdraw(tx, booking_id=event.subject_id, kinds=kinds, reason="booking_moved")


def on_ended(tx: Tx, event: BookingLapsed | BookingReleased) -> None:
    """Tell whoever had it that the venue is no longer kept for them."""
    booking = _booking(tx, event.subject_id)
    reason = event.reason if isinstance(event, BookingLapsed) else booking.reason
    key = f"booking_ended:{booking.id}:{booking.version}"
    payload = {"state": booking.state.value, "reason": reason}
    _tell(tx, NotificationKind.booking_ended, booking, _people_of(tx, booking), key, payload)


def on_warned(tx: Tx, event: BookingWarned) -> None:
    """Tell whoever booked, and the organiser of the activity, that nobody is there; later it would be no use."""
    booking = _booking(tx, event.subject_id)
    key, payload = f"no_show:{booking.id}:{booking.version}", {"release_at": event.release_at.isoformat()}
    _tell(tx, NotificationKind.no_show, booking, _people_of(tx, booking), key, payload, expires_at=event.release_at)


def on_arrived(tx: Tx, event: BookingArrived) -> None:
    """Nobody who is there is told that they are not."""
    deliveries.withdraw(tx, booking_id=event.subject_id, kinds=(NotificationKind.no_show,), reason="people_arrived")


def on_presence(tx: Tx, event: CheckedIn | TallyRecorded) -> None:
    """Whoever is counted at an activity is at its venue."""
    if isinstance(event, CheckedIn) and event.direction != Direction.arrival.value:
        return
    found = select(Booking).where(
        col(Booking.activity_id) == event.activity_id,
        col(Booking.state) == BookingState.confirmed,
        col(Booking.arrived_at).is_(None),
    )
    for booking in tx.session.exec(found.order_by(col(Booking.id)).with_for_update(key_share=True)).all():
        booking_decisions.note_arrival(tx, booking)


def on_held(tx: Tx, event: ActivityHeld) -> None:
    """What took place has used its venue."""
    activity = tx.get(Activity, event.subject_id, noun="activity", for_update=False)
    booking = facts.open_booking(tx, activity) if activity.venue_id else None
    if booking is not None and booking.state is BookingState.confirmed:
        booking_ends.use(tx, booking)


def on_off_its_date(tx: Tx, event: ActivityCancelled | ActivityMoved | ActivityPostponed) -> None:
    """Nobody queues for hours that are no longer wanted."""
    waits.withdraw_all(tx, event.subject_id, reason=event.key.replace(".", "_"))


def on_offered(tx: Tx, event: WaitOffered) -> None:
    """Tell whoever is first in line; once the offer is over it would be no use."""
    booking = _booking(tx, event.booking_id)
    payload = {"wait_id": event.subject_id, "held_until": event.held_until.isoformat()}
    people = notify.user(tx, booking.requested_by_id)
    key = f"place_offered:{event.subject_id}:{booking.id}"
    _tell(tx, NotificationKind.place_offered, booking, people, key, payload, expires_at=event.held_until)


def on_offer_over(tx: Tx, event: WaitExpired | WaitTaken | WaitWithdrawn) -> None:
    """Take back an offer that is on its way."""
    wait = tx.get(Wait, event.subject_id, noun="wait", for_update=False)
    if wait.booking_id is not None:
        kinds = (NotificationKind.place_offered,)
        deliveries.withdraw(tx, booking_id=wait.booking_id, kinds=kinds, reason="offer_over")


def _booking(tx: Tx, booking_id: int) -> Booking:
    return tx.session.get_one(Booking, booking_id)


def _hosts(tx: Tx, venue: Venue) -> list[notify.Recipient]:
    """Return whom to ask: the venue's contact, else the organisers of the teams that decide by its terms."""
    if venue.contact_email:
        return [notify.Recipient(address=venue.contact_email, locale=tx.settings.locale)]
    found = (
        select(UserGrant.user_id)
        .join(TeamAncestry, col(TeamAncestry.ancestor_id) == col(UserGrant.team_id))
        .join(VenueRight, col(VenueRight.team_id) == col(TeamAncestry.team_id))
        .where(
            col(VenueRight.venue_id) == venue.id,
            col(VenueRight.kind) == VenueRightKind.approve,
            col(UserGrant.role).in_(sorted(access.MANAGING)),
        )
        .distinct()
    )
    return [recipient for user_id in sorted(tx.session.exec(found)) for recipient in notify.user(tx, user_id)]


def _people_of(tx: Tx, booking: Booking) -> list[notify.Recipient]:
    """Return whoever asked for it and the organiser of its activity, each once."""
    activity = _activity(tx, booking)
    users = {booking.requested_by_id: None, activity.organiser_id if activity else None: None}
    return [recipient for user_id in users for recipient in notify.user(tx, user_id)]


def _activity(tx: Tx, booking: Booking) -> Activity | None:
    if booking.activity_id is None:
        return None
    return tx.get(Activity, booking.activity_id, noun="activity", for_update=False)


def _tell(
    tx: Tx,
    kind: NotificationKind,
    booking: Booking,
    recipients: Sequence[notify.Recipient],
    dedupe_key: str,
    payload: dict[str, Any],
    *,
    expires_at: datetime | None = None,
) -> None:
    notify.request(
        tx,
        kind=kind,
        recipients=recipients,
        activity=_activity(tx, booking),
        booking_id=booking.id,
        payload=payload,
        dedupe_key=dedupe_key,
        expires_at=expires_at or delivery_rules.expires_at(kind, tx.now, facts.window_of(booking)),
    )


BOOKING_REACTIONS: Mapping[type[Event], Sequence[Reaction]] = {
    BookingRequested: (on_requested,),
    BookingConfirmed: (on_decided,),
    BookingDeclined: (on_decided, on_freed),
    BookingCancelled: (on_freed,),
    BookingMoved: (on_moved, on_freed),
    BookingLapsed: (on_ended, on_freed),
    BookingReleased: (on_ended, on_freed),
    BookingWarned: (on_warned,),
    BookingArrived: (on_arrived,),
    CheckedIn: (on_presence,),
    TallyRecorded: (on_presence,),
    ActivityHeld: (on_held,),
    ActivityMoved: (on_off_its_date,),
    ActivityPostponed: (on_off_its_date,),
    ActivityCancelled: (on_off_its_date,),
    WaitOffered: (on_offered,),
    WaitTaken: (on_offer_over,),
    WaitWithdrawn: (on_offer_over,),
    WaitExpired: (on_offer_over,),
}
