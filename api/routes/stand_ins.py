"""Searches for stand-ins: begin one, look at it, stop it."""

from fastapi import APIRouter
from starlette.responses import Response

from api.routes.writing import WriterDep
from api.schemas.answers import StandInSearchOut, StandInsIn
from api.schemas.common import ListOf
from services import stand_ins
from services.queries import stand_ins as queries
from services.unit_of_work import Tx
from web.deps import ActorDep, RowId, UowDep

router = APIRouter(tags=["stand-ins"])


@router.get("/assignments/{assignment_id}/stand-ins")
def list_searches(uow: UowDep, actor: ActorDep, assignment_id: RowId) -> ListOf[StandInSearchOut]:
    """List the searches in the place of one person, oldest first, each with who was asked and why."""
    with uow.read(actor) as tx:
        return ListOf(items=[StandInSearchOut.of(one) for one in queries.of_assignment(tx, assignment_id)])


@router.post("/assignments/{assignment_id}/stand-ins", status_code=201, response_model=StandInSearchOut)
def start(writer: WriterDep, assignment_id: RowId, given: StandInsIn | None = None) -> Response:
    """Ask people in turn in the place of somebody who said no, one at a time, until the first yes."""

    def change(tx: Tx) -> StandInSearchOut:
        hours_each = given.hours_each if given else stand_ins.HOURS_EACH
        search_id = stand_ins.start(tx, assignment_id, hours_each=hours_each)
        return StandInSearchOut.of(queries.read_search(tx, search_id))

    return writer.write(change, status=201)


@router.post("/stand-in-searches/{search_id}/stop", response_model=StandInSearchOut)
def stop(writer: WriterDep, search_id: RowId) -> Response:
    """End a search; whoever was being asked is told that they are not needed."""

    def change(tx: Tx) -> StandInSearchOut:
        stand_ins.stop(tx, search_id)
        return StandInSearchOut.of(queries.read_search(tx, search_id))

    return writer.write(change)
