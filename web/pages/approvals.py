"""The page behind the link that a venue's contact gets: yes, another time, or no, without signing in.

Opening it changes nothing; the decision is a POST. The link decides one booking and nothing else.
"""

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.errors import Conflict, Invalid
from muster.catalogue import mark
from muster.i18n import Translator
from muster.localtime import BadTime, parse_instant, zone
from services import booking_decisions
from services.queries.approvals import Approval, read_approval
from services.unit_of_work import Tx
from web.context import Page
from web.deps import FormDep, PageDep, UowDep, redirect
from web.forms import Form
from web.pages.booking_words import reason_in_words
from web.pages.signed_links import as_linked, follow, holder, query_of, reasons_in_words
from web.status import status_of

router = APIRouter(include_in_schema=False)

PURPOSE = "booking"
LONGEST_REASON = 300
#: What a venue's contact may say with one tap; whoever asked reads it as it stands there.
REASONS = {
    "own": mark("decline.own_use"),
    "repair": mark("decline.repair"),
    "staff": mark("decline.nobody_to_open"),
    "fit": mark("decline.does_not_fit"),
}


@router.get("/b/{token}")
def show(token: str, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show what is asked for, or what was decided."""
    page = as_linked(page, request)
    found = follow(page, uow, PURPOSE, token, read_approval)
    return found if isinstance(found, Response) else _show(page, found, token)


@router.post("/b/{token}")
def decide(token: str, request: Request, form: FormDep, page: PageDep, uow: UowDep) -> Response:
    """Take a decision; a no needs a reason, which the one who asked will read."""
    page = as_linked(page, request)
    found = follow(page, uow, PURPOSE, token, read_approval)
    if isinstance(found, Response):
        return found
    try:
        with uow.write(holder(PURPOSE, found.booking.id)) as tx:
            _decide(tx, found, form, page.translator)
    except (Conflict, Invalid) as error:
        reasons = reasons_in_words(page, error, found.booking.zone)
        return _show(page, found, token, http_status=status_of(error), reasons=reasons)
    return redirect(f"/b/{token}{query_of(request)}", wiring=page.wiring)


def _decide(tx: Tx, found: Approval, form: Form, translator: Translator) -> None:
    booking_id = found.booking.id
    match form["decision"]:
        case "yes":
            booking_decisions.confirm(tx, booking_id)
        case "no":
            booking_decisions.decline(tx, booking_id, reason=_reason_in(form, translator))
        case "other":
            try:
                starts_at, ends_at = (parse_instant(form[name]) for name in ("starts_at", "ends_at"))
            except BadTime:
                return
            window = translator.window(starts_at, ends_at, zone(found.booking.zone))
            reason = translator.gettext("It could be had %(when)s", when=window)
            booking_decisions.propose(tx, booking_id, starts_at=starts_at, ends_at=ends_at, reason=reason)


def _reason_in(form: Form, translator: Translator) -> str:
    """Return why the venue cannot be had, from a tap and a note, as one text."""
    chip = REASONS.get(form["why"], "")
    note = " ".join("".join(c if c.isprintable() else " " for c in form["reason"]).split())[:LONGEST_REASON]
    return translator.listed(text for text in (translator.gettext(chip) if chip else "", note) if text)


def _show(
    page: Page, found: Approval, token: str, *, http_status: int = HTTPStatus.OK, reasons: list[str] | None = None
) -> Response:
    return page.render_sealed(
        "answer/booking.html",
        http_status=http_status,
        found=found,
        booking=found.booking,
        zone=zone(found.booking.zone),
        reason=reason_in_words(page, found.booking.reason),
        action=f"/b/{token}?lang={page.translator.locale}",
        reasons=reasons or [],
        reasons_to_tap=[(key, page.gettext(msgid)) for key, msgid in REASONS.items()],
        longest_reason=LONGEST_REASON,
    )
