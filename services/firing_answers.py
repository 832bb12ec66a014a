"""What timers do about people who do not answer: ask a second time, then put them on a call list."""

from models.enums import ActivityState, AssignmentState, CallReason, NotificationKind, ReminderState
from services import calls, notify
from services.due import FIRED, Due, Settled
from services.notify import Wanted
from services.unit_of_work import Tx


def chase(tx: Tx, due: Due) -> Wanted | Settled:
    """Ask a second time whoever has not answered."""
    settled = _not_wanted(tx, due)
    if settled is not None or due.assignment is None:
        return settled or (ReminderState.cancelled, "assignment_gone")
    recipients = notify.as_recipients(due.person)
    if not recipients:
        return ReminderState.skipped, "no_address"
    return Wanted(
        kind=NotificationKind.chase,
        recipients=recipients,
        activity=due.activity,
        assignment_id=due.assignment.id,
        dedupe_key=f"chase:{due.reminder.id}",
    )


def call(tx: Tx, due: Due) -> Wanted | Settled:
    """Put whoever still has not answered on the list of the one who calls them."""
    settled = _not_wanted(tx, due)
    if settled is not None or due.assignment is None:
        return settled or (ReminderState.cancelled, "assignment_gone")
    calls.write(tx, assignment=due.assignment, activity=due.activity, reason=CallReason.no_answer)
    return FIRED


def _not_wanted(tx: Tx, due: Due) -> Settled | None:
    """Return why nothing is asked any more; None where the answer is still wanted."""
    if due.activity.state is not ActivityState.released:
        return ReminderState.cancelled, f"activity_{due.activity.state.value}"
    if due.assignment is not None and due.assignment.state is not AssignmentState.offered:
        return ReminderState.cancelled, f"assignment_{due.assignment.state.value}"
    if tx.now >= due.activity.starts_at:
        return ReminderState.skipped, "too_late"
    return None
