"""Who could be asked to an activity: found by name, team and role, the best first, with all that stands against each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlmodel import col, func, select

from models.enums import ActivityKind, ActivityState, AssignmentRole, AssignmentState, TraitKind
from models.errors import Invalid
from models.rules.assignment import LECTURE_ROLES, LIVE_STATES, PersonFacts, may_assign
from models.rules.person_conflicts import Conflict, is_soft
from models.rules.verdicts import Reason, Refused
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.values import DayWindow
from muster.localtime import local_day, zone
from services import access, facts, people_loads
from services.queries.paging import MAX_LIMIT, Page
from services.queries.people import PersonRow, list_people
from services.unit_of_work import Tx

ROWS = 20
NEVER = datetime.min.replace(tzinfo=UTC)
DIGITS = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who might be asked. `reasons` say what stands against it; `last_at` is when they last served, anywhere."""

    person: PersonRow
    reasons: tuple[Reason, ...]
    last_at: datetime | None
    upcoming_count: int

    @property
    def is_blocked(self) -> bool:
        """Tell whether a hard reason stands against it, which nobody can override."""
        return not all(is_soft(reason) for reason in self.reasons)


def list_candidates(
    tx: Tx,
    activity_id: int,
    *,
    role: AssignmentRole,
    q: str | None = None,
    team_id: int | None = None,
    cursor: str | None = None,
    limit: int = ROWS,
) -> Page[Candidate]:
    """Return people whom the actor may see; for a lecture's role only those who have it.

    First come those against whom nothing stands, then those with the fewest soft reasons, then those
    who cannot be asked; among equals those with the fewest duties ahead, who served longest ago, by
    pinyin. More than 200 people are ranked in blocks of 200 by pinyin. The number of statements is
    the same for one person and for a block.

    Raises:
        NotFound: no such activity for this actor. Invalid: the search or the cursor.
    """
    access.require_seen(tx.session, tx.actor, activity_id)
    activity = tx.get(Activity, activity_id, noun="activity", for_update=False)
    needs_trait = activity.kind is ActivityKind.lecture and role in LECTURE_ROLES
    shown, block = _decoded(cursor)
    found = list_people(
        tx,
        q=q,
        team_id=team_id,
        trait=TraitKind.role if needs_trait else None,
        trait_value=role.value if needs_trait else None,
        on=local_day(activity.starts_at, zone(activity.zone)),
        limit=MAX_LIMIT,
        cursor=block,
    )
    ranked = sorted(_candidates(tx, activity, role, found.items), key=_rank)
    upto = shown + limit
    following = f"{upto}.{block or ''}" if upto < len(ranked) else f"0.{found.next}" if found.next else None
    return Page(tuple(ranked[shown:upto]), following)


def _candidates(tx: Tx, activity: Activity, role: AssignmentRole, people: Collection[PersonRow]) -> list[Candidate]:
    ids = [person.id for person in people]
    asked, duties = _asked(tx, activity.id, ids), _duties(tx, ids)
    conflicts = people_loads.conflicts_with(tx, ids, activity)
    return [
        Candidate(
            person,
            _against(tx, activity, role, _facts(person, activity, person.id in asked), conflicts[person.id]),
            *duties.get(person.id, (None, 0)),
        )
        for person in people
    ]


def _facts(person: PersonRow, activity: Activity, is_assigned: bool) -> PersonFacts:
    known = {role.value for role in AssignmentRole}
    return PersonFacts(
        person_id=person.id,
        zone=zone(activity.zone),
        valid=DayWindow(date.min, person.left_on) if person.left_on else None,
        lecture_roles=frozenset(AssignmentRole(value) for value in person.roles if value in known),
        is_assigned=is_assigned,
    )


def _against(
    tx: Tx, activity: Activity, role: AssignmentRole, person: PersonFacts, conflicts: tuple[Conflict, ...]
) -> tuple[Reason, ...]:
    answer = may_assign(person, facts.activity_facts(activity), role, conflicts, tx.now)
    return answer.reasons if isinstance(answer, Refused) else ()


def _rank(candidate: Candidate) -> tuple[bool, int, int, datetime]:
    """Order the best first; `sorted` keeps equals in the order of their pinyin."""
    count = 0 if candidate.is_blocked else len(candidate.reasons)
    return candidate.is_blocked, count, candidate.upcoming_count, candidate.last_at or NEVER


def _decoded(cursor: str | None) -> tuple[int, str | None]:
    """Return how many of a block were shown already, and the cursor of the block."""
    shown, dot, block = (cursor or "0.").partition(".")
    if not (dot and shown.isascii() and shown.isdigit() and len(shown) <= DIGITS):
        raise Invalid(Reason("cursor_wrong", {"field": "cursor"}))
    return int(shown), block or None


def _asked(tx: Tx, activity_id: int, ids: Collection[int]) -> set[int]:
    query = select(Assignment.person_id).where(
        col(Assignment.activity_id) == activity_id,
        col(Assignment.person_id).in_(ids),
        col(Assignment.state).in_(sorted(LIVE_STATES)),
    )
    return set(tx.session.exec(query))


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
