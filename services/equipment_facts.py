"""Things as the facts that rules of lending take, and what stands against lending them.

All of it are reads; whether a thing is free is decided by the guard when it is taken.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select

from models.enums import EquipmentKind
from models.rules import loans as rules
from models.rules.loans import ThingFacts
from models.rules.verdicts import Reason, Refused
from models.tables.equipment import Equipment, Loan
from models.tables.resources import Occupancy
from models.values import DayWindow, TimeWindow
from muster.localtime import zone
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class LentTo:
    """A loan in the way, by its ids and how long the thing is away; to whom it is lent stays with those who may know."""

    loan_id: int
    equipment_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class FreeThing:
    """A thing that was free when this was read: a way out."""

    equipment_id: int
    kind: EquipmentKind
    name: str
    code: str | None
    seats: int | None
    kept_at: str


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What stands against lending one thing for a window: every reason, and the loans in the way."""

    reasons: tuple[Reason, ...]
    conflicts: tuple[LentTo, ...]


def thing_facts(row: Equipment) -> ThingFacts:
    """Return what rules need of a thing."""
    return ThingFacts(
        equipment_id=row.id,
        kind=row.kind,
        name=row.name,
        code=row.code,
        seats=row.seats,
        valid=DayWindow(row.valid_from_on, row.valid_until_on),
    )


def label(row: Equipment) -> str:
    """Return what people call this very thing: its name and its number."""
    return thing_facts(row).label


def locked(tx: Tx, names: Collection[str], ids: Collection[int] = ()) -> list[Equipment]:
    """Return all things of the names and ids, ended ones too, locked in one order: two who lend never deadlock."""
    wanted = or_(col(Equipment.name).in_(sorted(names)), col(Equipment.id).in_(sorted(ids)))
    return list(tx.session.exec(select(Equipment).where(wanted).order_by(col(Equipment.id)).with_for_update()).all())


def ranked(things: Iterable[Equipment], people_count: int | None) -> list[Equipment]:
    """Return things with the best one first; see `models.rules.loans.ranked`."""
    rows = {row.id: row for row in things}
    return [rows[one.equipment_id] for one in rules.ranked(map(thing_facts, rows.values()), people_count)]


def free_things(things: Iterable[Equipment]) -> tuple[FreeThing, ...]:
    """Return things as ways out, in the same order."""
    return tuple(FreeThing(row.id, row.kind, row.name, row.code, row.seats, row.kept_at) for row in things)


def hindrances(tx: Tx, asked: Sequence[tuple[Equipment, TimeWindow]]) -> Mapping[int, Hindrance]:
    """Return, by thing, what stands against lending each for its window; free ones are left out. One statement."""
    if not asked:
        return {}
    where = zone(tx.settings.zone)
    lent = _lent(tx, asked)
    found = {}
    for row, window in asked:
        answer = rules.may_lend(thing_facts(row), window, where)
        clashes = tuple(one for one in lent if one.equipment_id == row.id and _window(one).overlaps(window))
        reasons = answer.reasons if isinstance(answer, Refused) else ()
        reasons += tuple(_lent_reason(row, one) for one in clashes)
        if reasons:
            found[row.id] = Hindrance(reasons, clashes)
    return found


def is_free(window: TimeWindow, where: ZoneInfo) -> ColumnElement[bool]:
    """Return the condition that a thing is there for a window and nobody has it."""
    first_on, last_on = rules.days_of(window, where)
    taken = select(Occupancy.id).where(
        col(Occupancy.resource_id) == col(Equipment.resource_id),
        col(Occupancy.occupied_until) > window.starts_at,
        col(Occupancy.occupied_from) < window.ends_at,
    )
    return and_(
        col(Equipment.valid_from_on) <= first_on,
        or_(col(Equipment.valid_until_on).is_(None), col(Equipment.valid_until_on) > last_on),
        ~taken.exists(),
    )


def is_free_around(window: TimeWindow, where: ZoneInfo) -> ColumnElement[bool]:
    """Return the condition that a thing could be lent for an activity's window with the usual minutes of its kind."""
    return or_(
        *(
            and_(col(Equipment.kind) == kind, is_free(rules.occupied_window(window, *minutes), where))
            for kind, minutes in rules.USUAL_MINUTES.items()
        )
    )


def _lent(tx: Tx, asked: Sequence[tuple[Equipment, TimeWindow]]) -> list[LentTo]:
    starts_at = min(window.starts_at for _, window in asked)
    query = (
        select(Loan.id, Loan.equipment_id, Occupancy.occupied_from, Occupancy.occupied_until)
        .join(Occupancy, col(Occupancy.loan_id) == col(Loan.id))
        .where(
            col(Loan.equipment_id).in_(sorted({row.id for row, _ in asked})),
            col(Loan.occupied_until) > starts_at,  # the same as below, for the index
            col(Occupancy.occupied_until) > starts_at,
            col(Occupancy.occupied_from) < max(window.ends_at for _, window in asked),
        )
        .order_by(col(Occupancy.occupied_from), col(Loan.id))
    )
    return [LentTo(*row) for row in tx.session.exec(query)]


def _window(one: LentTo) -> TimeWindow:
    return TimeWindow(one.starts_at, one.ends_at)


def _lent_reason(row: Equipment, one: LentTo) -> Reason:
    return Reason("equipment_lent", {"equipment": label(row), "window": _window(one)})
