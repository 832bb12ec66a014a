"""Roster files: look at one, take it over whole or not at all, take it back.

`preview` writes nothing and may run in a read transaction; `apply` does the same work again before it
writes, so that what it takes over is right for the database as it is then.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from models.enums import ImportKind
from models.errors import Conflict, DomainError, Invalid, NotFound
from models.events import ImportApplied, MembershipCreated
from models.events.base import plain
from models.rules import names
from models.rules.hours import OpeningSpan
from models.rules.venue_lists import SpecialDays
from models.rules.verdicts import Reason
from models.tables.base import table_of
from models.tables.imports import ImportBatch, ImportRow
from models.tables.orgs import Org
from models.tables.teams import Team
from services import access, import_undo, memberships, orgs, people, roster_changes, teams, venues
from services.constraints import domain_error
from services.roster_changes import CHUNK, RowChanges
from services.roster_columns import ROSTERS
from services.roster_lines import Fault, read_roster
from services.roster_plan import InFile, Planner
from services.unit_of_work import Tx

SERVICES: dict[ImportKind, Any] = {
    ImportKind.orgs: orgs,
    ImportKind.teams: teams,
    ImportKind.people: people,
    ImportKind.venues: venues,
}
JOINING = {"team_id": "team_id", "role": "team_role", "valid_from_on": "joined_on"}
LONGEST_FILE_NAME = 120


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """What one row would do: `action` is create, change or keep; `changes` are (column, old, new) as text."""

    row_number: int
    action: str
    name: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do. With any fault, nothing of it can be taken over.

    `summary` tells how many existing rows each column changes, by the column's name in the file.
    """

    kind: ImportKind
    file_name: str
    sha256: str
    rows: tuple[PreviewRow, ...]
    created: int
    changed: int
    unchanged: int
    faults: tuple[Fault, ...]
    summary: dict[str, int]


def preview(tx: Tx, kind: ImportKind, file_name: str, content: bytes) -> Preview:
    """Tell what a roster file would do; nothing is written.

    Raises:
        Forbidden: the actor manages nothing.
        Invalid: the file as a whole cannot be read, or its columns are wrong.
    """
    planner, changes = _plan(tx, kind, content)
    rows = tuple(_preview_row(one, planner) for one in sorted(changes, key=lambda one: one.planned.row.number))
    actions = Counter(row.action for row in rows)
    summary = Counter(column for row in rows if row.action == "change" for column, _, _ in row.changes)
    return Preview(
        kind=kind,
        file_name=file_name,
        sha256=hashlib.sha256(content).hexdigest(),
        rows=rows,
        created=actions["create"],
        changed=actions["change"],
        unchanged=actions["keep"],
        faults=_sorted(planner.faults),
        summary=dict(summary.most_common()),
    )


def apply(tx: Tx, kind: ImportKind, file_name: str, content: bytes) -> int:
    """Take a roster file over and return the id of its batch. A second time, it changes nothing.

    Raises:
        Forbidden: the actor manages nothing.
        Invalid: the file cannot be read, its columns are wrong, or rows are: all of them, each reason
            with its `row` and `column`. Nothing was written then.
    """
    planner, changes = _plan(tx, kind, content)
    if planner.faults:
        raise Invalid(*(fault.reason for fault in _sorted(planner.faults)))
    batch = tx.add(
        ImportBatch(
            kind=kind,
            file_name=names.tidy(file_name)[-LONGEST_FILE_NAME:],
            sha256=hashlib.sha256(content).hexdigest(),
            created_at=tx.now,
        )
    )
    written = Written(batch)
    referred = _hold(tx, changes)
    for one in changes:
        number = one.planned.row.number
        try:
            written.ids[number] = _write(tx, written, one)
            tx.session.flush()
        except (DomainError, DBAPIError) as error:
            _refuse(error, number)
    del referred
    if written.rows:
        tx.session.execute(insert(table_of(ImportRow)), written.rows)
    tx.session.flush()
    tx.record(
        ImportApplied(
            subject_id=batch.id,
            kind=kind.value,
            sha256=batch.sha256,
            created_count=batch.created_count,
            changed_count=batch.changed_count,
        )
    )
    return batch.id


def undo(tx: Tx, batch_id: int) -> None:
    """Take a batch back: what it made goes, what it changed is as it was before.

    Raises:
        Forbidden: the actor may not edit every row of the batch.
        NotFound: no such batch.
        Conflict: it was taken back already, or rows were edited or used since: all of them.
    """
    access.require_role(tx.actor, access.MANAGING)
    batch = tx.get(ImportBatch, batch_id, noun="import")
    import_undo.take_back(tx, batch)


def _plan(tx: Tx, kind: ImportKind, content: bytes) -> tuple[Planner, list[RowChanges]]:
    access.require_role(tx.actor, access.MANAGING)
    roster = ROSTERS[kind]
    planner = Planner(tx, roster, read_roster(roster, content))
    planner.settle()
    return planner, roster_changes.compare(tx, planner)


def _sorted(faults: list[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: fault.row_number))


def _preview_row(one: RowChanges, planner: Planner) -> PreviewRow:
    row = one.planned.row
    target = one.planned.target
    action = "create" if one.is_new else "keep" if one.is_empty else "change"
    name = row.values.get("name") or (target.name if target else "")
    return PreviewRow(row.number, action, name, tuple(roster_changes.shown(one, planner)))


def _refuse(error: DomainError | DBAPIError, row_number: int) -> NoReturn:
    """Raise what a service or the database refused, with the row's number in every reason."""
    found = error if isinstance(error, DomainError) else domain_error(error)
    if found is None:
        raise error
    reasons = [Reason(reason.code, reason.params | {"row": row_number}) for reason in found.reasons]
    raise (Invalid if isinstance(found, NotFound | Conflict) else type(found))(*reasons) from error


def _hold(tx: Tx, changes: list[RowChanges]) -> list[object]:
    """Load the teams and bodies that rows refer to; while they are held, checking each reference asks nothing."""
    held: list[object] = []
    for kind, name in ((Team, "team"), (Org, "employer"), (Org, "org")):
        ids = {one.planned.references.get(name) for one in changes}
        wanted = sorted(row_id for row_id in ids if isinstance(row_id, int))
        for start in range(0, len(wanted), CHUNK):
            held += tx.session.exec(select(kind).where(col(kind.id).in_(wanted[start : start + CHUNK]))).all()
    return held


def _write(tx: Tx, written: "Written", one: RowChanges) -> int:
    """Write one row through its service, note it in the batch, return its id."""
    batch = written.batch
    values = {
        name: written.ids[value.row_number] if isinstance(value, InFile) else value
        for name, value in one.values.items()
    }
    noun = ROSTERS[batch.kind].noun
    service = SERVICES[batch.kind]
    if one.planned.target is None:
        joining = {JOINING[name]: value for name, value in one.membership_values.items()}
        row_id: int = service.create(tx, **values, **joining)
        written.note(noun, row_id)
        if joining:
            joined = next(event for event in reversed(tx.events) if isinstance(event, MembershipCreated))
            written.note("membership", joined.subject_id)
        batch.created_count += 1
        return row_id
    row_id = one.planned.target.id
    if values:
        service.change(tx, row_id, values)
        written.note(noun, row_id, before=one.before, version=one.version + 1)
    if one.has_membership:
        _write_membership(tx, written, one, row_id)
    batch.changed_count += not one.is_empty
    return row_id


def _write_membership(tx: Tx, written: "Written", one: RowChanges, person_id: int) -> None:
    row = one.membership
    if row is None:
        written.note("membership", memberships.create(tx, person_id=person_id, **one.membership_values))
    elif one.membership_values:
        memberships.change(tx, row.id, one.membership_values)
        written.note("membership", row.id, before=one.membership_before, version=row.version)


class Written:
    """What a batch has written so far: ids by row number, and the rows that undoing will need."""

    def __init__(self, batch: ImportBatch) -> None:
        self.batch = batch
        self.ids: dict[int, int] = {}
        self.rows: list[dict[str, Any]] = []

    def note(self, noun: str, row_id: int, *, before: dict[str, Any] | None = None, version: int = 1) -> None:
        """Remember what a row was before the batch, in the form that its service takes."""
        kept = None if before is None else {name: _kept(value) for name, value in before.items()}
        self.rows.append(
            {"batch_id": self.batch.id, "noun": noun, "subject_id": row_id, "before": kept, "version": version}
        )


def _kept(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_kept(item) for item in value]
    if isinstance(value, OpeningSpan):
        return [value.weekday, value.opens, value.closes]
    return plain(value.parts if isinstance(value, SpecialDays) else value)
