"""Reminders: arrange timers when people promise, and cancel them; `services.firing` fires those that are due."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, func, select

from models.enums import ReminderKind, ReminderState
from models.rules import reminders as rules
from models.rules.quiet import QuietHours
from models.rules.reminders import ReminderRule
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.base import table_of
from models.tables.reminders import Reminder
from models.values import TimeWindow
from muster.localtime import zone
from services.unit_of_work import Tx


def arrange_for(tx: Tx, assignment: Assignment, activity: Activity) -> None:
    """Write the timers of somebody who accepted; repetition writes nothing new, a cancelled one comes back."""
    for rule in person_rules(tx, assignment, activity):
        _arrange(tx, ReminderKind.reminder, activity, rule, assignment_id=assignment.id)


def arrange_closing(tx: Tx, activity: Activity) -> None:
    """Write the timer that asks the organiser to close the activity."""
    for rule in rules.closing_rules(activity.kind):
        _arrange(tx, ReminderKind.close_activity, activity, rule)


def person_rules(tx: Tx, assignment: Assignment, activity: Activity) -> tuple[ReminderRule, ...]:
    """Return the reminder rules of an assignment; `MUSTER_REMINDER_OFFSET_SECONDS` stands in for all where set."""
    seconds = tx.settings.reminder_offset_seconds
    if seconds is not None:
        return (ReminderRule(offset=-timedelta(seconds=seconds)),)
    return rules.default_rules(activity.kind, assignment.role)


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
    return tx.session.exec(
        select(func.min(col(Reminder.due_at))).where(col(Reminder.state) == ReminderState.waiting)
    ).one()


def _arrange(
    tx: Tx, kind: ReminderKind, activity: Activity, rule: ReminderRule, *, assignment_id: int | None = None
) -> None:
    spelled = rule.spelled()
    window = TimeWindow(activity.starts_at, activity.ends_at)
    quiet = QuietHours.parse(tx.settings.quiet_hours) if tx.settings.reminder_offset_seconds is None else None
    due_at = rules.due_at(rule, window, zone(activity.zone), quiet, assignment_id or activity.id, now=tx.now)
    dedupe_key = f"{kind.value}:{activity.id}:{activity.schedule_rev}:{assignment_id or 0}:{spelled}"
    is_past = due_at <= tx.now
    state = ReminderState.skipped if is_past else ReminderState.waiting
    reason = "due_before_promise" if is_past else ""
    written = tx.insert_missing(
        Reminder,
        {
            "kind": kind,
            "activity_id": activity.id,
            "assignment_id": assignment_id,
            "rule": spelled,
            "due_at": due_at,
            "schedule_rev": activity.schedule_rev,
            "dedupe_key": dedupe_key,
            "state": state,
            "reason": reason,
            "settled_at": tx.now if is_past else None,
            "created_at": tx.now,
        },
    )
    if not written and not is_past:
        table = table_of(Reminder)
        back = update(table).where(table.c.dedupe_key == dedupe_key, table.c.state == ReminderState.cancelled)
        tx.session.connection().execute(back.values(state=ReminderState.waiting, reason="", settled_at=None))
