"""The page behind the link of the warning that nobody is there yet: one button, without signing in.

Opening it changes nothing; saying that one is there is a POST. The link does this for one booking and nothing else.
"""

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.errors import Conflict
from muster.localtime import zone
from services import booking_decisions
from services.queries.booking_sheets import Arrival, read_arrival
from web.context import Page
from web.deps import PageDep, UowDep, redirect
from web.pages.signed_links import as_linked, follow, holder, query_of, reasons_in_words
from web.status import status_of

router = APIRouter(include_in_schema=False)

PURPOSE = "arrival"
TEMPLATE = "answer/arrive.html"


@router.get("/h/{token}")
def show(token: str, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show the booking, and whether somebody has said that they are there."""
    page = as_linked(page, request)
    found = follow(page, uow, PURPOSE, token, read_arrival)
    return found if isinstance(found, Response) else _show(page, found, token)


@router.post("/h/{token}")
def arrive(token: str, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Note that somebody is there."""
    page = as_linked(page, request)
    found = follow(page, uow, PURPOSE, token, read_arrival)
    if isinstance(found, Response):
        return found
    try:
        with uow.write(holder(PURPOSE, found.booking.id)) as tx:
            booking_decisions.arrive(tx, found.booking.id)
    except Conflict as error:
        reasons = reasons_in_words(page, error, found.booking.zone)
        return _show(page, found, token, http_status=status_of(error), reasons=reasons)
    return redirect(f"/h/{token}{query_of(request)}", wiring=page.wiring)


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
