"""The form of a thing: a new one, or one that is there."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import EquipmentKind
from models.errors import Forbidden
from models.rules.verdicts import Reason
from services import access, equipment
from services.access import Actor
from services.queries.equipment import EquipmentView, read_equipment
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep
from web.forms import Form
from web.pages import named
from web.pages.saving import Again, Given, all_at_once, last_day, save, typed_id, until_on, word_options
from web.templating import Problem

router = APIRouter(include_in_schema=False)

FORM = "equipment/form.html"
#: Fields that are taken as they are typed; the service cleans them.
PLAIN = ("name", "kind", "code", "seats", "kept_at")


@router.get("/equipment/new")
def ask_new(page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show an empty form."""
    access.require_role(actor, access.MANAGING)
    return _form_page(page, uow, actor, Given(kind=EquipmentKind.device.value))


@router.post("/equipment")
def create(request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Write a thing in."""
    access.require_role(actor, access.MANAGING)

    def change(tx: Tx) -> Done:
        values = _values(tx, form)
        equipment_id = all_at_once(form, lambda: equipment.create(tx, **values))
        return Done(f"/equipment/{equipment_id}", page.gettext("Written in."))

    return save(request, page, uow, actor, change, _again(page, uow, actor, form))


@router.get("/equipment/{equipment_id}/edit")
def ask_edit(equipment_id: RowId, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show the form of a thing, filled."""
    view = _managed(uow, actor, equipment_id)
    return _form_page(page, uow, actor, _filled(view), view=view)


@router.post("/equipment/{equipment_id}/edit")
def edit(equipment_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Change a thing, or say on which day it was there last."""
    view = _managed(uow, actor, equipment_id)

    def change(tx: Tx) -> Done:
        values, version = _values(tx, form), form.number("version")
        all_at_once(form, lambda: equipment.change(tx, equipment_id, values, version))
        return Done(f"/equipment/{equipment_id}", page.gettext("Saved."))

    return save(request, page, uow, actor, change, _again(page, uow, actor, form, view))


def _managed(uow: UnitOfWork, actor: Actor, equipment_id: int) -> EquipmentView:
    with uow.read(actor) as tx:
        view = read_equipment(tx, equipment_id)
    if not view.may_change:
        raise Forbidden(Reason("role_missing"))
    return view


def _values(tx: Tx, form: Form) -> dict[str, Any]:
    values: dict[str, Any] = {name: form[name] for name in PLAIN}
    values["org_id"] = typed_id(form, "org_id", lambda typed: named.org_ids(tx, typed))
    values["valid_until_on"] = until_on(form)
    if form["valid_from_on"]:
        values["valid_from_on"] = form.day("valid_from_on")
    return values


def _filled(view: EquipmentView) -> Given:
    row = view.equipment
    texts = {name: getattr(row, name) for name in PLAIN}
    return Given(
        {name: "" if value is None else str(value) for name, value in texts.items()},
        org_id=row.org.name if row.org else "",
        valid_from_on=row.valid_from_on.isoformat(),
        last_on=last_day(row.valid_until_on),
        version=str(row.version),
    )


def _again(page: Page, uow: UnitOfWork, actor: Actor, form: Form, view: EquipmentView | None = None) -> Again:
    return lambda problems, status: _form_page(page, uow, actor, Given(form), problems, status, view)


def _form_page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    given: Given,
    problems: list[Problem] | None = None,
    http_status: int = 200,
    view: EquipmentView | None = None,
) -> Response:
    with uow.read(actor) as tx:
        orgs = named.org_names(tx)
    return page.render(
        FORM,
        http_status=http_status,
        given=given,
        problems=problems or [],
        kinds=word_options(page.translator, EquipmentKind),
        orgs=orgs,
        view=view,
    )
