"""From the lines of a roster file to rows of cleaned values, with a fault for every cell that is wrong."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter

from models.errors import Invalid
from models.rules import rosters
from models.rules.fields import FieldRefused
from models.rules.verdicts import Reason
from services.roster_columns import IGNORED, Column, Roster
from services.roster_files import MOST_ROWS, Line, Sheet, is_workbook, read_sheets

HEADER_WITHIN = 30  # lines that are not blank


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row: its number in the file, the column's name there, the reason's code and values."""

    row_number: int
    column: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def reason(self) -> Reason:
        """The fault as a reason, with row and column among its values."""
        return Reason(self.code, self.params | {"row": self.row_number, "column": self.column})


@dataclass(slots=True)
class RosterRow:
    """One row: the values of its cells that are not empty, by field; references are still text."""

    number: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RosterRows:
    """What a roster file says. `headers` gives the file's own name for each field."""

    rows: tuple[RosterRow, ...]
    headers: dict[str, str]
    faults: tuple[Fault, ...]


def read_roster(roster: Roster, content: bytes) -> RosterRows:
    """Read a roster file.

    Raises:
        Invalid: it is no file that we read, or its columns are wrong: missing, unknown and repeated ones by name.
    """
    found = [
        (sheet, at, _columns(roster, sheet.lines[at]))
        for sheet in read_sheets(content)
        if (at := _header_at(roster, sheet)) is not None
    ]
    if not found:
        required = [column for column in roster.columns if column.is_required]
        raise Invalid(Reason("columns_missing", {"columns": _named(required)}))
    found.sort(key=lambda one: -len(one[2]))  # stable: of equals, the first sheet, the comma
    whole = [sheet.name for sheet, _, columns in found if not _missing(roster, columns)]
    if len(whole) > 1 and is_workbook(content):
        raise Invalid(Reason("file_has_sheets", {"sheets": "、".join(whole)}))
    sheet, at, columns = found[0]
    return _rows(roster, sheet.lines, at, columns)


def _header_at(roster: Roster, sheet: Sheet) -> int | None:
    """Return where the header stands: the line that knows most columns, below any titles."""
    counts = [len(_columns(roster, line)) for line in sheet.lines[:HEADER_WITHIN]]
    best = max(counts, default=0)
    return counts.index(best) if best else None


def _columns(roster: Roster, line: Line) -> dict[int, Column]:
    found = {}
    for place, text in enumerate(line.cells):
        column = next((roster.by_name[key] for key in rosters.header_keys(text) if key in roster.by_name), None)
        if column is not None:
            found[place] = column
    return found


def _rows(roster: Roster, lines: Sequence[Line], at: int, columns: dict[int, Column]) -> RosterRows:
    body = lines[at + 1 :]
    _require_columns(roster, lines[at], columns, body)
    headers = {column.field: lines[at].cells[place] for place, column in columns.items()}
    rows: list[RosterRow] = []
    faults: list[Fault] = []
    for line in body:
        texts = {column.field: line.cells[place] for place, column in columns.items() if place < len(line.cells)}
        wrong = [(columns[place].field, code) for place, code in line.unreadable if place in columns]
        if (not any(texts.values()) and not wrong) or texts.get("name", "").casefold() in rosters.TOTALS:
            continue
        if len(rows) == MOST_ROWS:
            raise Invalid(Reason("file_too_long", {"limit": MOST_ROWS}))
        faults += [Fault(line.number, headers[name], code) for name, code in wrong]
        row = RosterRow(line.number, {})
        faults += _read_row(columns.values(), texts, row, headers, {name for name, _ in wrong})
        rows.append(row)
    if not rows:
        raise Invalid(Reason("file_empty"))
    return RosterRows(tuple(rows), headers, tuple(faults))


def _read_row(
    columns: Iterable[Column], texts: dict[str, str], row: RosterRow, headers: dict[str, str], unreadable: set[str]
) -> Iterator[Fault]:
    for column in columns:
        text = texts.get(column.field, "")
        if column.field in unreadable:
            continue
        if not text:
            if column.is_required:
                yield Fault(row.number, headers[column.field], "missing")
            continue
        try:
            row.values[column.field] = column.read(text)
        except FieldRefused as refused:
            yield Fault(row.number, headers[column.field], refused.reason.code, refused.reason.params)


def _require_columns(roster: Roster, header: Line, columns: dict[int, Column], body: Sequence[Line]) -> None:
    """Raise `Invalid` with everything that is wrong with the columns."""
    reasons = []
    known = [column.field for column in columns.values()]
    if missing := _missing(roster, columns):
        reasons.append(Reason("columns_missing", {"columns": _named(missing)}))
    if repeated := [header.cells[place] for place, column in columns.items() if known.count(column.field) > 1]:
        reasons.append(Reason("columns_repeated", {"columns": "、".join(repeated)}))
    unknown = [
        text
        for place, text in enumerate(header.cells)
        if text and place not in columns and not IGNORED.intersection(rosters.header_keys(text))
    ]
    used = {place for line in body for place, text in enumerate(line.cells) if text}
    unknown += [
        get_column_letter(place + 1) for place in sorted(used) if place >= len(header.cells) or not header.cells[place]
    ]
    if unknown:
        reasons.append(Reason("columns_unknown", {"columns": "、".join(unknown)}))
    if reasons:
        raise Invalid(*reasons)


def _missing(roster: Roster, columns: dict[int, Column]) -> list[Column]:
    known = {column.field for column in columns.values()}
    return [column for column in roster.columns if column.is_required and column.field not in known]


def _named(columns: Iterable[Column]) -> str:
    return "、".join(f"{column.names[0]} ({column.field})" for column in columns)
