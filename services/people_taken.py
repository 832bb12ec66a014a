"""Take people for what they promised; say who is busy where the database refuses."""

from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, or_, select

from models.enums import AssignmentState
from models.errors import Conflict
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.resources import OVERLAP, Occupancy, Resource
from models.values import TimeWindow
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
    """Move everybody who accepted to the activity's present window; the statements are as many for one as for all.

    Raises:
        Conflict: with one `person_busy` for each who cannot.
    """
    tx.session.flush()
    accepted = (
        select(Assignment.id)
        .join(Resource, col(Resource.person_id) == col(Assignment.person_id))
        .where(col(Assignment.activity_id) == activity.id, col(Assignment.state) == AssignmentState.accepted)
        .order_by(col(Assignment.person_id))  # in one order everywhere, or two moves could wait for each other
        .with_for_update(key_share=True, of=Resource)
    )
    ids = tx.session.exec(accepted).all()
    try:
        with tx.session.begin_nested():
            occupancies.move_assignments(tx, ids, facts.window_of(activity))
    except IntegrityError as error:
        if constraint_name(error) != OVERLAP:
            raise
        if reasons := _busy_reasons(tx, ids, facts.window_of(activity)):
            raise Conflict(*reasons) from error
        raise


def _busy_reasons(tx: Tx, assignment_ids: Sequence[int], window: TimeWindow) -> list[Reason]:
    """Return one `person_busy` for each whom something else keeps from the window; one statement."""
    taken = (
        select(col(Assignment.person_id), col(Occupancy.occupied_from), col(Occupancy.occupied_until))
        .join(Resource, col(Resource.person_id) == col(Assignment.person_id))
        .join(Occupancy, col(Occupancy.resource_id) == col(Resource.id))
        .where(
            col(Assignment.id).in_(assignment_ids),
            col(Occupancy.occupied_until) > window.starts_at,
            col(Occupancy.occupied_from) < window.ends_at,
            or_(col(Occupancy.assignment_id).is_(None), col(Occupancy.assignment_id) != col(Assignment.id)),
        )
        .order_by(col(Assignment.person_id), col(Occupancy.occupied_from))
    )
    first: dict[int, TimeWindow] = {}
    for person_id, starts_at, ends_at in tx.session.exec(taken).all():
        first.setdefault(person_id, TimeWindow(starts_at, ends_at))
    return [_busy(person_id, clash) for person_id, clash in first.items()]


def busy_reason(tx: Tx, assignment: Assignment, activity: Activity) -> Reason:
    """Return `person_busy` with the window that is in the way."""
    window = facts.window_of(activity)
    busy = facts.busy_windows(tx, assignment.person_id, window, leave_out=[assignment.id])
    clash = min(busy, default=window)
    return _busy(assignment.person_id, clash)


def _busy(person_id: int, clash: TimeWindow) -> Reason:
    told = {"person_id": person_id, "conflict": "busy", "is_hard": True}
    return Reason("person_busy", told | {"starts_at": clash.starts_at, "ends_at": clash.ends_at})
