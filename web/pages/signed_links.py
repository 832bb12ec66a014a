"""Pages behind signed links, without signing in: follow a link, or say kindly that it leads nowhere.

Opening such a page changes nothing; a link lets its holder do one thing to one row and nothing else.
"""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from models.errors import DomainError, NotFound
from muster.i18n import LOCALES, load_translator
from muster.localtime import zone
from muster.signing import BadToken, ExpiredToken
from services.access import STRANGER, Actor
from services.queries import answer_links
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.problems import say

V = TypeVar("V")


def holder(purpose: str, row_id: int) -> Actor:
    """Return who acts where only a link is known, not the person who holds it."""
    return Actor(kind="link", detail=f"{purpose}:{row_id}")


def follow(page: Page, uow: UnitOfWork, purpose: str, token: str, read: Callable[[Tx, int], V]) -> V | Response:
    """Return the row that a link is about, or the page that says kindly that it leads nowhere."""
    try:
        row_id = int(page.wiring.signer.read(purpose, token, page.context.now))
        with uow.read(holder(purpose, row_id)) as tx:
            return read(tx, row_id)
    except ExpiredToken:
        return gone(page, uow, HTTPStatus.GONE)
    except (BadToken, NotFound):
        return gone(page, uow, HTTPStatus.NOT_FOUND)


def gone(page: Page, uow: UnitOfWork, http_status: int, contact: tuple[str, str] | None = None) -> Response:
    """Return the page that says kindly that a link leads nowhere, or no longer.

    `contact` is the name and the phone of whoever is to be called instead of the house.
    """
    with uow.read(STRANGER) as tx:
        house = answer_links.house(tx)
    name, phone = contact or (house.name, house.phone)
    return page.render_sealed(
        "answer/gone.html",
        http_status=http_status,
        is_late=http_status == HTTPStatus.GONE,
        name=name or page.context.house,
        phone=phone,
    )


def in_language(page: Page, locale: str) -> Page:
    """Return the page in a language; as it is where the language is none of ours."""
    if locale not in LOCALES:
        return page
    return replace(page, context=replace(page.context, translator=load_translator(locale)))


def as_linked(page: Page, request: Request) -> Page:
    """Return the page in the language that its address names; as it is where that names none of ours."""
    return in_language(page, request.query_params.get("lang", ""))


def query_of(request: Request) -> str:
    """Return the query that keeps the language of a page behind a link."""
    lang = request.query_params.get("lang", "")
    return f"?lang={lang}" if lang in LOCALES else ""


def reasons_in_words(page: Page, error: DomainError, zone_name: str) -> list[str]:
    """Return why something was refused, for the reader, with times as they are where it would happen."""
    return [say(one, page.translator, zone(zone_name)) for one in error.reasons]
