"""People's duties and absences around one duty, as the facts that `models.rules.person_conflicts` takes."""

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import aliased
from sqlmodel import col, func

from models.enums import ActivityState, AssignmentState, BookingState, Datum
from models.rules import person_conflicts as rules
from models.rules.person_conflicts import Away, Conflict, Duty, PersonLoad
from models.tables.absences import Absence
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.bookings import Booking
from models.tables.people import Person
from models.tables.venues import Venue
from models.values import Place, TimeWindow
from muster.localtime import zone
from services import access
from services.absences import is_from_calendar
from services.unit_of_work import Tx

#: States in which a person has promised a duty, or has done it.
PROMISED = (AssignmentState.accepted, AssignmentState.served)
#: States of activities that have a date.
DATED = (ActivityState.draft, ActivityState.released, ActivityState.held, ActivityState.closed)
#: States of activities to which somebody can still say yes.
OPEN = (ActivityState.draft, ActivityState.released)
#: Bookings whose set-up and tear-down people have to reckon with.
STANDING = (BookingState.requested, BookingState.held, BookingState.confirmed, BookingState.used)
_whole = aliased(Venue)


def conflicts_with(tx: Tx, person_ids: Collection[int], activity: Activity) -> dict[int, tuple[Conflict, ...]]:
    """Return what stands against each person at an activity; nothing while it has no date."""
    if activity.state is ActivityState.postponed:
        return dict.fromkeys(person_ids, ())
    wanted = duty_of(tx, activity)
    return {person_id: rules.conflicts(load, wanted) for person_id, load in loads(tx, person_ids, wanted).items()}


def duty_of(tx: Tx, activity: Activity, *, venue_id: int | None = None, window: TimeWindow | None = None) -> Duty:
    """Return an activity as a duty; as if it were at another venue or in another window, where these are given."""
    wanted = window or TimeWindow(activity.starts_at, activity.ends_at)
    where = activity.venue_id if venue_id is None else venue_id
    query = (
        select(*_place_columns(), *_buffers(Activity.id, Venue.id), col(Venue.zone))
        .select_from(Activity)
        .join(Venue, col(Venue.id) == where)
        .outerjoin(_whole, col(_whole.id) == col(Venue.parent_id))
        .where(col(Activity.id) == activity.id)
    )
    row = tx.session.execute(query).first() if where is not None else None
    if row is None:
        return Duty(activity_id=activity.id, window=wanted, zone=zone(activity.zone))
    return _duty(row, activity.id, wanted, row.zone, is_seen=True)


def loads(tx: Tx, person_ids: Collection[int], wanted: Duty) -> dict[int, PersonLoad]:
    """Return what each person has around a duty, in three statements however many people there are.

    Names of venues are told only of activities that the actor may see.
    """
    accepted, asked = _duties(tx, person_ids, wanted)
    absences = _absences(tx, person_ids, wanted.window)
    limits = select(col(Person.id), col(Person.day_limit), col(Person.week_limit)).where(col(Person.id).in_(person_ids))
    return {
        person_id: PersonLoad(
            person_id=person_id,
            accepted=tuple(accepted[person_id]),
            asked=tuple(asked[person_id]),
            absences=tuple(absences[person_id]),
            day_limit=day_limit or rules.DAY_LIMIT,
            week_limit=week_limit or rules.WEEK_LIMIT,
        )
        for person_id, day_limit, week_limit in tx.session.execute(limits)
    }


Found = defaultdict[int, list[Duty]]


def _duties(tx: Tx, person_ids: Collection[int], wanted: Duty) -> tuple[Found, Found]:
    around = rules.reach(wanted)
    rows = tx.session.execute(
        select(
            col(Assignment.person_id),
            col(Assignment.state),
            col(Activity.id).label("activity_id"),
            col(Activity.state).label("activity_state"),
            col(Activity.starts_at),
            col(Activity.ends_at),
            col(Activity.zone),
            access.may_see_activity(tx.actor).label("is_seen"),
            *_place_columns(),
            *_buffers(Activity.id, Activity.venue_id),
        )
        .join(Activity, col(Activity.id) == col(Assignment.activity_id))
        .outerjoin(Venue, col(Venue.id) == col(Activity.venue_id))
        .outerjoin(_whole, col(_whole.id) == col(Venue.parent_id))
        .where(
            col(Assignment.person_id).in_(person_ids),
            col(Assignment.state).in_([*PROMISED, AssignmentState.offered]),
            col(Activity.state).in_(DATED),
            col(Activity.id) != wanted.activity_id,
            col(Activity.ends_at) > around.starts_at,
            col(Activity.starts_at) < around.ends_at,
        )
    )
    accepted: Found = defaultdict(list)
    asked: Found = defaultdict(list)
    for row in rows:
        window = TimeWindow(row.starts_at, row.ends_at)
        duty = _duty(row, row.activity_id, window, row.zone, is_seen=bool(row.is_seen))
        if row.state in PROMISED:
            accepted[row.person_id].append(duty)
        elif row.activity_state in OPEN:
            asked[row.person_id].append(duty)
    return accepted, asked


def _absences(tx: Tx, person_ids: Collection[int], window: TimeWindow) -> dict[int, list[Away]]:
    rows = tx.session.execute(
        select(
            col(Absence.person_id),
            col(Absence.kind),
            col(Absence.starts_at),
            col(Absence.ends_at),
            is_from_calendar().label("is_from_calendar"),
        ).where(
            col(Absence.person_id).in_(person_ids),
            col(Absence.withdrawn_at).is_(None),
            col(Absence.ends_at) > window.starts_at,
            col(Absence.starts_at) < window.ends_at,
        )
    )
    found: dict[int, list[Away]] = defaultdict(list)
    for person_id, kind, starts_at, ends_at, is_read in rows:
        found[person_id].append(Away(kind, TimeWindow(starts_at, ends_at), bool(is_read)))
    return found


def _place_columns() -> tuple[ColumnElement[Any], ...]:
    """Return where a venue is; a part without coordinates of its own lies where its whole lies."""
    return (
        col(Venue.id).label("venue_id"),
        col(Venue.name).label("venue_name"),
        *(col(getattr(Venue, name)).label(name) for name in ("lat", "lon", "datum")),
        *(col(getattr(_whole, name)).label(f"whole_{name}") for name in ("lat", "lon", "datum")),
        col(Venue.set_up_minutes).label("usual_set_up"),
        col(Venue.tear_down_minutes).label("usual_tear_down"),
    )


def _buffers(activity_id: Any, venue_id: Any) -> tuple[ColumnElement[Any], ...]:
    """Return the minutes that the activity's booking of the venue has before and after; null without a booking."""

    def longest(minutes: Any, name: str) -> ColumnElement[Any]:
        return (
            select(func.max(col(minutes)))
            .where(col(Booking.activity_id) == activity_id, col(Booking.venue_id) == venue_id)
            .where(col(Booking.state).in_(STANDING))
            .scalar_subquery()
            .label(name)
        )

    return longest(Booking.set_up_minutes, "booked_set_up"), longest(Booking.tear_down_minutes, "booked_tear_down")


def _duty(row: Row[*tuple[Any, ...]], activity_id: int, window: TimeWindow, zone_key: str, *, is_seen: bool) -> Duty:
    return Duty(
        activity_id=activity_id,
        window=window,
        zone=zone(zone_key),
        venue_id=row.venue_id,
        venue_name=row.venue_name if is_seen else None,
        place=_place(row.lat, row.lon, row.datum) or _place(row.whole_lat, row.whole_lon, row.whole_datum),
        set_up=_minutes(row.booked_set_up, row.usual_set_up),
        tear_down=_minutes(row.booked_tear_down, row.usual_tear_down),
    )


def _place(lat: float | None, lon: float | None, datum: Datum | None) -> Place | None:
    """Return a place; coordinates in other datums are not used for roads."""
    return Place(lat, lon) if lat is not None and lon is not None and datum is Datum.wgs84 else None


def _minutes(booked: int | None, usual: int | None) -> timedelta:
    return timedelta(minutes=(usual or 0) if booked is None else booked)
