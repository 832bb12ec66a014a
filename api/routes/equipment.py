"""Equipment and vehicles: the register, what is free when, and what is lent to whom."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.routes.params import Cursor, IdFilter, Limit, OnDay, Search
from api.routes.writing import WriterDep
from api.schemas.common import EndIn, Instant, ListOf, list_of
from api.schemas.equipment import (
    ActivityLoansOut,
    CancelIn,
    EquipmentDetail,
    EquipmentIn,
    EquipmentOut,
    EquipmentPatch,
    LoanIn,
    LoanOut,
    activity_loans,
    equipment_detail,
)
from models.enums import EquipmentKind, LoanState
from models.errors import Invalid
from models.rules.verdicts import Reason
from models.values import TimeWindow
from muster.i18n import Translator
from services import equipment, loans
from services.queries import equipment as queries
from services.queries import loans as loan_queries
from services.queries.free_busy import wrong_window
from services.queries.paging import DEFAULT_LIMIT
from services.unit_of_work import Tx
from web.deps import ActorDep, IfMatchDep, RowId, TranslatorDep, UowDep, WiringDep, answer
from web.problems import reason_json
from web.wiring import Wiring

router = APIRouter(tags=["equipment"])

FreeFrom = Annotated[Instant | None, Query(description="Keeps what nobody has from then on, until `free_until`")]
FreeUntil = Annotated[Instant | None, Query()]


@router.get("/equipment")
def list_equipment(
    uow: UowDep,
    actor: ActorDep,
    q: Search = None,
    kind: EquipmentKind | None = None,
    name: Search = None,
    org_id: IdFilter | None = None,
    on: OnDay = None,
    free_from: FreeFrom = None,
    free_until: FreeUntil = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> ListOf[EquipmentOut]:
    """List things by pinyin and number, and what each is out for at this moment."""
    free = _window(free_from, free_until)
    with uow.read(actor) as tx:
        page = queries.list_equipment(
            tx, q=q, kind=kind, name=name, org_id=org_id, on=on, free=free, limit=limit, cursor=cursor
        )
    return list_of(page, EquipmentOut.of)


@router.post("/equipment", status_code=201, response_model=EquipmentDetail)
def create(writer: WriterDep, given: EquipmentIn) -> Response:
    """Write one thing in."""
    return writer.create(equipment.create, _detail, **given.given())


@router.get("/equipment/{equipment_id}", response_model=EquipmentDetail)
def read(uow: UowDep, actor: ActorDep, equipment_id: RowId) -> Response:
    """Return one thing with its version as ETag."""
    with uow.read(actor) as tx:
        return answer(_detail(tx, equipment_id))


@router.patch("/equipment/{equipment_id}", response_model=EquipmentDetail)
def edit(writer: WriterDep, equipment_id: RowId, given: EquipmentPatch, version: IfMatchDep) -> Response:
    """Change what was sent, against `If-Match` where given."""
    return writer.act(equipment.change, _detail, equipment_id, given.given(), expected_version=version)


@router.post("/equipment/{equipment_id}/end", response_model=EquipmentDetail)
def end(writer: WriterDep, equipment_id: RowId, given: EndIn) -> Response:
    """End its validity; 409 where it is lent beyond that day."""
    return writer.act(equipment.end, _detail, equipment_id, given.until_on)


@router.get("/equipment/{equipment_id}/loans")
def list_of_thing(
    uow: UowDep,
    actor: ActorDep,
    equipment_id: RowId,
    state: LoanState | None = None,
    from_at: Annotated[Instant | None, Query(alias="from")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> ListOf[LoanOut]:
    """List the loans of a thing by when it is fetched; `from` keeps those that end later."""
    with uow.read(actor) as tx:
        page = loan_queries.list_loans(
            tx, equipment_id=equipment_id, state=state, from_at=from_at, limit=limit, cursor=cursor
        )
    return list_of(page, LoanOut.of)


@router.get("/activities/{activity_id}/loans", response_model=ActivityLoansOut)
def list_of_activity(
    uow: UowDep, actor: ActorDep, translator: TranslatorDep, wiring: WiringDep, activity_id: RowId
) -> Response:
    """Return what an activity needs, what its venue has, what is lent to it, and what is lacking."""
    with uow.read(actor) as tx:
        return answer(_of_activity(tx, activity_id, translator, wiring))


@router.post("/activities/{activity_id}/loans", status_code=201, response_model=ActivityLoansOut)
def lend(
    writer: WriterDep,
    translator: TranslatorDep,
    wiring: WiringDep,
    activity_id: RowId,
    given: LoanIn,
) -> Response:
    """Lend one thing, or several of a name, all or none; 409 tells every reason and what is free instead."""

    def change(tx: Tx) -> ActivityLoansOut:
        given.check()
        minutes = {"before_minutes": given.before_minutes, "after_minutes": given.after_minutes}
        if given.equipment_id is not None:
            loans.lend(tx, equipment_id=given.equipment_id, activity_id=activity_id, **minutes)
        else:
            loans.lend_named(tx, activity_id=activity_id, name=given.name or "", count=given.count, **minutes)
        return _of_activity(tx, activity_id, translator, wiring)

    return writer.write(change, status=201)


@router.post("/loans/{loan_id}/return", response_model=LoanOut)
def give_back(writer: WriterDep, loan_id: RowId) -> Response:
    """Mark a loan as returned; the thing is free at once."""
    return writer.act(loans.give_back, _loan, loan_id)


@router.post("/loans/{loan_id}/cancel", response_model=LoanOut)
def cancel(writer: WriterDep, loan_id: RowId, given: CancelIn | None = None) -> Response:
    """Call a loan off; the thing is free at once."""
    return writer.act(loans.cancel, _loan, loan_id, reason=given.reason if given else "")


def _detail(tx: Tx, equipment_id: int) -> EquipmentDetail:
    tx.session.flush()
    return equipment_detail(queries.read_equipment(tx, equipment_id))


def _loan(tx: Tx, loan_id: int) -> LoanOut:
    tx.session.flush()
    return LoanOut.of(loan_queries.read_loan(tx, loan_id))


def _of_activity(tx: Tx, activity_id: int, translator: Translator, wiring: Wiring) -> ActivityLoansOut:
    tx.session.flush()

    def tell(reason: Reason) -> dict[str, Any]:
        return reason_json(reason, translator, wiring.zone)

    return activity_loans(queries.of_activity(tx, activity_id), tell)


def _window(free_from: Any, free_until: Any) -> TimeWindow | None:
    """Return the window that two parameters name together; one without the other is refused."""
    if free_from is None and free_until is None:
        return None
    if free_from is None or free_until is None:
        raise Invalid(Reason("missing", {"field": "free_until" if free_until is None else "free_from"}))
    if reasons := wrong_window(free_from, free_until):
        raise Invalid(*reasons)
    return TimeWindow(free_from, free_until)
