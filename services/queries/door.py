"""What a screen beside a hall's door shows: today's stays there, without the names of people.

Only titles of activities that were released are told; what people wrote for themselves is not.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import col

from models.enums import ActivityState, BookingState
from models.errors import NotFound
from models.tables.activities import Activity
from models.tables.bookings import Booking
from models.tables.venues import Venue
from muster.localtime import local_day, zone
from services import access
from services.queries.paging import AnyRow, AnySelect
from services.queries.venue_days import TAKING, OpenSpan, sharing, venue_day
from services.queries.venues import VenueRow, venue_row, venue_rows
from services.unit_of_work import Tx

PUBLIC_STATES = frozenset({ActivityState.released, ActivityState.held, ActivityState.closed})


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorStay:
    """One stay of today; instants in UTC, `[occupied_from, occupied_until)` with set-up and tear-down.

    `title` is None where it is not public. `venue_name` is that of a whole or a part that was booked
    in its stead, None where it was this venue. `arrived_at` is when somebody said: we are here.
    """

    booking_id: int
    state: BookingState
    starts_at: datetime
    ends_at: datetime
    occupied_from: datetime
    occupied_until: datetime
    title: str | None
    venue_name: str | None
    arrived_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorDay:
    """The local day of a venue in which the transaction's now lies; stays by start."""

    venue: VenueRow
    on: date
    ends_at: datetime
    opening: tuple[OpenSpan, ...]
    stays: tuple[DoorStay, ...]


def read_door(tx: Tx, venue_id: int) -> DoorDay:
    """Return today at a venue, for anybody signed in and for the link beside its door.

    Raises:
        SignInNeeded, NotFound.
    """
    if not access.holds_link(tx.actor, "door", venue_id):
        access.require_signed_in(tx.actor)
    found = tx.session.execute(venue_rows().where(col(Venue.id) == venue_id)).first()
    if found is None:
        raise NotFound("venue", venue_id)
    today = local_day(tx.now, zone(found.Venue.zone))
    day = venue_day(tx, venue_id, today)
    query: AnySelect = (
        select(Booking, col(Venue.name).label("venue_name"), col(Activity.title))
        .join(Venue, col(Venue.id) == col(Booking.venue_id))
        .outerjoin(
            Activity, (col(Activity.id) == col(Booking.activity_id)) & col(Activity.state).in_(sorted(PUBLIC_STATES))
        )
        .where(
            col(Booking.venue_id).in_(sorted(sharing(tx, [venue_id]))),
            col(Booking.state).in_(TAKING),
            col(Booking.occupied_until) > day.starts_at,
            col(Booking.occupied_from) < day.ends_at,
        )
        .order_by(col(Booking.starts_at), col(Booking.id))
    )
    return DoorDay(
        venue=venue_row(found),
        on=today,
        ends_at=day.ends_at,
        opening=day.opening,
        stays=tuple(_stay(row, venue_id) for row in tx.session.execute(query)),
    )


def _stay(row: AnyRow, venue_id: int) -> DoorStay:
    booking: Booking = row.Booking
    return DoorStay(
        booking_id=booking.id,
        state=booking.state,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        occupied_from=booking.occupied_from,
        occupied_until=booking.occupied_until,
        title=row.title,
        venue_name=None if booking.venue_id == venue_id else row.venue_name,
        arrived_at=booking.arrived_at,
    )
