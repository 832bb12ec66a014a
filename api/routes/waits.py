"""The queue for taken venues: join, take what is offered, leave."""

from fastapi import APIRouter
from starlette.responses import Response

from api.routes.params import Cursor, IdFilter, Limit
from api.routes.writing import WriterDep
from api.schemas.bookings import BookingOut
from api.schemas.common import ListOf, list_of
from api.schemas.waits import TakeIn, WaitIn, WaitOut
from models.enums import WaitState
from services import waits
from services.queries import bookings as booking_queries
from services.queries import waits as queries
from services.queries.paging import DEFAULT_LIMIT
from services.unit_of_work import Tx
from web.deps import ActorDep, RowId, UowDep, answer

router = APIRouter(prefix="/waits", tags=["waits"])


def _out(tx: Tx, wait_id: int) -> WaitOut:
    tx.session.flush()
    return WaitOut.of(queries.read_wait(tx, wait_id).wait)


@router.get("")
def list_waits(
    uow: UowDep,
    actor: ActorDep,
    venue_id: IdFilter | None = None,
    activity_id: IdFilter | None = None,
    state: WaitState | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> ListOf[WaitOut]:
    """List places in line by start: all for those who see the whole house, else one's own."""
    with uow.read(actor) as tx:
        page = queries.list_waits(
            tx,
            is_own=False,
            is_live=False,
            venue_id=venue_id,
            activity_id=activity_id,
            state=state,
            limit=limit,
            cursor=cursor,
        )
    return list_of(page, WaitOut.of)


@router.post("", status_code=201, response_model=WaitOut)
def join(writer: WriterDep, given: WaitIn) -> Response:
    """Queue for a venue that is taken; 409 where it is free, or where something else stands against it."""
    return writer.create(waits.join, _out, **given.values())


@router.get("/{wait_id}", response_model=WaitOut)
def read(uow: UowDep, actor: ActorDep, wait_id: RowId) -> Response:
    """Return one place in line."""
    with uow.read(actor) as tx:
        return answer(_out(tx, wait_id))


@router.post("/{wait_id}/take", response_model=BookingOut)
def take(writer: WriterDep, wait_id: RowId, given: TakeIn | None = None) -> Response:
    """Take what is offered; the booking is confirmed, or held while its host is asked."""

    def change(tx: Tx) -> BookingOut:
        booking_id = waits.take(tx, wait_id, override_reason=given.override_reason if given else "")
        tx.session.flush()
        return BookingOut.of(booking_queries.read_booking(tx, booking_id))

    return writer.write(change)


@router.post("/{wait_id}/leave", response_model=WaitOut)
def leave(writer: WriterDep, wait_id: RowId) -> Response:
    """Give a place in line up, or the offer that came of it."""
    return writer.act(waits.leave, _out, wait_id)
