"""Reminders: arrange timers when people promise, move and cancel them, fire those that are due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, func, select

from models.enums import ActivityState, AssignmentState, NotificationKind, ReminderKind, ReminderState
from models.rules import reminders as rules
from models.rules.quiet import QuietHours
from models.rules.reminders import ReminderRule
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.base import table_of
from models.tables.reminders import Reminder
from models.values import TimeWindow
from muster.localtime import zone
from services import notify
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class FiredCount:
    """What one call of `fire_due` did."""

    fired: int = 0
    skipped: int = 0
    cancelled: int = 0

    @property
    def total(self) -> int:
        """All reminders settled."""
        return self.fired + self.skipped + self.cancelled


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


def fire_due(tx: Tx, limit: int) -> FiredCount:
    """Settle up to `limit` due timers: re-check each, then ask for its messages or say why not.

    Several workers may call it side by side; on PostgreSQL each takes rows that no other holds.
    """
    due = (
        select(Reminder)
        .where(col(Reminder.state) == ReminderState.waiting, col(Reminder.due_at) <= tx.now)
        .order_by(col(Reminder.due_at), col(Reminder.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    fired = skipped = cancelled = 0
    for reminder in tx.session.exec(due).all():
        state, reason = _settle(tx, reminder)
        reminder.state, reminder.reason, reminder.settled_at = state, reason, tx.now
        tx.session.add(reminder)
        fired += state is ReminderState.fired
        skipped += state is ReminderState.skipped
        cancelled += state is ReminderState.cancelled
    tx.session.flush()
    return FiredCount(fired, skipped, cancelled)


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


def _settle(tx: Tx, reminder: Reminder) -> tuple[ReminderState, str]:
    activity = tx.get(Activity, reminder.activity_id, noun="activity", for_update=False)
    if reminder.schedule_rev != activity.schedule_rev:
        return ReminderState.cancelled, "activity_moved"
    if rules.is_too_late(reminder.due_at, tx.now, activity.starts_at, reminder.kind):
        return ReminderState.skipped, "too_late"
    if reminder.kind is ReminderKind.close_activity:
        return _fire_closing(tx, reminder, activity)
    if activity.state is not ActivityState.released:
        return ReminderState.cancelled, f"activity_{activity.state.value}"
    assignment = tx.get(Assignment, reminder.assignment_id or 0, noun="assignment", for_update=False)
    if assignment.state is not AssignmentState.accepted:
        return ReminderState.cancelled, f"assignment_{assignment.state.value}"
    recipients = notify.person(tx, assignment.person_id)
    if not recipients:
        return ReminderState.skipped, "no_address"
    notify.request(
        tx,
        kind=NotificationKind.reminder,
        recipients=recipients,
        activity=activity,
        assignment_id=assignment.id,
        dedupe_key=f"reminder:{reminder.id}",
    )
    return ReminderState.fired, ""


def _fire_closing(tx: Tx, reminder: Reminder, activity: Activity) -> tuple[ReminderState, str]:
    if activity.state not in {ActivityState.released, ActivityState.held}:
        return ReminderState.cancelled, f"activity_{activity.state.value}"
    recipients = notify.user(tx, activity.organiser_id)
    if not recipients:
        return ReminderState.skipped, "no_address"
    notify.request(
        tx,
        kind=NotificationKind.close_activity,
        recipients=recipients,
        activity=activity,
        dedupe_key=f"close_activity:{reminder.id}",
    )
    return ReminderState.fired, ""
