"""What organisers learn once a day: who said yes. Each yes is a timer; those of one organiser go out as one message."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import update
from sqlmodel import col

from models.enums import ActivityState, AssignmentState, NotificationKind, ReminderKind, ReminderState
from models.rules.digests import digest_at
from models.tables.activities import Activity
from models.tables.assignments import Answer, Assignment
from models.tables.base import table_of
from models.tables.reminders import Reminder
from models.tables.users import User
from muster.localtime import local_day, zone
from services import notify
from services.due import FIRED, Due, Settled, waiting
from services.notify import Wanted
from services.unit_of_work import Tx

RULE = "daily"


def arrange(tx: Tx, answer: Answer, assignment: Assignment, activity: Activity) -> None:
    """Note that the organiser is to learn of a yes with the next digest; repetition writes nothing new."""
    if activity.organiser_id is None:
        return
    row = {
        "kind": ReminderKind.digest,
        "activity_id": activity.id,
        "assignment_id": assignment.id,
        "rule": RULE,
        "due_at": digest_at(tx.now, zone(tx.settings.zone), activity.organiser_id),
        "schedule_rev": activity.schedule_rev,
        "dedupe_key": f"{ReminderKind.digest.value}:{answer.id}",
        "state": ReminderState.waiting,
        "reason": "",
        "created_at": tx.now,
    }
    tx.insert_all_missing(Reminder, [row])


def settle(tx: Tx, dues: Sequence[Due]) -> Mapping[Settled, Sequence[int]]:
    """Write one digest for each organiser of due timers, with all that waits for them; return what becomes of the timers.

    Somebody who has had today's digest already gets the rest with tomorrow's: nothing is lost, and nobody
    gets two on one local day. A yes that was taken back, or to an activity that is off or has begun, is left out.
    """
    settled: dict[Settled, list[int]] = defaultdict(list)
    by_organiser: dict[int, list[Due]] = defaultdict(list)
    for due in [*dues, *_others(tx, dues)]:
        outcome = _left_out(tx, due)
        if outcome is not None or due.organiser is None:
            settled[outcome or (ReminderState.skipped, "no_address")].append(due.reminder.id)
        else:
            by_organiser[due.organiser.id].append(due)
    today = local_day(tx.now, zone(tx.settings.zone))
    keys = {user_id: f"{NotificationKind.digest.value}:{user_id}:{today.isoformat()}" for user_id in by_organiser}
    written = notify.request_all(tx, [_wanted(keys[user_id], found) for user_id, found in by_organiser.items()])
    for user_id, found in by_organiser.items():
        ids = [due.reminder.id for due in found]
        if keys[user_id] in written:
            settled[FIRED].extend(ids)
        else:
            _put_off(tx, user_id, ids)
    return settled


def _others(tx: Tx, dues: Sequence[Due]) -> list[Due]:
    """Return what else waits for the same organisers, due or not yet."""
    organisers = {due.organiser.id for due in dues if due.organiser is not None}
    query = waiting().where(
        col(Reminder.kind) == ReminderKind.digest,
        col(User.id).in_(organisers),
        col(Reminder.id).not_in([due.reminder.id for due in dues]),
    )
    return [Due(*row) for row in tx.session.execute(query.order_by(col(Reminder.id))).all()]


def _left_out(tx: Tx, due: Due) -> Settled | None:
    if due.activity.state not in {ActivityState.released, ActivityState.held}:
        return ReminderState.cancelled, f"activity_{due.activity.state.value}"
    if due.assignment is None or due.assignment.state is not AssignmentState.accepted:
        return ReminderState.cancelled, f"assignment_{due.assignment.state.value if due.assignment else 'gone'}"
    if tx.now >= due.activity.starts_at:
        return ReminderState.skipped, "too_late"
    return None if notify.as_recipients(due.organiser) else (ReminderState.skipped, "no_address")


def _wanted(key: str, dues: Sequence[Due]) -> Wanted:
    assignments = sorted({due.assignment.id for due in dues if due.assignment is not None})
    return Wanted(
        kind=NotificationKind.digest,
        recipients=notify.as_recipients(dues[0].organiser),
        dedupe_key=key,
        payload={"assignment_ids": assignments},
    )


def _put_off(tx: Tx, user_id: int, ids: Sequence[int]) -> None:
    table = table_of(Reminder)
    house = zone(tx.settings.zone)
    due_at = digest_at(tx.now, house, user_id)
    if local_day(due_at, house) == local_day(tx.now, house):
        due_at = digest_at(due_at, house, user_id)
    tx.session.execute(update(table).where(table.c.id.in_(ids)).values(due_at=due_at))
