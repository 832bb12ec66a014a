"""What is lent to an activity: lend with one click, choose among what is free, bring back, call off."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.responses import Response

from models.errors import Conflict, EquipmentTaken, Invalid
from models.rules.loans import LONGEST_MINUTES, MOST_AT_ONCE
from models.values import TimeWindow
from muster.i18n import Translator
from muster.localtime import zone
from services import loans
from services.queries.equipment import EquipmentRow, free_for, of_activity
from services.queries.loans import LoanRow, loans_by_id
from services.unit_of_work import Tx
from web.context import Page
from web.deps import Done, FormDep, RowId, run_form
from web.forms import Form
from web.pages.activity_frame import Desk, DeskDep, address
from web.pages.activity_steps import window_of
from web.problems import say
from web.status import status_of

router = APIRouter(include_in_schema=False)

LEND = "equipment/lend.html"
ANCHOR = "equipment"
MINUTES = ("before_minutes", "after_minutes")


@dataclass(frozen=True, slots=True)
class Against:
    """One reason in words, with the loan that it speaks of."""

    text: str
    loan: LoanRow | None


@router.get("/activities/{activity_id}/loans")
def ask_loan(activity_id: RowId, desk: DeskDep) -> Response:
    """Show what is free for an activity, to lend it."""
    return _lend_page(desk, activity_id)


@router.post("/activities/{activity_id}/loans")
def lend(activity_id: RowId, form: FormDep, desk: DeskDep) -> Response:
    """Lend one thing, or several of a name; where that cannot be, show every reason and what is free instead."""
    page = desk.page

    def change(tx: Tx) -> Done:
        ids = _lend(tx, form, activity_id)
        tx.session.flush()
        said = page.translator.listed(row.label for row in loans_by_id(tx, ids))
        return Done(address(activity_id, ANCHOR), page.gettext("Lent: %(things)s.", things=said))

    try:
        return run_form(desk.request, desk.uow, desk.actor, change)
    except (Invalid, Conflict) as error:
        return _lend_page(desk, activity_id, error, form)


@router.post("/activities/{activity_id}/loans/{loan_id}/return")
def give_back(activity_id: RowId, loan_id: RowId, desk: DeskDep) -> Response:
    """Note that a thing came back."""

    def change(tx: Tx) -> Done:
        loans.give_back(tx, loan_id)
        return Done(address(activity_id, ANCHOR), desk.page.gettext("It is back, and free from now on."))

    return run_form(desk.request, desk.uow, desk.actor, change)


@router.post("/activities/{activity_id}/loans/{loan_id}/cancel")
def cancel(activity_id: RowId, loan_id: RowId, desk: DeskDep) -> Response:
    """Call a loan off."""

    def change(tx: Tx) -> Done:
        loans.cancel(tx, loan_id)
        return Done(address(activity_id, ANCHOR), desk.page.gettext("Called off; others can have it now."))

    return run_form(desk.request, desk.uow, desk.actor, change)


def swapped(translator: Translator, tx: Tx) -> str:
    """Return which things a move has swapped, as sentences to add to its notice; nothing where it swapped none."""
    return "".join(
        " " + translator.gettext("Instead of %(old)s it gets %(new)s then.", old=one.old_equipment, new=one.equipment)
        for one in loans.swaps(tx)
    )


def _lend(tx: Tx, form: Form, activity_id: int) -> Sequence[int]:
    minutes = {name: form.number(name, most=LONGEST_MINUTES, optional=True) for name in MINUTES}
    thing = form.row_id("equipment_id", optional=True)
    name = form.text("name", longest=60, optional=thing is not None)
    count = form.number("count", least=1, most=MOST_AT_ONCE, optional=True) or 1
    form.check()
    if thing is not None:
        return [loans.lend(tx, equipment_id=thing, activity_id=activity_id, **minutes)]
    return loans.lend_named(tx, activity_id=activity_id, name=name, count=count, **minutes)


def _lend_page(
    desk: Desk, activity_id: int, error: Invalid | Conflict | None = None, form: Form | None = None
) -> Response:
    page = desk.page
    life = desk.read(activity_id, managed=True)
    where, window = zone(life.view.row.zone), window_of(life.view)
    taken = error if isinstance(error, EquipmentTaken) else None
    with desk.uow.read(desk.actor) as tx:
        found = of_activity(tx, activity_id)
        free = free_for(tx, window, is_widened=True) if found.may_lend else ()
        in_the_way = loans_by_id(tx, [one.loan_id for one in taken.conflicts]) if taken else ()
    values: dict[str, Any] = {
        "view": life.view,
        "found": found,
        "free": free,
        "names": _names(free),
        "window": window,
        "where": where,
        "given": form or {},
        "problems": page.problems(error) if isinstance(error, Invalid) else [],
        "reasons": _against(page, error, in_the_way, where) if isinstance(error, Conflict) else [],
        "ways": taken.alternatives if taken else (),
    }
    return page.render(LEND, http_status=status_of(error) if error else 200, **values)


def _names(free: Sequence[EquipmentRow]) -> list[tuple[str, int]]:
    """Return what is free by name, with how many of each."""
    names = [row.name for row in free]
    return [(name, names.count(name)) for name in dict.fromkeys(names)]


def _against(page: Page, error: Conflict, in_the_way: Sequence[LoanRow], where: ZoneInfo) -> list[Against]:
    """Return every reason in words, each that speaks of a loan with that one."""
    loans_told: dict[tuple[Any, Any], LoanRow] = {
        (row.label, TimeWindow(row.occupied_from, row.occupied_until)): row for row in in_the_way
    }
    told = [(one, (one.params.get("equipment"), one.params.get("window"))) for one in error.reasons]
    return [Against(say(one, page.translator, where), loans_told.get(key)) for one, key in told]
