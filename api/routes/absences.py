"""Absences: when people cannot be had."""

from fastapi import APIRouter
from starlette.responses import Response

from api.routes.params import Cursor, Limit
from api.routes.writing import WriterDep
from api.schemas.absences import AbsenceIn, AbsenceOut
from api.schemas.common import ListOf, list_of
from models.errors import NotFound
from services import absences
from services.access import Actor
from services.queries import absences as queries
from services.queries.paging import DEFAULT_LIMIT
from services.unit_of_work import Tx, UnitOfWork
from web.deps import ActorDep, RowId, UowDep

router = APIRouter(tags=["absences"])


def _out(tx: Tx, absence_id: int) -> AbsenceOut:
    tx.session.flush()
    return AbsenceOut.of(queries.read_absence(tx, absence_id))


def _list(uow: UnitOfWork, actor: Actor, person_id: int, limit: int, cursor: str | None) -> ListOf[AbsenceOut]:
    with uow.read(actor) as tx:
        page = queries.list_absences(tx, person_id, limit=limit, cursor=cursor)
    return list_of(page, AbsenceOut.of)


@router.get("/me/absences")
def list_own(uow: UowDep, actor: ActorDep, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> ListOf[AbsenceOut]:
    """List one's own absences that are not over, the earliest first."""
    if actor.person_id is None:
        raise NotFound("person", 0)
    return _list(uow, actor, actor.person_id, limit, cursor)


@router.get("/people/{person_id}/absences")
def list_absences(
    uow: UowDep, actor: ActorDep, person_id: RowId, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> ListOf[AbsenceOut]:
    """List a person's absences that are not over, the earliest first, for those who answer for the person."""
    return _list(uow, actor, person_id, limit, cursor)


@router.post("/people/{person_id}/absences", status_code=201, response_model=AbsenceOut)
def write(writer: WriterDep, person_id: RowId, given: AbsenceIn) -> Response:
    """Write down when a person is away, oneself or as somebody who answers for them; the same window twice is one absence."""
    return writer.create(absences.write, _out, person_id=person_id, **given.values())


@router.post("/absences/{absence_id}/withdraw", response_model=AbsenceOut)
def withdraw(writer: WriterDep, absence_id: RowId) -> Response:
    """Take an absence back: the person is there after all."""
    return writer.act(absences.withdraw, _out, absence_id)
