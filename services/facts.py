"""Rows as the small frozen facts that rules take."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlmodel import col, func, select

from models.enums import AssignmentRole, BookingState, Direction, TraitKind
from models.rules.activity import ActivityFacts, Counted, VenueNeed
from models.rules.assignment import LIVE_STATES, PersonFacts
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.attendance import Attendance
from models.tables.bookings import Booking
from models.tables.people import Person, PersonTrait
from models.tables.resources import Occupancy, Resource
from models.tables.tallies import Tally
from models.values import DayWindow, TimeWindow
from muster.localtime import zone
from services import venue_locks
from services.unit_of_work import Tx

OPEN_BOOKINGS = (BookingState.confirmed, BookingState.held, BookingState.requested)


def window_of(row: Activity | Booking) -> TimeWindow:
    """Return the window of a row."""
    return TimeWindow(row.starts_at, row.ends_at)


def activity_facts(activity: Activity) -> ActivityFacts:
    """Return what rules need of an activity."""
    return ActivityFacts(activity_id=activity.id, kind=activity.kind, state=activity.state, window=window_of(activity))


def open_booking(tx: Tx, activity: Activity) -> Booking | None:
    """Return the booking that serves the activity at its venue, both locked: the most settled one, the newest first."""
    if activity.venue_id is not None:
        venue_locks.lock(tx, activity.venue_id)
    found = tx.session.exec(
        select(Booking)
        .where(col(Booking.activity_id) == activity.id, col(Booking.venue_id) == activity.venue_id)
        .where(col(Booking.state).in_(OPEN_BOOKINGS))
        .order_by(col(Booking.id).desc())
        .with_for_update()
    ).all()
    return min(found, key=lambda booking: OPEN_BOOKINGS.index(booking.state), default=None)


def venue_need(activity: Activity, booking: Booking | None) -> VenueNeed:
    """Return which venue an activity needs and how far its booking is."""
    return VenueNeed(
        venue_id=activity.venue_id,
        booking_state=booking.state if booking else None,
        booked=window_of(booking) if booking else None,
    )


def counted(tx: Tx, activity_id: int) -> Counted:
    """Return how many named people arrived and how many heads were tallied, reversals taken off."""
    reversed_rows = select(col(Attendance.reverses_id)).where(
        col(Attendance.activity_id) == activity_id, col(Attendance.reverses_id).is_not(None)
    )
    named = tx.session.exec(
        select(func.count(func.distinct(col(Attendance.person_id)))).where(
            col(Attendance.activity_id) == activity_id,
            col(Attendance.direction) == Direction.arrival,
            col(Attendance.reverses_id).is_(None),
            col(Attendance.id).not_in(reversed_rows),
        )
    ).one()
    taken_back = select(col(Tally.reverses_id)).where(
        col(Tally.activity_id) == activity_id, col(Tally.reverses_id).is_not(None)
    )
    heads = tx.session.exec(
        select(func.coalesce(func.sum(col(Tally.count)), 0)).where(
            col(Tally.activity_id) == activity_id,
            col(Tally.reverses_id).is_(None),
            col(Tally.id).not_in(taken_back),
        )
    ).one()
    return Counted(named_count=named, tally_count=int(heads))


def person_facts(tx: Tx, person: Person, activity: Activity) -> PersonFacts:
    """Return what rules need of a person who is to be asked to an activity."""
    traits = tx.session.exec(
        select(PersonTrait.value).where(
            col(PersonTrait.person_id) == person.id, col(PersonTrait.kind) == TraitKind.role
        )
    ).all()
    live = tx.session.exec(
        select(Assignment.id).where(
            col(Assignment.activity_id) == activity.id,
            col(Assignment.person_id) == person.id,
            col(Assignment.state).in_(LIVE_STATES),
        )
    ).first()
    known = {role.value for role in AssignmentRole}
    until = person.left_on
    return PersonFacts(
        person_id=person.id,
        zone=zone(activity.zone),
        valid=DayWindow(date.min, until) if until else None,
        lecture_roles=frozenset(AssignmentRole(value) for value in traits if value in known),
        is_assigned=live is not None,
    )


def busy_windows(tx: Tx, person_id: int, around: TimeWindow, *, leave_out: Iterable[int] = ()) -> list[TimeWindow]:
    """Return the windows already promised by a person that overlap `around`.

    `leave_out` are assignment ids that do not count, e.g. the one being answered.
    """
    rows = tx.session.exec(
        select(Occupancy.occupied_from, Occupancy.occupied_until)
        .join(Resource, col(Resource.id) == col(Occupancy.resource_id))
        .where(
            col(Resource.person_id) == person_id,
            col(Occupancy.occupied_until) > around.starts_at,
            col(Occupancy.occupied_from) < around.ends_at,
            col(Occupancy.assignment_id).not_in(list(leave_out)),
        )
    ).all()
    return [TimeWindow(start, until) for start, until in rows]


def local_year(instant: datetime, zone_key: str) -> int:
    """Return the year of an instant as people at that place write it."""
    return instant.astimezone(zone(zone_key)).year
