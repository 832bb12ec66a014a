"""Closures and extra openings of a venue: the days on which its hours are others than usual."""

from datetime import date, timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.rules.verdicts import Reason
from muster.localtime import local_day, zone
from services import venue_days
from services.access import Actor
from services.queries.venue_lists import DaysRow
from services.queries.venues import VenueView
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep, run_form
from web.pages.asked import Asked
from web.pages.saving import Given, all_at_once, save, until_on
from web.pages.venue_form import managed, settings_values
from web.templating import Problem

router = APIRouter(include_in_schema=False)

TEMPLATE = "venues/days.html"
CLOSED, OPEN = "closed", "open"
ONE_DAY = timedelta(days=1)


@router.get("/venues/{venue_id}/days")
def show(venue_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show the days that are not as usual, and the form for more; the address may name the first day and the last."""
    asked = Asked(request)
    first, last = asked.day("from"), asked.day("to")
    given = Given(what=CLOSED, from_on=str(first or ""), last_on=str(last or first or ""))
    return _days_page(page, uow, actor, managed(uow, actor, venue_id), given)


@router.post("/venues/{venue_id}/days")
def add(venue_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Close a venue over some days, or open it then at other hours; tell how much is booked on them."""
    view = managed(uow, actor, venue_id)

    def change(tx: Tx) -> Done:
        first, until = form.day("from_on"), until_on(form) if form["last_on"].strip() else None
        if until is None:
            form.blame("missing", "last_on")
        is_open = form["what"] == OPEN
        opens, closes = (form.text(name) if is_open else "" for name in ("opens", "closes"))
        if first and until and until <= first:
            form.take_back([Reason("last_before_first", {"field": "last_on"})])
        form.check()
        all_at_once(
            form,
            lambda: venue_days.add(
                tx,
                venue_id,
                from_on=first or date.min,
                until_on=until or date.min,
                opens=opens or None,
                closes=closes or None,
                note=form["note"],
            ),
        )
        count = venue_days.bookings_on(tx, venue_id, first or date.min, until or date.min)
        return Done(f"/venues/{venue_id}/days", _told(page, count, is_open=is_open))

    def again(problems: list[Problem], status: int) -> Response:
        return _days_page(page, uow, actor, view, Given(form), problems, status)

    return save(request, page, uow, actor, change, again)


@router.post("/venues/{venue_id}/days/{days_id}/remove")
def remove(venue_id: RowId, days_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Let the usual hours hold again."""

    def change(tx: Tx) -> Done:
        venue_days.remove(tx, venue_id, days_id)
        return Done(f"/venues/{venue_id}/days", page.gettext("Taken away; the usual hours hold."))

    return run_form(request, uow, actor, change)


def _told(page: Page, count: int, *, is_open: bool) -> str:
    if is_open:
        return page.gettext("Written down.")
    if not count:
        return page.gettext("Closed; nothing is booked on these days.")
    return page.translator.ngettext(
        "Closed. One booking on these days stays; look at it and tell its people.",
        "Closed. %(n)s bookings on these days stay; look at them and tell their people.",
        count,
    )


def _days_page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    view: VenueView,
    given: Given,
    problems: list[Problem] | None = None,
    http_status: int = 200,
) -> Response:
    today = local_day(page.context.now, zone(view.venue.zone))
    ahead = [row for row in view.days if row.until_on > today]
    with uow.read(actor) as tx:
        counts = {
            row.id: venue_days.bookings_on(tx, view.venue.id, max(row.from_on, today), row.until_on)
            for row in ahead
            if row.is_closed
        }
    return page.render(
        TEMPLATE,
        http_status=http_status,
        given=given,
        problems=problems or [],
        ahead=ahead,
        past=[row for row in view.days if row.until_on <= today][-20:],
        counts=counts,
        last_on=_last_on,
        today=today,
        **settings_values(view),
    )


def _last_on(row: DaysRow) -> date:
    """Return the last day of an entry, as people name it."""
    return row.until_on - ONE_DAY
