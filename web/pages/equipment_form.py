"""The form of a thing: a new one, or one that is there."""

from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from models.enums import EquipmentKind
from services import access, equipment
from services.queries.equipment import EquipmentView, read_equipment
from services.unit_of_work import Tx
from web.deps import FormDep, RowId
from web.forms import Form
from web.pages import named
from web.pages.register_form import save_changes, texts_of, to_change, validity_texts, values_in, write_in
from web.pages.saving import Filled, Given, Visit, VisitDep, word_options

router = APIRouter(include_in_schema=False)

FORM = "equipment/form.html"
#: Fields that are taken as they are typed; the service cleans them.
PLAIN = ("name", "kind", "code", "seats", "kept_at")


@router.get("/equipment/new")
def ask_new(visit: VisitDep) -> Response:
    """Show an empty form."""
    access.require_role(visit.actor, access.MANAGING)
    return _form_page(visit, Filled(Given(kind=EquipmentKind.device.value)))


@router.post("/equipment")
def create(visit: VisitDep, form: FormDep) -> Response:
    """Write a thing in."""
    notice = visit.page.gettext("Written in.")
    again = partial(_form_page, visit)
    return write_in(visit, form, again, at="/equipment", read=_values, create=equipment.create, notice=notice)


@router.get("/equipment/{equipment_id}/edit")
def ask_edit(visit: VisitDep, equipment_id: RowId) -> Response:
    """Show the form of a thing, filled."""
    view = to_change(visit, read_equipment, equipment_id)
    return _form_page(visit, Filled(_texts(view)), view)


@router.post("/equipment/{equipment_id}/edit")
def edit(visit: VisitDep, equipment_id: RowId, form: FormDep) -> Response:
    """Change a thing, or say on which day it was there last."""
    view = to_change(visit, read_equipment, equipment_id)
    again = partial(_form_page, visit, view=view)
    return save_changes(visit, form, again, at="/equipment", row_id=equipment_id, read=_values, change=equipment.change)


def _values(tx: Tx, form: Form) -> dict[str, Any]:
    return values_in(tx, form, PLAIN)


def _texts(view: EquipmentView) -> Given:
    row = view.equipment
    return Given(
        texts_of(row, (*PLAIN, "version")),
        org_id=row.org.name if row.org else "",
        **validity_texts(row.valid_from_on, row.valid_until_on),
    )


def _form_page(visit: Visit, filled: Filled, view: EquipmentView | None = None) -> Response:
    with visit.uow.read(visit.actor) as tx:
        orgs = named.org_names(tx)
    return visit.page.render(
        FORM,
        **filled.values(),
        kinds=word_options(visit.page.translator, EquipmentKind),
        orgs=orgs,
        view=view,
    )
