"""Bookings: ask for a venue, hold it, decide, move it, say that one is there, give it back."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.routes.params import Cursor, IdFilter, Limit
from api.routes.writing import WriterDep
from api.schemas.activities import ReasonIn
from api.schemas.bookings import BookingIn, BookingOut, GiveBackIn, WindowIn
from api.schemas.common import Instant, ListOf, list_of
from models.enums import BookingState
from services import bookings
from services.queries import bookings as queries
from services.queries.paging import DEFAULT_LIMIT
from services.unit_of_work import Tx
from web.deps import ActorDep, RowId, UowDep, answer

router = APIRouter(prefix="/bookings", tags=["bookings"])


def _out(tx: Tx, booking_id: int) -> BookingOut:
    tx.session.flush()
    return BookingOut.of(queries.read_booking(tx, booking_id))


@router.get("")
def list_bookings(
    uow: UowDep,
    actor: ActorDep,
    venue_id: IdFilter | None = None,
    activity_id: IdFilter | None = None,
    state: BookingState | None = None,
    from_at: Annotated[Instant | None, Query(alias="from")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> ListOf[BookingOut]:
    """List bookings by start."""
    with uow.read(actor) as tx:
        page = queries.list_bookings(
            tx, venue_id=venue_id, activity_id=activity_id, state=state, from_at=from_at, limit=limit, cursor=cursor
        )
    return list_of(page, BookingOut.of)


@router.post("", status_code=201, response_model=BookingOut)
def create(writer: WriterDep, given: BookingIn) -> Response:
    """Book a venue, hold it, or ask for it where it needs approval; 409 tells every reason and the ways out."""
    return writer.create(bookings.create, _out, **given.values())


@router.get("/{booking_id}", response_model=BookingOut)
def read(uow: UowDep, actor: ActorDep, booking_id: RowId) -> Response:
    """Return one booking."""
    with uow.read(actor) as tx:
        return answer(_out(tx, booking_id))


@router.post("/{booking_id}/confirm", response_model=BookingOut)
def confirm(writer: WriterDep, booking_id: RowId) -> Response:
    """Say yes to a request or a hold; whoever asked for the same hours is declined."""
    return writer.act(bookings.confirm, _out, booking_id)


@router.post("/{booking_id}/decline", response_model=BookingOut)
def decline(writer: WriterDep, booking_id: RowId, given: ReasonIn) -> Response:
    """Say no to a request, with a reason."""
    return writer.act(bookings.decline, _out, booking_id, reason=given.reason)


@router.post("/{booking_id}/keep", response_model=BookingOut)
def keep(writer: WriterDep, booking_id: RowId) -> Response:
    """Turn a hold of one's own into a booking, where nobody is to be asked."""
    return writer.act(bookings.keep, _out, booking_id)


@router.post("/{booking_id}/move", response_model=BookingOut)
def move(writer: WriterDep, booking_id: RowId, given: WindowIn) -> Response:
    """Give a booking without an activity another window; its host is asked anew where approval is needed."""
    return writer.act(bookings.move, _out, booking_id, **given.values())


@router.post("/{booking_id}/arrive", response_model=BookingOut)
def arrive(writer: WriterDep, booking_id: RowId) -> Response:
    """Say "we are here", so that the venue does not go to others."""
    return writer.act(bookings.arrive, _out, booking_id)


@router.post("/{booking_id}/cancel", response_model=BookingOut)
def cancel(writer: WriterDep, booking_id: RowId, given: GiveBackIn | None = None) -> Response:
    """Give a booking back."""
    return writer.act(bookings.cancel, _out, booking_id, reason=given.reason if given else "")
