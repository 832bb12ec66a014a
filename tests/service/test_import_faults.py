"""Rosters that are refused: every wrong row and column is named, and nothing is written."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import func, select

from models.enums import ImportKind, OrgKind, TeamKind, UserRole
from models.errors import Forbidden, Invalid, SignInNeeded
from models.tables.imports import ImportBatch
from models.tables.orgs import Org
from models.tables.people import Person
from models.tables.teams import Team
from models.tables.venues import Venue
from services import imports, orgs, people
from services.access import COMMAND, STRANGER, Actor
from services.imports import Preview
from services.unit_of_work import UnitOfWork
from tests.service.builders import SmallHouse, small_house
from tests.service.refusals import AUDITOR, ORGANISER, acting, codes
from tests.service.rosters import csv_file, xlsx_file

TODAY = date(2026, 3, 2)


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def look(uow: UnitOfWork, kind: ImportKind, content: bytes, actor: Actor = ORGANISER) -> Preview:
    with uow.read(actor) as tx:
        return imports.preview(tx, kind, "花名册.xlsx", content)


def take(uow: UnitOfWork, kind: ImportKind, content: bytes, actor: Actor = ORGANISER) -> int:
    with uow.write(actor) as tx:
        return imports.apply(tx, kind, "花名册.xlsx", content)


def faults(preview: Preview) -> list[tuple[int, str, str]]:
    return [(fault.row_number, fault.column, fault.code) for fault in preview.faults]


def rows(uow: UnitOfWork, kind: Any) -> int:
    with uow.read(COMMAND) as tx:
        return tx.session.exec(select(func.count()).select_from(kind)).one()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([["甲", "T1", "小队", "T2"], ["乙", "T2", "小队", "T1"]], [(3, "上级", "reference_in_a_ring")]),
        ([["甲", "T1", "小队", "甲"]], [(2, "上级", "reference_unknown")]),
        ([["甲", "T1", "小队", "无此队"]], [(2, "上级", "reference_unknown")]),
        ([["甲", "T1", "总队", "铜都分队"]], [(2, "上级", "team_level_wrong")]),
        ([["甲", "T1", "小队", ""], ["乙", "T2", "分队", "T1"]], [(3, "上级", "team_level_wrong")]),
        ([["甲", "T1", "小队", ""], ["乙", "T1", "小队", ""]], [(3, "代码", "row_repeated")]),
        ([["甲", "", "小队", "总队"], ["甲", "", "小队", "总队"]], [(3, "名称", "row_repeated")]),
        ([["铜都分队", "", "分队", ""], ["铜都分队", "", "分队", "总队"]], [(3, "名称", "row_repeated")]),
        ([["甲", "T1", "小队", "同名"], ["同名", "T2", "小队", ""], ["同名", "T3", "小队", ""]],
         [(2, "上级", "reference_ambiguous")]),
        ([["甲", "T1", "小队", "铜都分队"], ["铜都分队", "", "小队", "金湖分队"]], [(2, "上级", "reference_ambiguous")]),
        ([["", "", "大队", ""]], [(2, "名称", "missing"), (2, "级别", "word_unknown")]),
        ([["甲", "代 码", "小队", ""]], [(2, "代码", "code_wrong")]),
    ],
)  # fmt: skip
def test_wrong_rows_are_named(
    uow: UnitOfWork, house: SmallHouse, lines: list[list[str]], expected: list[tuple[int, str, str]]
) -> None:
    content = csv_file(["名称", "代码", "级别", "上级"], *lines)
    preview = look(uow, ImportKind.teams, content)
    found = faults(preview)
    assert [fault for fault in expected if fault not in found] == []
    before = rows(uow, Team)
    with pytest.raises(Invalid) as error:
        take(uow, ImportKind.teams, content)
    assert [(r.params["row"], r.params["column"], r.code) for r in error.value.reasons] == found
    assert rows(uow, Team) == before
    assert rows(uow, ImportBatch) == 0


def test_long_lines_of_references_end_somewhere(uow: UnitOfWork, house: SmallHouse) -> None:
    lines = [[f"队{n}", f"T{n}", "小队", f"T{n + 1}"] for n in range(400)]
    preview = look(uow, ImportKind.teams, csv_file(["名称", "代码", "级别", "上级"], *lines))
    assert "reference_in_a_ring" in {fault.code for fault in preview.faults}
    deep = [["队0", "T0", "小队", "总队"]] + [[f"队{n}", f"T{n}", "小队", f"T{n - 1}"] for n in range(1, 400)]
    assert look(uow, ImportKind.teams, csv_file(["名称", "代码", "级别", "上级"], *deep)).faults == ()


def test_wrong_people_are_all_named(uow: UnitOfWork, house: SmallHouse) -> None:
    content = csv_file(
        ["姓名", "电话", "邮箱", "队伍", "职务", "入队日期", "宣讲角色", "代答人"],
        ["填表人：王五", "1234", "no", "无此队", "顾问", "昨天", "歌手", "谁"],
        ["赵六", "4.2028E+17", "", "", "队长", "", "", "李样本"],
        ["钱七", "", "", "", "", "2022-01-01", "", "赵六"],
    )
    preview = look(uow, ImportKind.people, content)
    assert faults(preview) == [
        (2, "姓名", "name_wrong"),
        (2, "电话", "phone_wrong"),
        (2, "邮箱", "email_wrong"),
        (2, "职务", "word_unknown"),
        (2, "入队日期", "day_wrong"),
        (2, "宣讲角色", "word_unknown"),
        (2, "队伍", "reference_unknown"),
        (2, "代答人", "reference_unknown"),
        (3, "电话", "number_lost_digits"),
        (3, "职务", "team_needed"),
        (4, "入队日期", "team_needed"),
    ]
    assert preview.faults[0].reason.params == {"row": 2, "column": "姓名"}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (["姓名", "身份证号", "电话"], [("columns_unknown", "身份证号")]),
        (["电话", "备注", "邮箱"], [("columns_missing", "姓名 (name)")]),
        (["姓名", "电话", "手机"], [("columns_repeated", "电话、手机")]),
        (["电话", "血型", "备注"], [("columns_missing", "姓名 (name)"), ("columns_unknown", "血型")]),
        (["甲", "乙"], [("columns_missing", "姓名 (name)")]),
        (["姓名", "", "电话"], [("columns_unknown", "B")]),
        (["姓名"], [("columns_unknown", "B、C")]),
    ],
)
def test_wrong_columns_are_named(uow: UnitOfWork, header: list[str], expected: list[tuple[str, str]]) -> None:
    lines = [["张三", "x", "13812345678"], ["李四", "x", ""]]
    for content in (csv_file(header, *lines), xlsx_file(header, *lines)):
        with pytest.raises(Invalid) as error:
            look(uow, ImportKind.people, content)
        assert [(reason.code, reason.params["columns"]) for reason in error.value.reasons] == expected


def test_a_file_with_no_rows_is_refused(uow: UnitOfWork) -> None:
    for content in (csv_file(["姓名"]), csv_file(["姓名"], ["合计"]), b"", b"  \r\n"):
        with pytest.raises(Invalid) as error:
            look(uow, ImportKind.people, content)
        assert codes(error) == [("file_empty", None)]


def test_what_only_the_services_know_names_its_row_too(uow: UnitOfWork) -> None:
    with uow.write(ORGANISER) as tx:
        top = orgs.create(tx, name="市总工会", kind=OrgKind.union, code="A")
        orgs.create(tx, name="镇工会", kind=OrgKind.union, code="B", parent_id=top)
    content = csv_file(["名称", "代码", "类别", "上级"], ["新工会", "C", "工会", ""], ["市总工会", "A", "工会", "B"])
    assert look(uow, ImportKind.orgs, content).faults == ()
    with pytest.raises(Invalid) as error:
        take(uow, ImportKind.orgs, content)
    assert [(reason.code, reason.params["row"]) for reason in error.value.reasons] == [("parent_is_below", 3)]
    assert rows(uow, Org) == 2


def test_what_only_the_database_knows_names_its_row_too(uow: UnitOfWork, house: SmallHouse) -> None:
    with uow.write(ORGANISER) as tx:
        people.create(tx, name="王五", team_id=house.other_squad, code="P1")
    theirs = acting(UserRole.organiser, house.squad)  # who may not see that the code is taken
    content = csv_file(["姓名", "编号", "队伍"], ["周六", "P9", "铜都分队"], ["王五", "P1", "铜都分队"])
    with pytest.raises(Invalid) as error:
        take(uow, ImportKind.people, content, theirs)
    assert [(reason.code, reason.params["row"]) for reason in error.value.reasons] == [("already_there", 3)]
    assert rows(uow, Person) == 4


def test_rights_follow_the_teams(uow: UnitOfWork, house: SmallHouse) -> None:
    theirs = acting(UserRole.organiser, house.squad)
    content = csv_file(
        ["姓名", "队伍"], ["周一", "铜都分队"], ["吴二", ""], ["李样本", "铜都分队"], ["郑三", "金湖分队"]
    )
    assert faults(look(uow, ImportKind.people, content, theirs)) == [
        (3, "姓名", "role_missing"),
        (5, "队伍", "reference_unknown"),  # they may not see that team
        (5, "姓名", "role_missing"),
    ]
    content = csv_file(
        ["名称", "级别", "上级"],
        ["小甲", "小队", "铜都分队"],
        ["小乙", "小队", "小甲"],
        ["大丙", "分队", ""],
        ["铜都分队", "分队", ""],
    )
    assert faults(look(uow, ImportKind.teams, content, theirs)) == [(4, "名称", "role_missing")]
    for actor in (AUDITOR, house.leader, house.member):
        with pytest.raises(Forbidden):
            look(uow, ImportKind.people, content, actor)
    with pytest.raises(SignInNeeded):
        look(uow, ImportKind.people, content, STRANGER)


def test_teams_and_venues_of_no_use_stay_out(uow: UnitOfWork) -> None:
    content = csv_file(["名称", "类别", "容量"], ["礼堂", "办公室", 0])
    assert faults(look(uow, ImportKind.venues, content)) == [(2, "类别", "word_unknown"), (2, "容量", "out_of_range")]
    assert rows(uow, Venue) == 0
    content = csv_file(["名称", "级别"], ["总队", TeamKind.headquarters])
    take(uow, ImportKind.teams, content)
    with uow.read(ORGANISER) as tx:
        assert tx.session.exec(select(Team)).one().valid_from_on == TODAY
