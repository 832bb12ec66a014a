"""The form of a venue: a new one, or one that is there."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import Datum, HostKind
from models.errors import Forbidden
from models.rules import rosters
from models.rules.verdicts import Reason
from services import access, venues
from services.access import Actor
from services.queries.venues import VenueView, list_venues, read_venue
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep
from web.forms import Form
from web.pages import named
from web.pages.asked import Asked
from web.pages.opening import opening_text
from web.pages.saving import Again, Given, all_at_once, last_day, save, typed_id, until_on, word_options
from web.templating import Problem

router = APIRouter(include_in_schema=False)

FORM = "venues/form.html"
NAMES_OFFERED = 200
#: Fields that are taken as they are typed; the service cleans them.
PLAIN = (
    *("name", "kind", "capacity", "code", "address", "division_code", "lat", "lon", "datum"),
    *("equipment", "contact_name", "contact_phone", "contact_email", "access_note"),
)
#: Numbers that are 0 where nothing was typed.
MINUTES = ("set_up_minutes", "tear_down_minutes")


@router.get("/venues/new")
def ask_new(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show an empty form; for a part where the address names the whole."""
    access.require_role(actor, access.MANAGING)
    asked = Asked(request)
    given = Given(datum=Datum.wgs84.value, zone=page.wiring.settings.zone)
    with uow.read(actor) as tx:
        whole_id = asked.number("part_of")
        if whole_id is not None:
            whole = read_venue(tx, whole_id).venue
            given.update(parent_id=whole.name, address=whole.address, kind=whole.kind.value)
            given.update(org_id=whole.org.name if whole.org else "")
    return _form_page(page, uow, actor, given)


@router.post("/venues")
def create(request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Write a venue in."""
    access.require_role(actor, access.MANAGING)

    def change(tx: Tx) -> Done:
        values = _values(tx, form)
        values["parent_id"] = typed_id(form, "parent_id", lambda typed: named.venue_ids(tx, typed))
        venue_id = all_at_once(form, lambda: venues.create(tx, **values))
        return Done(f"/venues/{venue_id}", page.gettext("Written in."))

    return save(request, page, uow, actor, change, _again(page, uow, actor, form))


@router.get("/venues/{venue_id}/edit")
def ask_edit(venue_id: RowId, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show the form of a venue, filled."""
    view = _managed(uow, actor, venue_id)
    return _form_page(page, uow, actor, _filled(page, view), venue=view)


@router.post("/venues/{venue_id}/edit")
def edit(venue_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Change a venue; what it is a part of stays."""
    view = _managed(uow, actor, venue_id)

    def change(tx: Tx) -> Done:
        values, version = _values(tx, form), form.number("version")
        all_at_once(form, lambda: venues.change(tx, venue_id, values, version))
        return Done(f"/venues/{venue_id}", page.gettext("Saved."))

    return save(request, page, uow, actor, change, _again(page, uow, actor, form, view))


def _managed(uow: UnitOfWork, actor: Actor, venue_id: int) -> VenueView:
    with uow.read(actor) as tx:
        view = read_venue(tx, venue_id)
    if not view.may_change:
        raise Forbidden(Reason("role_missing"))
    return view


def _values(tx: Tx, form: Form) -> dict[str, Any]:
    values: dict[str, Any] = {name: form[name] for name in PLAIN}
    values |= {name: form[name].strip() or 0 for name in MINUTES}
    values["needs_approval"] = form.flag("needs_approval")
    values["zone"] = form["zone"] or tx.settings.zone
    values["org_id"] = typed_id(form, "org_id", lambda typed: named.org_ids(tx, typed))
    values["hours"] = _hours(form)
    values["valid_until_on"] = until_on(form)
    if form["valid_from_on"]:
        values["valid_from_on"] = form.day("valid_from_on")
    return values


def _hours(form: Form) -> tuple[tuple[int, str, str], ...]:
    text = form["hours"].strip()
    if not text:
        return ()
    found = rosters.hours_of(text)
    if found is None:
        form.blame("hours_wrong", "hours", span=text)
    return found or ()


def _filled(page: Page, view: VenueView) -> Given:
    venue = view.venue
    texts = {name: getattr(venue, name, None) if hasattr(venue, name) else getattr(view, name) for name in PLAIN}
    return Given(
        {name: "" if value is None else str(value) for name, value in texts.items()},
        zone=venue.zone,
        set_up_minutes=str(venue.set_up_minutes),
        tear_down_minutes=str(venue.tear_down_minutes),
        needs_approval="yes" if venue.needs_approval else "",
        org_id=venue.org.name if venue.org else "",
        parent_id=venue.parent.name if venue.parent else "",
        hours=opening_text(view.hours, page.translator),
        valid_from_on=venue.valid_from_on.isoformat(),
        last_on=last_day(venue.valid_until_on),
        version=str(venue.version),
    )


def _again(page: Page, uow: UnitOfWork, actor: Actor, form: Form, venue: VenueView | None = None) -> Again:
    return lambda problems, status: _form_page(page, uow, actor, Given(form), problems, status, venue)


def _form_page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    given: Given,
    problems: list[Problem] | None = None,
    http_status: int = 200,
    venue: VenueView | None = None,
) -> Response:
    with uow.read(actor) as tx:
        orgs = named.org_names(tx)
        wholes = [row.name for row in list_venues(tx, limit=NAMES_OFFERED).items] if venue is None else []
    return page.render(
        FORM,
        http_status=http_status,
        given=given,
        problems=problems or [],
        kinds=word_options(page.translator, HostKind),
        datums=word_options(page.translator, Datum),
        orgs=orgs,
        wholes=wholes,
        venue=venue,
    )
