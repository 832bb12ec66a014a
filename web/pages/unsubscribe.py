"""The page behind `List-Unsubscribe` (RFC 8058): one POST, without signing in, stops one kind of mail.

Opening it changes nothing, so scanners of links may. The token names one person and one kind and nothing else.
"""

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import NotificationKind
from models.errors import DomainError, NotFound
from muster.i18n import LOCALES
from muster.signing import BadToken
from services import opt_outs
from services.access import STRANGER, Actor
from services.queries import answer_links
from services.unit_of_work import UnitOfWork
from web.context import Page
from web.deps import FormDep, PageDep, UowDep
from web.pages.signed_links import as_linked, gone, in_language
from web.status import status_of

router = APIRouter(include_in_schema=False)

PURPOSE = "unsubscribe"
TEMPLATE = "answer/unsubscribe.html"
#: What a mail program posts, and the field of our own buttons.
ONE_CLICK, ONE_CLICK_FIELD, ACTION = "One-Click", "List-Unsubscribe", "want"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a mail that holds: whose it is, which kind it stops, and in which language the page speaks."""

    token: str
    kind: NotificationKind
    person_id: int
    actor: Actor
    page: Page
    is_saved: bool = False


@router.get("/u/{token}")
def show(token: str, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show which kind of mail the link stops, with one button."""
    link = follow(token, request, page, uow)
    return link if isinstance(link, Response) else _show(link, uow)


@router.post("/u/{token}")
def decide(token: str, request: Request, form: FormDep, page: PageDep, uow: UowDep) -> Response:
    """Stop the kind, or have it again; anything else that is posted changes nothing."""
    link = follow(token, request, page, uow)
    if isinstance(link, Response):
        return link
    try:
        if form[ONE_CLICK_FIELD] == ONE_CLICK:
            with uow.write(link.actor) as tx:
                opt_outs.switch_off(tx, link.person_id, link.kind)
        elif form[ACTION] == "again":
            with uow.write(link.actor) as tx:
                opt_outs.switch_on(tx, link.person_id, link.kind)
    except DomainError as error:
        return _show(link, uow, http_status=status_of(error))
    return _show(link, uow)


def follow(token: str, request: Request, page: Page, uow: UnitOfWork) -> Link | Response:
    """Return what a link says, or the page that tells that it does not hold."""
    page = as_linked(page, request)
    try:
        person, _, kind = page.wiring.signer.read(PURPOSE, token, page.context.now).partition(":")
        with uow.read(STRANGER) as tx:
            actor = opt_outs.link_actor(tx, int(person), NotificationKind(kind))
        spoken = page if request.query_params.get("lang") in LOCALES else in_language(page, actor.locale or "")
        is_saved = request.query_params.get("saved") == "1"
        return Link(token, NotificationKind(kind), int(person), actor, spoken, is_saved)
    except (BadToken, NotFound, ValueError):
        return gone(page, uow, HTTPStatus.NOT_FOUND)


def _show(link: Link, uow: UnitOfWork, *, http_status: int = HTTPStatus.OK) -> Response:
    with uow.read(link.actor) as tx:
        is_off, house = opt_outs.is_off(tx, link.person_id, link.kind), answer_links.house(tx)
    return link.page.render_sealed(
        TEMPLATE,
        http_status=http_status,
        kind=link.kind,
        is_off=is_off,
        is_refused=http_status != HTTPStatus.OK,
        house=house,
        action=f"/u/{link.token}?lang={link.page.translator.locale}",
        everything=f"/u/{link.token}/all?lang={link.page.translator.locale}",
    )
