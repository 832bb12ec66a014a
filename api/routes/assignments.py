"""Assignments: ask, take answers, ask somebody else."""

from fastapi import APIRouter
from starlette.responses import Response

from api.routes.params import IdFilter
from api.routes.writing import WriterDep
from api.schemas.assignments import AnswerOut, AssignmentOut, DeclineIn, OfferIn, ReplaceIn
from api.schemas.common import ListOf
from models.enums import AnswerVia
from services import assignments
from services.queries import assignments as queries
from services.unit_of_work import Tx
from web.deps import ActorDep, RowId, UowDep, answer

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
def offer(writer: WriterDep, given: OfferIn) -> Response:
    """Ask a person; the call-up goes out once the activity is released.

    A refusal names every conflict, hard and soft; with an `override_reason` only hard ones refuse.
    """
    return writer.create(assignments.offer, _out, **given.values())


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
def accept(writer: WriterDep, assignment_id: RowId) -> Response:
    """Write down a yes, one's own or as somebody who answers for the person."""
    return writer.act(assignments.accept, _out, assignment_id, via=AnswerVia.api)


@router.post("/{assignment_id}/decline", response_model=AssignmentOut)
def decline(writer: WriterDep, assignment_id: RowId, given: DeclineIn | None = None) -> Response:
    """Write down a no, with a reason where one was given."""
    return writer.act(assignments.decline, _out, assignment_id, via=AnswerVia.api, reason=given.reason if given else "")


@router.post("/{assignment_id}/replace", status_code=201, response_model=AssignmentOut)
def replace(writer: WriterDep, assignment_id: RowId, given: ReplaceIn) -> Response:
    """Ask somebody else in a person's place; returns the new assignment. Refuses as asking does."""
    return writer.create(assignments.replace, _out, assignment_id, **given.values())


@router.post("/{assignment_id}/withdraw", response_model=AssignmentOut)
def withdraw(writer: WriterDep, assignment_id: RowId) -> Response:
    """Take an offer or an acceptance back."""
    return writer.act(assignments.withdraw, _out, assignment_id)
