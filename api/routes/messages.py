"""What people want to get: kinds by channel, language, quiet hours, one letter a day."""

from fastapi import APIRouter
from starlette.responses import Response

from api.routes.writing import Writer, WriterDep
from api.schemas.messages import MessagesOut, MessagesPatch
from models.errors import NotFound
from services import message_choices
from services.access import Actor
from services.unit_of_work import Tx
from web.deps import ActorDep, IfMatchDep, RowId, UowDep, answer

router = APIRouter(tags=["messages"])


def _out(tx: Tx, person_id: int) -> MessagesOut:
    tx.session.flush()
    return MessagesOut.of(message_choices.read(tx, person_id))


def _own(actor: Actor) -> int:
    if actor.person_id is None:
        raise NotFound("person", 0)
    return actor.person_id


def _change(writer: Writer, person_id: int, given: MessagesPatch, version: int | None) -> Response:
    changes = given.given()
    off = changes.pop("off", None)

    def change(tx: Tx) -> MessagesOut:
        pairs = None if off is None else [(one.kind, one.channel) for one in off]
        message_choices.change(tx, person_id, changes, off=pairs, expected_version=version)
        return _out(tx, person_id)

    return writer.write(change)


@router.get("/me/messages", response_model=MessagesOut)
def read_own(uow: UowDep, actor: ActorDep) -> Response:
    """Return what one wants to get, with one's version as ETag."""
    with uow.read(actor) as tx:
        return answer(_out(tx, _own(actor)))


@router.patch("/me/messages", response_model=MessagesOut)
def change_own(writer: WriterDep, given: MessagesPatch, version: IfMatchDep) -> Response:
    """Choose what one wants to get, against `If-Match` where given; a list replaces the old one."""
    return _change(writer, _own(writer.actor), given, version)


@router.get("/people/{person_id}/messages", response_model=MessagesOut)
def read(uow: UowDep, actor: ActorDep, person_id: RowId) -> Response:
    """Return what a person wants to get, to those who answer for them, with the person's version as ETag."""
    with uow.read(actor) as tx:
        return answer(_out(tx, person_id))


@router.patch("/people/{person_id}/messages", response_model=MessagesOut)
def change(writer: WriterDep, person_id: RowId, given: MessagesPatch, version: IfMatchDep) -> Response:
    """Choose for a person without a login, as somebody who answers for them; others choose for themselves."""
    return _change(writer, person_id, given, version)
