"""The forms of a venue: a new one, what it is, and its settings by sections."""

from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from models.enums import AccessKind, Datum, HolidayRule, HostKind, Layout, QuotaPeriod
from models.errors import NotFound
from muster.phrasing import WEEKDAYS
from services import access, venues
from services.queries.venues import VenueView, list_venues, read_venue
from services.unit_of_work import Tx
from web.context import Page
from web.deps import FormDep, RowId
from web.forms import Form
from web.pages import named
from web.pages.asked import Asked
from web.pages.register_form import save_changes, texts_of, to_change, typed_org, validity_texts, values_in, write_in
from web.pages.saving import Filled, Given, Visit, VisitDep, typed_id, word_options
from web.pages.venue_sections import SECTIONS, UNITS, WEEK, Section, read_hours, usual_hours

router = APIRouter(include_in_schema=False)

NEW, BASICS = "venues/new.html", "venues/edit.html"
NAMES_OFFERED = 200
#: Fields that are taken as they are typed; the service cleans them.
PLAIN = ("name", "kind", "capacity", "code", "address", "division_code", "lat", "lon", "datum", "equipment")
CONTACT = ("contact_name", "contact_phone", "contact_email")


@router.get("/venues/new")
def ask_new(visit: VisitDep) -> Response:
    """Show an empty form; for a part where the address names the whole."""
    access.require_role(visit.actor, access.MANAGING)
    asked = Asked(visit.request)
    given = usual_hours()
    given.update(needs_approval="no")
    with visit.uow.read(visit.actor) as tx:
        whole_id = asked.number("part_of")
        if whole_id is not None:
            whole = read_venue(tx, whole_id).venue
            given.update(parent_id=whole.name, address=whole.address, kind=whole.kind.value)
            given.update(org_id=whole.org.name if whole.org else "")
    return _new_page(visit, Filled(given))


@router.post("/venues")
def create(visit: VisitDep, form: FormDep) -> Response:
    """Write a venue in; what is not asked here has its usual value and can be set on its page."""
    notice = visit.page.gettext("Written in.")
    again = partial(_new_page, visit)
    return write_in(visit, form, again, at="/venues", read=_read_new, create=venues.create, notice=notice)


@router.get("/venues/{venue_id}/edit")
def ask_edit(visit: VisitDep, venue_id: RowId) -> Response:
    """Show what a venue is, to be edited."""
    view = to_change(visit, read_venue, venue_id)
    return _basics_page(visit, view, Filled(_basics(view)))


@router.post("/venues/{venue_id}/edit")
def edit(visit: VisitDep, venue_id: RowId, form: FormDep) -> Response:
    """Change what a venue is; what it is a part of stays."""
    view = to_change(visit, read_venue, venue_id)
    again = partial(_basics_page, visit, view)
    return save_changes(visit, form, again, at="/venues", row_id=venue_id, read=_read_basics, change=venues.change)


@router.get("/venues/{venue_id}/edit/{key}")
def ask_section(visit: VisitDep, venue_id: RowId, key: str) -> Response:
    """Show one section of a venue's settings."""
    section, view = _section(key), to_change(visit, read_venue, venue_id)
    return _section_page(visit.page, section, view, Filled(section.fill(view)))


@router.post("/venues/{venue_id}/edit/{key}")
def edit_section(visit: VisitDep, venue_id: RowId, key: str, form: FormDep) -> Response:
    """Change one section of a venue's settings."""
    section, view = _section(key), to_change(visit, read_venue, venue_id)

    def values_of(_tx: Tx, form: Form) -> dict[str, Any]:
        return section.read(form)

    again = partial(_section_page, visit.page, section, view)
    return save_changes(visit, form, again, at="/venues", row_id=venue_id, read=values_of, change=venues.change)


def _section(key: str) -> Section:
    if key not in SECTIONS:
        raise NotFound("section", key)
    return SECTIONS[key]


def _read_new(tx: Tx, form: Form) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: form[name] for name in ("name", "kind", "capacity", "address", "equipment", *CONTACT)
    }
    values |= read_hours(form) | {"needs_approval": form["needs_approval"] == "yes"}
    values["org_id"] = typed_org(tx, form)
    values["parent_id"] = typed_id(form, "parent_id", lambda typed: named.venue_ids(tx, typed))
    return values


def _read_basics(tx: Tx, form: Form) -> dict[str, Any]:
    return values_in(tx, form, PLAIN) | {"zone": form["zone"] or tx.settings.zone}


def _basics(view: VenueView) -> Given:
    venue = view.venue
    return Given(
        texts_of(venue, (*PLAIN, "zone")),
        org_id=venue.org.name if venue.org else "",
        **validity_texts(venue.valid_from_on, venue.valid_until_on),
    )


def _new_page(visit: Visit, filled: Filled) -> Response:
    with visit.uow.read(visit.actor) as tx:
        orgs = named.org_names(tx)
        wholes = [row.name for row in list_venues(tx, limit=NAMES_OFFERED).items]
    return visit.page.render(
        NEW,
        **filled.values(),
        kinds=word_options(visit.page.translator, HostKind),
        **hours_values(visit.page),
        orgs=orgs,
        wholes=wholes,
    )


def _basics_page(visit: Visit, view: VenueView, filled: Filled) -> Response:
    with visit.uow.read(visit.actor) as tx:
        orgs = named.org_names(tx)
    return visit.page.render(
        BASICS,
        **filled.values(),
        kinds=word_options(visit.page.translator, HostKind),
        datums=word_options(visit.page.translator, Datum),
        orgs=orgs,
        **settings_values(view),
    )


def _section_page(page: Page, section: Section, view: VenueView, filled: Filled) -> Response:
    return page.render(
        section.template,
        **filled.values(),
        section=section,
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
