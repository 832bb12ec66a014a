"""People: volunteers, lecturers, cadres and contacts."""

from fastapi import APIRouter
from starlette.responses import Response

from api.routes.params import Cursor, IdFilter, Limit, OnDay, Search
from api.routes.writing import WriterDep
from api.schemas.common import EndIn, ListOf, list_of
from api.schemas.people import PersonDetail, PersonIn, PersonOut, PersonPatch, person_detail
from models.enums import MembershipRole, TraitKind
from services import people
from services.queries import people as queries
from services.queries.paging import DEFAULT_LIMIT
from services.unit_of_work import Tx
from web.deps import ActorDep, IfMatchDep, RowId, UowDep, answer

router = APIRouter(prefix="/people", tags=["people"])


def _detail(tx: Tx, person_id: int) -> PersonDetail:
    tx.session.flush()
    return person_detail(queries.read_person(tx, person_id))


@router.get("")
def list_people(
    uow: UowDep,
    actor: ActorDep,
    q: Search = None,
    team_id: IdFilter | None = None,
    team_role: MembershipRole | None = None,
    employer_org_id: IdFilter | None = None,
    trait: TraitKind | None = None,
    trait_value: Search = None,
    on: OnDay = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> ListOf[PersonOut]:
    """List people by pinyin; `team_id` keeps members of its subtree, `trait` and `trait_value` those of whom it is said."""
    with uow.read(actor) as tx:
        page = queries.list_people(
            tx,
            q=q,
            team_id=team_id,
            team_role=team_role,
            employer_org_id=employer_org_id,
            trait=trait,
            trait_value=trait_value,
            on=on,
            limit=limit,
            cursor=cursor,
        )
    return list_of(page, PersonOut.of)


@router.post("", status_code=201, response_model=PersonDetail)
def create(writer: WriterDep, given: PersonIn) -> Response:
    """Write a person, as a member of a team where one is given."""
    return writer.create(people.create, _detail, **given.given())


@router.get("/{person_id}", response_model=PersonDetail)
def read(uow: UowDep, actor: ActorDep, person_id: RowId) -> Response:
    """Return one person with their version as ETag; phone and mail only for those who may call."""
    with uow.read(actor) as tx:
        return answer(_detail(tx, person_id))


@router.patch("/{person_id}", response_model=PersonDetail)
def edit(writer: WriterDep, person_id: RowId, given: PersonPatch, version: IfMatchDep) -> Response:
    """Change what was sent, against `If-Match` where given; a list replaces the old one."""
    return writer.act(people.change, _detail, person_id, given.given(), expected_version=version)


@router.post("/{person_id}/try-mail", response_model=PersonDetail)
def try_mail(writer: WriterDep, person_id: RowId) -> Response:
    """Forget that the mail address is dead, so that the next message goes there; repetition changes nothing."""
    return writer.act(people.try_mail_anew, _detail, person_id)


@router.post("/{person_id}/end", response_model=PersonDetail)
def end(writer: WriterDep, person_id: RowId, given: EndIn) -> Response:
    """Let a person leave: `until_on` is the first day without them."""
    return writer.act(people.end, _detail, person_id, given.until_on)
