"""Assignments: ask, take answers, ask somebody else."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.routes.params import IdFilter
from api.schemas.assignments import AnswerOut, AssignmentOut, DeclineIn, OfferIn, ReplaceIn
from api.schemas.common import ListOf
from models.enums import AnswerVia
from services import assignments
from services.queries import assignments as queries
from services.unit_of_work import Tx
from web.deps import ActorDep, RowId, UowDep, answer, run_write

router = APIRouter(prefix="/assignments", tags=["assignments"])


def _out(tx: Tx, assignment_id: int) -> AssignmentOut:
    tx.session.flush()
    return AssignmentOut.of(queries.read_assignment(tx, assignment_id))


@router.get("")
def list_assignments(uow: UowDep, actor: ActorDep, activity_id: IdFilter) -> ListOf[AssignmentOut]:
    """List everybody asked to one activity."""
    with uow.read(actor) as tx:
        return ListOf(items=[AssignmentOut.of(row) for row in queries.of_activity(tx, activity_id)])


@router.post("", status_code=201, response_model=AssignmentOut)
def offer(request: Request, uow: UowDep, actor: ActorDep, given: OfferIn) -> Response:
    """Ask a person; the call-up goes out once the activity is released.

    A refusal names every conflict, hard and soft; with an `override_reason` only hard ones refuse.
    """

    def change(tx: Tx) -> AssignmentOut:
        return _out(tx, assignments.offer(tx, **given.values()))

    return run_write(request, uow, actor, change, status=201)


@router.get("/{assignment_id}", response_model=AssignmentOut)
def read(uow: UowDep, actor: ActorDep, assignment_id: RowId) -> Response:
    """Return one assignment."""
    with uow.read(actor) as tx:
        return answer(_out(tx, assignment_id))


@router.get("/{assignment_id}/answers")
def list_answers(uow: UowDep, actor: ActorDep, assignment_id: RowId) -> ListOf[AnswerOut]:
    """List every answer, oldest first; the last one holds."""
    with uow.read(actor) as tx:
        row = queries.read_assignment(tx, assignment_id)
    return ListOf(items=[AnswerOut.of(one) for one in row.answers])


@router.post("/{assignment_id}/accept", response_model=AssignmentOut)
def accept(request: Request, uow: UowDep, actor: ActorDep, assignment_id: RowId) -> Response:
    """Write down a yes, one's own or as somebody who answers for the person."""

    def change(tx: Tx) -> AssignmentOut:
        assignments.accept(tx, assignment_id, via=AnswerVia.api)
        return _out(tx, assignment_id)

    return run_write(request, uow, actor, change)


@router.post("/{assignment_id}/decline", response_model=AssignmentOut)
def decline(
    request: Request, uow: UowDep, actor: ActorDep, assignment_id: RowId, given: DeclineIn | None = None
) -> Response:
    """Write down a no, with a reason where one was given."""

    def change(tx: Tx) -> AssignmentOut:
        assignments.decline(tx, assignment_id, via=AnswerVia.api, reason=given.reason if given else "")
        return _out(tx, assignment_id)

    return run_write(request, uow, actor, change)


@router.post("/{assignment_id}/replace", status_code=201, response_model=AssignmentOut)
def replace(request: Request, uow: UowDep, actor: ActorDep, assignment_id: RowId, given: ReplaceIn) -> Response:
    """Ask somebody else in a person's place; returns the new assignment. Refuses as asking does."""

    def change(tx: Tx) -> AssignmentOut:
        return _out(tx, assignments.replace(tx, assignment_id, **given.values()))

    return run_write(request, uow, actor, change, status=201)


@router.post("/{assignment_id}/withdraw", response_model=AssignmentOut)
def withdraw(request: Request, uow: UowDep, actor: ActorDep, assignment_id: RowId) -> Response:
    """Take an offer or an acceptance back."""

    def change(tx: Tx) -> AssignmentOut:
        assignments.withdraw(tx, assignment_id)
        return _out(tx, assignment_id)

    return run_write(request, uow, actor, change)
