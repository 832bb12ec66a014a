"""What a person has served: closed activities where they were seen, and for how long."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from models.enums import ActivityState, Direction
from models.tables.activities import Activity
from models.tables.attendance import Attendance
from muster.localtime import local_day, zone
from services import registers
from services.unit_of_work import Tx

LATEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedRow:
    """One activity served. `is_measured` tells that coming and going were both recorded; else the plan's length counts."""

    activity_id: int
    title: str
    starts_at: datetime
    zone: str
    duration: timedelta
    is_measured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRecord:
    """Activities served and the time spent at them, this year and ever; `latest` first of the newest."""

    year_count: int
    total_count: int
    year_duration: timedelta
    total_duration: timedelta
    latest: tuple[ServedRow, ...]


def read_service_record(tx: Tx) -> ServiceRecord:
    """Return the actor's own record; what was taken back does not count. One statement."""
    found = tx.session.exec(
        select(Attendance, Activity)
        .join(Activity, col(Activity.id) == col(Attendance.activity_id))
        .where(col(Attendance.person_id) == tx.actor.person_id, col(Activity.state) == ActivityState.closed)
        .order_by(col(Activity.starts_at).desc(), col(Attendance.id))
    ).all()
    passages: dict[int, list[Attendance]] = defaultdict(list)
    activities: dict[int, Activity] = {}
    for passage, activity in found:
        activities[activity.id] = activity
        passages[activity.id].append(passage)
    served = [row for key, one in activities.items() if (row := _served(one, passages[key])) is not None]
    year = registers.today(tx).year
    this_year = [row for row in served if local_day(row.starts_at, zone(row.zone)).year == year]
    return ServiceRecord(
        year_count=len(this_year),
        total_count=len(served),
        year_duration=sum((row.duration for row in this_year), timedelta()),
        total_duration=sum((row.duration for row in served), timedelta()),
        latest=tuple(served[:LATEST]),
    )


def _served(activity: Activity, passages: list[Attendance]) -> ServedRow | None:
    taken_back = {row.reverses_id for row in passages}
    standing = [row for row in passages if row.reverses_id is None and row.id not in taken_back]
    came = min((row.at for row in standing if row.direction is Direction.arrival), default=None)
    left = max((row.at for row in standing if row.direction is Direction.departure), default=None)
    if came is None:
        return None
    is_measured = left is not None and left > came
    return ServedRow(
        activity_id=activity.id,
        title=activity.title,
        starts_at=activity.starts_at,
        zone=activity.zone,
        duration=left - came if left is not None and left > came else activity.ends_at - activity.starts_at,
        is_measured=is_measured,
    )
