"""What a message about a booking is about, read anew at the moment of sending: frozen facts, no rows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from models.enums import BookingState, NotificationKind, WaitState
from models.tables.activities import Activity
from models.tables.bookings import Booking
from models.tables.people import Person
from models.tables.users import User
from models.tables.venues import Venue
from models.tables.waits import Wait
from models.values import TimeWindow
from services import booking_rows, facts, ways_out
from services.booking_decisions import OTHER_CONFIRMED
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class InsteadPart:
    """A way out that was free a moment ago; `minutes` of road from the venue asked for, None at the same one or unknown."""

    venue_id: int
    venue_name: str
    window: TimeWindow
    zone: str
    minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingPart:
    """The booking as it is now.

    `instead` is looked for where the venue went to another who had asked for the same hours, and only while
    somebody is told so; `wait_id` and `wait_state` are the place in the queue that a hold is an offer to.
    """

    booking_id: int
    venue_id: int
    state: BookingState
    reason: str
    purpose: str
    venue_name: str
    contact_name: str  #: who decides at the venue
    window: TimeWindow
    occupied: TimeWindow
    zone: str
    asked_by_name: str
    asked_by_phone: str
    people_count: int
    held_until: datetime | None = None
    has_arrived: bool = False
    wait_id: int | None = None
    wait_state: WaitState | None = None
    instead: InsteadPart | None = None


def booking_part(tx: Tx, kind: NotificationKind, booking_id: int | None) -> BookingPart | None:
    """Return what a message of a kind needs of its booking; None where it is about none."""
    if booking_id is None:
        return None
    query = (
        select(Booking, Venue, User, Person, Wait, col(Activity.capacity))
        .join(Venue, col(Venue.id) == col(Booking.venue_id))
        .join(User, col(User.id) == col(Booking.requested_by_id), isouter=True)
        .join(Person, col(Person.id) == col(User.person_id), isouter=True)
        .join(Wait, col(Wait.booking_id) == col(Booking.id), isouter=True)
        .join(Activity, col(Activity.id) == col(Booking.activity_id), isouter=True)
        .where(col(Booking.id) == booking_id)
    )
    booking, venue, user, person, wait, capacity = tx.session.execute(query).one()
    return BookingPart(
        booking_id=booking.id,
        venue_id=booking.venue_id,
        state=booking.state,
        reason=booking.reason,
        purpose=booking.purpose,
        venue_name=venue.name,
        contact_name=venue.contact_name or "",
        window=facts.window_of(booking),
        occupied=TimeWindow(booking.occupied_from, booking.occupied_until),
        zone=venue.zone,
        asked_by_name=user.name if user else "",
        asked_by_phone=(person.phone or "") if person else "",
        people_count=booking.people_count or capacity or 0,
        held_until=booking.held_until,
        has_arrived=booking.arrived_at is not None,
        wait_id=wait.id if wait else None,
        wait_state=wait.state if wait else None,
        instead=_instead(tx, booking) if kind is NotificationKind.booking_decided else None,
    )


def _instead(tx: Tx, booking: Booking) -> InsteadPart | None:
    """Look for a way out now, where another request for the same hours was confirmed; nothing of it is kept."""
    if booking.state is not BookingState.declined or booking.reason != OTHER_CONFIRMED:
        return None
    way = next(iter(ways_out.find(tx, booking_rows.ask_of(tx, booking))), None)
    if way is None:
        return None
    venue = tx.get(Venue, way.venue_id, noun="venue", for_update=False)
    minutes = way.reason.params.get("minutes") if way.venue_id != booking.venue_id else None
    return InsteadPart(
        venue_id=venue.id,
        venue_name=venue.name,
        window=TimeWindow(way.starts_at, way.ends_at),
        zone=venue.zone,
        minutes=minutes,
    )
