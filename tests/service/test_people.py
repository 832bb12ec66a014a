"""People: names, contacts, traits, leaving; who sees a telephone number and who does not."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from models.enums import ActivityKind, AssignmentRole, MembershipRole, OrgKind, ResourceKind, TraitKind, UserRole
from models.errors import Conflict, Forbidden, Invalid, NotFound, SignInNeeded
from models.tables.history import HistoryEntry
from models.tables.people import Person
from models.tables.resources import Resource
from services import activities, assignments, memberships, orgs, people
from services.access import COMMAND, STRANGER, Actor
from services.queries.memberships import list_memberships
from services.queries.people import list_people, read_person
from services.unit_of_work import UnitOfWork
from tests.service.builders import SmallHouse, small_house
from tests.service.refusals import AUDITOR, ORGANISER, acting, codes
from tests.service.statements import counted

SINCE = date(2020, 1, 1)


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def make(uow: UnitOfWork, name: str, **others: Any) -> int:
    with uow.write(ORGANISER) as tx:
        return people.create(tx, name=name, **others)


@pytest.mark.parametrize(
    ("typed", "stored", "sort_key"),
    [
        ("张　三", "张三", "zhang san"),
        (" 单 田 芳 ", "单田芳", "shan tian fang"),
        ("阿卜杜拉 • 买买提", "阿卜杜拉·买买提", "a bo du la mai mai ti"),
        ("尉迟恭", "尉迟恭", "yu chi gong"),
        ("Anna  Müller", "Anna Müller", "anna muller"),
    ],
)
def test_names_are_brought_to_one_spelling(uow: UnitOfWork, typed: str, stored: str, sort_key: str) -> None:
    person_id = make(uow, typed)
    with uow.read(ORGANISER) as tx:
        view = read_person(tx, person_id)
    assert (view.person.name, view.sort_key) == (stored, sort_key)


def test_person_is_written_with_all_that_is_said_of_them(uow: UnitOfWork, house: SmallHouse) -> None:
    with uow.write(ORGANISER) as tx:
        org_id = orgs.create(tx, name="大冶有色", kind=OrgKind.company)
    person_id = make(
        uow,
        "曾示例",
        team_id=house.squad,
        team_role=MembershipRole.leader,
        phone="138 1234 5678",
        email="Zeng@Example.org",
        code="p-7",
        employer_org_id=org_id,
        answers_through_id=house.people[0],
        titles=["全国劳动模范", "全国劳动模范", "大冶工匠"],
        roles=["model_demo", AssignmentRole.driver],
        skills=["焊接"],
        languages=["大冶话"],
    )
    with uow.read(ORGANISER) as tx:
        view = read_person(tx, person_id)
        resource = tx.session.exec(select(Resource).where(col(Resource.person_id) == person_id)).one()
    person = view.person
    assert (person.phone, person.email, person.code) == ("+8613812345678", "zeng@example.org", "p-7")
    assert (person.titles, person.roles) == (("全国劳动模范", "大冶工匠"), ("model_demo", "driver"))
    assert (person.skills, person.languages, person.locale) == (("焊接",), ("大冶话",), "zh-CN")
    assert person.employer is not None
    assert person.employer.name == "大冶有色"
    assert [(row.team_name, row.role) for row in person.teams] == [("铜都分队", MembershipRole.leader)]
    assert person.teams[0].valid_from_on == date(2026, 3, 2)
    assert view.answers_through is not None
    assert view.answers_through.name == "李样本"
    assert (view.upcoming_count, view.served_count, view.may_change) == (0, 0, True)
    assert resource.kind is ResourceKind.person


def test_every_wrong_value_is_named(uow: UnitOfWork, house: SmallHouse) -> None:
    with pytest.raises(Invalid) as error, uow.write(ORGANISER) as tx:
        people.create(
            tx,
            name="填表人：张三",
            phone="123",
            email="a@b",
            locale="fr",
            roles=["singer"],
            titles=["x" * 61],
            employer_org_id=99,
            answers_through_id=99,
        )
    assert codes(error) == [
        ("name_wrong", "name"),
        ("phone_wrong", "phone"),
        ("email_wrong", "email"),
        ("word_unknown", "locale"),
        ("too_long", "titles"),
        ("word_unknown", "roles"),
        ("unknown_reference", "employer_org_id"),
        ("unknown_reference", "answers_through_id"),
    ]


def test_traits_are_replaced_by_kind(uow: UnitOfWork) -> None:
    person_id = make(uow, "李样本", titles=["劳模"], skills=["焊接", "电工"])
    with uow.write(ORGANISER) as tx:
        people.change(tx, person_id, {"skills": ["钳工"]}, expected_version=1)
    with uow.write(ORGANISER) as tx:
        people.change(tx, person_id, {"skills": ["钳工"], "titles": ["劳模"]})
        assert tx.events == []
    with uow.read(ORGANISER) as tx:
        person = read_person(tx, person_id).person
        body = tx.session.exec(select(HistoryEntry.body).order_by(col(HistoryEntry.seq).desc())).first()
    assert (person.skills, person.titles, person.version) == (("钳工",), ("劳模",), 2)
    assert body is not None
    assert '"skills":[["焊接","电工"],["钳工"]]' in body


def test_pinyin_may_be_corrected_by_hand(uow: UnitOfWork) -> None:
    person_id = make(uow, "乐嘉", sort_key="Yuè Jiā")
    with uow.write(ORGANISER) as tx:
        assert tx.session.get_one(Person, person_id).sort_key == "yue jia"
        people.change(tx, person_id, {"phone": "13800000001"})
        assert tx.session.get_one(Person, person_id).sort_key == "yue jia"
        people.change(tx, person_id, {"sort_key": ""})
        assert tx.session.get_one(Person, person_id).sort_key == "le jia"
        people.change(tx, person_id, {"name": "查样本"})
        assert tx.session.get_one(Person, person_id).sort_key == "zha yang ben"


def test_nobody_answers_for_who_answers_for_them(uow: UnitOfWork) -> None:
    one = make(uow, "甲")
    two = make(uow, "乙", answers_through_id=one)
    three = make(uow, "丙", answers_through_id=two)
    for through in (one, three):
        with pytest.raises(Invalid) as error, uow.write(ORGANISER) as tx:
            people.change(tx, one, {"answers_through_id": through})
        assert codes(error) == [("answers_in_a_ring", "answers_through_id")]


def test_history_keeps_no_personal_data(uow: UnitOfWork, house: SmallHouse) -> None:
    person_id = make(uow, "曾示例", phone="13812345678", email="zeng@example.org", team_id=house.squad)
    with uow.write(ORGANISER) as tx:
        people.change(tx, person_id, {"name": "曾范例", "phone": "13987654321", "email": None, "locale": "en"})
    with uow.read(COMMAND) as tx:
        bodies = tx.session.exec(select(HistoryEntry.body)).all()
    secrets = ("曾示例", "曾范例", "zeng", "12345678", "87654321")
    assert not [body for body in bodies if any(secret in body for secret in secrets)]
    assert any('"phone":["*","*"]' in body and '"locale":["zh-CN","en"]' in body for body in bodies)


def contact_of(uow: UnitOfWork, actor: Actor, person_id: int) -> tuple[str | None, str | None, bool]:
    with uow.read(actor) as tx:
        person = read_person(tx, person_id).person
        listed = next(row for row in list_people(tx).items if row.id == person_id)
    assert person == listed
    return person.phone, person.email, person.is_masked


def test_contacts_are_for_those_who_lead(uow: UnitOfWork, house: SmallHouse) -> None:
    li, wang, zhao = house.people
    whole = ("+8613800000000", "li@example.org", False)
    assert contact_of(uow, house.organiser, li) == whole
    assert contact_of(uow, house.leader, li) == whole
    assert contact_of(uow, house.auditor, li) == (None, None, True)
    assert contact_of(uow, house.member, wang) == (None, None, True)
    assert contact_of(uow, house.member, li) == whole  # oneself
    with uow.read(house.leader) as tx, pytest.raises(NotFound):
        read_person(tx, zhao)
    with uow.read(STRANGER) as tx, pytest.raises(SignInNeeded):
        list_people(tx)


def test_rights_follow_the_teams(uow: UnitOfWork, house: SmallHouse) -> None:
    li, _, zhao = house.people
    theirs = acting(UserRole.organiser, house.squad)
    with uow.write(theirs) as tx:
        people.change(tx, li, {"phone": "13811112222"})
        new = people.create(tx, name="孙样本", team_id=house.squad)
        people.change(tx, new, {"locale": "en"})
    for refused in ({"name": "周", "team_id": house.other_squad}, {"name": "周"}):
        with pytest.raises(Forbidden), uow.write(theirs) as tx:
            people.create(tx, **refused)
    with pytest.raises(NotFound), uow.write(theirs) as tx:
        people.change(tx, zhao, {"name": "赵"})
    for unseen in (zhao, str(zhao), 99, 2**40):  # whose name would show
        with pytest.raises(Invalid), uow.write(theirs) as tx:
            people.change(tx, li, {"answers_through_id": unseen})
        with pytest.raises(Invalid), uow.write(theirs) as tx:
            people.create(tx, name="周样本", team_id=house.squad, answers_through_id=unseen)  # type: ignore[arg-type]
    for actor in (house.leader, house.member, house.auditor):
        with pytest.raises(Forbidden), uow.write(actor) as tx:
            people.change(tx, li, {"name": "李"})
        with pytest.raises(Forbidden), uow.write(actor) as tx:
            people.create(tx, name="周样本", team_id=house.squad)


def test_leaving_ends_memberships_and_waits_for_duties(uow: UnitOfWork, house: SmallHouse) -> None:
    li = house.people[0]
    starts_at = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
    with uow.write(house.organiser) as tx:
        activity_id = activities.create(
            tx,
            kind=ActivityKind.lecture,
            title="宣讲",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            team_id=house.squad,
        )
        asked = assignments.offer(tx, activity_id=activity_id, person_id=li, role=AssignmentRole.model_demo)
        memberships.create(tx, person_id=li, team_id=house.other_squad, valid_from_on=date(2026, 5, 1))
    with pytest.raises(Conflict) as error, uow.write(house.organiser) as tx:
        people.end(tx, li, date(2026, 3, 15))
    assert codes(error) == [("person_has_duties", None), ("person_joins_later", None)]
    with uow.read(house.organiser) as tx:
        assert read_person(tx, li).upcoming_count == 1
    with uow.write(house.organiser) as tx:
        assignments.withdraw(tx, asked)
        people.end(tx, li, date(2026, 6, 1))
        people.end(tx, li, date(2026, 6, 1))
    with uow.read(house.organiser) as tx:
        view = read_person(tx, li)
        assert view.person.left_on == date(2026, 6, 1)
        assert [row.valid_until_on for row in view.memberships] == [date(2026, 6, 1)] * 2
        assert li not in [row.id for row in list_people(tx, on=date(2026, 6, 1)).items]
        assert li in [row.id for row in list_people(tx, on=date(2026, 5, 31)).items]
    with pytest.raises(Conflict) as error, uow.write(house.organiser) as tx:
        memberships.create(tx, person_id=li, team_id=house.squad, valid_from_on=date(2026, 7, 1))
    assert codes(error) == [("person_has_left", "person_id")]
    with uow.write(house.organiser) as tx:
        people.change(tx, li, {"left_on": None})
        memberships.create(tx, person_id=li, team_id=house.squad, valid_from_on=date(2026, 7, 1))


def test_a_day_of_leaving_may_be_edited(uow: UnitOfWork, house: SmallHouse) -> None:
    li = house.people[0]
    with uow.write(house.organiser) as tx:
        people.change(tx, li, {"left_on": "2026-06-01"})
        found = list_memberships(tx, person_id=li).items
    assert [row.valid_until_on for row in found] == [date(2026, 6, 1)]
    with pytest.raises(Invalid), uow.write(house.organiser) as tx:
        people.end(tx, li, "soon")  # type: ignore[arg-type]


def test_people_are_found_by_what_is_said_of_them(uow: UnitOfWork, house: SmallHouse) -> None:
    with uow.write(ORGANISER) as tx:
        org_id = orgs.create(tx, name="大冶有色", kind=OrgKind.company)
    make(uow, "曾示例", team_id=house.squad, titles=["劳模"], employer_org_id=org_id, code="P7")
    make(uow, "仇范例", joined_on=SINCE, team_id=house.other_squad, team_role=MembershipRole.leader, skills=["劳模"])
    with uow.read(AUDITOR) as tx:

        def names(**filters: Any) -> list[str]:
            return sorted(row.name for row in list_people(tx, **filters).items)

        assert len(names()) == 5
        assert names(q="范例") == ["仇范例", "王范例"]
        assert names(q="zeng shi") == ["曾示例"]
        assert names(q="p7") == ["曾示例"]
        assert names(team_id=house.squad) == sorted(["李样本", "王范例", "曾示例"])
        assert names(team_id=house.headquarters, on=date(2021, 1, 1)) == sorted(
            ["李样本", "仇范例", "王范例", "赵演示"]
        )
        assert names(team_role=MembershipRole.leader) == ["仇范例"]
        assert names(trait=TraitKind.honour, trait_value="劳模") == ["曾示例"]
        assert names(trait=TraitKind.skill) == ["仇范例"]
        assert names(employer_org_id=org_id) == ["曾示例"]
        with pytest.raises(NotFound):
            names(team_id=2**40)


def test_list_is_by_pinyin(uow: UnitOfWork) -> None:
    for name in ("章七", "曾五", "单三", "阿依古丽·买买提", "仇四", "Bob", "张六", "保一"):
        make(uow, name)
    with uow.read(AUDITOR) as tx:
        names = [row.name for row in list_people(tx).items]
    assert names == ["阿依古丽·买买提", "保一", "Bob", "仇四", "单三", "曾五", "张六", "章七"]


def test_list_sends_as_many_statements_for_one_as_for_three(uow: UnitOfWork) -> None:
    make(uow, "甲", titles=["劳模"])
    with uow.read(AUDITOR) as tx, counted(uow) as one:
        assert len(list_people(tx).items) == 1
    make(uow, "乙", titles=["劳模", "工匠"])
    make(uow, "丙", skills=["焊接"])
    with uow.read(AUDITOR) as tx, counted(uow) as three:
        assert len(list_people(tx).items) == 3
    assert len(one) == len(three) == 3
