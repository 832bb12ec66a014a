"""What routes of pages and of the API ask for, as annotated dependencies; and how both change something.

A route never holds an open session: it reads with `with uow.read(actor) as tx:` in its own body,
and changes through `run_write` (API) or `run_form` (pages), which commit before they answer.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Path
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.errors import LostRace
from muster.i18n import Translator
from services import idempotency
from services.access import Actor
from services.idempotency import KeptAnswer
from services.unit_of_work import Tx, UnitOfWork
from web import flash
from web.context import Page, page_of, translator_of
from web.forms import LARGEST_ID, Form
from web.guard import VisitorDep, once_of
from web.modes import own_path
from web.templating import Notice, Undo
from web.wiring import Wiring, wiring_of

#: An id in a path; what cannot be one is not found.
RowId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


# Cheap dependencies are async, so that none costs a thread; whatever reads the database is not.


async def _wiring(request: Request) -> Wiring:
    return wiring_of(request)


async def _uow(request: Request) -> UnitOfWork:
    return wiring_of(request).uow


async def _actor(visitor: VisitorDep) -> Actor:
    return visitor.actor


async def _csrf_token(visitor: VisitorDep) -> str:
    return visitor.csrf_token


async def _translator(request: Request, _visitor: VisitorDep) -> Translator:
    return translator_of(request)


def _page(request: Request, _visitor: VisitorDep) -> Page:
    return page_of(request)


async def _form(request: Request) -> Form:
    return Form(await request.form())  # parsed, limited and closed by the guard


async def _if_match(request: Request) -> int | None:
    """Return the version that a change was made against; None where the sender does not care.

    Raises:
        LostRace: a tag that this house never gives out, so the row cannot have it any more.
    """
    given = request.headers.get("if-match", "*").strip()
    if given == "*":
        return None
    digits = given.removeprefix('"').removesuffix('"')
    if given != f'"{digits}"' or not (digits.isascii() and digits.isdigit()):
        raise LostRace
    return int(digits[:18])


WiringDep = Annotated[Wiring, Depends(_wiring)]
UowDep = Annotated[UnitOfWork, Depends(_uow)]
#: Who acts; on a public path perhaps `STRANGER`, elsewhere always somebody.
ActorDep = Annotated[Actor, Depends(_actor)]
TranslatorDep = Annotated[Translator, Depends(_translator)]
#: The token that forms of this session carry. Whether it came back is checked by the guard, for every route.
CsrfDep = Annotated[str, Depends(_csrf_token)]
PageDep = Annotated[Page, Depends(_page)]
FormDep = Annotated[Form, Depends(_form)]
IfMatchDep = Annotated[int | None, Depends(_if_match)]


@dataclass(frozen=True, slots=True)
class Done:
    """What a form did: where to go now, and what to say there, in the reader's language."""

    to: str
    notice: str = ""
    undo: Undo | None = None


def etag(version: int) -> str:
    """Return the tag of a row at a version."""
    return f'"{version}"'


def answer(model: BaseModel | None, *, status: int = 200) -> Response:
    """Return a schema as JSON, with its version as `ETag` where it has one; None as 204 without a body."""
    if model is None:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return _json(KeptAnswer(status, model.model_dump_json()), getattr(model, "version", None))


def run_write(
    request: Request,
    uow: UnitOfWork,
    actor: Actor,
    change: Callable[[Tx], BaseModel | None],
    *,
    status: int = 200,
) -> Response:
    """Run one change in one transaction and answer with the schema it returns; None answers 204.

    With an `Idempotency-Key`, a repeat of the same request gets the first answer again and
    changes nothing. What `change` raises becomes a problem; nothing is kept then.
    """
    once = once_of(request, actor)
    with uow.write(actor) as tx:
        kept = idempotency.begin(tx, key=once.key, request_sha256=once.request_sha256) if once else None
        if kept is None:
            model = change(tx)
            kept = (
                KeptAnswer(HTTPStatus.NO_CONTENT, "") if model is None else KeptAnswer(status, model.model_dump_json())
            )
            if once:
                idempotency.keep(tx, key=once.key, answer=kept)
    return _json(kept, _version_in(kept))


def run_form(request: Request, uow: UnitOfWork, actor: Actor, change: Callable[[Tx], Done]) -> Response:
    """Run one change of a form in one transaction, then send the reader on with a notice.

    A form that is sent twice with the same values does its work once.
    """
    once = once_of(request, actor)
    with uow.write(actor) as tx:
        kept = idempotency.begin(tx, key=once.key, request_sha256=once.request_sha256) if once else None
        if kept is None:
            done = change(tx)
            undo = [done.undo.action, done.undo.seconds] if done.undo else []
            kept = KeptAnswer(HTTPStatus.SEE_OTHER, json.dumps([done.to, done.notice, undo], ensure_ascii=False))
            if once:
                idempotency.keep(tx, key=once.key, answer=kept)
    to, notice, undo = json.loads(kept.body)
    wiring = wiring_of(request)
    return redirect(to, *([Notice(notice, Undo(*undo) if undo else None)] if notice else []), wiring=wiring)


def redirect(to: str, *notices: Notice, wiring: Wiring) -> RedirectResponse:
    """Send the reader to another page of ours by GET, with notices to show there."""
    response = RedirectResponse(own_path(to), HTTPStatus.SEE_OTHER)
    if notices:
        flash.put(response, notices, wiring, wiring.uow.clock.now())
    return response


def _version_in(kept: KeptAnswer) -> int | None:
    """Return the version that an answer tells, so that a repeat has the same `ETag`."""
    version = json.loads(kept.body).get("version") if kept.body else None
    return version if isinstance(version, int) else None


def _json(kept: KeptAnswer, version: int | None) -> Response:
    if kept.status == HTTPStatus.NO_CONTENT:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    headers = {"ETag": etag(version)} if version is not None else {}
    return Response(kept.body, kept.status, headers, "application/json")
