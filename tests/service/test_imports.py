"""Rosters taken over: previews, matching, references, all or nothing."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlmodel import col, func, select

from models.enums import ImportKind, MembershipRole
from models.tables.history import HistoryEntry
from models.tables.imports import ImportBatch, ImportRow
from models.tables.people import Person
from models.tables.teams import Membership, TeamAncestry
from services import imports, people, teams
from services.access import COMMAND, Actor
from services.imports import Preview
from services.queries.people import list_people
from services.queries.teams import read_tree
from services.queries.venues import list_venues, read_venue
from services.unit_of_work import UnitOfWork
from tests.service.builders import SmallHouse, small_house
from tests.service.refusals import ORGANISER
from tests.service.rosters import csv_file, xlsx_file
from tests.service.statements import counted


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


PEOPLE = [
    ["序号", "姓名", "性别", "电话", "邮箱", "队伍", "职务", "入队日期", "单位", "荣誉", "宣讲角色", "备注"],
    [1, "张　三", "男", 13812345678.0, "ZHANG@Example.org", "铜都分队", "队长", "2022.11.22", "大冶市总工会",
     "全国劳动模范、大冶工匠", "劳模示范讲", None],
    [2, "单田 芳", "女", "０７１４—8720000", "—", "金湖分队", None, datetime(2023, 5, 1), "无", None, None, "临时"],
    [3, "阿依古丽 • 买买提", "女", None, None, "铜都分队", "队员", 44887, None, None, "主持；司机", None],
    ["合计", None, None, None, None, None, None, None, None, None, None, None],
]  # fmt: skip


def test_people_come_in_as_rosters_are_written(uow: UnitOfWork, house: SmallHouse) -> None:
    content = xlsx_file(*PEOPLE, titles=["大冶市劳模工匠志愿服务队花名册", "填报单位：大冶市总工会"])
    preview = look(uow, ImportKind.people, content)
    assert preview.faults == ()
    assert (preview.created, preview.changed, preview.unchanged) == (3, 0, 0)
    assert [row.row_number for row in preview.rows] == [4, 5, 6]
    assert ("电话", "", "+8613812345678") in preview.rows[0].changes
    take(uow, ImportKind.people, content)
    with uow.read(ORGANISER) as tx:
        found = {row.name: row for row in list_people(tx).items}
    zhang, shan, ayi = found["张三"], found["单田芳"], found["阿依古丽·买买提"]
    assert (zhang.phone, zhang.email, zhang.titles) == (
        "+8613812345678",
        "zhang@example.org",
        ("全国劳动模范", "大冶工匠"),
    )
    assert zhang.employer is not None
    assert zhang.roles == ("model_demo",)
    assert (zhang.teams[0].role, zhang.teams[0].valid_from_on) == (MembershipRole.leader, date(2022, 11, 22))
    assert (shan.phone, shan.email, shan.employer) == ("0714-8720000", None, None)
    assert shan.teams[0].valid_from_on == date(2023, 5, 1)
    assert ayi.roles == ("host", "driver")
    assert ayi.teams[0].valid_from_on == date(2022, 11, 22)


def test_a_second_time_nothing_changes(uow: UnitOfWork, house: SmallHouse) -> None:
    content = xlsx_file(*PEOPLE)
    take(uow, ImportKind.people, content)
    before = rows(uow, HistoryEntry)
    preview = look(uow, ImportKind.people, content)
    assert (preview.created, preview.changed, preview.unchanged, preview.faults) == (0, 0, 3, ())
    take(uow, ImportKind.people, content)
    assert rows(uow, HistoryEntry) == before + 1  # the batch itself
    assert rows(uow, Person) == 6


def test_what_differs_is_changed_and_empty_cells_are_left_alone(uow: UnitOfWork, house: SmallHouse) -> None:
    take(uow, ImportKind.people, xlsx_file(*PEOPLE))
    content = csv_file(
        ["姓名", "队伍", "手机", "邮箱", "角色", "荣誉"],
        ["张三", "铜都分队", "13900000000", "", "队员", "大冶工匠；全国劳动模范"],
        ["单田芳", "金湖分队", "", "", "", "湖北工匠"],
        ["阿依古丽·买买提", "铜都分队", "", "", "", ""],
    )
    preview = look(uow, ImportKind.people, content)
    assert (preview.created, preview.changed, preview.unchanged, preview.faults) == (0, 2, 1, ())
    assert preview.rows[0].changes == (("手机", "+8613812345678", "+8613900000000"), ("角色", "leader", "member"))
    assert preview.rows[1].changes == (("荣誉", "", "湖北工匠"),)
    assert preview.summary == {"手机": 1, "角色": 1, "荣誉": 1}
    batch_id = take(uow, ImportKind.people, content)
    with uow.read(ORGANISER) as tx:
        found = {row.name: row for row in list_people(tx).items}
        batch = tx.session.get_one(ImportBatch, batch_id)
    assert (found["张三"].phone, found["张三"].email) == ("+8613900000000", "zhang@example.org")
    assert found["张三"].teams[0].role is MembershipRole.member
    assert found["张三"].titles == ("全国劳动模范", "大冶工匠")
    assert found["单田芳"].titles == ("湖北工匠",)
    assert (batch.created_count, batch.changed_count, batch.kind) == (0, 2, ImportKind.people)


def test_namesakes_are_told_apart_by_their_unit(uow: UnitOfWork, house: SmallHouse) -> None:
    header = ["姓名", "队伍", "电话"]
    take(uow, ImportKind.people, csv_file(header, ["李样本", "金湖分队", "13811110000"]))
    with uow.read(ORGANISER) as tx:
        assert len(list_people(tx, q="李样本").items) == 2
    preview = look(uow, ImportKind.people, csv_file(["姓名", "电话"], ["李样本", "13811110001"]))
    assert faults(preview) == [(2, "姓名", "person_needs_unit")]
    take(uow, ImportKind.people, csv_file(header, ["李样本", "铜都分队", "13822220000"]))
    with uow.read(ORGANISER) as tx:
        phones = {row.teams[0].team_name: row.phone for row in list_people(tx, q="李样本").items}
    assert phones == {"金湖分队": "+8613811110000", "铜都分队": "+8613822220000"}
    with uow.write(ORGANISER) as tx:
        people.create(tx, name="李样本", team_id=house.squad)
    preview = look(uow, ImportKind.people, csv_file(header, ["李样本", "铜都分队", "13822220001"]))
    assert faults(preview) == [(2, "姓名", "row_ambiguous")]


def test_a_code_finds_its_row_whatever_the_name(uow: UnitOfWork, house: SmallHouse) -> None:
    take(uow, ImportKind.people, csv_file(["编号", "姓名", "队伍"], ["P1", "李样本", "铜都分队"]))
    assert rows(uow, Person) == 3  # the one of that name and team got the code
    preview = look(uow, ImportKind.people, csv_file(["编号", "姓名"], ["P1", "李范本"]))
    assert preview.rows[0].action == "change"
    assert preview.rows[0].changes == (("姓名", "李样本", "李范本"),)
    preview = look(uow, ImportKind.people, csv_file(["编号", "姓名", "队伍"], ["P2", "李样本", "铜都分队"]))
    assert preview.rows[0].action == "create"


def test_teams_may_name_parents_in_any_order(uow: UnitOfWork, house: SmallHouse) -> None:
    content = csv_file(
        ["名称", "代码", "级别", "上级", "单位", "成立日期"],
        ["一小队", "T3", "小队", "T2", "", "2021年3月"],
        ["新分队", "T2", "分队", "总队", "大冶市总工会", "2021/1/1"],
        ["二小队", "", "unit", "新分队", "", ""],
        ["三小队", "", "小队", "一小队", "", ""],
    )
    preview = look(uow, ImportKind.teams, content)
    assert (preview.created, preview.faults) == (4, ())
    assert ("上级", "", "T2") in preview.rows[0].changes
    take(uow, ImportKind.teams, content)
    with uow.read(ORGANISER) as tx:
        (tree,) = read_tree(tx)
        new = next(node for node in tree.below if node.team.name == "新分队")
        pairs = tx.session.exec(select(func.count()).select_from(TeamAncestry)).one()
    assert [(node.team.name, len(node.below)) for node in new.below] == [("二小队", 0), ("一小队", 1)]
    assert new.team.org is not None
    assert new.below[1].team.valid_from_on == date(2021, 3, 1)
    assert pairs == 1 + 2 + 2 + 2 + 3 + 3 + 4


def test_an_existing_team_may_move_below_a_new_one(uow: UnitOfWork, house: SmallHouse) -> None:
    content = csv_file(
        ["名称", "级别", "上级"], ["铜都分队", "分队", "片区分队"], ["片区分队", "分队", "总队"], ["总队", "总队", ""]
    )
    preview = look(uow, ImportKind.teams, content)
    # The squad of that name hangs elsewhere, so by name and parent it is another one.
    assert [row.action for row in preview.rows] == ["create", "create", "keep"]
    with uow.write(ORGANISER) as tx:
        teams.change(tx, house.squad, {"code": "TD"})
    coded = csv_file(
        ["名称", "代码", "级别", "上级"], ["铜都分队", "TD", "分队", "片区分队"], ["片区分队", "", "分队", "总队"]
    )
    take(uow, ImportKind.teams, coded)
    with uow.read(ORGANISER) as tx:
        (tree,) = read_tree(tx)
    assert [(node.team.name, [below.team.name for below in node.below]) for node in tree.below] == [
        ("金湖分队", []),
        ("片区分队", ["铜都分队"]),
    ]


def test_whoever_answers_for_others_may_come_later_in_the_file(uow: UnitOfWork, house: SmallHouse) -> None:
    content = csv_file(
        ["姓名", "队伍", "代答人"],
        ["周一", "铜都分队", "吴二"],
        ["吴二", "铜都分队", "李样本"],
        ["郑三", "铜都分队", "周一"],
    )
    take(uow, ImportKind.people, content)
    with uow.read(ORGANISER) as tx:
        names = {row.id: row for row in tx.session.exec(select(Person))}
    answers = {row.name: names[row.answers_through_id].name for row in names.values() if row.answers_through_id}
    assert answers == {"周一": "吴二", "吴二": "李样本", "郑三": "周一"}


def test_orgs_and_venues_come_in(uow: UnitOfWork, house: SmallHouse) -> None:
    take(
        uow,
        ImportKind.orgs,
        csv_file(
            ["单位名称", "单位性质", "上级单位", "统一社会信用代码", "联系人", "联系电话", "宣讲场所类别"],
            ["还地桥镇总工会", "工会", "大冶市总工会", "81420281MA0000000F", "王五", "0714-8720000", "乡镇"],
            ["大冶有色", "企业", "", "", "", "", "企业"],
            encoding="gb18030",
        ),
    )
    content = csv_file(
        ["场所名称", "场所类别", "座位数", "所属单位", "所属场所", "开放时间", "需审批", "纬度", "经度", "布置分钟"],
        ["一号礼堂东区", "企业", 80, "", "一号礼堂", "", "否", "", "", ""],
        [
            "一号礼堂",
            "企业",
            "３００",
            "大冶有色",
            "",
            "周一至周五 08:30-11:30；周六 09:00-12:00",
            "是",
            30.1,
            114.9,
            20,
        ],
    )
    preview = look(uow, ImportKind.venues, content)
    assert (preview.created, preview.faults) == (2, ())
    take(uow, ImportKind.venues, content)
    assert look(uow, ImportKind.venues, content).unchanged == 2
    with uow.read(ORGANISER) as tx:
        part, whole = list_venues(tx, q="礼堂 东区").items[0], list_venues(tx, q="yi hao li tang").items[0]
        view = read_venue(tx, whole.id)
    assert part.parent is not None
    assert (part.parent.id, part.capacity) == (whole.id, 80)
    assert (view.venue.capacity, view.venue.needs_approval, view.venue.set_up_minutes) == (300, True, 20)
    assert len(view.hours) == 6
    changed = csv_file(
        ["场所名称", "场所类别", "座位数", "开放时间"],
        ["一号礼堂", "企业", 300, "每天 08:00-20:00"],
        ["一号礼堂东区", "学校", 80, ""],
    )
    preview = look(uow, ImportKind.venues, changed)
    assert preview.summary == {"开放时间": 1, "场所类别": 1}
    take(uow, ImportKind.venues, changed)
    with uow.read(ORGANISER) as tx:
        assert len(read_venue(tx, whole.id).hours) == 7


def test_english_headers_and_an_empty_column_are_fine(uow: UnitOfWork) -> None:
    content = xlsx_file(
        ["Name *", "E-mail", None, "Phone (mobile)"], ["Anna Müller", "anna@example.org", None, "+49 170 1234567"]
    )
    preview = look(uow, ImportKind.people, content)
    assert (preview.created, preview.faults) == (1, ())


def test_history_and_errors_keep_no_personal_data(uow: UnitOfWork, house: SmallHouse) -> None:
    take(uow, ImportKind.people, xlsx_file(*PEOPLE))
    with uow.read(COMMAND) as tx:
        bodies = tx.session.exec(select(HistoryEntry.body).order_by(col(HistoryEntry.seq))).all()
    assert not [body for body in bodies if "张三" in body or "12345678" in body or "zhang" in body]
    assert '"event":"import.applied"' in bodies[-1]
    assert '"created_count":3' in bodies[-1]


def test_preview_writes_nothing_and_sends_few_statements(uow: UnitOfWork, house: SmallHouse) -> None:
    header = ["姓名", "队伍", "单位", "代答人", "荣誉"]
    lines = [[f"样本{n}", "铜都分队", "大冶市总工会", "李样本", "劳模"] for n in range(3)]
    with counted(uow) as one:
        look(uow, ImportKind.people, csv_file(header, *lines[:1]))
    take(uow, ImportKind.people, csv_file(header, *lines))
    with counted(uow) as three:
        assert look(uow, ImportKind.people, csv_file(header, *lines)).unchanged == 3
    assert len(three) == len(one) + 3  # what the three hold now: rows, traits, memberships
    assert rows(uow, ImportRow) == 6


def test_a_long_roster_is_taken_whole(uow: UnitOfWork, house: SmallHouse) -> None:
    header = ["姓名", "编号", "电话", "队伍", "单位", "荣誉"]
    lines = [[f"样本{n}", f"P{n}", 13800000000 + n, "铜都分队", "大冶市总工会", "劳模"] for n in range(600)]
    content = xlsx_file(header, *lines)
    assert look(uow, ImportKind.people, content).created == 600
    take(uow, ImportKind.people, content)
    assert rows(uow, Membership) == 603


def test_sheets_without_a_roster_are_passed_over(uow: UnitOfWork) -> None:
    content = xlsx_file(["姓名"], ["张三"], other_sheets=["说明", "Sheet3"])
    assert look(uow, ImportKind.people, content).created == 1
