"""A week of the house: what is on each day, and how far each team's people have said yes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from models.enums import ActivityKind, ActivityState, AssignmentState
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.teams import Team
from models.tables.venues import Venue
from muster.localtime import day_bounds, local_day, zone
from muster.workcalendar import Day
from muster.workcalendar import day as calendar_day
from services import access
from services.unit_of_work import Tx

DAYS = 7
#: Activities of a day that are shown; the rest is a number.
SHOWN_A_DAY = 6
STAFFED = (ActivityState.released, ActivityState.held, ActivityState.closed)
ON_THE_BOARD = (ActivityState.draft, *STAFFED)
YES = (AssignmentState.accepted, AssignmentState.served)


@dataclass(frozen=True, slots=True)
class Staffing:
    """People asked and not let go: who said yes, who has not answered, who said no without a stand-in."""

    accepted_count: int = 0
    offered_count: int = 0
    declined_count: int = 0

    @property
    def asked_count(self) -> int:
        """All who were asked."""
        return self.accepted_count + self.offered_count + self.declined_count

    @property
    def is_complete(self) -> bool:
        """Tell whether everybody said yes; where nobody was asked, nobody did."""
        return 0 < self.accepted_count == self.asked_count

    def plus(self, other: "Staffing") -> "Staffing":
        """Return the sum of both."""
        return Staffing(
            self.accepted_count + other.accepted_count,
            self.offered_count + other.offered_count,
            self.declined_count + other.declined_count,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekRow:
    """One activity of a day."""

    activity_id: int
    kind: ActivityKind
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    state: ActivityState
    team_id: int
    team_name: str
    venue_name: str | None
    staffing: Staffing


@dataclass(frozen=True, slots=True)
class WeekDay:
    """A local day of the house; `more_count` activities are not among its rows."""

    day: Day
    rows: tuple[WeekRow, ...]
    more_count: int


@dataclass(frozen=True, slots=True)
class TeamStaffing:
    """A team's people over the activities of a week."""

    team_id: int
    team_name: str
    staffing: Staffing


@dataclass(frozen=True, slots=True)
class Week:
    """Seven local days of the house from a Monday; teams are those with somebody asked, most lacking first."""

    days: tuple[WeekDay, ...]
    teams: tuple[TeamStaffing, ...] = field(default=())

    @property
    def staffing(self) -> Staffing:
        """All teams together."""
        total = Staffing()
        for team in self.teams:
            total = total.plus(team.staffing)
        return total


@dataclass(frozen=True, slots=True)
class DayAhead:
    """How many public activities a day has, and how many of them have everybody."""

    count: int
    complete_count: int


def read_week(tx: Tx, monday: date) -> Week:
    """Return a week of the activities that the actor may see, cancelled and postponed ones left out; two statements."""
    home = zone(tx.settings.zone)
    first = day_bounds(monday, home)[0]
    until = day_bounds(monday + timedelta(days=DAYS - 1), home)[1]
    rows = _rows(tx, first, until, ON_THE_BOARD)
    by_day: dict[date, list[WeekRow]] = defaultdict(list)
    for row in rows:
        by_day[local_day(row.starts_at, home)].append(row)
    days = [monday + timedelta(days=number) for number in range(DAYS)]
    return Week(
        tuple(
            WeekDay(calendar_day(on), tuple(by_day[on][:SHOWN_A_DAY]), max(len(by_day[on]) - SHOWN_A_DAY, 0))
            for on in days
        ),
        _teams(rows),
    )


def read_day_ahead(tx: Tx, on: date) -> DayAhead:
    """Return how ready a local day of the house is; two statements."""
    rows = _rows(tx, *day_bounds(on, zone(tx.settings.zone)), (ActivityState.released,))
    return DayAhead(len(rows), sum(row.staffing.is_complete for row in rows))


def _rows(tx: Tx, from_at: datetime, until_at: datetime, states: Sequence[ActivityState]) -> list[WeekRow]:
    columns: list[Any] = [Activity, col(Team.name).label("team_name"), col(Venue.name).label("venue_name")]
    found = tx.session.execute(
        select(*columns)
        .join(Team, col(Team.id) == col(Activity.team_id))
        .outerjoin(Venue, col(Venue.id) == col(Activity.venue_id))
        .where(
            access.may_see_activity(tx.actor),
            col(Activity.starts_at) >= from_at,
            col(Activity.starts_at) < until_at,
            col(Activity.state).in_(states),
        )
        .order_by(col(Activity.starts_at), col(Activity.id))
    ).all()
    staffing = _staffing(tx, [row.Activity.id for row in found])
    return [
        WeekRow(
            activity_id=row.Activity.id,
            kind=row.Activity.kind,
            title=row.Activity.title,
            starts_at=row.Activity.starts_at,
            ends_at=row.Activity.ends_at,
            zone=row.Activity.zone,
            state=row.Activity.state,
            team_id=row.Activity.team_id,
            team_name=row.team_name,
            venue_name=row.venue_name,
            staffing=staffing.get(row.Activity.id, Staffing()),
        )
        for row in found
    ]


def _staffing(tx: Tx, ids: list[int]) -> dict[int, Staffing]:
    state = col(Assignment.state)
    sums: list[Any] = [
        func.count().filter(state.in_(YES)),
        func.count().filter(state == AssignmentState.offered),
        func.count().filter(state == AssignmentState.declined),
    ]
    query = (
        select(col(Assignment.activity_id), *sums)
        .where(col(Assignment.activity_id).in_(ids))
        .group_by(col(Assignment.activity_id))
    )
    return {activity_id: Staffing(*counts) for activity_id, *counts in tx.session.execute(query)}


def _teams(rows: Sequence[WeekRow]) -> tuple[TeamStaffing, ...]:
    found: dict[int, TeamStaffing] = {}
    for row in rows:
        if row.state in STAFFED and row.staffing.asked_count:
            before = found.get(row.team_id)
            total = row.staffing if before is None else before.staffing.plus(row.staffing)
            found[row.team_id] = TeamStaffing(row.team_id, row.team_name, total)
    lacking = sorted(found.values(), key=lambda t: (t.staffing.accepted_count - t.staffing.asked_count, t.team_id))
    return tuple(lacking)
