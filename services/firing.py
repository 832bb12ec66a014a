"""Due reminders become notifications: each is looked at once more, then asked for, or said why not.

A batch costs a constant number of statements, whatever it holds.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

from models.enums import ActivityState, AssignmentState, CallReason, NotificationKind, ReminderKind, ReminderState
from models.rules import reminders as rules
from models.rules.reminder_plans import Plans
from models.tables.base import table_of
from models.tables.reminders import Reminder
from services import answer_digests, calls, channel_routes, firing_answers, notify, reconfirming, reminder_plans
from services.due import FIRED, Due, Handler, Settled, waiting
from services.notify import Wanted
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


def fire_due(tx: Tx, limit: int) -> FiredCount:
    """Settle up to `limit` due timers, the longest due first; of several for one purpose only the newest that helps.

    Several workers may call it side by side; on PostgreSQL each takes rows that no other holds.
    """
    batch = _due(tx, limit)
    wanted: list[Wanted] = []
    settled: dict[Settled, list[int]] = defaultdict(list)
    digests = [due for due in batch if due.reminder.kind is ReminderKind.digest]
    if digests:
        _add(settled, answer_digests.settle(tx, digests))
    timers = [due for due in batch if due.reminder.kind is not ReminderKind.digest]
    outlook = _outlook(tx, timers) if timers else _Outlook(Plans({}), {})
    asked: list[Due] = []
    for due in timers:
        outcome = _settle(tx, due, outlook)
        if isinstance(outcome, Wanted):
            wanted.append(outcome)
            asked += [due] if due.reminder.kind is ReminderKind.reconfirm else []
            outcome = FIRED
        settled[outcome].append(due.reminder.id)
    notify.request_all(tx, wanted)
    reconfirming.follow_up(tx, asked)
    _write(tx, settled)
    return FiredCount(*(_count(settled, state) for state in (FIRED[0], ReminderState.skipped, ReminderState.cancelled)))


def _due(tx: Tx, limit: int) -> Sequence[Due]:
    query = waiting().where(col(Reminder.due_at) <= tx.now).order_by(col(Reminder.due_at), col(Reminder.id))
    return [Due(*row) for row in tx.session.execute(query.limit(limit)).all()]


#: What one person, or the organiser, is told by one timer: the kind, the activity and the assignment.
_Purpose = tuple[ReminderKind, int, int | None]
_Rank = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class _Outlook:
    """What is read once for a batch: the house's plans, and per purpose the newest timer that helps or has helped."""

    plans: Plans
    newest: Mapping[_Purpose, _Rank]


def _outlook(tx: Tx, batch: Sequence[Due]) -> _Outlook:
    plans, table = reminder_plans.load(tx), table_of(Reminder)
    by_purpose = {_purpose(due.reminder): due for due in batch}
    of_people = {due.assignment.id for due in batch if due.assignment is not None}
    of_activities = {due.activity.id for due in batch if due.assignment is None}
    others = table.c.activity_id.in_(of_activities) & table.c.assignment_id.is_(None)
    rows = tx.session.execute(
        select(table.c.id, table.c.kind, table.c.activity_id, table.c.assignment_id, table.c.rule, table.c.due_at)
        .add_columns(table.c.schedule_rev, table.c.state)
        .where(table.c.assignment_id.in_(of_people) | others)
        .where(table.c.state.in_((ReminderState.waiting, ReminderState.fired)), table.c.due_at <= tx.now)
    )
    newest: dict[_Purpose, _Rank] = {}
    for row in rows:
        due = by_purpose.get(_purpose(row))
        if due is None or row.schedule_rev != due.activity.schedule_rev:
            continue
        if row.state is ReminderState.fired or not _is_too_late(tx, plans, due, row):
            newest[_purpose(row)] = max(newest.get(_purpose(row), (row.due_at, row.id)), (row.due_at, row.id))
    return _Outlook(plans, newest)


def _purpose(row: Any) -> _Purpose:
    return row.kind, row.activity_id, row.assignment_id


def _is_too_late(tx: Tx, plans: Plans, due: Due, row: Any) -> bool:
    role = due.assignment.role if due.assignment else None
    lateness = plans.lateness(row.kind, due.activity.kind, role, row.rule)
    return rules.is_too_late(row.due_at, tx.now, due.activity.starts_at, row.kind, lateness)


def _settle(tx: Tx, due: Due, outlook: _Outlook) -> Wanted | Settled:
    reminder = due.reminder
    if reminder.schedule_rev != due.activity.schedule_rev:
        return ReminderState.cancelled, "activity_moved"
    if _is_too_late(tx, outlook.plans, due, reminder):
        return ReminderState.skipped, "too_late"
    rank = (reminder.due_at, reminder.id)
    if outlook.newest.get(_purpose(reminder), rank) > rank:
        return ReminderState.skipped, "superseded"
    return FIRE[reminder.kind](tx, due)


def _remind(tx: Tx, due: Due) -> Wanted | Settled:
    if due.activity.state is not ActivityState.released:
        return ReminderState.cancelled, f"activity_{due.activity.state.value}"
    if due.assignment is None or due.assignment.state is not AssignmentState.accepted:
        state = "gone" if due.assignment is None else due.assignment.state.value
        return ReminderState.cancelled, f"assignment_{state}"
    if not channel_routes.reaches(tx, due.person, NotificationKind.reminder, due.activity):
        calls.write(tx, assignment=due.assignment, activity=due.activity, reason=CallReason.no_channel)
        return ReminderState.skipped, "no_address"
    return Wanted(
        kind=NotificationKind.reminder,
        recipients=notify.as_recipients(due.person),
        activity=due.activity,
        assignment_id=due.assignment.id,
        dedupe_key=f"reminder:{due.reminder.id}",
    )


def _ask_to_close(_tx: Tx, due: Due) -> Wanted | Settled:
    activity = due.activity
    if activity.state not in {ActivityState.released, ActivityState.held}:
        return ReminderState.cancelled, f"activity_{activity.state.value}"
    recipients = notify.as_recipients(due.organiser)
    if not recipients:
        return ReminderState.skipped, "no_address"
    return Wanted(
        kind=NotificationKind.close_activity,
        recipients=recipients,
        activity=activity,
        dedupe_key=f"close_activity:{due.reminder.id}",
    )


#: What each kind of reminder does when it is due.
FIRE: Mapping[ReminderKind, Handler] = {
    ReminderKind.reminder: _remind,
    ReminderKind.close_activity: _ask_to_close,
    ReminderKind.chase: firing_answers.chase,
    ReminderKind.call: firing_answers.call,
    ReminderKind.reconfirm: firing_answers.reconfirm,
}


def _add(settled: dict[Settled, list[int]], more: Mapping[Settled, Sequence[int]]) -> None:
    for outcome, ids in more.items():
        settled[outcome].extend(ids)


def _write(tx: Tx, settled: Mapping[Settled, Sequence[int]]) -> None:
    table = table_of(Reminder)
    for (state, reason), ids in settled.items():
        values = {"state": state, "reason": reason, "settled_at": tx.now}
        tx.session.execute(update(table).where(table.c.id.in_(ids)).values(values))


def _count(settled: Mapping[Settled, Sequence[int]], wanted: ReminderState) -> int:
    return sum(len(ids) for (state, _), ids in settled.items() if state is wanted)
