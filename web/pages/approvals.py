"""The page behind the link that a venue's contact gets: say yes or no to a booking, without signing in.

Opening it changes nothing; the decision is a POST. The link decides one booking and nothing else.
"""

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import BookingState
from models.errors import Conflict, Invalid, NotFound
from muster.i18n import LOCALES
from muster.localtime import zone
from muster.signing import BadToken, ExpiredToken
from services import bookings
from services.access import Actor
from services.queries import answer_links
from services.queries import bookings as queries
from services.queries.bookings import BookingRow
from services.unit_of_work import UnitOfWork
from web.context import Page
from web.deps import FormDep, PageDep, UowDep, redirect
from web.pages.answers import in_language
from web.problems import say
from web.status import status_of

router = APIRouter(include_in_schema=False)

PURPOSE = "booking"
OPEN = frozenset({BookingState.requested, BookingState.held})
LONGEST_REASON = 300


@router.get("/b/{token}")
def show(token: str, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show what is asked for, or what was decided."""
    page = in_language(page, request.query_params.get("lang", ""))
    found = _follow(token, page, uow)
    return found if isinstance(found, Response) else _show(page, found, token)


@router.post("/b/{token}")
def decide(token: str, request: Request, form: FormDep, page: PageDep, uow: UowDep) -> Response:
    """Take a decision; a no needs a reason, which the one who asked will read."""
    lang = request.query_params.get("lang", "")
    page = in_language(page, lang)
    booking = _follow(token, page, uow)
    if isinstance(booking, Response):
        return booking
    try:
        with uow.write(_actor(booking.id)) as tx:
            if form["decision"] == "yes":
                bookings.confirm(tx, booking.id)
            elif form["decision"] == "no":
                bookings.decline(tx, booking.id, reason=" ".join(form["reason"].split())[:LONGEST_REASON])
    except (Conflict, Invalid) as error:
        reasons = [say(one, page.translator, zone(booking.zone)) for one in error.reasons]
        return _show(page, booking, token, http_status=status_of(error), reasons=reasons)
    query = f"?lang={lang}" if lang in LOCALES else ""
    return redirect(f"/b/{token}{query}", wiring=page.wiring)


def _actor(booking_id: int) -> Actor:
    return Actor(kind="link", detail=f"booking:{booking_id}")


def _follow(token: str, page: Page, uow: UnitOfWork) -> BookingRow | Response:
    """Return the booking that a link is about, or the page that says kindly that it leads nowhere."""
    try:
        booking_id = int(page.wiring.signer.read(PURPOSE, token, page.context.now))
        with uow.read(_actor(booking_id)) as tx:
            return queries.read_booking(tx, booking_id)
    except ExpiredToken:
        return _gone(page, uow, HTTPStatus.GONE)
    except (BadToken, NotFound):
        return _gone(page, uow, HTTPStatus.NOT_FOUND)


def _show(
    page: Page, booking: BookingRow, token: str, *, http_status: int = HTTPStatus.OK, reasons: list[str] | None = None
) -> Response:
    return page.render_sealed(
        "answer/booking.html",
        http_status=http_status,
        booking=booking,
        zone=zone(booking.zone),
        is_open=booking.state in OPEN,
        action=f"/b/{token}?lang={page.translator.locale}",
        reasons=reasons or [],
        longest_reason=LONGEST_REASON,
    )


def _gone(page: Page, uow: UnitOfWork, http_status: int) -> Response:
    with uow.read(Actor(kind="stranger")) as tx:
        house = answer_links.house(tx)
    return page.render_sealed(
        "answer/gone.html",
        http_status=http_status,
        is_late=http_status == HTTPStatus.GONE,
        name=house.name or page.context.house,
        phone=house.phone,
    )
