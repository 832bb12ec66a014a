"""People who do not answer: a second message, then somebody's call list; at once where no message reaches them."""

from datetime import datetime

from models.enums import CallReason, NotificationKind, ReminderKind, ReminderState
from models.rules import chasing as rules
from models.rules import reminders as reminder_rules
from models.rules.reminders import ReminderRule
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.people import Person
from models.tables.reminders import Reminder
from muster.localtime import zone
from services import calls, channel_routes, facts, reminders
from services.unit_of_work import Tx

#: Timers that an answer ends.
KINDS = (ReminderKind.chase, ReminderKind.call)


def arrange(tx: Tx, assignment: Assignment, activity: Activity) -> None:
    """Plan what follows if somebody who is asked now stays silent; repetition writes nothing new.

    Nobody can write to people whom no message reaches: they go on a call list at once.
    """
    if tx.now >= activity.starts_at:
        return
    person = tx.get(Person, assignment.person_id, noun="person", for_update=False)
    if not channel_routes.reaches(tx, person, NotificationKind.call_up, activity):
        calls.write(tx, assignment=assignment, activity=activity, reason=CallReason.no_channel)
        return
    asked_at = tx.now.replace(microsecond=0)
    chase_at = rules.chase_at(asked_at, activity.starts_at)
    if chase_at is not None:
        _write(tx, ReminderKind.chase, assignment, activity, _at_a_good_time(tx, chase_at, assignment, activity))
    _write(tx, ReminderKind.call, assignment, activity, rules.call_at(asked_at, activity.starts_at))


def end(tx: Tx, assignment: Assignment, reason: str) -> None:
    """Forget what was planned for a person who has answered; `reason` is a code. Repetition changes nothing."""
    reminders.cancel(tx, activity_id=assignment.activity_id, assignment_id=assignment.id, kinds=KINDS, reason=reason)
    calls.void(tx, assignment_id=assignment.id)


def _at_a_good_time(tx: Tx, at: datetime, assignment: Assignment, activity: Activity) -> datetime:
    """Return the instant or one a little earlier: outside of the person's quiet hours, off the full and half hours.

    Where that would be in the past it is the end of the quiet hours.
    """
    rule = ReminderRule(offset=at - activity.starts_at)
    quiet = reminders.quiet_hours(tx, [assignment.person_id])[assignment.person_id]
    place = zone(activity.zone)
    due_at = reminder_rules.due_at(rule, facts.window_of(activity), place, quiet, assignment.id, now=tx.now)
    if due_at > tx.now:
        return due_at
    return quiet.after(at, place) if quiet is not None and quiet.covers(at, place) else at


def _write(tx: Tx, kind: ReminderKind, assignment: Assignment, activity: Activity, due_at: datetime) -> None:
    about = f"{activity.id}:{activity.schedule_rev}:{assignment.id}:{assignment.version}"
    values = {
        "kind": kind,
        "activity_id": activity.id,
        "assignment_id": assignment.id,
        "rule": ReminderRule(offset=due_at.replace(microsecond=0) - activity.starts_at).spelled(),
        "due_at": due_at,
        "schedule_rev": activity.schedule_rev,
        "dedupe_key": f"{kind.value}:{about}",
        "state": ReminderState.waiting,
        "reason": "",
        "settled_at": None,
        "created_at": tx.now,
    }
    tx.insert_all_missing(Reminder, [values])
