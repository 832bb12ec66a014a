"""What timers do about people who do not answer, or said yes long ago: ask again, then put them on a call list."""

from models.enums import ActivityState, AssignmentState, CallReason, NotificationKind, ReminderState
from models.rules import reconfirming as rules
from services import calls, channel_routes, notify, reconfirming
from services.due import FIRED, Due, Settled
from services.notify import Wanted
from services.unit_of_work import Tx


def chase(tx: Tx, due: Due) -> Wanted | Settled:
    """Ask a second time whoever has not answered."""
    settled = _not_wanted(tx, due)
    if settled is not None or due.assignment is None:
        return settled or (ReminderState.cancelled, "assignment_gone")
    if not channel_routes.reaches(tx, due.person, NotificationKind.chase, due.activity):
        return ReminderState.skipped, "no_address"
    return Wanted(
        kind=NotificationKind.chase,
        recipients=notify.as_recipients(due.person),
        activity=due.activity,
        assignment_id=due.assignment.id,
        dedupe_key=f"chase:{due.reminder.id}",
    )


def call(tx: Tx, due: Due) -> Wanted | Settled:
    """Put whoever still has not answered, or not confirmed again, on the list of the one who calls them."""
    is_again = due.reminder.dedupe_key.startswith(reconfirming.CALL_KEY)
    settled = _not_wanted(tx, due, AssignmentState.accepted if is_again else AssignmentState.offered)
    if settled is not None or due.assignment is None:
        return settled or (ReminderState.cancelled, "assignment_gone")
    if is_again and not reconfirming.is_open(tx, due.assignment.id):
        return ReminderState.cancelled, "already_answered"
    reason = CallReason.reconfirm if is_again else CallReason.no_answer
    calls.write(tx, assignment=due.assignment, activity=due.activity, reason=reason)
    return FIRED


def reconfirm(tx: Tx, due: Due) -> Wanted | Settled:
    """Ask whoever said yes some time ago whether it still holds; people without an address are called at once."""
    settled = _not_wanted(tx, due, AssignmentState.accepted)
    if settled is not None or due.assignment is None:
        return settled or (ReminderState.cancelled, "assignment_gone")
    if any(rules.is_fresh(said_at, tx.now) for said_at in (due.assignment.answered_at, due.assignment.reconfirmed_at)):
        return ReminderState.skipped, "answered_lately"
    if not channel_routes.reaches(tx, due.person, NotificationKind.reconfirm, due.activity):
        calls.write(tx, assignment=due.assignment, activity=due.activity, reason=CallReason.reconfirm)
        return FIRED
    return Wanted(
        kind=NotificationKind.reconfirm,
        recipients=notify.as_recipients(due.person),
        activity=due.activity,
        assignment_id=due.assignment.id,
        dedupe_key=f"reconfirm:{due.reminder.id}",
    )


def _not_wanted(tx: Tx, due: Due, expected: AssignmentState = AssignmentState.offered) -> Settled | None:
    """Return why nothing is asked any more; None where the answer is still wanted."""
    if due.activity.state is not ActivityState.released:
        return ReminderState.cancelled, f"activity_{due.activity.state.value}"
    if due.assignment is not None and due.assignment.state is not expected:
        return ReminderState.cancelled, f"assignment_{due.assignment.state.value}"
    if tx.now >= due.activity.starts_at:
        return ReminderState.skipped, "too_late"
    return None
