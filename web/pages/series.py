"""Series: a venue asked for again and again. The table of dates is looked at first, then booked; and one series."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.errors import Invalid
from muster.localtime import local_day, zone
from services import access, series
from services.access import Actor
from services.queries.led_teams import teams_led
from services.queries.series import VenueAt, read_series, venues_of
from services.queries.venues import read_venue
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep, run_form
from web.forms import Form
from web.pages.activity_form import Choices
from web.pages.asked import Asked, id_in
from web.pages.saving import Given
from web.pages.series_form import (
    SEVERAL,
    address,
    carried,
    every_options,
    given_in,
    read_wish,
    ticked_in,
    weekday_options,
)
from web.pages.series_sheet import outcomes_seen, series_page
from web.pages.series_words import WAITING, rule_in_words
from web.status import status_of
from web.templating import Problem

router = APIRouter(include_in_schema=False)

NEW, PREVIEW = "series/new.html", "series/preview.html"


@router.get("/bookings/series/new")
def ask(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show the form, filled as the address says."""
    texts = {name: value.strip() for name, value in request.query_params.items()}
    weekdays = request.query_params.getlist(SEVERAL)
    return _form_page(page, uow, actor, id_in(texts.get("venue_id", "")) or 0, texts, weekdays)


@router.post("/bookings/series/preview")
def preview(form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show the table of dates as it would be now; nothing is written."""
    choices: Choices = {}
    try:
        with uow.write(actor) as tx:
            venue = read_venue(tx, form.row_id("venue_id") or 0).venue
            wish = read_wish(form, venue, page.translator, choices)
            outcomes = series.preview(tx, wish)
            booked = [one.booked.venue_id for one in outcomes if one.booked]
            venues = venues_of(tx, (one.alternative for one in outcomes), booked)
    except Invalid as error:
        return _again(page, uow, actor, form, error, choices)
    where = zone(venue.zone)
    fields = carried(form)
    wanted_at = VenueAt(venue.id, venue.name, venue.zone)
    return page.render(
        PREVIEW,
        venue=venue,
        where=where,
        wish=wish,
        rule=rule_in_words(wish.rrule, wish.starts_at, where, page.translator),
        dates=outcomes_seen(outcomes, venues, page.translator, wanted_at),
        free_count=sum(not one.is_refused and one.state not in WAITING for one in outcomes),
        asked_count=sum(not one.is_refused and one.state in WAITING for one in outcomes),
        refused_count=sum(one.is_refused for one in outcomes),
        fields=fields,
        back=address(fields),
    )


@router.post("/bookings/series")
def create(request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Make the series, and take the ways out that were ticked, as far as they are still the best ones."""
    choices: Choices = {}

    def change(tx: Tx) -> Done:
        venue = read_venue(tx, form.row_id("venue_id") or 0).venue
        wish = read_wish(form, venue, page.translator, choices)
        series_id = series.create(tx, wish, ticked=set(ticked_in(form)))
        view = read_series(tx, series_id)
        had = sum(row.booking is not None for row in view.dates)
        told = page.gettext("%(had)s of %(all)s dates are booked or asked for.", had=had, all=len(view.dates))
        return Done(f"/bookings/series/{series_id}", told)

    try:
        return run_form(request, uow, actor, change)
    except Invalid as error:
        return _again(page, uow, actor, form, error, choices)


@router.get("/bookings/series/{series_id}")
def show(series_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show one series; with `date`, the forms to change that date, or more of them, are open."""
    return series_page(page, uow, actor, series_id, date_id=Asked(request).number("date"))


def _again(page: Page, uow: UnitOfWork, actor: Actor, form: Form, error: Invalid, choices: Choices) -> Response:
    venue_id = id_in(form["venue_id"])
    if venue_id is None:
        raise error
    moved = {"starts_at": "starts_time", "ends_at": "ends_time", "rrule": "every"}
    problems = [Problem(moved.get(one.field or "", one.field), one.message) for one in page.problems(error)]
    return _form_page(
        page,
        uow,
        actor,
        venue_id,
        form,
        form.texts(SEVERAL),
        problems=problems,
        choices=choices,
        http_status=status_of(error),
    )


def _form_page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    venue_id: int,
    texts: Any,
    weekdays: list[str],
    *,
    problems: list[Problem] | None = None,
    choices: Choices | None = None,
    http_status: int = 200,
) -> Response:
    access.require_role(actor, access.LEADING)
    with uow.read(actor) as tx:
        view = read_venue(tx, venue_id)
        teams = teams_led(tx)
        today = local_day(tx.now, zone(view.venue.zone))
    given, ticked = (Given(texts), weekdays) if problems else given_in(texts, weekdays, today)
    return page.render(
        NEW,
        http_status=http_status,
        venue=view.venue,
        given=given,
        ticked=ticked,
        problems=problems or [],
        choices=choices or {},
        teams=teams,
        every=every_options(page.translator),
        weekdays=weekday_options(page.translator),
        zone_name=view.venue.zone,
        house_zone=page.wiring.settings.zone,
    )
