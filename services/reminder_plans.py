"""Reminder plans: the house writes when people are reminded, by kind of activity and by role.

A list holds for timers that are written from then on: when people say yes, and when an activity moves.
"""

import hashlib
from collections.abc import Sequence

from sqlalchemy import delete
from sqlmodel import col, select

from models.enums import ActivityKind, AssignmentRole, ReminderKind
from models.errors import Forbidden, Invalid, LostRace, NotFound
from models.events import ReminderPlanRemoved, ReminderPlanSet
from models.rules import reminder_plans as rules
from models.rules.reminder_plans import Plans, Promise, Scope
from models.rules.reminders import ReminderRule
from models.rules.verdicts import Reason
from models.tables.base import table_of
from models.tables.reminder_rules import ReminderPlan
from services import access
from services.unit_of_work import Tx


def load(tx: Tx) -> Plans:
    """Return every list that the house wrote; one statement."""
    rows = tx.session.exec(select(ReminderPlan).order_by(col(ReminderPlan.id))).all()
    return rules.grouped(((row.kind, row.activity_kind, row.role), _promise(row)) for row in rows)


def plans_for(
    tx: Tx, kind: ReminderKind, activity_kind: ActivityKind, role: AssignmentRole | None
) -> tuple[ReminderRule, ...]:
    """Return the rules that hold for somebody: the most specific list, else the defaults."""
    return tuple(promise.rule for promise in load(tx).promises(kind, activity_kind, role))


def list_plans(tx: Tx) -> tuple[tuple[Scope, tuple[Promise, ...]], ...]:
    """Return the house's lists by kind, kind of activity and role, general ones first.

    Raises:
        Forbidden: the actor does not manage the whole house.
    """
    _require(tx)
    return tuple(sorted(((scope, tuple(found)) for scope, found in load(tx).lists.items()), key=_order))


def version(tx: Tx) -> int:
    """Return a number that is another after every change of any list: rows are written anew, and ids never come back."""
    ids = tx.session.exec(select(ReminderPlan.id).order_by(col(ReminderPlan.id))).all()
    return int.from_bytes(hashlib.sha256(repr(list(ids)).encode()).digest()[:6])


def put(
    tx: Tx,
    kind: ReminderKind,
    promises: Sequence[tuple[str, int | None]],
    *,
    activity_kind: ActivityKind | None = None,
    role: AssignmentRole | None = None,
    expected_version: int | None = None,
) -> None:
    """Replace the list of a kind of activity and a role; None means every one that has no list of its own.

    `promises` are rules as `ReminderRule.spelled` writes them, each with the minutes for which it
    still helps after it was due, or None. Repetition changes nothing.

    Raises:
        Forbidden: the actor does not manage the whole house.
        Invalid: wrong rules, all of them listed.
        LostRace: `version` is not what the caller had read.
    """
    _require(tx)
    if expected_version is not None and expected_version != version(tx):
        raise LostRace
    if reasons := rules.refusals(kind, role, promises):
        raise Invalid(*reasons)
    scope: Scope = (kind, activity_kind, role)
    old = _rows(tx, scope)
    if [(row.rule, row.lateness_minutes) for row in old] == list(promises):
        return
    _delete(tx, old)
    new = [
        tx.add(
            ReminderPlan(
                kind=kind,
                activity_kind=activity_kind,
                role=role,
                rule=rule,
                lateness_minutes=lateness_minutes,
                created_at=tx.now,
            )
        )
        for rule, lateness_minutes in promises
    ]
    tx.record(
        ReminderPlanSet(
            subject_id=new[0].id,
            reminder_kind=kind,
            activity_kind=activity_kind,
            activity_role=role,
            rules=tuple(rule for rule, _ in promises),
        )
    )


def remove(
    tx: Tx, kind: ReminderKind, *, activity_kind: ActivityKind | None = None, role: AssignmentRole | None = None
) -> None:
    """Take a list away, so that the next general one holds, or the default.

    Raises:
        Forbidden: the actor does not manage the whole house.
        NotFound: there is no such list.
    """
    _require(tx)
    old = _rows(tx, (kind, activity_kind, role))
    if not old:
        raise NotFound("reminder_plan", kind.value)
    _delete(tx, old)
    tx.record(
        ReminderPlanRemoved(subject_id=old[0].id, reminder_kind=kind, activity_kind=activity_kind, activity_role=role)
    )


def add(
    tx: Tx,
    kind: ReminderKind,
    rule: str,
    lateness_minutes: int | None,
    *,
    activity_kind: ActivityKind | None = None,
    role: AssignmentRole | None = None,
) -> None:
    """Add one rule to a list, or begin the list; a rule that is there gets the new limit.

    Raises:
        Forbidden, Invalid: as `put`.
    """
    others = [(row.rule, row.lateness_minutes) for row in _rows(tx, (kind, activity_kind, role)) if row.rule != rule]
    put(tx, kind, [*others, (rule, lateness_minutes)], activity_kind=activity_kind, role=role)


def drop(
    tx: Tx,
    kind: ReminderKind,
    rule: str,
    *,
    activity_kind: ActivityKind | None = None,
    role: AssignmentRole | None = None,
) -> None:
    """Take one rule out of a list; with the last one the list is gone. Repetition changes nothing.

    Raises:
        Forbidden.
    """
    _require(tx)
    found = [(row.rule, row.lateness_minutes) for row in _rows(tx, (kind, activity_kind, role))]
    left = [one for one in found if one[0] != rule]
    if left:
        put(tx, kind, left, activity_kind=activity_kind, role=role)
    elif found:
        remove(tx, kind, activity_kind=activity_kind, role=role)


def _require(tx: Tx) -> None:
    access.require_signed_in(tx.actor)
    if not tx.actor.has_everywhere(access.MANAGING):
        raise Forbidden(Reason("role_missing"))


def _rows(tx: Tx, scope: Scope) -> list[ReminderPlan]:
    kind, activity_kind, role = scope
    query = select(ReminderPlan).where(
        col(ReminderPlan.kind) == kind,
        col(ReminderPlan.activity_kind).is_(None)
        if activity_kind is None
        else col(ReminderPlan.activity_kind) == activity_kind,
        col(ReminderPlan.role).is_(None) if role is None else col(ReminderPlan.role) == role,
    )
    return list(tx.session.exec(query.order_by(col(ReminderPlan.id)).with_for_update()).all())


def _delete(tx: Tx, rows: Sequence[ReminderPlan]) -> None:
    table = table_of(ReminderPlan)
    tx.session.execute(delete(table).where(table.c.id.in_([row.id for row in rows])))


def _promise(row: ReminderPlan) -> Promise:
    return Promise(ReminderRule.parse(row.rule), row.lateness_minutes)


def _order(item: tuple[Scope, tuple[Promise, ...]]) -> tuple[int, str, str]:
    kind, activity_kind, role = item[0]
    return (list(rules.KINDS).index(kind), activity_kind or "", role or "")
