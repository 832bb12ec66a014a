"""Programmes: the lines of work that activities count towards."""

from fastapi import APIRouter
from starlette.responses import Response

from api.routes.params import Cursor, Limit, OnDay, Search
from api.routes.writing import WriterDep
from api.schemas.common import EndIn, ListOf, list_of
from api.schemas.topics import ProgrammeIn, ProgrammeOut, ProgrammePatch
from services import programmes
from services.queries import topics as queries
from services.queries.paging import DEFAULT_LIMIT
from services.unit_of_work import Tx
from web.deps import ActorDep, IfMatchDep, RowId, UowDep, answer

router = APIRouter(prefix="/programmes", tags=["programmes"])


def _detail(tx: Tx, programme_id: int) -> ProgrammeOut:
    tx.session.flush()
    return ProgrammeOut.of(queries.read_programme(tx, programme_id))


@router.get("")
def list_programmes(
    uow: UowDep,
    actor: ActorDep,
    q: Search = None,
    on: OnDay = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> ListOf[ProgrammeOut]:
    """List programmes by code; `on` keeps those still open."""
    with uow.read(actor) as tx:
        page = queries.list_programmes(tx, q=q, on=on, limit=limit, cursor=cursor)
    return list_of(page, ProgrammeOut.of)


@router.post("", status_code=201, response_model=ProgrammeOut)
def create(writer: WriterDep, given: ProgrammeIn) -> Response:
    """Write a programme."""
    return writer.create(programmes.create, _detail, **given.given())


@router.get("/{programme_id}", response_model=ProgrammeOut)
def read(uow: UowDep, actor: ActorDep, programme_id: RowId) -> Response:
    """Return one programme with its version as ETag."""
    with uow.read(actor) as tx:
        return answer(_detail(tx, programme_id))


@router.patch("/{programme_id}", response_model=ProgrammeOut)
def edit(writer: WriterDep, programme_id: RowId, given: ProgrammePatch, version: IfMatchDep) -> Response:
    """Change what was sent, against `If-Match` where given."""
    return writer.act(programmes.change, _detail, programme_id, given.given(), expected_version=version)


@router.post("/{programme_id}/end", response_model=ProgrammeOut)
def end(writer: WriterDep, programme_id: RowId, given: EndIn) -> Response:
    """Close a programme to new activities: `until_on` is the first day without it."""
    return writer.act(programmes.end, _detail, programme_id, given.until_on)
