"""The page behind the link of the warning that nobody is there yet: one button, without signing in.

Opening it changes nothing; saying that one is there is a POST. The link does this for one booking and nothing else.
"""

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.errors import Conflict, NotFound
from muster.localtime import zone
from muster.signing import BadToken, ExpiredToken
from services import booking_decisions
from services.access import Actor
from services.queries.booking_sheets import Arrival, read_arrival
from services.unit_of_work import UnitOfWork
from web.context import Page
from web.deps import PageDep, UowDep, redirect
from web.pages.answers import in_language
from web.pages.approvals import gone, query_of
from web.problems import say
from web.status import status_of

router = APIRouter(include_in_schema=False)

PURPOSE = "arrival"
TEMPLATE = "answer/arrive.html"


@router.get("/h/{token}")
def show(token: str, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show the booking, and whether somebody has said that they are there."""
    page = in_language(page, request.query_params.get("lang", ""))
    found = _follow(token, page, uow)
    return found if isinstance(found, Response) else _show(page, found, token)


@router.post("/h/{token}")
def arrive(token: str, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Note that somebody is there."""
    page = in_language(page, request.query_params.get("lang", ""))
    found = _follow(token, page, uow)
    if isinstance(found, Response):
        return found
    try:
        with uow.write(_actor(found.booking.id)) as tx:
            booking_decisions.arrive(tx, found.booking.id)
    except Conflict as error:
        reasons = [say(one, page.translator, zone(found.booking.zone)) for one in error.reasons]
        return _show(page, found, token, http_status=status_of(error), reasons=reasons)
    return redirect(f"/h/{token}{query_of(request)}", wiring=page.wiring)


def _actor(booking_id: int) -> Actor:
    return Actor(kind="link", detail=f"arrival:{booking_id}")


def _follow(token: str, page: Page, uow: UnitOfWork) -> Arrival | Response:
    """Return the booking that a link is about, or the page that says kindly that it leads nowhere."""
    try:
        booking_id = int(page.wiring.signer.read(PURPOSE, token, page.context.now))
        with uow.read(_actor(booking_id)) as tx:
            return read_arrival(tx, booking_id)
    except ExpiredToken:
        return gone(page, uow, HTTPStatus.GONE)
    except (BadToken, NotFound):
        return gone(page, uow, HTTPStatus.NOT_FOUND)


def _show(
    page: Page, found: Arrival, token: str, *, http_status: int = HTTPStatus.OK, reasons: list[str] | None = None
) -> Response:
    return page.render_sealed(
        TEMPLATE,
        http_status=http_status,
        found=found,
        booking=found.booking,
        zone=zone(found.booking.zone),
        action=f"/h/{token}?lang={page.translator.locale}",
        reasons=reasons or [],
    )
