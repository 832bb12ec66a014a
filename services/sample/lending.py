"""The sample's equipment, and what its activities need and borrow; `equipment.toml` tells it."""

from dataclasses import dataclass

from models.enums import EquipmentKind, LoanState
from models.rules.loans import Need, needs_of
from services import equipment, loans
from services.queries.loans import list_loans
from services.sample import data
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class Borrowing:
    """What an activity needs, in words, what is lent to it with its plan, and whether that was brought back."""

    equipment: str = ""
    lent: tuple[Need, ...] = ()
    is_back: bool = False


def borrowing(title: str) -> Borrowing:
    """Return what the activity of a title needs; most need nothing."""
    for row in data.read("equipment")["need"]:
        if row["activity"] == title:
            return Borrowing(row["equipment"], needs_of(row["lent"]), row.get("back", False))
    return Borrowing()


def write_equipment(tx: Tx, org_id: int) -> None:
    """Write every thing; all of them belong to one org."""
    for row in data.read("equipment")["thing"]:
        equipment.create(
            tx,
            name=row["name"],
            kind=EquipmentKind(row["kind"]),
            code=row["code"],
            seats=row.get("seats"),
            kept_at=row["kept"],
            org_id=org_id,
            valid_from_on=data.since(),
        )


def lend(tx: Tx, activity_id: int, wanted: Borrowing) -> None:
    """Lend an activity what it borrows."""
    for need in wanted.lent:
        loans.lend_named(tx, activity_id=activity_id, name=need.name, count=need.count)


def bring_back(tx: Tx, activity_id: int, wanted: Borrowing) -> None:
    """Mark what an activity borrowed as returned, where it was."""
    for row in list_loans(tx, activity_id=activity_id, state=LoanState.lent).items if wanted.is_back else ():
        loans.give_back(tx, row.id)
