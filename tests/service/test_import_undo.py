"""Taking a batch back: everything as it was, or a refusal with every reason."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import SQLModel, col, select

from models.enums import AssignmentRole, HostKind, ImportKind, UserRole
from models.errors import Conflict, Forbidden, NotFound
from models.tables.history import HistoryEntry
from models.tables.imports import ImportBatch
from models.tables.orgs import Org
from models.tables.people import Person, PersonTrait
from models.tables.resources import Occupancy, Resource
from models.tables.teams import Membership, Team, TeamAncestry
from models.tables.venues import Venue, VenueHours, VenueResource
from services import assignments, bookings, imports, memberships, people, teams, venues
from services.access import COMMAND
from services.queries.imports import list_batches, read_batch
from services.queries.people import list_people
from services.queries.venues import list_venues
from services.unit_of_work import UnitOfWork
from tests.service.builders import START, SmallHouse, add_lecture, small_house
from tests.service.refusals import AUDITOR, ORGANISER, acting, codes
from tests.service.rosters import csv_file

TABLES: tuple[type[SQLModel], ...] = (
    Org, Team, TeamAncestry, Person, PersonTrait, Membership, Venue, VenueHours, VenueResource, Resource, Occupancy,
)  # fmt: skip
PEOPLE = csv_file(
    ["姓名", "队伍", "角色", "电话", "荣誉", "入队日期", "代答人"],
    ["李样本", "铜都分队", "队长", "13911110000", "劳模", "2019-01-01", "王范例"],
    ["周一", "铜都分队", "", "13922220000", "劳模", "", "吴二"],
    ["吴二", "金湖分队", "", "", "", "", ""],
    ["王范例", "铜都分队", "", "", "焊工", "", ""],
)


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def everything(uow: UnitOfWork) -> dict[str, list[dict[str, Any]]]:
    """Return what the registers hold, but versions and the ids of rows that have no life of their own."""
    with uow.read(COMMAND) as tx:
        return {
            table.__name__: sorted(
                (
                    {name: value for name, value in row.model_dump().items() if name != "version"}
                    for row in tx.session.exec(select(table))
                ),
                key=str,
            )
            for table in TABLES
        }


def take(uow: UnitOfWork, kind: ImportKind, content: bytes) -> int:
    with uow.write(ORGANISER) as tx:
        return imports.apply(tx, kind, "花名册.csv", content)


def undo(uow: UnitOfWork, batch_id: int) -> None:
    with uow.write(ORGANISER) as tx:
        imports.undo(tx, batch_id)


def test_people_are_as_they_were(uow: UnitOfWork, house: SmallHouse) -> None:
    with uow.write(ORGANISER) as tx:  # as a service writes them: by pinyin
        people.change(tx, house.people[0], {"sort_key": "li yang ben", "titles": ["工匠"]})
        people.change(tx, house.people[1], {"sort_key": "wang fan li"})
    before = everything(uow)
    batch_id = take(uow, ImportKind.people, PEOPLE)
    after = everything(uow)
    assert len(after["Person"]) == len(before["Person"]) + 2
    undo(uow, batch_id)
    restored = everything(uow)
    traits, restored_traits = before.pop("PersonTrait"), restored.pop("PersonTrait")
    assert restored == before
    assert [(row["person_id"], row["value"]) for row in restored_traits] == [
        (row["person_id"], row["value"]) for row in traits
    ]
    with uow.read(COMMAND) as tx:
        batch = tx.session.get_one(ImportBatch, batch_id)
        last = tx.session.exec(select(HistoryEntry).order_by(col(HistoryEntry.seq).desc())).first()
    assert batch.undone_at is not None
    assert last is not None
    assert (last.event, last.subject_id) == ("import.undone", batch_id)


def test_teams_and_orgs_are_as_they_were(uow: UnitOfWork, house: SmallHouse) -> None:
    with uow.write(ORGANISER) as tx:
        teams.change(tx, house.squad, {"code": "TD", "name": "铜都分队（一）"})
    before = everything(uow)
    orgs_batch = take(
        uow,
        ImportKind.orgs,
        csv_file(["名称", "类别", "上级"], ["镇工会", "工会", "大冶市总工会"], ["村工会", "工会", "镇工会"]),
    )
    teams_batch = take(
        uow,
        ImportKind.teams,
        csv_file(
            ["名称", "代码", "级别", "上级", "单位"],
            ["铜都分队", "TD", "分队", "片区分队", "村工会"],
            ["片区分队", "", "分队", "总队", ""],
            ["小队", "", "小队", "铜都分队", ""],
        ),
    )
    with pytest.raises(Conflict) as error:
        undo(uow, orgs_batch)
    assert [(reason.code, reason.params["by"]) for reason in error.value.reasons] == [("import_row_used", "teams")]
    undo(uow, teams_batch)
    undo(uow, orgs_batch)
    assert everything(uow) == before


def test_venues_are_as_they_were(uow: UnitOfWork, house: SmallHouse) -> None:
    with uow.write(ORGANISER) as tx:
        whole = venues.create(
            tx, name="会展中心", kind=HostKind.office, capacity=9, hours=[(1, "08:00", "09:00")], lat=30.0, lon=114.0
        )
        bookings.create(tx, venue_id=whole, starts_at=START.replace(hour=0), ends_at=START.replace(hour=1))
    before = everything(uow)
    content = csv_file(
        ["名称", "类别", "容量", "所属场所", "开放时间", "纬度", "经度"],
        ["会展中心", "机关", 90, "", "每天 07:00-22:00", 30.5, 114.5],
        ["东厅", "机关", 40, "会展中心", "", "", ""],
        ["东厅一角", "机关", 4, "东厅", "", "", ""],
    )
    batch_id = take(uow, ImportKind.venues, content)
    undo(uow, batch_id)
    restored = everything(uow)
    for rows in (before["VenueHours"], restored["VenueHours"]):
        for row in rows:
            row.pop("id")  # written anew
        rows.sort(key=str)
    assert restored == before


def test_what_was_edited_or_used_since_forbids_it(uow: UnitOfWork, house: SmallHouse) -> None:
    batch_id = take(uow, ImportKind.people, PEOPLE)
    activity_id = add_lecture(uow, house)
    with uow.write(ORGANISER) as tx:
        found = {row.name: row for row in list_people(tx).items}
        one, two = found["周一"].id, found["吴二"].id
        assignments.offer(tx, activity_id=activity_id, person_id=one, role=AssignmentRole.volunteer)
        people.change(tx, two, {"phone": "13933330000"})
        memberships.create(tx, person_id=one, team_id=house.other_squad)
        people.change(tx, house.people[2], {"answers_through_id": two})
        memberships.change(tx, found["李样本"].teams[0].id, {"role": "member"})
    before = everything(uow)
    with pytest.raises(Conflict) as error:
        undo(uow, batch_id)
    assert {
        (reason.code, reason.params["noun"], reason.params["id"], reason.params.get("by"))
        for reason in error.value.reasons
    } == {
        ("import_row_edited", "membership", found["李样本"].teams[0].id, None),
        ("import_row_edited", "person", two, None),
        ("import_row_used", "person", two, "people"),
        ("import_row_used", "person", one, "assignments"),
        ("import_row_used", "person", one, "memberships"),
    }
    assert everything(uow) == before


def test_a_booked_hall_forbids_it_and_a_booked_whole_does_not(uow: UnitOfWork) -> None:
    header = ["名称", "类别", "容量", "所属场所"]
    take(uow, ImportKind.venues, csv_file(header, ["会展中心", "机关", 90, ""]))
    batch_id = take(uow, ImportKind.venues, csv_file(header, ["东厅", "机关", 40, "会展中心"]))
    with uow.write(ORGANISER) as tx:
        found = {row.name: row.id for row in list_venues(tx).items}
        taken = bookings.create(
            tx, venue_id=found["会展中心"], starts_at=START, ends_at=START + timedelta(hours=1), purpose="甲"
        )
        own = bookings.create(
            tx, venue_id=found["东厅"], starts_at=START + timedelta(hours=2), ends_at=START + timedelta(hours=3)
        )
    with pytest.raises(Conflict) as error:
        undo(uow, batch_id)
    assert [(reason.code, reason.params["by"]) for reason in error.value.reasons] == [("import_row_used", "bookings")]
    with uow.write(COMMAND) as tx:
        bookings.cancel(tx, own)
    with pytest.raises(Conflict):  # even a cancelled booking tells of the hall
        undo(uow, batch_id)
    second = take(uow, ImportKind.venues, csv_file(header, ["西厅", "机关", 40, "会展中心"]))
    undo(uow, second)
    with uow.read(COMMAND) as tx:
        assert tx.session.exec(select(Occupancy).where(col(Occupancy.booking_id) == taken)).all()


def test_a_batch_is_taken_back_once(uow: UnitOfWork, house: SmallHouse) -> None:
    batch_id = take(uow, ImportKind.people, PEOPLE)
    undo(uow, batch_id)
    with uow.read(ORGANISER) as tx:
        (batch,) = list_batches(tx).items
        assert batch == read_batch(tx, batch_id)
        for unknown in (99, 2**40):
            with pytest.raises(NotFound):
                read_batch(tx, unknown)
    assert (batch.created_count, batch.changed_count, batch.undone_at) == (2, 2, batch.created_at)
    with pytest.raises(Forbidden), uow.read(AUDITOR) as tx:
        list_batches(tx)
    with pytest.raises(Conflict) as error:
        undo(uow, batch_id)
    assert codes(error) == [("import_undone_already", None)]
    with pytest.raises(NotFound):
        undo(uow, 99)
    take(uow, ImportKind.people, PEOPLE)


def test_rights_reach_over_every_row(uow: UnitOfWork, house: SmallHouse) -> None:
    batch_id = take(uow, ImportKind.people, PEOPLE)
    for actor in (acting(UserRole.organiser, house.squad), AUDITOR, house.leader):
        with pytest.raises(Forbidden), uow.write(actor) as tx:
            imports.undo(tx, batch_id)
    with uow.write(acting(UserRole.organiser, house.headquarters)) as tx:
        imports.undo(tx, batch_id)
