"""Tours as pages and programs see them: the list, and one tour with its stops in order."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlmodel import col

from models.enums import ActivityState, AssignmentRole, AssignmentState, TourState
from models.errors import NotFound
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.orgs import Org
from models.tables.people import Person
from models.tables.teams import Team
from models.tables.topics import Programme, Topic
from models.tables.tours import Stop, Tour
from models.tables.venues import Venue
from services import access
from services.queries import filters
from services.queries.paging import DEFAULT_LIMIT, AnyRow, AnySelect, Key, Page, fetch
from services.unit_of_work import Tx

LET_GO = (AssignmentState.replaced, AssignmentState.withdrawn)


@dataclass(frozen=True, slots=True)
class TourRow:
    """A tour in a list; both `first_on` and `last_on` belong to it."""

    id: int
    name: str
    aim: str
    team_id: int
    team_name: str
    programme_id: int | None
    programme_name: str | None
    first_on: date
    last_on: date
    state: TourState
    stop_count: int
    version: int


@dataclass(frozen=True, slots=True)
class SpeakerRow:
    """A person asked to a stop and not let go, with what they said."""

    assignment_id: int
    person_id: int
    name: str
    role: AssignmentRole
    state: AssignmentState


@dataclass(frozen=True, slots=True)
class StopRow:
    """A stop of a tour: the lecture at this position, instants in UTC."""

    position: int
    activity_id: int
    ref: str
    title: str
    state: ActivityState
    starts_at: datetime
    ends_at: datetime
    zone: str
    venue_id: int | None
    venue_name: str | None
    host_org_id: int | None
    host_name: str | None
    topic_id: int | None
    topic_title: str | None
    speakers: tuple[SpeakerRow, ...]


@dataclass(frozen=True, slots=True)
class TourView:
    """One tour with its stops in order, those that the actor may see."""

    tour: TourRow
    stops: tuple[StopRow, ...]
    may_change: bool


def list_tours(
    tx: Tx,
    *,
    q: str | None = None,
    team_id: int | None = None,
    state: TourState | None = None,
    on: date | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[TourRow]:
    """List the tours of teams in the actor's reach, the latest first; `on` keeps those that run on a local day.

    Raises:
        SignInNeeded, Invalid, NotFound (an id that no row can have).
    """
    access.require_signed_in(tx.actor)
    query = _rows(tx).where(*filters.matching(q, col(Tour.name)))
    if team_id is not None:
        query = query.where(filters.in_subtree(col(Tour.team_id), team_id))
    if state is not None:
        query = query.where(col(Tour.state) == state)
    if on is not None:
        query = query.where(col(Tour.first_on) <= on, col(Tour.last_on) >= on)
    keys = (Key(col(Tour.first_on), is_descending=True), Key(col(Tour.id), is_descending=True))
    rows, following = fetch(tx, query, keys=keys, limit=limit, cursor=cursor)
    return Page(tuple(map(_tour_row, rows)), following)


def read_tour(tx: Tx, tour_id: int) -> TourView:
    """Return one tour with its stops and whom each of them asks.

    Raises:
        SignInNeeded, NotFound.
    """
    access.require_signed_in(tx.actor)
    row = tx.session.execute(_rows(tx).where(col(Tour.id) == filters.known_id("tour", tour_id))).first()
    if row is None:
        raise NotFound("tour", tour_id)
    query: AnySelect = (
        select(
            Activity,
            col(Stop.position),
            col(Venue.name).label("venue_name"),
            col(Org.name).label("host_name"),
            col(Topic.title).label("topic_title"),
        )
        .join(Stop, col(Stop.activity_id) == col(Activity.id))
        .outerjoin(Venue, col(Venue.id) == col(Activity.venue_id))
        .outerjoin(Org, col(Org.id) == col(Activity.host_org_id))
        .outerjoin(Topic, col(Topic.id) == col(Activity.topic_id))
        .where(col(Stop.tour_id) == tour_id, access.may_see_activity(tx.actor))
        .order_by(col(Stop.position))
    )
    stops = tx.session.execute(query).all()
    speakers = _speakers(tx, [stop.Activity.id for stop in stops])
    return TourView(
        tour=_tour_row(row),
        stops=tuple(_stop_row(stop, tuple(speakers[stop.Activity.id])) for stop in stops),
        may_change=access.has_role_over(tx.session, tx.actor, row.Tour.team_id, access.MANAGING),
    )


def _rows(tx: Tx) -> AnySelect:
    stop_count = (
        select(func.count())
        .select_from(Stop)
        .where(col(Stop.tour_id) == col(Tour.id))
        .correlate(Tour)
        .scalar_subquery()
    )
    return (
        select(
            Tour,
            col(Team.name).label("team_name"),
            col(Programme.name).label("programme_name"),
            stop_count.label("stop_count"),
        )
        .join(Team, col(Team.id) == col(Tour.team_id))
        .outerjoin(Programme, col(Programme.id) == col(Tour.programme_id))
        .where(access.team_in_reach(tx.actor, col(Tour.team_id), access.SEEING))
    )


def _speakers(tx: Tx, activity_ids: Collection[int]) -> defaultdict[int, list[SpeakerRow]]:
    query = (
        select(Assignment, col(Person.name))
        .join(Person, col(Person.id) == col(Assignment.person_id))
        .where(
            col(Assignment.activity_id).in_(activity_ids),
            col(Assignment.state).not_in(LET_GO),
            access.may_see_person(tx.actor),
        )
        .order_by(col(Assignment.id))
    )
    found: defaultdict[int, list[SpeakerRow]] = defaultdict(list)
    for row in tx.session.execute(query):
        asked: Assignment = row.Assignment
        found[asked.activity_id].append(SpeakerRow(asked.id, asked.person_id, row.name, asked.role, asked.state))
    return found


def _tour_row(row: AnyRow) -> TourRow:
    tour: Tour = row.Tour
    return TourRow(
        id=tour.id,
        name=tour.name,
        aim=tour.aim,
        team_id=tour.team_id,
        team_name=row.team_name,
        programme_id=tour.programme_id,
        programme_name=row.programme_name,
        first_on=tour.first_on,
        last_on=tour.last_on,
        state=tour.state,
        stop_count=row.stop_count,
        version=tour.version,
    )


def _stop_row(row: AnyRow, speakers: tuple[SpeakerRow, ...]) -> StopRow:
    activity: Activity = row.Activity
    return StopRow(
        position=row.position,
        activity_id=activity.id,
        ref=activity.ref,
        title=activity.title,
        state=activity.state,
        starts_at=activity.starts_at,
        ends_at=activity.ends_at,
        zone=activity.zone,
        venue_id=activity.venue_id,
        venue_name=row.venue_name,
        host_org_id=activity.host_org_id,
        host_name=row.host_name,
        topic_id=activity.topic_id,
        topic_title=row.topic_title,
        speakers=speakers,
    )
