"""Orgs: the bodies of the federation's tree, and those that host."""

from fastapi import APIRouter
from starlette.responses import Response

from api.routes.params import Cursor, IdFilter, Limit, OnDay, Search
from api.routes.writing import WriterDep
from api.schemas.common import EndIn, ListOf, list_of
from api.schemas.orgs import OrgDetail, OrgIn, OrgOut, OrgPatch, org_detail
from models.enums import HostKind, OrgKind
from services import orgs
from services.queries import orgs as queries
from services.queries.paging import DEFAULT_LIMIT
from services.unit_of_work import Tx
from web.deps import ActorDep, IfMatchDep, RowId, UowDep, answer

router = APIRouter(prefix="/orgs", tags=["orgs"])


def _detail(tx: Tx, org_id: int) -> OrgDetail:
    tx.session.flush()
    return org_detail(queries.read_org(tx, org_id))


@router.get("")
def list_orgs(
    uow: UowDep,
    actor: ActorDep,
    q: Search = None,
    kind: OrgKind | None = None,
    host_kind: HostKind | None = None,
    parent_id: IdFilter | None = None,
    on: OnDay = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> ListOf[OrgOut]:
    """List orgs by pinyin; `parent_id` keeps those right below one."""
    with uow.read(actor) as tx:
        page = queries.list_orgs(
            tx, q=q, kind=kind, host_kind=host_kind, parent_id=parent_id, on=on, limit=limit, cursor=cursor
        )
    return list_of(page, OrgOut.of)


@router.post("", status_code=201, response_model=OrgDetail)
def create(writer: WriterDep, given: OrgIn) -> Response:
    """Write an org."""
    return writer.create(orgs.create, _detail, **given.given())


@router.get("/{org_id}", response_model=OrgDetail)
def read(uow: UowDep, actor: ActorDep, org_id: RowId) -> Response:
    """Return one org with its version as ETag; the contact only for those who lead somebody."""
    with uow.read(actor) as tx:
        return answer(_detail(tx, org_id))


@router.patch("/{org_id}", response_model=OrgDetail)
def edit(writer: WriterDep, org_id: RowId, given: OrgPatch, version: IfMatchDep) -> Response:
    """Change what was sent, against `If-Match` where given."""
    return writer.act(orgs.change, _detail, org_id, given.given(), expected_version=version)


@router.post("/{org_id}/end", response_model=OrgDetail)
def end(writer: WriterDep, org_id: RowId, given: EndIn) -> Response:
    """End its validity; 409 where something still hangs on it."""
    return writer.act(orgs.end, _detail, org_id, given.until_on)
