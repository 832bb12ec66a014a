"""Memberships: who is in which team, as what, for which days."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.routes.params import Cursor, IdFilter, Limit, OnDay
from api.schemas.common import EndIn, ListOf, list_of
from api.schemas.teams import MembershipIn, MembershipOut, MembershipPatch
from models.enums import MembershipRole
from services import memberships
from services.queries import memberships as queries
from services.queries.paging import DEFAULT_LIMIT
from services.unit_of_work import Tx
from web.deps import ActorDep, IfMatchDep, RowId, UowDep, answer, run_write

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
def create(request: Request, uow: UowDep, actor: ActorDep, given: MembershipIn) -> Response:
    """Put a person into a team."""

    def change(tx: Tx) -> MembershipOut:
        return _detail(tx, memberships.create(tx, **given.given()))

    return run_write(request, uow, actor, change, status=201)


@router.get("/{membership_id}", response_model=MembershipOut)
def read(uow: UowDep, actor: ActorDep, membership_id: RowId) -> Response:
    """Return one membership with its version as ETag."""
    with uow.read(actor) as tx:
        return answer(_detail(tx, membership_id))


@router.patch("/{membership_id}", response_model=MembershipOut)
def edit(
    request: Request, uow: UowDep, actor: ActorDep, membership_id: RowId, given: MembershipPatch, version: IfMatchDep
) -> Response:
    """Change the role or the days, against `If-Match` where given."""

    def change(tx: Tx) -> MembershipOut:
        memberships.change(tx, membership_id, given.given(), expected_version=version)
        return _detail(tx, membership_id)

    return run_write(request, uow, actor, change)


@router.post("/{membership_id}/end", response_model=MembershipOut)
def end(request: Request, uow: UowDep, actor: ActorDep, membership_id: RowId, given: EndIn) -> Response:
    """End a membership: `until_on` is the first day without it."""

    def change(tx: Tx) -> MembershipOut:
        memberships.end(tx, membership_id, given.until_on)
        return _detail(tx, membership_id)

    return run_write(request, uow, actor, change)
