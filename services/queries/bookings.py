"""Bookings as lists show them."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import bindparam, select
from sqlmodel import col

from models.enums import BookingState, Layout
from models.errors import NotFound
from models.tables.activities import Activity
from models.tables.bookings import Booking
from models.tables.users import User
from models.tables.venues import Venue
from services import access
from services.queries.paging import DEFAULT_LIMIT, AnyRow, AnySelect, Key, Page, fetch
from services.unit_of_work import Tx

#: Links about one booking: to decide on it, and to say that one is there.
LINKS = ("booking", "arrival")


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRow:
    """One booking; `occupied` includes set-up and tear-down, `held_until` is set while it is held."""

    id: int
    venue_id: int
    venue_name: str
    activity_id: int | None
    activity_title: str | None
    team_id: int | None
    series_id: int | None
    starts_at: datetime
    ends_at: datetime
    zone: str
    occupied_from: datetime
    occupied_until: datetime
    set_up_minutes: int
    tear_down_minutes: int
    purpose: str
    people_count: int | None
    layout: Layout | None
    state: BookingState
    held_until: datetime | None
    warned_at: datetime | None
    arrived_at: datetime | None
    reason: str
    override_reason: str
    requested_by: str | None
    version: int


def list_bookings(
    tx: Tx,
    *,
    venue_id: int | None = None,
    state: BookingState | None = None,
    activity_id: int | None = None,
    requested_by_id: int | None = None,
    from_at: datetime | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[BookingRow]:
    """Return bookings by start, for everybody who has a role in the house.

    Raises:
        SignInNeeded, Forbidden; Invalid: limit or cursor.
    """
    access.require_role(tx.actor, access.SEEING)
    query = _rows()
    wanted = {
        Booking.venue_id: venue_id,
        Booking.state: state,
        Booking.activity_id: activity_id,
        Booking.requested_by_id: requested_by_id,
    }
    for column, value in wanted.items():
        if value is not None:
            query = query.where(col(column) == value)
    if from_at is not None:
        query = query.where(col(Booking.starts_at) >= from_at)
    keys = (Key(col(Booking.starts_at)), Key(col(Booking.id)))
    found, after = fetch(tx, query, keys=keys, limit=limit, cursor=cursor)
    return Page(tuple(_row(one) for one in found), after)


def read_booking(tx: Tx, booking_id: int) -> BookingRow:
    """Return one booking, for everybody who has a role in the house, and for whoever holds a link about it.

    Raises:
        NotFound: no such booking for this actor.
    """
    access.require_signed_in(tx.actor)
    found = tx.session.execute(_one(), {"booking_id": booking_id}).first()
    is_linked = any(access.holds_link(tx.actor, noun, booking_id) for noun in LINKS)
    if found is None or not (tx.actor.has(access.SEEING) or is_linked):
        raise NotFound("booking", booking_id)
    return _row(found)


@cache
def _one() -> AnySelect:
    return _rows().where(col(Booking.id) == bindparam("booking_id"))


def _rows() -> AnySelect:
    return (
        select(
            Booking,
            col(Venue.name).label("venue_name"),
            col(Venue.zone).label("zone"),
            col(Activity.title).label("activity_title"),
            col(User.name).label("requested_by"),
        )
        .join(Venue, col(Venue.id) == col(Booking.venue_id))
        .join(Activity, col(Activity.id) == col(Booking.activity_id), isouter=True)
        .join(User, col(User.id) == col(Booking.requested_by_id), isouter=True)
    )


def _row(found: AnyRow) -> BookingRow:
    one: Booking = found.Booking
    return BookingRow(
        id=one.id,
        venue_id=one.venue_id,
        venue_name=found.venue_name,
        activity_id=one.activity_id,
        activity_title=found.activity_title,
        team_id=one.team_id,
        series_id=one.series_id,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        zone=found.zone,
        occupied_from=one.occupied_from,
        occupied_until=one.occupied_until,
        set_up_minutes=one.set_up_minutes,
        tear_down_minutes=one.tear_down_minutes,
        purpose=one.purpose,
        people_count=one.people_count,
        layout=one.layout,
        state=one.state,
        held_until=one.held_until,
        warned_at=one.warned_at,
        arrived_at=one.arrived_at,
        reason=one.reason,
        override_reason=one.override_reason,
        requested_by=found.requested_by,
        version=one.version,
    )
