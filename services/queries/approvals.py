"""What the page behind a venue contact's link shows: the request, who else asks, and other times that are free."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from models.rules import booking_states as rules
from models.rules.alternatives import Alternative
from models.tables.activities import Activity
from models.tables.bookings import Booking
from models.tables.people import Person
from models.tables.users import User
from models.tables.venues import Venue
from services import booking_rows, ways_out
from services.queries.booking_sheets import UNDECIDED, Rival, rivals
from services.queries.bookings import BookingRow, read_booking
from services.unit_of_work import Tx

#: As many other times as one can choose from with a thumb.
MOST_TIMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A request as whoever decides on the venue sees it; contacts of the one who asks are told, so that they can call.

    `other_times` are windows of the same venue that were free a moment ago. `is_open` tells that it waits for
    an answer; `has_lapsed` of a hold that has run out.
    """

    booking: BookingRow
    people_count: int | None
    asked_by_phone: str
    asked_at: datetime
    is_open: bool
    has_lapsed: bool
    rivals: tuple[Rival, ...]
    other_times: tuple[Alternative, ...]


def read_approval(tx: Tx, booking_id: int) -> Approval:
    """Return a request for whoever holds its link.

    Raises:
        NotFound.
    """
    row = read_booking(tx, booking_id)
    found = tx.session.execute(
        select(Booking, Venue, col(Person.phone).label("phone"), col(Activity.capacity).label("capacity"))
        .join(Venue, col(Venue.id) == col(Booking.venue_id))
        .outerjoin(User, col(User.id) == col(Booking.requested_by_id))
        .outerjoin(Person, col(Person.id) == col(User.person_id))
        .outerjoin(Activity, col(Activity.id) == col(Booking.activity_id))
        .where(col(Booking.id) == booking_id)
    ).one()
    booking: Booking = found.Booking
    facts = booking_rows.facts_of(tx, booking, found.Venue)
    is_open = booking.state in UNDECIDED and bool(rules.may_decline(facts, tx.now))
    ways = ways_out.find(tx, booking_rows.ask_of(tx, booking)) if is_open else ()
    return Approval(
        booking=row,
        people_count=booking.people_count or found.capacity,
        asked_by_phone=found.phone or "",
        asked_at=booking.created_at,
        is_open=is_open,
        has_lapsed=rules.has_lapsed(facts, tx.now),
        rivals=rivals(tx, booking) if is_open else (),
        other_times=tuple(way for way in ways if way.venue_id == booking.venue_id)[:MOST_TIMES],
    )
