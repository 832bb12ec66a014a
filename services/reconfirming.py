"""People who said yes early are asked whether it still holds: the timers, and whether the question is open.

A yes to it sets `Assignment.reconfirmed_at`; a no is a no as any other. Whoever stays silent goes on a call list.
"""

from collections.abc import Collection, Sequence

from sqlmodel import col, or_, select

from models.enums import ActivityState, AssignmentState, ReminderKind, ReminderState
from models.events import ActivityChanged
from models.rules import reconfirming as rules
from models.rules.reminders import ReminderRule
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.reminders import Reminder
from services import reminders
from services.due import Due
from services.unit_of_work import Tx

#: How the dedupe keys begin of timers that put somebody on a call list who did not confirm again.
CALL_KEY = f"{ReminderKind.call.value}:{ReminderKind.reconfirm.value}:"
CHANGED = "reconfirm_changed"


def is_asked(tx: Tx, assignment: Assignment, activity: Activity) -> bool:
    """Tell whether a person who said yes has been asked if it still holds, and has not said so since."""
    is_wanted = assignment.state is AssignmentState.accepted and activity.reconfirm_days is not None
    return is_wanted and is_open(tx, assignment.id)


def is_open(tx: Tx, assignment_id: int) -> bool:
    """Tell the same of an assignment by its id."""
    return bool(open_among(tx, [assignment_id]))


def open_among(tx: Tx, assignment_ids: Collection[int]) -> frozenset[int]:
    """Return those of the assignments whose people are asked whether their yes still holds; one statement."""
    open_questions = (
        select(Assignment.id)
        .join(Reminder, col(Reminder.assignment_id) == col(Assignment.id))
        .join(Activity, col(Activity.id) == col(Reminder.activity_id))
        .where(
            col(Assignment.id).in_(assignment_ids),
            col(Assignment.state) == AssignmentState.accepted,
            col(Reminder.kind) == ReminderKind.reconfirm,
            col(Reminder.state) == ReminderState.fired,
            col(Reminder.schedule_rev) == col(Activity.schedule_rev),
            col(Activity.reconfirm_days).is_not(None),
            or_(col(Assignment.answered_at).is_(None), col(Assignment.answered_at) < col(Reminder.settled_at)),
            or_(col(Assignment.reconfirmed_at).is_(None), col(Assignment.reconfirmed_at) < col(Reminder.settled_at)),
        )
        .distinct()
    )
    return frozenset(tx.session.exec(open_questions).all())


def follow_up(tx: Tx, dues: Sequence[Due]) -> None:
    """Plan the calls to those who are asked now, in case they stay silent; one statement."""
    rows = []
    for due in dues:
        due_at = rules.call_at(tx.now, due.activity.starts_at)
        since_start = due_at.replace(microsecond=0) - due.activity.starts_at.replace(microsecond=0)
        rows.append(
            {
                "kind": ReminderKind.call,
                "activity_id": due.activity.id,
                "assignment_id": due.reminder.assignment_id,
                "rule": ReminderRule(offset=since_start).spelled(),
                "due_at": due_at,
                "schedule_rev": due.activity.schedule_rev,
                "dedupe_key": f"{CALL_KEY}{due.reminder.id}",
                "state": ReminderState.waiting,
                "reason": "",
                "settled_at": None,
                "created_at": tx.now,
            }
        )
    if rows:
        tx.insert_all_missing(Reminder, rows)


def on_changed(tx: Tx, event: ActivityChanged) -> None:
    """Plan the question anew where the organiser chose another number of days."""
    if "reconfirm_days" not in event.changes:
        return
    activity = tx.get(Activity, event.subject_id, noun="activity", for_update=False)
    reminders.cancel(tx, activity_id=activity.id, kinds=(ReminderKind.reconfirm,), reason=CHANGED)
    if activity.state is not ActivityState.released:
        return
    accepted = select(Assignment).where(
        col(Assignment.activity_id) == activity.id, col(Assignment.state) == AssignmentState.accepted
    )
    reminders.arrange_reconfirming(tx, tx.session.exec(accepted.order_by(col(Assignment.id))).all(), activity)
