"""Roster files made on the spot."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook


def csv_file(*lines: Sequence[object], encoding: str = "utf-8") -> bytes:
    """Return a csv file of plain cells."""
    return "\r\n".join(",".join("" if cell is None else str(cell) for cell in line) for line in lines).encode(encoding)


def xlsx_file(*lines: Sequence[Any], titles: Iterable[str] = (), other_sheets: Iterable[str] = ()) -> bytes:
    """Return a workbook with merged title rows above the lines."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for number, title in enumerate(titles, start=1):
        sheet.append([title])
        sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=max(2, len(lines[0])))
    for line in lines:
        sheet.append(list(line))
    for name in other_sheets:
        book.create_sheet(name)
    return saved(book)


def saved(book: Workbook) -> bytes:
    """Return the bytes of a workbook."""
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
