"""Take people for what they promised; say who is busy where the database refuses."""

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from models.enums import AssignmentState
from models.errors import Conflict
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.resources import OVERLAP
from services import facts, occupancies
from services.constraints import constraint_name
from services.unit_of_work import Tx


def take(tx: Tx, assignment: Assignment, activity: Activity) -> None:
    """Take the person of an accepted assignment for the activity's window.

    Raises:
        Conflict: the person promised something else then (`person_busy`).
    """
    tx.session.flush()
    window = facts.window_of(activity)
    try:
        with tx.session.begin_nested():
            occupancies.take_person(tx, assignment.person_id, window, assignment_id=assignment.id)
    except IntegrityError as error:
        if constraint_name(error) != OVERLAP:
            raise
        raise Conflict(busy_reason(tx, assignment, activity)) from error


def retake(tx: Tx, activity: Activity) -> None:
    """Move everybody who accepted to the activity's present window.

    Raises:
        Conflict: with one `person_busy` for each who cannot.
    """
    accepted = tx.session.exec(
        select(Assignment)
        .where(col(Assignment.activity_id) == activity.id, col(Assignment.state) == AssignmentState.accepted)
        .order_by(col(Assignment.person_id))  # in one order everywhere, or two moves could wait for each other
    ).all()
    reasons: list[Reason] = []
    for assignment in accepted:
        occupancies.release_assignment(tx, assignment.id)
        try:
            take(tx, assignment, activity)
        except Conflict as refusal:
            reasons.extend(refusal.reasons)
    if reasons:
        raise Conflict(*reasons)


def busy_reason(tx: Tx, assignment: Assignment, activity: Activity) -> Reason:
    """Return `person_busy` with the window that is in the way."""
    window = facts.window_of(activity)
    busy = facts.busy_windows(tx, assignment.person_id, window, leave_out=[assignment.id])
    clash = min(busy, default=window)
    told = {"person_id": assignment.person_id, "conflict": "busy", "is_hard": True}
    return Reason("person_busy", told | {"starts_at": clash.starts_at, "ends_at": clash.ends_at})
