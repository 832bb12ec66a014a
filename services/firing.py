"""Due reminders become notifications: each is looked at once more, then asked for, or said why not.

A batch costs a constant number of statements, whatever it holds.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlmodel import col

from models.enums import ActivityState, AssignmentState, NotificationKind, ReminderKind, ReminderState
from models.rules import reminders as rules
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.base import table_of
from models.tables.people import Person
from models.tables.reminders import Reminder
from models.tables.users import User
from services import notify
from services.notify import Wanted
from services.unit_of_work import Tx

Settled = tuple[ReminderState, str]
FIRED: Settled = (ReminderState.fired, "")


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


@dataclass(frozen=True, slots=True)
class _Due:
    """A due reminder with what it is about."""

    reminder: Reminder
    activity: Activity
    assignment: Assignment | None
    person: Person | None
    organiser: User | None


def fire_due(tx: Tx, limit: int) -> FiredCount:
    """Settle up to `limit` due timers, the longest due first.

    Several workers may call it side by side; on PostgreSQL each takes rows that no other holds.
    """
    wanted: list[Wanted] = []
    settled: dict[Settled, list[int]] = defaultdict(list)
    for due in _due(tx, limit):
        outcome = _settle(tx, due)
        if isinstance(outcome, Wanted):
            wanted.append(outcome)
            outcome = FIRED
        settled[outcome].append(due.reminder.id)
    notify.request_all(tx, wanted)
    _write(tx, settled)
    return FiredCount(*(_count(settled, state) for state in (FIRED[0], ReminderState.skipped, ReminderState.cancelled)))


def _due(tx: Tx, limit: int) -> Sequence[_Due]:
    query = (
        select(Reminder, Activity, Assignment, Person, User)
        .join(Activity, col(Activity.id) == col(Reminder.activity_id))
        .join(Assignment, col(Assignment.id) == col(Reminder.assignment_id), isouter=True)
        .join(Person, col(Person.id) == col(Assignment.person_id), isouter=True)
        .join(User, col(User.id) == col(Activity.organiser_id), isouter=True)
        .where(col(Reminder.state) == ReminderState.waiting, col(Reminder.due_at) <= tx.now)
        .order_by(col(Reminder.due_at), col(Reminder.id))
        .limit(limit)
        .with_for_update(skip_locked=True, of=Reminder)
    )
    return [_Due(*row) for row in tx.session.execute(query).all()]


def _settle(tx: Tx, due: _Due) -> Wanted | Settled:
    reminder, activity = due.reminder, due.activity
    if reminder.schedule_rev != activity.schedule_rev:
        return ReminderState.cancelled, "activity_moved"
    if rules.is_too_late(reminder.due_at, tx.now, activity.starts_at, reminder.kind):
        return ReminderState.skipped, "too_late"
    if reminder.kind is ReminderKind.close_activity:
        return _closing(due)
    if activity.state is not ActivityState.released:
        return ReminderState.cancelled, f"activity_{activity.state.value}"
    if due.assignment is None or due.assignment.state is not AssignmentState.accepted:
        state = "gone" if due.assignment is None else due.assignment.state.value
        return ReminderState.cancelled, f"assignment_{state}"
    recipients = notify.as_recipients(due.person)
    if not recipients:
        return ReminderState.skipped, "no_address"
    return Wanted(
        kind=NotificationKind.reminder,
        recipients=recipients,
        activity=activity,
        assignment_id=due.assignment.id,
        dedupe_key=f"reminder:{reminder.id}",
    )


def _closing(due: _Due) -> Wanted | Settled:
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


def _write(tx: Tx, settled: Mapping[Settled, Sequence[int]]) -> None:
    table = table_of(Reminder)
    for (state, reason), ids in settled.items():
        values = {"state": state, "reason": reason, "settled_at": tx.now}
        tx.session.execute(update(table).where(table.c.id.in_(ids)).values(values))


def _count(settled: Mapping[Settled, Sequence[int]], wanted: ReminderState) -> int:
    return sum(len(ids) for (state, _), ids in settled.items() if state is wanted)
