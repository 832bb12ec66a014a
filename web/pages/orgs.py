"""Orgs: the federation's bodies and the hosts, as a list, one by one, and as a form."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import HostKind, OrgKind
from models.errors import Forbidden
from models.rules.verdicts import Reason
from muster.localtime import local_day
from services import access, orgs
from services.access import Actor
from services.queries.orgs import OrgView, list_orgs, read_org
from services.queries.venues import list_venues
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep
from web.forms import Form
from web.pages import named
from web.pages.asked import Asked, show_page
from web.pages.saving import Again, Given, all_at_once, last_day, save, typed_id, until_on, word_options
from web.templating import Problem

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
def ask_new(page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show an empty form."""
    access.require_role(actor, access.MANAGING)
    return _form_page(page, uow, actor, Given())


@router.post("/orgs")
def create(request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Write an org in."""
    access.require_role(actor, access.MANAGING)

    def change(tx: Tx) -> Done:
        values = _values(tx, form)
        org_id = all_at_once(form, lambda: orgs.create(tx, **values))
        return Done(f"/orgs/{org_id}", page.gettext("Written in."))

    return save(request, page, uow, actor, change, _again(page, uow, actor, form))


@router.get("/orgs/{org_id}")
def show(org_id: RowId, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show one org with whom to ask, and its venues."""
    with uow.read(actor) as tx:
        view = read_org(tx, org_id)
        venues = list_venues(tx, org_id=org_id, limit=VENUES_SHOWN).items
    return page.render(ONE, view=view, venues=venues, today=local_day(page.context.now, page.wiring.zone))


@router.get("/orgs/{org_id}/edit")
def ask_edit(org_id: RowId, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show the form of an org, filled."""
    view = _managed(uow, actor, org_id)
    return _form_page(page, uow, actor, _filled(view), org=view)


@router.post("/orgs/{org_id}/edit")
def edit(org_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Change an org."""
    view = _managed(uow, actor, org_id)

    def change(tx: Tx) -> Done:
        values, version = _values(tx, form), form.number("version")
        all_at_once(form, lambda: orgs.change(tx, org_id, values, version))
        return Done(f"/orgs/{org_id}", page.gettext("Saved."))

    return save(request, page, uow, actor, change, _again(page, uow, actor, form, view))


def _managed(uow: UnitOfWork, actor: Actor, org_id: int) -> OrgView:
    with uow.read(actor) as tx:
        view = read_org(tx, org_id)
    if not view.may_change:
        raise Forbidden(Reason("role_missing"))
    return view


def _values(tx: Tx, form: Form) -> dict[str, Any]:
    values: dict[str, Any] = {name: form[name] for name in PLAIN}
    values["parent_id"] = typed_id(form, "parent_id", lambda typed: named.org_ids(tx, typed))
    values["valid_until_on"] = until_on(form)
    if form["valid_from_on"]:
        values["valid_from_on"] = form.day("valid_from_on")
    return values


def _filled(view: OrgView) -> Given:
    org = view.org
    texts = {name: str(getattr(org, name, None) or getattr(view, name, None) or "") for name in PLAIN}
    return Given(
        texts,
        parent_id=org.parent.name if org.parent else "",
        valid_from_on=org.valid_from_on.isoformat(),
        last_on=last_day(org.valid_until_on),
        version=str(org.version),
    )


def _again(page: Page, uow: UnitOfWork, actor: Actor, form: Form, org: OrgView | None = None) -> Again:
    return lambda problems, status: _form_page(page, uow, actor, Given(form), problems, status, org)


def _form_page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    given: Given,
    problems: list[Problem] | None = None,
    http_status: int = 200,
    org: OrgView | None = None,
) -> Response:
    with uow.read(actor) as tx:
        names = named.org_names(tx)
    return page.render(
        FORM,
        http_status=http_status,
        given=given,
        problems=problems or [],
        kinds=word_options(page.translator, OrgKind),
        host_kinds=word_options(page.translator, HostKind),
        orgs=names,
        org=org,
    )
