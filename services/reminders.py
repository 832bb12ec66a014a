"""Reminders: arrange timers when people promise, and cancel them; `services.firing` fires those that are due."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from models.enums import ReminderKind, ReminderState
from models.rules import reminders as rules
from models.rules.quiet import QuietHours
from models.rules.reconfirming import ask_rule
from models.rules.reminder_plans import Plans
from models.rules.reminders import ReminderRule
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.base import table_of
from models.tables.people import Person
from models.tables.reminders import Reminder
from models.values import TimeWindow
from muster.localtime import zone
from services import reminder_plans
from services.unit_of_work import Tx


def arrange_for(tx: Tx, assignment: Assignment, activity: Activity) -> None:
    """Write the timers of somebody who accepted; repetition writes nothing new, a cancelled one comes back."""
    arrange_all(tx, [assignment], activity)


def arrange_all(tx: Tx, assignments: Sequence[Assignment], activity: Activity) -> None:
    """Write the timers of people who accepted, as `arrange_for`, in a constant number of statements."""
    if not assignments:
        return
    plans, quiet = reminder_plans.load(tx), quiet_hours(tx, [one.person_id for one in assignments])
    rows = [
        _row(tx, ReminderKind.reminder, activity, rule, assignment.id, quiet[assignment.person_id])
        for assignment in assignments
        for rule in person_rules(tx, plans, assignment, activity)
    ]
    write(tx, [*rows, *_reconfirming(tx, assignments, activity, quiet)])


def arrange_reconfirming(tx: Tx, assignments: Sequence[Assignment], activity: Activity) -> None:
    """Write the timers that ask people who accepted whether it still holds, where the activity wants that."""
    quiet = quiet_hours(tx, [one.person_id for one in assignments])
    write(tx, _reconfirming(tx, assignments, activity, quiet))


def arrange_closing(tx: Tx, activity: Activity) -> None:
    """Write the timer that asks the organiser to close the activity."""
    promises = reminder_plans.load(tx).promises(ReminderKind.close_activity, activity.kind, None)
    quiet = house_quiet_hours(tx)
    write(tx, [_row(tx, ReminderKind.close_activity, activity, one.rule, None, quiet) for one in promises])


def arrange(
    tx: Tx, kind: ReminderKind, activity: Activity, rule: ReminderRule, *, assignment: Assignment | None = None
) -> None:
    """Write one timer of any kind; repetition writes nothing new, a cancelled one comes back."""
    quiet = quiet_hours(tx, [assignment.person_id])[assignment.person_id] if assignment else house_quiet_hours(tx)
    write(tx, [_row(tx, kind, activity, rule, assignment.id if assignment else None, quiet)])


def person_rules(tx: Tx, plans: Plans, assignment: Assignment, activity: Activity) -> tuple[ReminderRule, ...]:
    """Return the reminder rules of an assignment; `MUSTER_REMINDER_OFFSET_SECONDS` stands in for all where set."""
    seconds = tx.settings.reminder_offset_seconds
    if seconds is not None:
        return (ReminderRule(offset=-timedelta(seconds=seconds)),)
    promises = plans.promises(ReminderKind.reminder, activity.kind, assignment.role)
    return tuple(promise.rule for promise in promises)


def house_quiet_hours(tx: Tx) -> QuietHours | None:
    """Return the house's quiet hours; none where `MUSTER_REMINDER_OFFSET_SECONDS` is set."""
    return None if tx.settings.reminder_offset_seconds is not None else QuietHours.parse(tx.settings.quiet_hours)


def quiet_hours(tx: Tx, person_ids: Sequence[int]) -> Mapping[int, QuietHours | None]:
    """Return the quiet hours of people, their own or the house's, by person; one statement."""
    house = house_quiet_hours(tx)
    if tx.settings.reminder_offset_seconds is not None:
        return dict.fromkeys(person_ids, house)
    asked = select(col(Person.id), col(Person.quiet_hours)).where(col(Person.id).in_(person_ids))
    own = {person_id: text for person_id, text in tx.session.exec(asked).all() if text}
    return {one: QuietHours.parse(own[one]) if one in own else house for one in person_ids}


def cancel(
    tx: Tx, *, activity_id: int, reason: str, assignment_id: int | None = None, kinds: Iterable[ReminderKind] = ()
) -> int:
    """Cancel waiting timers of an activity, of one assignment or of some kinds; return how many."""
    table = table_of(Reminder)
    statement = update(table).where(table.c.activity_id == activity_id, table.c.state == ReminderState.waiting)
    if assignment_id is not None:
        statement = statement.where(table.c.assignment_id == assignment_id)
    wanted = list(kinds)
    if wanted:
        statement = statement.where(table.c.kind.in_(wanted))
    tx.session.flush()
    changed = statement.values(state=ReminderState.cancelled, reason=reason, settled_at=tx.now)
    return int(tx.session.connection().execute(changed).rowcount)


def next_due_at(tx: Tx) -> datetime | None:
    """Return when the next waiting timer is due."""
    # Read off the index from its end; `min` would come to the same, but is planned as a query within a query.
    waiting = select(Reminder.due_at).where(col(Reminder.state) == ReminderState.waiting)
    return tx.session.exec(waiting.order_by(col(Reminder.due_at)).limit(1)).first()


def write(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write timers unless they are there; those that were cancelled and still lie ahead come back."""
    if not rows:
        return
    written = tx.insert_all_missing(Reminder, rows)
    back = [row["dedupe_key"] for row in rows if row["state"] is ReminderState.waiting]
    known = [key for key in back if key not in written]
    if known:
        table = table_of(Reminder)
        changed = update(table).where(table.c.dedupe_key.in_(known), table.c.state == ReminderState.cancelled)
        tx.session.connection().execute(changed.values(state=ReminderState.waiting, reason="", settled_at=None))


def _reconfirming(
    tx: Tx, assignments: Sequence[Assignment], activity: Activity, quiet: Mapping[int, QuietHours | None]
) -> list[dict[str, Any]]:
    if activity.reconfirm_days is None:
        return []
    rule = ask_rule(activity.reconfirm_days, activity.starts_at, zone(activity.zone))
    return [_row(tx, ReminderKind.reconfirm, activity, rule, one.id, quiet[one.person_id]) for one in assignments]


def _row(
    tx: Tx,
    kind: ReminderKind,
    activity: Activity,
    rule: ReminderRule,
    assignment_id: int | None,
    quiet: QuietHours | None,
) -> dict[str, Any]:
    spelled = rule.spelled()
    window = TimeWindow(activity.starts_at, activity.ends_at)
    due_at = rules.due_at(rule, window, zone(activity.zone), quiet, assignment_id or activity.id, now=tx.now)
    is_past = due_at <= tx.now
    return {
        "kind": kind,
        "activity_id": activity.id,
        "assignment_id": assignment_id,
        "rule": spelled,
        "due_at": due_at,
        "schedule_rev": activity.schedule_rev,
        "dedupe_key": f"{kind.value}:{activity.id}:{activity.schedule_rev}:{assignment_id or 0}:{spelled}",
        "state": ReminderState.skipped if is_past else ReminderState.waiting,
        "reason": "due_before_promise" if is_past else "",
        "settled_at": tx.now if is_past else None,
        "created_at": tx.now,
    }
