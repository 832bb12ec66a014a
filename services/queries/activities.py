"""Activities as lists and pages show them; a constant number of statements each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, func, select
from sqlmodel import col

from models.enums import ActivityKind, ActivityState, AssignmentState, Layout
from models.errors import NotFound
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.orgs import Org
from models.tables.teams import Team, TeamAncestry
from models.tables.topics import Programme, Topic
from models.tables.tours import Stop, Tour
from models.tables.users import User
from models.tables.venues import Venue
from services import access
from services.queries.paging import DEFAULT_LIMIT, Key, Page, fetch
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRow:
    """One activity in a list, with how many people were asked, promised and said no."""

    id: int
    ref: str
    kind: ActivityKind
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    state: ActivityState
    team_id: int
    team_name: str
    venue_id: int | None
    venue_name: str | None
    host_name: str | None
    capacity: int | None
    version: int
    offered_count: int = 0
    accepted_count: int = 0
    declined_count: int = 0

    @property
    def asked_count(self) -> int:
        """People who were asked and not let go."""
        return self.offered_count + self.accepted_count + self.declined_count


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityView:
    """One activity, whole."""

    row: ActivityRow
    description: str
    equipment: str  #: what must be there, as it was written
    layout: Layout | None  #: how the chairs should stand
    reconfirm_days: int | None  #: so many days before, whoever said yes is asked again
    reason: str
    uid: str
    sequence: int
    schedule_rev: int
    host_org_id: int | None
    programme_id: int | None
    programme_name: str | None
    topic_id: int | None
    topic_title: str | None
    tour_id: int | None
    tour_name: str | None
    stop_position: int | None
    organiser_id: int | None
    organiser_name: str | None
    released_at: datetime | None
    held_at: datetime | None
    closed_at: datetime | None
    created_at: datetime
    may_manage: bool
    may_lead: bool


def list_activities(
    tx: Tx,
    *,
    state: ActivityState | None = None,
    kind: ActivityKind | None = None,
    team_id: int | None = None,
    programme_id: int | None = None,
    venue_id: int | None = None,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[ActivityRow]:
    """Return activities in the actor's reach by start, those of a team's subtree where one is given.

    The period is half open in instants and looks at the start.

    Raises:
        Invalid: limit or cursor.
    """
    query = _rows(tx)
    for column, value in ((Activity.state, state), (Activity.kind, kind), (Activity.programme_id, programme_id)):
        if value is not None:
            query = query.where(col(column) == value)
    if venue_id is not None:
        query = query.where(col(Activity.venue_id) == venue_id)
    if team_id is not None:
        below = select(col(TeamAncestry.team_id)).where(col(TeamAncestry.ancestor_id) == team_id)
        query = query.where(col(Activity.team_id).in_(below))
    if from_at is not None:
        query = query.where(col(Activity.starts_at) >= from_at)
    if until_at is not None:
        query = query.where(col(Activity.starts_at) < until_at)
    keys = (Key(col(Activity.starts_at)), Key(col(Activity.id)))
    found, after = fetch(tx, query, keys=keys, limit=limit, cursor=cursor)
    return Page(_with_counts(tx, [_row(one) for one in found]), after)


def read_activity(tx: Tx, activity_id: int) -> ActivityView:
    """Return one activity.

    Raises:
        NotFound: no such activity for this actor.
    """
    found = tx.session.execute(
        _rows(tx)
        .add_columns(
            col(Programme.name).label("programme_name"),
            col(Topic.title).label("topic_title"),
            col(Tour.id).label("tour_id"),
            col(Tour.name).label("tour_name"),
            col(Stop.position).label("stop_position"),
            col(User.name).label("organiser_name"),
        )
        .join(Programme, col(Programme.id) == col(Activity.programme_id), isouter=True)
        .join(Topic, col(Topic.id) == col(Activity.topic_id), isouter=True)
        .join(Stop, col(Stop.activity_id) == col(Activity.id), isouter=True)
        .join(Tour, col(Tour.id) == col(Stop.tour_id), isouter=True)
        .join(User, col(User.id) == col(Activity.organiser_id), isouter=True)
        .where(col(Activity.id) == activity_id)
    ).first()
    if found is None:
        raise NotFound("activity", activity_id)
    one: Activity = found.Activity
    return ActivityView(
        row=_with_counts(tx, [_row(found)])[0],
        description=one.description,
        equipment=one.equipment,
        layout=one.layout,
        reconfirm_days=one.reconfirm_days,
        reason=one.reason,
        uid=one.uid,
        sequence=one.sequence,
        schedule_rev=one.schedule_rev,
        host_org_id=one.host_org_id,
        programme_id=one.programme_id,
        programme_name=found.programme_name,
        topic_id=one.topic_id,
        topic_title=found.topic_title,
        tour_id=found.tour_id,
        tour_name=found.tour_name,
        stop_position=found.stop_position,
        organiser_id=one.organiser_id,
        organiser_name=found.organiser_name,
        released_at=one.released_at,
        held_at=one.held_at,
        closed_at=one.closed_at,
        created_at=one.created_at,
        may_manage=access.has_role_over(tx.session, tx.actor, one.team_id, access.MANAGING),
        may_lead=access.has_role_over(tx.session, tx.actor, one.team_id, access.LEADING),
    )


def _rows(tx: Tx) -> Any:
    return (
        select(
            Activity,
            col(Team.name).label("team_name"),
            col(Venue.name).label("venue_name"),
            col(Org.name).label("host_name"),
        )
        .join(Team, col(Team.id) == col(Activity.team_id))
        .join(Venue, col(Venue.id) == col(Activity.venue_id), isouter=True)
        .join(Org, col(Org.id) == col(Activity.host_org_id), isouter=True)
        .where(access.may_see_activity(tx.actor))
    )


def _row(found: Row[Any]) -> ActivityRow:
    one: Activity = found.Activity
    return ActivityRow(
        id=one.id,
        ref=one.ref,
        kind=one.kind,
        title=one.title,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        zone=one.zone,
        state=one.state,
        team_id=one.team_id,
        team_name=found.team_name,
        venue_id=one.venue_id,
        venue_name=found.venue_name,
        host_name=found.host_name,
        capacity=one.capacity,
        version=one.version,
    )


def _with_counts(tx: Tx, rows: Sequence[ActivityRow]) -> tuple[ActivityRow, ...]:
    if not rows:
        return ()
    states = {
        "offered_count": (AssignmentState.offered,),
        "accepted_count": (AssignmentState.accepted, AssignmentState.served),
        "declined_count": (AssignmentState.declined,),
    }
    sums = [
        func.sum(case((col(Assignment.state).in_(wanted), 1), else_=0)).label(name) for name, wanted in states.items()
    ]
    counted = tx.session.execute(
        select(col(Assignment.activity_id), *sums)
        .where(col(Assignment.activity_id).in_([row.id for row in rows]))
        .group_by(col(Assignment.activity_id))
    ).all()
    by_id: dict[int, dict[str, Any]] = {
        one.activity_id: {name: int(getattr(one, name)) for name in states} for one in counted
    }
    return tuple(replace(row, **by_id.get(row.id, {})) for row in rows)
