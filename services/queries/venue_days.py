"""What is on at venues, by day and week: bookings with their set-up and tear-down, hours, working days.

A venue's day shows what is booked there, what is booked at a whole that it is a part of, and what
is booked at its parts: all of it stands in the way. Strangers see that a venue is taken, not by whom.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import col

from models.enums import BookingState
from models.errors import Invalid, NotFound
from models.rules.venue_hours import deciding, open_windows
from models.rules.venues import VenueFacts
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.bookings import Booking
from models.tables.users import User
from models.tables.venues import Venue, VenueResource
from models.values import TimeWindow
from muster.localtime import day_bounds, zone
from muster.workcalendar import Day
from muster.workcalendar import day as calendar_day
from services import access, venue_facts
from services.queries import filters
from services.queries.paging import AnyRow, AnySelect
from services.queries.venues import VenueRef, VenueRow, venue_row, venue_rows
from services.unit_of_work import Tx

TAKING = (BookingState.held, BookingState.confirmed, BookingState.used)
SHOWN = (*TAKING, BookingState.requested)
DAYS_A_WEEK = 7
FIRST_YEAR, LAST_YEAR = 1900, 2199


@dataclass(frozen=True, slots=True)
class BookedRow:
    """One booking on a day; all instants in UTC, `[occupied_from, occupied_until)` with the buffers.

    `venue` is what was booked: this venue, a whole above it or a part below it. Strangers get no
    id, purpose or name, and `is_masked` is true; `activity_title` is for those who may see the activity.
    """

    venue: VenueRef
    state: BookingState
    starts_at: datetime
    ends_at: datetime
    occupied_from: datetime
    occupied_until: datetime
    set_up_minutes: int
    tear_down_minutes: int
    held_until: datetime | None
    booking_id: int | None
    purpose: str | None
    booked_by: str | None
    activity_id: int | None
    activity_title: str | None
    is_masked: bool


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """When a venue is open on a day, as instants in UTC."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """That a day's hours are others than its weekday's: closed, or open just then; `note` says why."""

    is_closed: bool
    note: str


@dataclass(frozen=True, slots=True)
class VenueDay:
    """A local day of a venue. `opening` is the whole day where the venue has no hours, empty when closed.

    `special` is the closure or extra opening that decides on the day, None where its usual hours do.
    """

    day: Day
    starts_at: datetime
    ends_at: datetime
    opening: tuple[OpenSpan, ...]
    bookings: tuple[BookedRow, ...]
    special: SpecialDay | None = None


@dataclass(frozen=True, slots=True)
class VenueWeek:
    """Seven days of one venue, from a Monday."""

    venue: VenueRow
    days: tuple[VenueDay, ...]


def venue_day(tx: Tx, venue_id: int, day: date) -> VenueDay:
    """Return one local day of a venue.

    Raises:
        NotFound: no such venue.
        Invalid: a day in years that we do not keep.
    """
    return _weeks(tx, [col(Venue.id) == filters.known_id("venue", venue_id)], day, 1, venue_id)[0].days[0]


def venue_week(
    tx: Tx, venue_id: int | None, monday: date, *, among: Collection[int] | None = None
) -> tuple[VenueWeek, ...]:
    """Return a week of one venue, or of all venues valid in it by pinyin; always the same number of statements.

    `among` leaves out all venues but those.

    Raises:
        NotFound: no such venue.
        Invalid: the day is no Monday, or lies in years that we do not keep.
    """
    if monday.weekday() != 0:
        raise Invalid(Reason("not_a_monday", {"field": "monday"}))
    if venue_id is not None:
        which: list[ColumnElement[bool]] = [col(Venue.id) == filters.known_id("venue", venue_id)]
    else:
        which = [
            col(Venue.valid_from_on) < monday + timedelta(days=DAYS_A_WEEK),
            or_(col(Venue.valid_until_on).is_(None), col(Venue.valid_until_on) > monday),
        ]
        which += [] if among is None else [col(Venue.id).in_(sorted(among))]
    return _weeks(tx, which, monday, DAYS_A_WEEK, venue_id)


def sharing(tx: Tx, venue_ids: Collection[int]) -> Mapping[int, set[int]]:
    """Return, by venue that may be booked, those of the given venues that share room with it; one statement."""
    wanted = set(venue_ids)
    together: dict[int, set[int]] = defaultdict(set)
    mine = select(col(VenueResource.resource_id)).where(col(VenueResource.venue_id).in_(wanted))
    query = select(VenueResource).where(col(VenueResource.resource_id).in_(mine))
    for row in tx.session.execute(query).scalars():
        together[row.resource_id].add(row.venue_id)
    found: dict[int, set[int]] = {venue_id: {venue_id} for venue_id in wanted}
    for each in together.values():
        for venue_id in each:
            found.setdefault(venue_id, set()).update(each & wanted)
    return found


def _weeks(
    tx: Tx, which: Sequence[ColumnElement[bool]], first: date, day_count: int, venue_id: int | None
) -> tuple[VenueWeek, ...]:
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        raise Invalid(Reason("day_wrong", {"field": "day"}))
    rows = sorted(tx.session.execute(venue_rows().where(*which)), key=lambda row: (row.Venue.sort_key, row.Venue.id))
    if venue_id is not None and not rows:
        raise NotFound("venue", venue_id)
    venues = [venue_row(row) for row in rows]
    ids = [venue.id for venue in venues]
    days = [first + timedelta(days=number) for number in range(day_count)]
    options = venue_facts.options(tx, venue_id)
    booked = _booked(tx, ids, first, days[-1])
    return tuple(
        VenueWeek(
            venue,
            tuple(_day(options[venue.id].venue, day, booked[venue.id]) for day in days),
        )
        for venue in venues
    )


def _day(venue: VenueFacts, on: date, booked: Iterable[BookedRow]) -> VenueDay:
    starts_at, ends_at = day_bounds(on, venue.zone)
    is_valid = venue.valid is None or venue.valid.contains(on)
    special = deciding(venue.days, on)
    return VenueDay(
        day=calendar_day(on),
        starts_at=starts_at,
        ends_at=ends_at,
        opening=tuple(_opening(venue, on, TimeWindow(starts_at, ends_at))) if is_valid else (),
        bookings=tuple(row for row in booked if row.occupied_from < ends_at and row.occupied_until > starts_at),
        special=SpecialDay(special[0].opens is None, special[0].note) if special and is_valid else None,
    )


def _opening(venue: VenueFacts, on: date, whole: TimeWindow) -> Iterable[OpenSpan]:
    for span in open_windows(venue, on, on):
        if span.overlaps(whole):
            yield OpenSpan(max(span.starts_at, whole.starts_at), min(span.ends_at, whole.ends_at))


def _booked(tx: Tx, venue_ids: Collection[int], first: date, last: date) -> Mapping[int, list[BookedRow]]:
    """Return what stands in the way at each venue, by start; two statements, however many venues."""
    margin = timedelta(days=2)  # more than any zone is away from any other; `_day` cuts sharply
    from_at, _ = day_bounds(first, zone("UTC"))
    _, until_at = day_bounds(last, zone("UTC"))
    shown = TAKING if tx.actor.kind == "stranger" else SHOWN
    neighbours = sharing(tx, venue_ids)
    query: AnySelect = (
        select(Booking, col(Venue.name).label("venue_name"), col(User.name).label("user_name"), col(Activity.title))
        .join(Venue, col(Venue.id) == col(Booking.venue_id))
        .outerjoin(User, col(User.id) == col(Booking.requested_by_id))
        .outerjoin(Activity, (col(Activity.id) == col(Booking.activity_id)) & access.may_see_activity(tx.actor))
        .where(
            col(Booking.venue_id).in_(sorted(neighbours)),
            col(Booking.state).in_(shown),
            col(Booking.occupied_until) > from_at - margin,
            col(Booking.occupied_from) < until_at + margin,
        )
        .order_by(col(Booking.occupied_from), col(Booking.id))
    )
    found: dict[int, list[BookedRow]] = defaultdict(list)
    for row in tx.session.execute(query):
        for venue_id in neighbours.get(row.Booking.venue_id, ()):
            found[venue_id].append(_booked_row(row, is_masked=tx.actor.kind == "stranger"))
    return found


def _booked_row(row: AnyRow, *, is_masked: bool) -> BookedRow:
    booking: Booking = row.Booking
    return BookedRow(
        venue=VenueRef(booking.venue_id, row.venue_name),
        state=booking.state,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        occupied_from=booking.occupied_from,
        occupied_until=booking.occupied_until,
        set_up_minutes=booking.set_up_minutes,
        tear_down_minutes=booking.tear_down_minutes,
        held_until=None if is_masked else booking.held_until,
        booking_id=None if is_masked else booking.id,
        purpose=None if is_masked else booking.purpose,
        booked_by=None if is_masked else row.user_name,
        activity_id=booking.activity_id if row.title is not None else None,
        activity_title=row.title,
        is_masked=is_masked,
    )
