"""Teams: the volunteer tree."""

from fastapi import APIRouter
from starlette.responses import Response

from api.routes.params import Cursor, IdFilter, Limit, OnDay, Search
from api.routes.writing import WriterDep
from api.schemas.common import EndIn, ListOf, list_of
from api.schemas.teams import TeamDetail, TeamIn, TeamOut, TeamPatch, team_detail
from models.enums import TeamKind
from services import teams
from services.queries import teams as queries
from services.queries.paging import DEFAULT_LIMIT
from services.unit_of_work import Tx
from web.deps import ActorDep, IfMatchDep, RowId, UowDep, answer

router = APIRouter(prefix="/teams", tags=["teams"])


def _detail(tx: Tx, team_id: int) -> TeamDetail:
    tx.session.flush()
    return team_detail(queries.read_team(tx, team_id))


@router.get("")
def list_teams(
    uow: UowDep,
    actor: ActorDep,
    q: Search = None,
    kind: TeamKind | None = None,
    parent_id: IdFilter | None = None,
    under_id: IdFilter | None = None,
    on: OnDay = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> ListOf[TeamOut]:
    """List teams by pinyin; `parent_id` keeps those right below a team, `under_id` that team with its subtree."""
    with uow.read(actor) as tx:
        page = queries.list_teams(
            tx, q=q, kind=kind, parent_id=parent_id, under_id=under_id, on=on, limit=limit, cursor=cursor
        )
    return list_of(page, TeamOut.of)


@router.post("", status_code=201, response_model=TeamDetail)
def create(writer: WriterDep, given: TeamIn) -> Response:
    """Write a team."""
    return writer.create(teams.create, _detail, **given.given())


@router.get("/{team_id}", response_model=TeamDetail)
def read(uow: UowDep, actor: ActorDep, team_id: RowId) -> Response:
    """Return one team with its version as ETag."""
    with uow.read(actor) as tx:
        return answer(_detail(tx, team_id))


@router.patch("/{team_id}", response_model=TeamDetail)
def edit(writer: WriterDep, team_id: RowId, given: TeamPatch, version: IfMatchDep) -> Response:
    """Change what was sent, against `If-Match` where given; another parent moves the whole subtree."""
    return writer.act(teams.change, _detail, team_id, given.given(), expected_version=version)


@router.post("/{team_id}/end", response_model=TeamDetail)
def end(writer: WriterDep, team_id: RowId, given: EndIn) -> Response:
    """End its validity, and its memberships with it; 409 where something still hangs on it."""
    return writer.act(teams.end, _detail, team_id, given.until_on)
