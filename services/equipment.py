"""Equipment: the register of what is carried or driven to where it is needed; one thing, one row."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypedDict, Unpack

from sqlmodel import col, func, select

from models.enums import EquipmentKind, LoanState, ResourceKind
from models.errors import Conflict, Invalid
from models.events import EquipmentChanged, EquipmentCreated, EquipmentEnded
from models.rules import fields, identifiers
from models.rules.verdicts import Reason
from models.tables.equipment import Equipment, Loan
from models.tables.orgs import Org
from models.tables.resources import Resource
from muster.localtime import day_bounds, zone
from services import access, collation, registers
from services.unit_of_work import Tx

MOST_SEATS = 500
RESOURCES: Mapping[EquipmentKind, ResourceKind] = {
    EquipmentKind.device: ResourceKind.equipment,
    EquipmentKind.vehicle: ResourceKind.vehicle,
}
CLEANERS: dict[str, fields.Cleaner] = {
    "name": fields.text(60, is_required=True),
    "kind": fields.word(EquipmentKind),
    "code": fields.optional(fields.text(40, spelling=identifiers.half_width)),  # 鄂B·A1234 is one, too
    "org_id": fields.optional(fields.reference),
    "seats": fields.optional(fields.whole(1, MOST_SEATS)),
    "kept_at": fields.text(200),
    "valid_from_on": fields.day,
    "valid_until_on": fields.optional(fields.day),
}
REGISTER = registers.Register(
    noun="equipment",
    cleaners=CLEANERS,
    created=EquipmentCreated,
    changed=EquipmentChanged,
    references={"org_id": Org},
    derived=collation.place_keys,
)


class EquipmentFields(TypedDict, total=False):
    """What a thing may have besides its name and kind."""

    code: str | None
    org_id: int | None
    seats: int | None
    kept_at: str
    valid_from_on: date
    valid_until_on: date | None


def create(tx: Tx, *, name: str, kind: EquipmentKind, **others: Unpack[EquipmentFields]) -> int:
    """Write one thing and return its id; `name` is what people ask for, `code` tells it from others of that name.

    `seats` are a vehicle's, the driver's not counted; `kept_at` says where it stands and who hands it out.

    Raises:
        Forbidden: the actor manages nothing.
        Invalid: wrong values or unknown references, all of them listed.
        Conflict: the code is another thing's.
    """
    access.require_role(tx.actor, access.MANAGING)
    given: dict[str, Any] = {**_defaults(tx), **others, "name": name, "kind": kind}
    values = registers.cleaned(tx, REGISTER, given)
    _require_vehicle(values["kind"], values["seats"])
    registers.require_validity(values["valid_from_on"], values["valid_until_on"])
    taken = tx.add(Resource(kind=RESOURCES[values["kind"]], name=values["name"]))
    return registers.write(tx, REGISTER, Equipment, values | {"resource_id": taken.id}).id


def change(tx: Tx, equipment_id: int, changes: Mapping[str, Any], expected_version: int | None = None) -> None:
    """Edit a thing; keys are the arguments of `create`.

    Raises:
        Forbidden, NotFound, Invalid, LostRace.
        Conflict: the code is another thing's, or it is lent beyond its new end.
    """
    access.require_role(tx.actor, access.MANAGING)
    row = tx.get(Equipment, equipment_id, noun="equipment")
    values = registers.cleaned(tx, REGISTER, changes)
    _require_vehicle(values.get("kind", row.kind), values.get("seats", row.seats))
    registers.require_change_of_validity(row, values)
    if (until_on := values.get("valid_until_on")) and until_on != row.valid_until_on:
        _require_nothing_after(tx, row, until_on)
    if registers.edit(tx, REGISTER, row, values, expected_version=expected_version):
        taken = tx.get(Resource, row.resource_id, noun="equipment")
        taken.kind, taken.name = RESOURCES[row.kind], row.name
        tx.session.add(taken)


def end(tx: Tx, equipment_id: int, until_on: date) -> None:
    """Give a thing's validity an end: `until_on` is the first day without it. Repetition changes nothing.

    Raises:
        Forbidden, NotFound.
        Invalid: it would end before it begins.
        Conflict: it is lent beyond that day.
    """
    access.require_role(tx.actor, access.MANAGING)
    row = tx.get(Equipment, equipment_id, noun="equipment")
    registers.require_validity(row.valid_from_on, until_on)
    registers.end(tx, row, until_on, EquipmentEnded, before=lambda: _require_nothing_after(tx, row, until_on))


def _defaults(tx: Tx) -> EquipmentFields:
    return {
        "code": None,
        "org_id": None,
        "seats": None,
        "kept_at": "",
        "valid_from_on": registers.today(tx),
        "valid_until_on": None,
    }


def _require_vehicle(kind: EquipmentKind, seats: int | None) -> None:
    if seats is not None and kind is not EquipmentKind.vehicle:
        raise Invalid(Reason("seats_of_vehicles", {"field": "seats"}))


def _require_nothing_after(tx: Tx, row: Equipment, until_on: date) -> None:
    starts_at, _ = day_bounds(until_on, zone(tx.settings.zone))
    lent = (
        select(func.count())
        .select_from(Loan)
        .where(
            col(Loan.equipment_id) == row.id,
            col(Loan.state) == LoanState.lent,
            col(Loan.occupied_until) > starts_at,
        )
    )
    if count := tx.session.exec(lent).one():
        raise Conflict(Reason("equipment_has_loans", {"count": count}))
