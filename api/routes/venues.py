"""Venues: halls and rooms, when they are free, and which could be had."""

from fastapi import APIRouter
from starlette.responses import Response

from api.routes.params import Cursor, IdFilter, Limit, OnDay, PeopleCount, Search
from api.routes.writing import WriterDep
from api.schemas.common import EndIn, ListOf, list_of
from api.schemas.venues import VenueDetail, VenueIn, VenueOut, VenuePatch, venue_detail
from models.enums import HostKind
from services import venues
from services.queries import venues as queries
from services.queries.paging import DEFAULT_LIMIT
from services.unit_of_work import Tx
from web.deps import ActorDep, IfMatchDep, RowId, UowDep, answer

router = APIRouter(prefix="/venues", tags=["venues"])


def _detail(tx: Tx, venue_id: int) -> VenueDetail:
    tx.session.flush()
    return venue_detail(queries.read_venue(tx, venue_id))


@router.get("")
def list_venues(
    uow: UowDep,
    actor: ActorDep,
    q: Search = None,
    kind: HostKind | None = None,
    org_id: IdFilter | None = None,
    parent_id: IdFilter | None = None,
    division_code: Search = None,
    capacity: PeopleCount | None = None,
    on: OnDay = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> ListOf[VenueOut]:
    """List venues by pinyin; `capacity` is the least, `division_code` may be that of a county or province."""
    with uow.read(actor) as tx:
        page = queries.list_venues(
            tx,
            q=q,
            kind=kind,
            org_id=org_id,
            parent_id=parent_id,
            division_code=division_code,
            capacity=capacity,
            on=on,
            limit=limit,
            cursor=cursor,
        )
    return list_of(page, VenueOut.of)


@router.post("", status_code=201, response_model=VenueDetail)
def create(writer: WriterDep, given: VenueIn) -> Response:
    """Write a venue; with a parent it is a part of it."""
    return writer.create(venues.create, _detail, **given.given())


@router.get("/{venue_id}", response_model=VenueDetail)
def read(uow: UowDep, actor: ActorDep, venue_id: RowId) -> Response:
    """Return one venue with its version as ETag; the contact only for those who lead somebody."""
    with uow.read(actor) as tx:
        return answer(_detail(tx, venue_id))


@router.patch("/{venue_id}", response_model=VenueDetail)
def edit(writer: WriterDep, venue_id: RowId, given: VenuePatch, version: IfMatchDep) -> Response:
    """Change what was sent, against `If-Match` where given; a list of hours replaces the old one."""
    return writer.act(venues.change, _detail, venue_id, given.given(), expected_version=version)


@router.post("/{venue_id}/end", response_model=VenueDetail)
def end(writer: WriterDep, venue_id: RowId, given: EndIn) -> Response:
    """End its validity; 409 where it is booked beyond that day."""
    return writer.act(venues.end, _detail, venue_id, given.until_on)
