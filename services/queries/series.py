"""One series with its dates: what each has, why it was refused, what it may have instead; a fixed number of statements."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from models.enums import BookingState, Layout
from models.errors import NotFound
from models.rules.alternatives import Alternative
from models.rules.booking_states import OPEN_STATES
from models.rules.verdicts import Reason
from models.tables.bookings import Booking
from models.tables.series import BookingSeries, SeriesDate
from models.tables.users import User
from models.tables.venues import Venue
from services import access, series_rows
from services.queries.paging import AnyRow, AnySelect
from services.series_rows import NOT_MOVED
from services.unit_of_work import HIGHEST_ID, Tx


@dataclass(frozen=True, slots=True)
class VenueAt:
    """A venue by its name, with the zone that its times are told in."""

    id: int
    name: str
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedAt:
    """What a date has: the newest booking of it, whatever became of that."""

    id: int
    state: BookingState
    venue: VenueAt
    starts_at: datetime
    ends_at: datetime
    purpose: str
    reason: str

    @property
    def is_open(self) -> bool:
        """Tell whether something may still become of it."""
        return self.state in OPEN_STATES


@dataclass(frozen=True, slots=True)
class WayAt:
    """What a refused date may have instead, as far as was known then."""

    venue: VenueAt
    way: Alternative


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesDateRow:
    """One date: the window that was wanted, and what came of it.

    `reasons` say why it was refused, the last time; with `is_stuck` they say why an open booking could not
    be moved. `is_elsewhere` tells that the booking has another window or venue than was wanted.
    """

    id: int
    starts_at: datetime
    ends_at: datetime
    booking: BookedAt | None
    reasons: tuple[Reason, ...]
    alternative: WayAt | None
    is_past: bool
    is_stuck: bool
    is_elsewhere: bool
    may_take: bool
    may_retry: bool
    may_change: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesView:
    """A series; the first window's local time is that of every date, by the clocks of its venue."""

    id: int
    venue: VenueAt
    needs_approval: bool
    rrule: str
    starts_at: datetime
    ends_at: datetime
    set_up_minutes: int
    tear_down_minutes: int
    purpose: str
    people_count: int | None
    layout: Layout | None
    team_id: int | None
    requested_by: str | None
    created_at: datetime
    version: int
    dates: tuple[SeriesDateRow, ...]
    may_change: bool

    @property
    def counts(self) -> Counter[BookingState | None]:
        """How many dates have a booking in each state; None counts those that have none."""
        return Counter(one.booking.state if one.booking else None for one in self.dates)


def read_series(tx: Tx, series_id: int) -> SeriesView:
    """Return one series, for everybody who has a role in the house.

    Raises:
        SignInNeeded, NotFound.
    """
    access.require_signed_in(tx.actor)
    query: AnySelect = (
        select(BookingSeries, Venue, col(User.name).label("requested_by"))
        .join(Venue, col(Venue.id) == col(BookingSeries.venue_id))
        .outerjoin(User, col(User.id) == col(BookingSeries.requested_by_id))
        .where(col(BookingSeries.id) == series_id)
    )
    found = tx.session.execute(query).first() if 1 <= series_id <= HIGHEST_ID else None
    if found is None or not tx.actor.has(access.SEEING):
        raise NotFound("series", series_id)
    row: BookingSeries = found.BookingSeries
    may_change = series_rows.is_own(tx, row.requested_by_id) and tx.actor.has(access.LEADING)
    return SeriesView(
        id=row.id,
        venue=_venue(found.Venue),
        needs_approval=found.Venue.needs_approval,
        rrule=row.rrule,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        set_up_minutes=row.set_up_minutes,
        tear_down_minutes=row.tear_down_minutes,
        purpose=row.purpose,
        people_count=row.people_count,
        layout=row.layout,
        team_id=row.team_id,
        requested_by=found.requested_by,
        created_at=row.created_at,
        version=row.version,
        dates=_dates(tx, row, may_change=may_change),
        may_change=may_change,
    )


def require_date(tx: Tx, series_id: int, date_id: int) -> None:
    """Raise `NotFound` unless the date is one of the series."""
    found = select(col(SeriesDate.id)).where(col(SeriesDate.id) == date_id, col(SeriesDate.series_id) == series_id)
    if tx.session.execute(found).first() is None:
        raise NotFound("series_date", date_id)


def venues_of(tx: Tx, ways: Iterable[Alternative | None], also: Iterable[int] = ()) -> dict[int, VenueAt]:
    """Return the venues of ways out, and others, by their ids; one statement."""
    ids = {*(way.venue_id for way in ways if way is not None), *also}
    rows = tx.session.execute(select(Venue).where(col(Venue.id).in_(ids))).scalars()
    return {row.id: _venue(row) for row in rows}


def _dates(tx: Tx, series: BookingSeries, *, may_change: bool) -> tuple[SeriesDateRow, ...]:
    rows = tx.session.execute(
        select(SeriesDate, Booking, Venue)
        .outerjoin(Booking, col(Booking.id) == col(SeriesDate.booking_id))
        .outerjoin(Venue, col(Venue.id) == col(Booking.venue_id))
        .where(col(SeriesDate.series_id) == series.id)
        .order_by(col(SeriesDate.starts_at))
    ).all()
    ways = {row.SeriesDate.id: series_rows.alternative_in(row.SeriesDate.alternative) for row in rows}
    venues = venues_of(tx, ways.values())
    return tuple(_date(row, series, ways[row.SeriesDate.id], venues, tx.now, may_change=may_change) for row in rows)


def _date(
    row: AnyRow,
    series: BookingSeries,
    way: Alternative | None,
    venues: dict[int, VenueAt],
    now: datetime,
    *,
    may_change: bool,
) -> SeriesDateRow:
    one: SeriesDate = row.SeriesDate
    booking = None if row.Booking is None else _booked(row.Booking, row.Venue)
    reasons = series_rows.reasons_in(one)
    has_booking = booking is not None and booking.is_open
    is_stuck = has_booking and any(reason.code == NOT_MOVED for reason in reasons)
    is_ahead = may_change and one.starts_at > now
    wanted = (series.venue_id, one.starts_at, one.ends_at)
    is_elsewhere = booking is not None and (booking.venue.id, booking.starts_at, booking.ends_at) != wanted
    return SeriesDateRow(
        id=one.id,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        booking=booking,
        reasons=reasons,
        alternative=None if way is None else WayAt(venues[way.venue_id], way),
        is_past=one.starts_at <= now,
        is_stuck=is_stuck,
        is_elsewhere=is_elsewhere,
        may_take=is_ahead and way is not None and way.starts_at > now and (is_stuck or not has_booking),
        may_retry=is_ahead and (not has_booking or (is_stuck and is_elsewhere)),
        may_change=is_ahead,
    )


def _booked(booking: Booking, venue: Venue) -> BookedAt:
    return BookedAt(
        id=booking.id,
        state=booking.state,
        venue=_venue(venue),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        purpose=booking.purpose,
        reason=booking.reason,
    )


def _venue(row: Venue) -> VenueAt:
    return VenueAt(row.id, row.name, row.zone)
