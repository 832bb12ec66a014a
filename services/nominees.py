"""Whom somebody who cannot come may name instead: colleagues of their own team who can do the same, by name alone."""

from sqlalchemy import select
from sqlmodel import col

from models.enums import ActivityKind, TraitKind
from models.errors import Invalid
from models.rules.assignment import LECTURE_ROLES, LIVE_STATES
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.people import Person, PersonTrait
from models.tables.teams import Membership
from services import registers
from services.queries import filters
from services.queries.assignments import Duty
from services.queries.paging import AnySelect
from services.unit_of_work import Tx

#: Longer lists help nobody on a telephone.
MOST = 30


def names(tx: Tx, row: Assignment, activity: Activity) -> tuple[tuple[int, str], ...]:
    """Return id and name of those who may be named, by pinyin, `MOST` of them."""
    found = _allowed(tx, row, activity).order_by(col(Person.sort_key), col(Person.id)).limit(MOST)
    return tuple((key, name) for key, name in tx.session.execute(found))


def of_duty(tx: Tx, duty: Duty) -> tuple[tuple[int, str], ...]:
    """Return whom the person of a duty may name; the caller may read the duty."""
    row = tx.get(Assignment, duty.assignment_id, noun="assignment", for_update=False)
    return names(tx, row, tx.get(Activity, row.activity_id, noun="activity", for_update=False))


def require_one(tx: Tx, row: Assignment, activity: Activity, person_id: int) -> None:
    """Refuse whoever may not be named.

    Raises:
        Invalid: no colleague who could do it.
    """
    if tx.session.execute(_allowed(tx, row, activity).where(col(Person.id) == person_id)).first() is None:
        raise Invalid(Reason("unknown_reference", {"field": "nominee_id", "id": str(person_id)}))


def _allowed(tx: Tx, row: Assignment, activity: Activity) -> AnySelect:
    today = filters.valid_on(Membership, registers.today(tx))
    teams = select(col(Membership.team_id)).where(col(Membership.person_id) == row.person_id, *today)
    colleagues = select(col(Membership.person_id)).where(col(Membership.team_id).in_(teams), *today)
    asked = select(col(Assignment.person_id)).where(
        col(Assignment.activity_id) == activity.id, col(Assignment.state).in_(sorted(LIVE_STATES))
    )
    query: AnySelect = select(col(Person.id), col(Person.name)).where(
        col(Person.id).in_(colleagues),
        col(Person.id) != row.person_id,
        col(Person.id).not_in(asked),
        col(Person.left_on).is_(None),
    )
    if activity.kind is ActivityKind.lecture and row.role in LECTURE_ROLES:
        able = select(col(PersonTrait.person_id)).where(
            col(PersonTrait.kind) == TraitKind.role, col(PersonTrait.value) == row.role.value
        )
        query = query.where(col(Person.id).in_(able))
    return query
