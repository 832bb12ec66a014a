"""The forms of a venue: a new one, what it is, and its settings by sections."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import AccessKind, Datum, HolidayRule, HostKind, Layout, QuotaPeriod
from models.errors import Forbidden, NotFound
from models.rules.verdicts import Reason
from muster.phrasing import WEEKDAYS
from services import access, venues
from services.access import Actor
from services.queries.venues import VenueView, list_venues, read_venue
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep
from web.forms import Form
from web.pages import named
from web.pages.asked import Asked
from web.pages.saving import Again, Given, all_at_once, last_day, save, typed_id, until_on, word_options
from web.pages.venue_sections import SECTIONS, UNITS, WEEK, Section, read_hours, usual_hours
from web.templating import Problem

router = APIRouter(include_in_schema=False)

NEW, BASICS = "venues/new.html", "venues/edit.html"
NAMES_OFFERED = 200
#: Fields that are taken as they are typed; the service cleans them.
PLAIN = ("name", "kind", "capacity", "code", "address", "division_code", "lat", "lon", "datum", "equipment")
CONTACT = ("contact_name", "contact_phone", "contact_email")


@router.get("/venues/new")
def ask_new(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show an empty form; for a part where the address names the whole."""
    access.require_role(actor, access.MANAGING)
    asked = Asked(request)
    given = usual_hours()
    given.update(needs_approval="no")
    with uow.read(actor) as tx:
        whole_id = asked.number("part_of")
        if whole_id is not None:
            whole = read_venue(tx, whole_id).venue
            given.update(parent_id=whole.name, address=whole.address, kind=whole.kind.value)
            given.update(org_id=whole.org.name if whole.org else "")
    return _new_page(page, uow, actor, given)


@router.post("/venues")
def create(request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Write a venue in; what is not asked here has its usual value and can be set on its page."""
    access.require_role(actor, access.MANAGING)

    def change(tx: Tx) -> Done:
        values: dict[str, Any] = {
            name: form[name] for name in ("name", "kind", "capacity", "address", "equipment", *CONTACT)
        }
        values |= read_hours(form) | {"needs_approval": form["needs_approval"] == "yes"}
        values["org_id"] = typed_id(form, "org_id", lambda typed: named.org_ids(tx, typed))
        values["parent_id"] = typed_id(form, "parent_id", lambda typed: named.venue_ids(tx, typed))
        venue_id = all_at_once(form, lambda: venues.create(tx, **values))
        return Done(f"/venues/{venue_id}", page.gettext("Written in."))

    def again(problems: list[Problem], status: int) -> Response:
        return _new_page(page, uow, actor, Given(form), problems, status)

    return save(request, page, uow, actor, change, again)


@router.get("/venues/{venue_id}/edit")
def ask_edit(venue_id: RowId, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show what a venue is, to be edited."""
    view = managed(uow, actor, venue_id)
    return _basics_page(page, uow, actor, view, _basics(view))


@router.post("/venues/{venue_id}/edit")
def edit(venue_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Change what a venue is; what it is a part of stays."""
    view = managed(uow, actor, venue_id)

    def again(problems: list[Problem], status: int) -> Response:
        return _basics_page(page, uow, actor, view, Given(form), problems, status)

    return _save(request, page, uow, actor, view, form, _read_basics, again)


@router.get("/venues/{venue_id}/edit/{key}")
def ask_section(venue_id: RowId, key: str, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show one section of a venue's settings."""
    section, view = _section(key), managed(uow, actor, venue_id)
    return _section_page(page, section, view, section.fill(view))


@router.post("/venues/{venue_id}/edit/{key}")
def edit_section(
    venue_id: RowId, key: str, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep
) -> Response:
    """Change one section of a venue's settings."""
    section, view = _section(key), managed(uow, actor, venue_id)

    def again(problems: list[Problem], status: int) -> Response:
        return _section_page(page, section, view, Given(form), problems, status)

    return _save(request, page, uow, actor, view, form, lambda _tx, form: section.read(form), again)


def managed(uow: UnitOfWork, actor: Actor, venue_id: int) -> VenueView:
    """Return a venue that the actor may edit.

    Raises:
        Forbidden, NotFound.
    """
    with uow.read(actor) as tx:
        view = read_venue(tx, venue_id)
    if not view.may_change:
        raise Forbidden(Reason("role_missing"))
    return view


def _section(key: str) -> Section:
    if key not in SECTIONS:
        raise NotFound("section", key)
    return SECTIONS[key]


def _save(
    request: Request,
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    view: VenueView,
    form: Form,
    read: Callable[[Tx, Form], dict[str, Any]],
    again: Again,
) -> Response:
    venue_id = view.venue.id

    def change(tx: Tx) -> Done:
        values, version = read(tx, form), form.number("version")
        all_at_once(form, lambda: venues.change(tx, venue_id, values, version))
        return Done(f"/venues/{venue_id}", page.gettext("Saved."))

    return save(request, page, uow, actor, change, again)


def _basics(view: VenueView) -> Given:
    venue = view.venue
    texts = {name: getattr(venue, name) for name in PLAIN}
    return Given(
        {name: "" if value is None else str(value) for name, value in texts.items()},
        zone=venue.zone,
        org_id=venue.org.name if venue.org else "",
        valid_from_on=venue.valid_from_on.isoformat(),
        last_on=last_day(venue.valid_until_on),
    )


def _read_basics(tx: Tx, form: Form) -> dict[str, Any]:
    values: dict[str, Any] = {name: form[name] for name in PLAIN}
    values["zone"] = form["zone"] or tx.settings.zone
    values["org_id"] = typed_id(form, "org_id", lambda typed: named.org_ids(tx, typed))
    values["valid_until_on"] = until_on(form)
    if form["valid_from_on"]:
        values["valid_from_on"] = form.day("valid_from_on")
    return values


def _new_page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    given: Given,
    problems: list[Problem] | None = None,
    http_status: int = 200,
) -> Response:
    with uow.read(actor) as tx:
        orgs = named.org_names(tx)
        wholes = [row.name for row in list_venues(tx, limit=NAMES_OFFERED).items]
    return page.render(
        NEW,
        http_status=http_status,
        given=given,
        problems=problems or [],
        kinds=word_options(page.translator, HostKind),
        **hours_values(page),
        orgs=orgs,
        wholes=wholes,
    )


def _basics_page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    view: VenueView,
    given: Given,
    problems: list[Problem] | None = None,
    http_status: int = 200,
) -> Response:
    with uow.read(actor) as tx:
        orgs = named.org_names(tx)
    return page.render(
        BASICS,
        http_status=http_status,
        given=given,
        problems=problems or [],
        kinds=word_options(page.translator, HostKind),
        datums=word_options(page.translator, Datum),
        orgs=orgs,
        **settings_values(view),
    )


def _section_page(
    page: Page,
    section: Section,
    view: VenueView,
    given: Given,
    problems: list[Problem] | None = None,
    http_status: int = 200,
) -> Response:
    return page.render(
        section.template,
        http_status=http_status,
        section=section,
        given=given,
        problems=problems or [],
        units=tuple(UNITS),
        **hours_values(page),
        periods=word_options(page.translator, QuotaPeriod),
        layouts=tuple(Layout),
        access_kinds=word_options(page.translator, AccessKind),
        **settings_values(view),
    )


def hours_values(page: Page) -> dict[str, Any]:
    """Return what the fields of opening hours need."""
    return {
        "week": WEEK,
        "weekdays": [page.gettext(name) for name in WEEKDAYS],
        "holiday_rules": word_options(page.translator, HolidayRule),
    }


def settings_values(view: VenueView) -> dict[str, Any]:
    """Return what the frame of every page of settings needs."""
    return {"view": view, "venue": view.venue, "here": f"/venues/{view.venue.id}"}
