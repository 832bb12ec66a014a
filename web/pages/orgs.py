"""Orgs: the federation's bodies and the hosts, as a list, one by one, and as a form."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import HostKind, OrgKind
from muster.localtime import local_day
from services import access, orgs
from services.queries.orgs import OrgView, list_orgs, read_org
from services.queries.venues import list_venues
from services.unit_of_work import Tx
from web.deps import ActorDep, FormDep, PageDep, RowId, UowDep
from web.forms import Form
from web.pages import named
from web.pages.asked import Asked, show_page
from web.pages.register_form import save_changes, to_change, validity_texts, values_in, write_in
from web.pages.saving import Filled, Given, Visit, VisitDep, word_options

router = APIRouter(include_in_schema=False)

LIST, ONE, FORM = "orgs/list.html", "orgs/show.html", "orgs/form.html"
ROWS, VENUES_SHOWN = 50, 20
#: Fields that are taken as they are typed; the service cleans them.
PLAIN = (
    *("name", "kind", "host_kind", "code", "credit_code", "division_code", "jurisdiction"),
    *("contact_name", "contact_phone", "contact_email"),
)


@router.get("/orgs")
def show_list(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """List orgs by pinyin."""
    asked = Asked(request)
    with uow.read(actor) as tx:
        found = list_orgs(
            tx,
            q=asked.text("q"),
            kind=asked.word("kind", OrgKind),
            host_kind=asked.word("host", HostKind),
            parent_id=asked.number("under"),
            limit=ROWS,
            cursor=asked.cursor,
        )
    values: dict[str, Any] = {
        "orgs": found.items,
        "following": asked.following(found.next),
        "asked": asked,
        "kinds": word_options(page.translator, OrgKind),
        "host_kinds": word_options(page.translator, HostKind),
        "today": local_day(page.context.now, page.wiring.zone),
        "may_manage": actor.has(access.MANAGING),
    }
    return show_page(request, page, LIST, "orgs", **values)


@router.get("/orgs/new")
def ask_new(visit: VisitDep) -> Response:
    """Show an empty form."""
    access.require_role(visit.actor, access.MANAGING)
    return _form_page(visit, Filled(Given()))


@router.post("/orgs")
def create(visit: VisitDep, form: FormDep) -> Response:
    """Write an org in."""
    notice = visit.page.gettext("Written in.")
    again = partial(_form_page, visit)
    return write_in(visit, form, again, at="/orgs", read=_values, create=orgs.create, notice=notice)


@router.get("/orgs/{org_id}")
def show(org_id: RowId, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show one org with whom to ask, and its venues."""
    with uow.read(actor) as tx:
        view = read_org(tx, org_id)
        venues = list_venues(tx, org_id=org_id, limit=VENUES_SHOWN).items
    return page.render(ONE, view=view, venues=venues, today=local_day(page.context.now, page.wiring.zone))


@router.get("/orgs/{org_id}/edit")
def ask_edit(visit: VisitDep, org_id: RowId) -> Response:
    """Show the form of an org, filled."""
    view = to_change(visit, read_org, org_id)
    return _form_page(visit, Filled(_texts(view)), view)


@router.post("/orgs/{org_id}/edit")
def edit(visit: VisitDep, org_id: RowId, form: FormDep) -> Response:
    """Change an org."""
    view = to_change(visit, read_org, org_id)
    again = partial(_form_page, visit, org=view)
    return save_changes(visit, form, again, at="/orgs", row_id=org_id, read=_values, change=orgs.change)


def _values(tx: Tx, form: Form) -> dict[str, Any]:
    return values_in(tx, form, PLAIN, org="parent_id")


def _texts(view: OrgView) -> Given:
    org = view.org
    texts = {name: str(getattr(org, name, None) or getattr(view, name, None) or "") for name in PLAIN}
    return Given(
        texts,
        parent_id=org.parent.name if org.parent else "",
        version=str(org.version),
        **validity_texts(org.valid_from_on, org.valid_until_on),
    )


def _form_page(visit: Visit, filled: Filled, org: OrgView | None = None) -> Response:
    with visit.uow.read(visit.actor) as tx:
        names = named.org_names(tx)
    return visit.page.render(
        FORM,
        **filled.values(),
        kinds=word_options(visit.page.translator, OrgKind),
        host_kinds=word_options(visit.page.translator, HostKind),
        orgs=names,
        org=org,
    )
