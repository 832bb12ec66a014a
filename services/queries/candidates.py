"""Who could be asked to an activity: people found by name, team and role, each with all that stands against them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select

from models.enums import ActivityKind, ActivityState, AssignmentRole, AssignmentState, TraitKind
from models.rules.activity import ActivityFacts
from models.rules.assignment import LECTURE_ROLES, LIVE_STATES, PersonFacts, may_assign
from models.rules.verdicts import Reason, Refused
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.resources import Occupancy, Resource
from models.values import TimeWindow
from muster.localtime import local_day, zone
from services import access, facts
from services.queries.paging import Page
from services.queries.people import PersonRow, list_people
from services.unit_of_work import Tx

ROWS = 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who might be asked. `reasons` say why they cannot be; `last_at` is when they last served, anywhere."""

    person: PersonRow
    reasons: tuple[Reason, ...]
    last_at: datetime | None
    upcoming_count: int


def list_candidates(
    tx: Tx,
    activity_id: int,
    *,
    role: AssignmentRole,
    q: str | None = None,
    team_id: int | None = None,
    cursor: str | None = None,
) -> Page[Candidate]:
    """Return people whom the actor may see, by pinyin; for a lecture's role only those who have it.

    Raises:
        NotFound: no such activity for this actor. Invalid: the search or the cursor.
    """
    access.require_seen(tx.session, tx.actor, activity_id)
    row = tx.get(Activity, activity_id, noun="activity", for_update=False)
    activity = facts.activity_facts(row)
    needs_trait = activity.kind is ActivityKind.lecture and role in LECTURE_ROLES
    found = list_people(
        tx,
        q=q,
        team_id=team_id,
        trait=TraitKind.role if needs_trait else None,
        trait_value=role.value if needs_trait else None,
        on=local_day(row.starts_at, zone(row.zone)),
        limit=ROWS,
        cursor=cursor,
    )
    ids = [person.id for person in found.items]
    asked, busy, duties = _asked(tx, activity_id, ids), _busy(tx, ids, activity), _duties(tx, ids)
    return Page(
        tuple(
            Candidate(
                person,
                _against(
                    person, row.zone, activity, role, is_asked=person.id in asked, busy=busy[person.id], now=tx.now
                ),
                *duties.get(person.id, (None, 0)),
            )
            for person in found.items
        ),
        found.next,
    )


def _against(
    person: PersonRow,
    zone_key: str,
    activity: ActivityFacts,
    role: AssignmentRole,
    *,
    is_asked: bool,
    busy: list[TimeWindow],
    now: datetime,
) -> tuple[Reason, ...]:
    known = {role.value for role in AssignmentRole}
    answer = may_assign(
        PersonFacts(
            person_id=person.id,
            zone=zone(zone_key),
            lecture_roles=frozenset(AssignmentRole(value) for value in person.roles if value in known),
            is_assigned=is_asked,
        ),
        activity,
        role,
        busy,
        now,
    )
    return answer.reasons if isinstance(answer, Refused) else ()


def _asked(tx: Tx, activity_id: int, ids: Collection[int]) -> set[int]:
    query = select(Assignment.person_id).where(
        col(Assignment.activity_id) == activity_id,
        col(Assignment.person_id).in_(ids),
        col(Assignment.state).in_(sorted(LIVE_STATES)),
    )
    return set(tx.session.exec(query))


def _busy(tx: Tx, ids: Collection[int], activity: ActivityFacts) -> dict[int, list[TimeWindow]]:
    rows = tx.session.exec(
        select(Resource.person_id, Occupancy.occupied_from, Occupancy.occupied_until)
        .join(Occupancy, col(Occupancy.resource_id) == col(Resource.id))
        .join(Assignment, col(Assignment.id) == col(Occupancy.assignment_id))
        .where(
            col(Resource.person_id).in_(ids),
            col(Occupancy.occupied_until) > activity.window.starts_at,
            col(Occupancy.occupied_from) < activity.window.ends_at,
            col(Assignment.activity_id) != activity.activity_id,
        )
    )
    busy: dict[int, list[TimeWindow]] = defaultdict(list)
    for person_id, start, until in rows:
        if person_id is not None:
            busy[person_id].append(TimeWindow(start, until))
    return busy


def _duties(tx: Tx, ids: Collection[int]) -> dict[int, tuple[datetime | None, int]]:
    """Return when each person last served, and how many duties they have before them."""
    is_served = col(Assignment.state) == AssignmentState.served
    is_ahead = (col(Assignment.state).in_(sorted(LIVE_STATES))) & (col(Activity.ends_at) > tx.now)
    rows = tx.session.exec(
        select(
            Assignment.person_id,
            func.max(col(Activity.starts_at)).filter(is_served),
            func.count().filter(is_ahead, col(Activity.state) != ActivityState.draft),
        )
        .join(Activity, col(Activity.id) == col(Assignment.activity_id))
        .where(col(Assignment.person_id).in_(ids))
        .group_by(col(Assignment.person_id))
    )
    return {person_id: (last_at, count) for person_id, last_at, count in rows}
