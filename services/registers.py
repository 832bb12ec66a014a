"""What every register does alike: clean the input, write or edit the row, note the fact.

A register is a table of orgs, teams, people and the like: its rows are edited and ended, never deleted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import SQLModel, col, select

from models.errors import Invalid, LostRace
from models.events import RowChanged, RowCreated, RowEnded
from models.rules import fields
from models.rules.fields import HIGHEST_ID
from models.rules.verdicts import Reason
from muster.localtime import local_day, zone
from services.unit_of_work import Tx

R = TypeVar("R", bound=SQLModel)
HIDDEN = "*"


@dataclass(frozen=True, slots=True)
class Register:
    """How one kind of row is written.

    `references` tells the row class behind each id; `personal` columns never show in history;
    `derived` works out columns that follow from others, e.g. sort keys.
    """

    noun: str
    cleaners: Mapping[str, fields.Cleaner]
    created: type[RowCreated]
    changed: type[RowChanged]
    references: Mapping[str, type[SQLModel]] = field(default_factory=dict)
    personal: frozenset[str] = frozenset()
    derived: Callable[[Mapping[str, Any]], dict[str, Any]] = lambda _: {}


def today(tx: Tx) -> date:
    """Return the day it is where the house stands."""
    return local_day(tx.now, zone(tx.settings.zone))


def cleaned(tx: Tx, register: Register, values: Mapping[str, Any], *more: Reason) -> dict[str, Any]:
    """Return the values as they are stored.

    Raises:
        Invalid: with every reason, those in `more` and unknown references included.
    """
    found, reasons = fields.clean(register.cleaners, values)
    reasons += more
    for name, kind in register.references.items():
        if (wanted := found.get(name)) is not None and not exists(tx, kind, wanted):
            reasons.append(Reason("unknown_reference", {"field": name, "id": str(wanted)}))
    if reasons:
        raise Invalid(*reasons)
    return found


def exists(tx: Tx, kind: type[SQLModel], row_id: int) -> bool:
    """Tell whether there is a row of that id; asks nothing where the caller holds that row."""
    return 1 <= row_id <= HIGHEST_ID and tx.session.get(kind, row_id) is not None


def require_validity(from_on: date, until_on: date | None) -> None:
    """Raise `Invalid` where a validity would end before it begins, or on that day."""
    if until_on is not None and until_on <= from_on:
        raise Invalid(Reason("ends_before_begins", {"field": "valid_until_on", "from_on": from_on.isoformat()}))


def write(tx: Tx, register: Register, kind: type[R], values: Mapping[str, Any], **shown: Any) -> R:
    """Add a row and record it; `shown` are values of other tables that history is to tell as well."""
    row = tx.add(kind(**{**register.derived(values), **values}, created_at=tx.now))
    told = {name: value for name, value in values.items() if value is not None and name not in register.personal}
    tx.record(register.created(subject_id=_id_of(row), values=told | shown))
    return row


def edit(
    tx: Tx,
    register: Register,
    row: Any,
    values: Mapping[str, Any],
    *,
    expected_version: int | None = None,
    others: Mapping[str, list[Any]] | None = None,
) -> bool:
    """Take over cleaned values into a row and record what differs; tell whether anything did.

    `others` are changes already made in tables that belong to the row, as `{name: [old, new]}`.

    Raises:
        LostRace: the row changed since the caller read it, also where nothing differs.
    """
    changes = {name: [getattr(row, name), value] for name, value in values.items() if getattr(row, name) != value}
    for name, (_, new) in changes.items():
        setattr(row, name, new)
    if expected_version is not None and row.version != expected_version:
        raise LostRace
    for name, value in register.derived({name: values[name] for name in changes}).items():
        setattr(row, name, value)
    changes |= others or {}
    if not changes:
        return False
    tx.touch(row)
    told = {name: [HIDDEN, HIDDEN] if name in register.personal else pair for name, pair in changes.items()}
    tx.record(register.changed(subject_id=_id_of(row), changes=told))
    return True


def end(tx: Tx, row: Any, until_on: date, ended: type[RowEnded], *, before: Callable[[], None] = lambda: None) -> None:
    """Give a row's validity an end and record it; repetition changes nothing.

    `before` runs where the end is a new one: it refuses, or winds up what hangs on the row.
    """
    if row.valid_until_on == until_on:
        return
    before()
    row.valid_until_on = until_on
    tx.touch(row)
    tx.record(ended(subject_id=_id_of(row), until_on=until_on))


def _id_of(row: Any) -> int:
    found: int = row.id
    return found


def require_change_of_validity(row: Any, values: Mapping[str, Any]) -> None:
    """Raise `Invalid` where a row's validity, as it would be after an edit, ends before it begins."""
    from_on = values.get("valid_from_on", row.valid_from_on)
    require_validity(from_on, values.get("valid_until_on", row.valid_until_on))


def count_after(tx: Tx, kind: Any, which: ColumnElement[bool], until_on: date) -> int:
    """Return how many of the chosen rows are valid on that day or later."""
    is_open = or_(col(kind.valid_until_on).is_(None), col(kind.valid_until_on) > until_on)
    return tx.session.exec(select(func.count()).select_from(kind).where(which, is_open)).one()
