"""Closures and extra openings of a venue: the days on which its hours are others than usual."""

from datetime import date, timedelta
from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.rules.verdicts import Reason
from muster.localtime import local_day, zone
from services import venue_days
from services.queries.venue_lists import DaysRow
from services.queries.venues import VenueView, read_venue
from services.unit_of_work import Tx
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep, run_form
from web.pages.asked import Asked
from web.pages.register_form import to_change
from web.pages.saving import Filled, Given, Visit, VisitDep, all_at_once, hand_in, until_on
from web.pages.venue_form import settings_values

router = APIRouter(include_in_schema=False)

TEMPLATE = "venues/days.html"
CLOSED, OPEN = "closed", "open"
ONE_DAY = timedelta(days=1)


@router.get("/venues/{venue_id}/days")
def show(visit: VisitDep, venue_id: RowId) -> Response:
    """Show the days that are not as usual, and the form for more; the address may name the first day and the last."""
    asked = Asked(visit.request)
    first, last = asked.day("from"), asked.day("to")
    given = Given(what=CLOSED, from_on=str(first or ""), last_on=str(last or first or ""))
    return _days_page(visit, to_change(visit, read_venue, venue_id), Filled(given))


@router.post("/venues/{venue_id}/days")
def add(visit: VisitDep, venue_id: RowId, form: FormDep) -> Response:
    """Close a venue over some days, or open it then at other hours; tell how much is booked on them."""
    view = to_change(visit, read_venue, venue_id)

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
        return Done(f"/venues/{venue_id}/days", _told(visit.page, count, is_open=is_open))

    again = partial(_days_page, visit, view)
    return hand_in(visit, form, change, again)


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


def _days_page(visit: Visit, view: VenueView, filled: Filled) -> Response:
    today = local_day(visit.page.context.now, zone(view.venue.zone))
    ahead = [row for row in view.days if row.until_on > today]
    with visit.uow.read(visit.actor) as tx:
        counts = {
            row.id: venue_days.bookings_on(tx, view.venue.id, max(row.from_on, today), row.until_on)
            for row in ahead
            if row.is_closed
        }
    return visit.page.render(
        TEMPLATE,
        **filled.values(),
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
