"""The terms of venues in roster files: read, compared, taken back, and refused cell by cell."""

import pytest

from models.enums import AccessKind, HolidayRule, ImportKind, Layout, QuotaPeriod, VenueRightKind
from models.errors import Conflict
from services import imports, venue_rights
from services.imports import Preview
from services.queries.venues import VenueView, list_venues, read_venue
from services.unit_of_work import UnitOfWork
from tests.service.builders import small_house
from tests.service.refusals import ORGANISER
from tests.service.rosters import csv_file

HEADER = [
    *("场所名称", "场所类别", "座位数", "座位布局", "特别日子", "节假日", "提前工作日", "最短分钟", "最长分钟"),
    *("每队次数", "次数周期", "最远可订天数", "无人到场分钟", "进门方式", "需审批", "设备"),
]
ROW = [
    *("报告厅", "机关", 300, "剧院式300、课桌式 160人", "2026-10-01至2026-10-07 国庆节；2026-10-10 09:00-12:00 补开"),
    *("节假日关闭", 2, 30, 480, 2, "周", 180, 30, "钥匙", "是", "投影、话筒"),
]


def look(uow: UnitOfWork, content: bytes) -> Preview:
    with uow.read(ORGANISER) as tx:
        return imports.preview(tx, ImportKind.venues, "场所.csv", content)


def take(uow: UnitOfWork, content: bytes) -> int:
    with uow.write(ORGANISER) as tx:
        return imports.apply(tx, ImportKind.venues, "场所.csv", content)


def undo(uow: UnitOfWork, batch_id: int) -> None:
    with uow.write(ORGANISER) as tx:
        imports.undo(tx, batch_id)


def view(uow: UnitOfWork) -> VenueView:
    with uow.read(ORGANISER) as tx:
        return read_venue(tx, next(row.id for row in list_venues(tx, q="报告厅").items))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_terms_come_in_stay_and_go(uow: UnitOfWork) -> None:
    house = small_house(uow)
    take(uow, csv_file(HEADER, ROW))
    found = view(uow)
    assert (found.terms.holiday_rule, found.terms.quota_period) == (HolidayRule.working_calendar, QuotaPeriod.week)
    assert (found.terms.notice_workdays, found.terms.longest_minutes, found.terms.no_show_minutes) == (2, 480, 30)
    assert {row.layout: row.capacity for row in found.layouts} == {Layout.theatre: 300, Layout.classroom: 160}
    assert [(row.from_on.day, row.until_on.day, row.opens, row.note) for row in found.days] == [
        (1, 8, None, "国庆节"),
        (10, 11, "09:00", "补开"),
    ]
    assert (found.access_kind, found.venue.needs_approval, found.venue.equipment) == (
        AccessKind.key,
        True,
        "投影、话筒",
    )
    assert look(uow, csv_file(HEADER, ROW)).unchanged == 1

    english = csv_file(
        ["name", "kind", "seats", "layout", "special days", "way in"],
        ["报告厅", "office", 300, "theatre 280、standing 400", "2027-01-01 closed", "with a code"],
        ["东厅", "office", 90, "round tables 60", "", ""],
    )
    preview = look(uow, english)
    assert (preview.summary, preview.created) == ({"layout": 1, "special days": 1, "way in": 1}, 1)
    batch = take(uow, english)
    assert [row.layout for row in view(uow).layouts] == [Layout.theatre, Layout.standing]
    undo(uow, batch)
    restored = view(uow)
    assert (restored.layouts, restored.access_kind, restored.terms) == (found.layouts, found.access_kind, found.terms)
    assert [(row.from_on, row.until_on, row.opens, row.note) for row in restored.days] == [
        (row.from_on, row.until_on, row.opens, row.note) for row in found.days
    ]
    with uow.read(ORGANISER) as tx:
        assert list_venues(tx, q="东厅").items == ()

    batch = take(uow, english)
    with uow.write(ORGANISER) as tx:
        made = next(row.id for row in list_venues(tx, q="东厅").items)
        venue_rights.add(tx, made, team_id=house.squad, kind=VenueRightKind.book)
    with pytest.raises(Conflict) as error:
        undo(uow, batch)
    assert [(reason.code, reason.params["id"]) for reason in error.value.reasons] == [("import_row_edited", made)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_each_bad_cell_is_named(uow: UnitOfWork) -> None:
    bad = [
        *("甲厅", "机关", 30, "沙发30", "国庆放假", "有时", "两天", 3, "很长"),
        *(0, "年", 900, 5, "翻窗", "也许", "投影"),
    ]
    halves = ["丙厅", "机关", 30, *[""] * 4, 60, 30, 2, *[""] * 6]
    repeated = ["乙厅", "机关", 30, "剧院式3、theatre 4", "2026-10-08至2026-10-01", *[""] * 11]
    preview = look(uow, csv_file(HEADER, bad, repeated, halves))
    assert [(fault.row_number, fault.column, fault.code) for fault in preview.faults] == [
        (2, "座位布局", "word_unknown"),
        (2, "特别日子", "days_wrong"),
        (2, "节假日", "word_unknown"),
        (2, "提前工作日", "number_wrong"),
        (2, "最短分钟", "out_of_range"),
        (2, "最长分钟", "number_wrong"),
        (2, "每队次数", "out_of_range"),
        (2, "次数周期", "word_unknown"),
        (2, "最远可订天数", "out_of_range"),
        (2, "无人到场分钟", "out_of_range"),
        (2, "进门方式", "word_unknown"),
        (2, "需审批", "flag_wrong"),
        (3, "座位布局", "layout_twice"),
        (3, "特别日子", "days_end_before_they_begin"),
        (4, "最长分钟", "longest_below_shortest"),
        (4, "次数周期", "quota_incomplete"),
    ]
