"""Call lists: whom to telephone, and what came of it."""

from typing import Literal

from fastapi import APIRouter
from starlette.responses import Response

from api.routes.params import Cursor, IdFilter, Limit
from api.routes.writing import WriterDep
from api.schemas.answers import CallDoneIn, CallOut
from api.schemas.common import ListOf, list_of
from models.enums import CallState
from services import calls
from services.queries import calls as queries
from services.queries.paging import DEFAULT_LIMIT
from services.unit_of_work import Tx
from web.deps import ActorDep, RowId, UowDep

router = APIRouter(prefix="/calls", tags=["calls"])


@router.get("")
def list_calls(
    uow: UowDep,
    actor: ActorDep,
    whose: Literal["mine", "all"] = "mine",
    state: CallState | None = None,
    activity_id: IdFilter | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> ListOf[CallOut]:
    """List calls by the start of the activity: those left to oneself, or all to people whom one leads."""
    with uow.read(actor) as tx:
        page = queries.list_calls(
            tx, is_mine=whose == "mine", state=state, activity_id=activity_id, limit=limit, cursor=cursor
        )
    return list_of(page, CallOut.of)


@router.post("/{call_id}/done", response_model=CallOut)
def done(writer: WriterDep, call_id: RowId, given: CallDoneIn) -> Response:
    """Write down what came of a call; a yes or a no is the person's answer, `unreached` leaves the line open."""

    def change(tx: Tx) -> CallOut:
        calls.done(tx, call_id, word=given.word, reason=given.reason)
        tx.session.flush()
        return CallOut.of(queries.read_call(tx, call_id))

    return writer.write(change)
