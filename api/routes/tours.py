"""Tours: campaigns of lectures under one plan, and the order of their stops."""

from fastapi import APIRouter
from starlette.responses import Response

from api.routes.params import Cursor, IdFilter, Limit, OnDay, Search
from api.routes.writing import WriterDep
from api.schemas.common import ListOf, list_of
from api.schemas.tours import StopOut, StopsIn, TourDetail, TourIn, TourOut, TourPatch, tour_detail
from models.enums import TourState
from services import tours
from services.queries import tours as queries
from services.queries.paging import DEFAULT_LIMIT
from services.unit_of_work import Tx
from web.deps import ActorDep, IfMatchDep, RowId, UowDep, answer

router = APIRouter(prefix="/tours", tags=["tours"])


def _detail(tx: Tx, tour_id: int) -> TourDetail:
    tx.session.flush()
    return tour_detail(queries.read_tour(tx, tour_id))


@router.get("")
def list_tours(
    uow: UowDep,
    actor: ActorDep,
    q: Search = None,
    team_id: IdFilter | None = None,
    state: TourState | None = None,
    on: OnDay = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> ListOf[TourOut]:
    """List tours, the latest first; `on` keeps those that run on a local day."""
    with uow.read(actor) as tx:
        page = queries.list_tours(tx, q=q, team_id=team_id, state=state, on=on, limit=limit, cursor=cursor)
    return list_of(page, TourOut.of)


@router.post("", status_code=201, response_model=TourDetail)
def create(writer: WriterDep, given: TourIn) -> Response:
    """Write a tour as a draft."""
    return writer.create(tours.create, _detail, **given.given())


@router.get("/{tour_id}", response_model=TourDetail)
def read(uow: UowDep, actor: ActorDep, tour_id: RowId) -> Response:
    """Return one tour with its stops, and its version as ETag."""
    with uow.read(actor) as tx:
        return answer(_detail(tx, tour_id))


@router.patch("/{tour_id}", response_model=TourDetail)
def edit(writer: WriterDep, tour_id: RowId, given: TourPatch, version: IfMatchDep) -> Response:
    """Change what was sent, against `If-Match` where given."""
    return writer.act(tours.change, _detail, tour_id, given.given(), expected_version=version)


@router.get("/{tour_id}/stops")
def list_stops(uow: UowDep, actor: ActorDep, tour_id: RowId) -> ListOf[StopOut]:
    """List the stops of a tour in order, with whom each of them asks."""
    with uow.read(actor) as tx:
        return ListOf(items=[StopOut.of(stop) for stop in queries.read_tour(tx, tour_id).stops])


@router.put("/{tour_id}/stops", response_model=TourDetail)
def set_stops(writer: WriterDep, tour_id: RowId, given: StopsIn, version: IfMatchDep) -> Response:
    """Make these lectures the stops, in this order, against `If-Match` of the tour where given."""
    return writer.act(tours.set_stops, _detail, tour_id, given.activity_ids, expected_version=version)
