"""What hangs on venues as lists: special days, layouts, rights of teams."""

from fastapi import APIRouter
from starlette.responses import Response

from api.routes.writing import WriterDep
from api.schemas.venue_lists import (
    DaysAdded,
    DaysIn,
    DaysListIn,
    DaysListOut,
    LayoutsIn,
    LayoutsOut,
    RightsIn,
    RightsOut,
    days_list,
    days_row,
    layouts_list,
    rights_list,
)
from services import venue_days, venues
from services.queries.venues import VenueView, read_venue
from services.unit_of_work import Tx
from web.deps import ActorDep, IfMatchDep, RowId, UowDep, answer

router = APIRouter(prefix="/venues", tags=["venues"])


def _view(tx: Tx, venue_id: int) -> VenueView:
    tx.session.flush()
    return read_venue(tx, venue_id)


def _days(tx: Tx, venue_id: int) -> DaysListOut:
    return days_list(_view(tx, venue_id))


def _layouts(tx: Tx, venue_id: int) -> LayoutsOut:
    return layouts_list(_view(tx, venue_id))


def _rights(tx: Tx, venue_id: int) -> RightsOut:
    return rights_list(_view(tx, venue_id))


@router.get("/{venue_id}/days", response_model=DaysListOut)
def list_days(uow: UowDep, actor: ActorDep, venue_id: RowId) -> Response:
    """List its closures and extra openings; the version of the venue is the ETag."""
    with uow.read(actor) as tx:
        return answer(_days(tx, venue_id))


@router.post("/{venue_id}/days", status_code=201, response_model=DaysAdded)
def add_days(writer: WriterDep, venue_id: RowId, given: DaysIn) -> Response:
    """Close it for some days, or open it at other hours; what is booked then stays booked, and is counted."""

    def change(tx: Tx) -> DaysAdded:
        row_id = venue_days.add(tx, venue_id, **given.values())
        booked = venue_days.bookings_on(tx, venue_id, given.from_on, given.until_on)
        return days_row(_view(tx, venue_id), row_id, booked)

    return writer.write(change, status=201)


@router.put("/{venue_id}/days", response_model=DaysListOut)
def set_days(writer: WriterDep, venue_id: RowId, given: DaysListIn, version: IfMatchDep) -> Response:
    """Replace all its closures and extra openings, against `If-Match` of the venue where given."""
    changes = {"days": [days.parts() for days in given.items]}
    return writer.act(venues.change, _days, venue_id, changes, expected_version=version)


@router.get("/{venue_id}/layouts", response_model=LayoutsOut)
def list_layouts(uow: UowDep, actor: ActorDep, venue_id: RowId) -> Response:
    """List how the chairs may stand there, with the seats of each; the version of the venue is the ETag."""
    with uow.read(actor) as tx:
        return answer(_layouts(tx, venue_id))


@router.put("/{venue_id}/layouts", response_model=LayoutsOut)
def set_layouts(writer: WriterDep, venue_id: RowId, given: LayoutsIn, version: IfMatchDep) -> Response:
    """Replace its layouts, against `If-Match` of the venue where given."""
    changes = {"layouts": [(one.layout, one.capacity) for one in given.items]}
    return writer.act(venues.change, _layouts, venue_id, changes, expected_version=version)


@router.get("/{venue_id}/rights", response_model=RightsOut)
def list_rights(uow: UowDep, actor: ActorDep, venue_id: RowId) -> Response:
    """List which teams may book at once, ask or decide; the version of the venue is the ETag."""
    with uow.read(actor) as tx:
        return answer(_rights(tx, venue_id))


@router.put("/{venue_id}/rights", response_model=RightsOut)
def set_rights(writer: WriterDep, venue_id: RowId, given: RightsIn, version: IfMatchDep) -> Response:
    """Replace the rights of teams there, against `If-Match` of the venue where given."""
    changes = {"rights": [(right.team_id, right.kind) for right in given.items]}
    return writer.act(venues.change, _rights, venue_id, changes, expected_version=version)
