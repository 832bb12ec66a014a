"""Read roster files: xlsx and csv in, lines of plain text out. Whatever is wrong with a file is `Invalid`."""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from openpyxl import load_workbook

from models.errors import Invalid
from models.rules import names
from models.rules.rosters import UnreadableCell, cell_text
from models.rules.verdicts import Reason

MOST_BYTES = 5 * 2**20
MOST_UNPACKED_BYTES = 80 * 2**20
MOST_PARTS = 1000
MOST_ROWS = 20_000
MOST_LINES = 100_000  # blank ones and titles included
MOST_COLUMNS = 64
LONGEST_CELL = 4000

_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",\t;"


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: its number as the spreadsheet shows it, its cells as text.

    `unreadable` tells, by the cell's place in the line, why a cell holds no value.
    """

    number: int
    cells: tuple[str, ...]
    unreadable: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook, or one way to part the lines of a csv file into cells."""

    name: str
    lines: tuple[Line, ...]


def read_sheets(content: bytes) -> tuple[Sheet, ...]:
    """Return the sheets of an xlsx file; of a csv file its readings by comma, tab and semicolon.

    Raises:
        Invalid: with the reason why the file cannot be read, never anything else.
    """
    if not content.strip():
        raise Invalid(Reason("file_empty"))
    if len(content) > MOST_BYTES:
        raise Invalid(Reason("file_too_large", {"megabytes": MOST_BYTES // 2**20}))
    if content.startswith(_OLD_OFFICE):
        raise Invalid(Reason("file_encrypted") if _ENCRYPTED in content else Reason("file_old_excel"))
    if is_workbook(content):
        _require_harmless(content)
        return _workbook_sheets(content)
    text = _decoded(content)
    return tuple(Sheet(delimiter, tuple(_csv_lines(text, delimiter))) for delimiter in _DELIMITERS)


def is_workbook(content: bytes) -> bool:
    """Tell whether a file is a zip, as xlsx files are."""
    return content.startswith(_ZIP)


def _require_harmless(content: bytes) -> None:
    """Look at a zip's table of contents before anything is unpacked; its sizes bind the unpacking."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Invalid(Reason("file_damaged")) from error
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
        raise Invalid(Reason("file_unpacks_too_large"))
    if not any(part.filename == "[Content_Types].xml" for part in parts):
        raise Invalid(Reason("file_not_workbook"))


def _workbook_sheets(content: bytes) -> tuple[Sheet, ...]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and validations that it does not know
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            try:
                return tuple(Sheet(sheet.title, tuple(_sheet_lines(sheet))) for sheet in book.worksheets)
            finally:
                book.close()
    except Invalid:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers stumble over
        raise Invalid(Reason("file_damaged")) from error


def _sheet_lines(sheet: Any) -> Iterator[Line]:
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    for number, values in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True), start=1):
        if number > MOST_LINES:
            raise Invalid(Reason("file_too_long", {"limit": MOST_ROWS}))
        if any(value is not None for value in values):
            yield from _line(number, values)


def _decoded(content: bytes) -> str:
    """Decode a csv file: UTF-8, UTF-16 with its mark, else GB18030, which Chinese spreadsheets write."""
    codecs = ("utf-16",) if content.startswith(_UTF_16) else ("utf-8-sig", "gb18030")
    for codec in codecs:
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Invalid(Reason("file_not_text"))


def _csv_lines(text: str, delimiter: str) -> Iterator[Line]:
    try:
        for number, values in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            if number > MOST_LINES:
                raise Invalid(Reason("file_too_long", {"limit": MOST_ROWS}))
            yield from _line(number, tuple(values[:MOST_COLUMNS]))
    except csv.Error as error:
        raise Invalid(Reason("file_damaged")) from error


def _line(number: int, values: tuple[Any, ...]) -> Iterator[Line]:
    """Yield the line, unless it is blank."""
    cells: list[str] = []
    unreadable: list[tuple[int, str]] = []
    for place, value in enumerate(values):
        try:
            text = cell_text(value)
        except UnreadableCell as fault:
            unreadable.append((place, fault.reason.code))
            text = ""
        if len(text) > LONGEST_CELL or not names.is_clean(text):
            unreadable.append((place, "text_wrong"))
            text = ""
        cells.append(text)
    while cells and not cells[-1]:
        cells.pop()
    if unreadable or cells:
        yield Line(number, tuple(cells), tuple(unreadable))
