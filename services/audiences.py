"""Audiences: whom an organiser writes to, found in one statement and never wider than their own reach."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.enums import AssignmentState, Direction
from models.errors import Invalid, NotFound
from models.rules import audiences as rules
from models.rules.audiences import AnswerIs, Audience, PresenceIs
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.attendance import Attendance
from models.tables.people import Person, PersonTrait
from models.tables.teams import Membership, Team
from muster.localtime import day_bounds, local_day, zone
from services import access
from services.queries import filters
from services.unit_of_work import Tx

STATE = AssignmentState
PROMISED = (STATE.accepted, STATE.served)
#: What an answer means on the list of an activity; without one, everybody who is still on it.
ANSWERS: dict[AnswerIs | None, tuple[AssignmentState, ...]] = {
    None: (STATE.offered, STATE.accepted, STATE.declined, STATE.served),
    AnswerIs.answered: (STATE.accepted, STATE.declined, STATE.served),
    AnswerIs.silent: (STATE.offered,),
    AnswerIs.accepted: PROMISED,
    AnswerIs.declined: (STATE.declined,),
}


def resolve(tx: Tx, audience: Audience) -> Sequence[Person]:
    """Return the people of an audience by pinyin; nobody who has left, nobody whom the actor may not write to.

    Raises:
        Invalid: the rule is meaningless, or means too many people; all reasons.
        Forbidden: the actor manages neither the team nor the activity.
        NotFound: no such activity for this actor.
    """
    require_may_write(tx, audience)
    today = local_day(tx.now, zone(tx.settings.zone))
    query = (
        select(Person)
        .where(or_(col(Person.left_on).is_(None), col(Person.left_on) > today), _in_reach(tx, audience))
        .where(*_conditions(tx, audience, today))
        .order_by(col(Person.sort_key), col(Person.id))
        .limit(rules.MOST_PEOPLE + 1)
    )
    found = tx.session.execute(query).scalars().all()
    if len(found) > rules.MOST_PEOPLE:
        raise Invalid(Reason("audience_too_large", {"field": "team_id", "limit": rules.MOST_PEOPLE}))
    return found


def require_may_write(tx: Tx, audience: Audience) -> int | None:
    """Check that the actor may write to an audience; return the team that it belongs to, None for the whole house.

    Raises:
        Invalid, Forbidden, NotFound: see `resolve`.
    """
    access.require_role(tx.actor, access.MANAGING)
    reasons = list(rules.faults(audience))
    team_id = audience.team_id
    if team_id is not None and _team(tx, team_id) is None:
        reasons.append(Reason("unknown_reference", {"field": "team_id", "id": str(team_id)}))
    if reasons:
        raise Invalid(*reasons)
    if audience.activity_id is not None:
        activity = _activity(tx, audience.activity_id)
        access.require_over(tx.session, tx.actor, activity.team_id, access.MANAGING)
        team_id = activity.team_id if team_id is None else team_id
    if audience.team_id is not None:
        access.require_over(tx.session, tx.actor, audience.team_id, access.MANAGING)
    return team_id


def _team(tx: Tx, team_id: int) -> Any:
    return tx.session.execute(select(col(Team.id)).where(col(Team.id) == team_id)).first()


def _activity(tx: Tx, activity_id: int) -> Activity:
    query = select(Activity).where(
        col(Activity.id) == filters.known_id("activity", activity_id), access.may_see_activity(tx.actor)
    )
    found: Activity | None = tx.session.execute(query).scalar()
    if found is None:
        raise NotFound("activity", activity_id)
    return found


def _in_reach(tx: Tx, audience: Audience) -> ColumnElement[bool]:
    """Narrow to members of teams that the actor manages, and to whoever is on the list of their own activity."""
    teams = access.reach(tx.actor, access.MANAGING)
    if teams is None:
        return true()
    members = col(Person.id).in_(select(col(Membership.person_id)).where(col(Membership.team_id).in_(teams)))
    return members if audience.activity_id is None else or_(members, _on_list(audience.activity_id, ANSWERS[None]))


def _conditions(tx: Tx, audience: Audience, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if audience.team_id is not None:
        inside = select(col(Membership.person_id)).where(
            filters.in_subtree(col(Membership.team_id), audience.team_id), *filters.valid_on(Membership, today)
        )
        found.append(col(Person.id).in_(inside))
    for kind, value in audience.traits:
        said = and_(col(PersonTrait.kind) == kind, col(PersonTrait.value) == value)
        found.append(exists().where(col(PersonTrait.person_id) == col(Person.id), said))
    if audience.activity_id is not None:
        found.append(_of_activity(audience, audience.activity_id))
    elif audience.presence is not None:
        seen = _seen(_in_period(tx, audience))
        found.append(seen if audience.presence is PresenceIs.attended else ~seen)
    return found


def _of_activity(audience: Audience, activity_id: int) -> ColumnElement[bool]:
    listed = _on_list(activity_id, ANSWERS[audience.answer])
    if audience.presence is None:
        return listed
    seen = _seen(col(Attendance.activity_id) == activity_id)
    if audience.presence is PresenceIs.absent:
        promised = _on_list(activity_id, PROMISED)
        return and_(~seen, promised) if audience.answer is None else and_(~seen, promised, listed)
    return seen if audience.answer is None else and_(seen, listed)


def _on_list(activity_id: int, states: Sequence[AssignmentState]) -> ColumnElement[bool]:
    return exists().where(
        col(Assignment.person_id) == col(Person.id),
        col(Assignment.activity_id) == activity_id,
        col(Assignment.state).in_(states),
    )


def _in_period(tx: Tx, audience: Audience) -> ColumnElement[bool]:
    where = zone(tx.settings.zone)
    first, last = audience.from_on or date.min, audience.until_on or date.max
    starts_at, ends_at = day_bounds(first, where)[0], day_bounds(last, where)[1]
    inside = select(col(Activity.id)).where(
        col(Activity.starts_at) >= starts_at, col(Activity.starts_at) < ends_at, access.may_see_activity(tx.actor)
    )
    return col(Attendance.activity_id).in_(inside)


def _seen(where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that somebody arrived and nobody took that back."""
    reversal = aliased(Attendance)
    return exists().where(
        col(Attendance.person_id) == col(Person.id),
        col(Attendance.direction) == Direction.arrival,
        col(Attendance.reverses_id).is_(None),
        where,
        ~exists().where(col(reversal.reverses_id) == col(Attendance.id)),
    )
