"""Memberships: who is in which team, as what, for which days."""

from fastapi import APIRouter
from starlette.responses import Response

from api.routes.params import Cursor, IdFilter, Limit, OnDay
from api.routes.writing import WriterDep
from api.schemas.common import EndIn, ListOf, list_of
from api.schemas.teams import MembershipIn, MembershipOut, MembershipPatch
from models.enums import MembershipRole
from services import memberships
from services.queries import memberships as queries
from services.queries.paging import DEFAULT_LIMIT
from services.unit_of_work import Tx
from web.deps import ActorDep, IfMatchDep, RowId, UowDep, answer

router = APIRouter(prefix="/memberships", tags=["memberships"])


def _detail(tx: Tx, membership_id: int) -> MembershipOut:
    tx.session.flush()
    return MembershipOut.of(queries.read_membership(tx, membership_id))


@router.get("")
def list_memberships(
    uow: UowDep,
    actor: ActorDep,
    team_id: IdFilter | None = None,
    person_id: IdFilter | None = None,
    role: MembershipRole | None = None,
    on: OnDay = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> ListOf[MembershipOut]:
    """List memberships by the person's pinyin; `team_id` takes the subtree."""
    with uow.read(actor) as tx:
        page = queries.list_memberships(
            tx, team_id=team_id, person_id=person_id, role=role, on=on, limit=limit, cursor=cursor
        )
    return list_of(page, MembershipOut.of)


@router.post("", status_code=201, response_model=MembershipOut)
def create(writer: WriterDep, given: MembershipIn) -> Response:
    """Put a person into a team."""
    return writer.create(memberships.create, _detail, **given.given())


@router.get("/{membership_id}", response_model=MembershipOut)
def read(uow: UowDep, actor: ActorDep, membership_id: RowId) -> Response:
    """Return one membership with its version as ETag."""
    with uow.read(actor) as tx:
        return answer(_detail(tx, membership_id))


@router.patch("/{membership_id}", response_model=MembershipOut)
def edit(writer: WriterDep, membership_id: RowId, given: MembershipPatch, version: IfMatchDep) -> Response:
    """Change the role or the days, against `If-Match` where given."""
    return writer.act(memberships.change, _detail, membership_id, given.given(), expected_version=version)


@router.post("/{membership_id}/end", response_model=MembershipOut)
def end(writer: WriterDep, membership_id: RowId, given: EndIn) -> Response:
    """End a membership: `until_on` is the first day without it."""
    return writer.act(memberships.end, _detail, membership_id, given.until_on)
