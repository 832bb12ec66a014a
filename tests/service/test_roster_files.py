"""Files from outside: whatever they hold, they are read or refused with a reason."""

import contextlib
import io
import random
import zipfile
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from models.enums import ImportKind
from models.errors import Invalid
from services import roster_files
from services.roster_columns import ROSTERS
from services.roster_files import read_sheets
from services.roster_lines import read_roster
from tests.service.rosters import csv_file, saved, xlsx_file

PEOPLE = ROSTERS[ImportKind.people]


def code(content: bytes) -> str:
    with pytest.raises(Invalid) as error:
        read_sheets(content)
    return error.value.reasons[0].code


def zipped(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def cells(content: bytes) -> list[tuple[str, ...]]:
    return [line.cells for line in read_sheets(content)[0].lines]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_of_every_usual_encoding(encoding: str) -> None:
    assert cells(csv_file(["姓名", "电话"], ["张三", "１３８"], encoding=encoding)) == [
        ("姓名", "电话"),
        ("张三", "１３８"),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_of_every_usual_delimiter(delimiter: str) -> None:
    content = f'姓名{delimiter}特长\n张三{delimiter}"焊接{delimiter}\n电工"\n'.encode()
    assert [row.number for row in read_roster(PEOPLE, content).rows] == [2]


def test_workbook_cells_are_text_with_the_numbers_that_people_see() -> None:
    content = xlsx_file(["姓名", 13812345678, 30.5, True, None, datetime(2022, 11, 22)], titles=["花名册"])
    (title, line) = read_sheets(content)[0].lines
    assert title.cells[0] == "花名册"
    assert (line.number, line.cells) == (2, ("姓名", "13812345678", "30.5", "是", "", "2022-11-22"))


def test_cells_that_hold_no_value_are_told() -> None:
    (line,) = read_sheets(xlsx_file(["a", "#REF!", 4.2028e17, "x" * 5000]))[0].lines
    assert line.unreadable == ((1, "cell_error"), (2, "number_lost_digits"), (3, "text_wrong"))


def test_files_that_are_none_of_ours() -> None:
    assert code(b"") == "file_empty"
    assert code(b"a" * (5 * 2**20 + 1)) == "file_too_large"
    assert code(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)) == "file_old_excel"
    assert code(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")) == "file_encrypted"
    assert code(b"PK\x03\x04 not a zip at all") == "file_damaged"
    assert code(zipped({"hello.txt": b"hello"})) == "file_not_workbook"
    assert code(zipped({"[Content_Types].xml": b"<Types/>"})) == "file_damaged"
    assert code(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR") == "file_not_text"
    assert code(b"\xff\xfe\xff") == "file_not_text"
    assert code(b'"' + b"a" * 200_000 + b'"') == "file_damaged"


def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = zipped({"[Content_Types].xml": b"<Types/>", "xl/worksheets/sheet1.xml": bytes(90 * 2**20)})
    assert len(bomb) < 2**20
    assert code(bomb) == "file_unpacks_too_large"
    many = zipped({"[Content_Types].xml": b"<Types/>"} | {f"part{n}": b"" for n in range(1001)})
    assert code(many) == "file_unpacks_too_large"


def test_entities_that_grow_are_not_followed() -> None:
    lines = [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)]
    entities = "".join(['<!ENTITY a0 "lol">', *lines])
    sheet = f"<?xml version='1.0'?><!DOCTYPE d [{entities}]><worksheet><sheetData><row><c><v>&a11;</v></c></row></sheetData></worksheet>"
    good = xlsx_file(["姓名"], ["张三"])
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    assert code(zipped(parts)) == "file_damaged"


def test_far_away_cells_cost_nothing() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "姓名"
    sheet["XFD2"] = "weit weg"
    assert cells(saved(book)) == [("姓名",)]
    sheet["A1048576"] = "ganz unten"
    assert code(saved(book)) == "file_too_long"


def test_too_many_rows_are_refused() -> None:
    content = csv_file(["姓名"], *[[f"样本{number}"] for number in range(20_001)])
    with pytest.raises(Invalid) as error:
        read_roster(PEOPLE, content)
    assert error.value.reasons[0].code == "file_too_long"
    assert code(b"\n" * 100_001 + b"a") == "file_too_long"


def test_several_rosters_in_one_workbook_are_refused() -> None:
    book = Workbook()
    for name in ("甲", "乙"):
        sheet = book.create_sheet(name)
        sheet.append(["姓名", "电话"])
        sheet.append(["张三", "13812345678"])
    with pytest.raises(Invalid) as error:
        read_roster(PEOPLE, saved(book))
    assert [(reason.code, reason.params) for reason in error.value.reasons] == [
        ("file_has_sheets", {"sheets": "甲、乙"})
    ]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"\xff\xfe", "姓名,电话\n".encode()]))
def test_no_bytes_break_the_reader(content: bytes, front: bytes) -> None:
    with contextlib.suppress(Invalid):
        read_roster(PEOPLE, front + content)


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_no_damaged_workbook_breaks_the_reader(source: random.Random) -> None:
    content = bytearray(WORKBOOK)
    for _ in range(source.randint(1, 20)):
        content[source.randrange(len(content))] = source.randrange(256)
    with contextlib.suppress(Invalid):
        read_roster(PEOPLE, bytes(content[: source.randint(4, len(content))] if source.random() < 0.3 else content))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"]), st.randoms(use_true_random=False)
)
def test_no_damaged_part_breaks_the_reader(name: str, source: random.Random) -> None:
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    damaged = bytearray(parts[name])
    for _ in range(source.randint(1, 6)):
        damaged[source.randrange(len(damaged))] = source.choice(b"<>/\"'=0A9 \x00\xff")
    with contextlib.suppress(Invalid):
        read_roster(PEOPLE, zipped(parts | {name: bytes(damaged)}))


WORKBOOK = xlsx_file(["姓名", "电话", "入队日期"], ["张三", 13812345678, datetime(2022, 11, 22)], ["李四", "x", 44887])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.lists(st.one_of(st.none(), st.text(max_size=12), st.integers(), st.floats()), max_size=5), max_size=6)
)
def test_no_cells_break_the_reader(lines: list[list[object]]) -> None:
    with contextlib.suppress(Invalid):
        read_roster(PEOPLE, csv_file(["姓名", "电话", "入队日期", "荣誉", "职务"], *lines, encoding="utf-8"))


def test_limits_are_what_the_reference_says() -> None:
    assert (roster_files.MOST_BYTES, roster_files.MOST_ROWS) == (5 * 2**20, 20_000)
