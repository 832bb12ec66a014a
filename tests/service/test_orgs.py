"""Orgs: writing, editing, ending, and what lists and pages show."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import col, select

from models.enums import HostKind, OrgKind, TeamKind, UserRole
from models.errors import Conflict, Forbidden, Invalid, LostRace, NotFound, SignInNeeded
from models.tables.history import HistoryEntry
from services import orgs, teams, venues
from services.access import COMMAND, STRANGER
from services.queries.orgs import list_orgs, read_org
from services.unit_of_work import UnitOfWork
from tests.service.refusals import AUDITOR, ORGANISER, acting, codes
from tests.service.statements import counted

MEMBER = acting(UserRole.member, 1)


def make(uow: UnitOfWork, name: str, **others: Any) -> int:
    with uow.write(ORGANISER) as tx:
        return orgs.create(tx, name=name, kind=others.pop("kind", OrgKind.union), **others)


def test_org_is_written_as_it_is_stored(uow: UnitOfWork) -> None:
    org_id = make(
        uow,
        " 大冶市总工会 ",
        code="u-01",
        credit_code="81420281ma0000000f",
        host_kind="office",
        division_code="420281",
        contact_name="张　三",
        contact_phone="０７１４-8720000",
        contact_email="Office@Example.ORG",
    )
    with uow.read(ORGANISER) as tx:
        view = read_org(tx, org_id)
    assert view.org.name == "大冶市总工会"
    assert (view.org.code, view.org.credit_code) == ("u-01", "81420281MA0000000F")
    assert view.org.host_kind is HostKind.office
    assert view.org.valid_from_on == date(2026, 3, 2)
    assert (view.contact_name, view.contact_phone, view.contact_email) == ("张三", "0714-8720000", "office@example.org")
    assert not view.is_masked
    assert view.may_change


def test_every_wrong_value_is_named(uow: UnitOfWork) -> None:
    with pytest.raises(Invalid) as error, uow.write(ORGANISER) as tx:
        orgs.create(
            tx,
            name=" ",
            kind="club",  # type: ignore[arg-type]
            parent_id=77,
            credit_code="91110000600037341X",
            contact_phone="12",
            contact_email="nobody",
            division_code="42",
        )
    assert codes(error) == [
        ("missing", "name"),
        ("word_unknown", "kind"),
        ("credit_code_wrong", "credit_code"),
        ("division_code_wrong", "division_code"),
        ("phone_wrong", "contact_phone"),
        ("email_wrong", "contact_email"),
        ("unknown_reference", "parent_id"),
    ]


def test_only_managers_write(uow: UnitOfWork) -> None:
    org_id = make(uow, "总工会")
    for actor in (AUDITOR, MEMBER):
        with pytest.raises(Forbidden), uow.write(actor) as tx:
            orgs.create(tx, name="甲", kind=OrgKind.union)
        with pytest.raises(Forbidden), uow.write(actor) as tx:
            orgs.change(tx, org_id, {"name": "乙"})
        with pytest.raises(Forbidden), uow.write(actor) as tx:
            orgs.end(tx, org_id, date(2027, 1, 1))
    with pytest.raises(SignInNeeded), uow.write(STRANGER) as tx:
        orgs.create(tx, name="甲", kind=OrgKind.union)


def test_contacts_stay_with_those_who_lead(uow: UnitOfWork) -> None:
    org_id = make(uow, "总工会", contact_name="王范例", contact_phone="13800001234", contact_email="w@example.org")
    for actor in (AUDITOR, MEMBER):
        with uow.read(actor) as tx:
            view = read_org(tx, org_id)
        assert view.is_masked
        assert (view.contact_name, view.contact_phone, view.contact_email) == (None, None, None)
        assert "1234" not in repr(view)
    with pytest.raises(SignInNeeded), uow.read(STRANGER) as tx:
        read_org(tx, org_id)


def test_history_keeps_no_contacts(uow: UnitOfWork) -> None:
    org_id = make(uow, "总工会", contact_name="王范例", contact_phone="13800001234")
    with uow.write(ORGANISER) as tx:
        orgs.change(tx, org_id, {"contact_phone": "13900005678", "name": "市总工会"})
    with uow.read(COMMAND) as tx:
        bodies = tx.session.exec(select(HistoryEntry.body).order_by(col(HistoryEntry.seq))).all()
    assert not any(secret in body for body in bodies for secret in ("王范例", "1234", "5678"))
    assert '"contact_phone":["*","*"]' in bodies[-1]
    assert '"name":["总工会","市总工会"]' in bodies[-1]


def test_change_with_an_old_version_loses_the_race(uow: UnitOfWork) -> None:
    org_id = make(uow, "总工会")
    with uow.write(ORGANISER) as tx:
        orgs.change(tx, org_id, {"name": "市总工会"}, expected_version=1)
    with pytest.raises(LostRace), uow.write(ORGANISER) as tx:
        orgs.change(tx, org_id, {"name": "县总工会"}, expected_version=1)
    with uow.read(ORGANISER) as tx:
        assert (read_org(tx, org_id).org.name, read_org(tx, org_id).org.version) == ("市总工会", 2)


def test_change_of_nothing_is_no_change(uow: UnitOfWork) -> None:
    org_id = make(uow, "总工会", code="A1")
    with uow.write(ORGANISER) as tx:
        orgs.change(tx, org_id, {"name": "总工会", "code": "Ａ1"})
        assert tx.events == []
    with uow.read(ORGANISER) as tx:
        assert read_org(tx, org_id).org.version == 1


def test_unknown_field_is_refused(uow: UnitOfWork) -> None:
    org_id = make(uow, "总工会")
    with pytest.raises(Invalid) as error, uow.write(ORGANISER) as tx:
        orgs.change(tx, org_id, {"id": 7, "sort_key": "a"})
    assert codes(error) == [("field_unknown", "id"), ("field_unknown", "sort_key")]


def test_org_never_stands_below_itself(uow: UnitOfWork) -> None:
    top = make(uow, "省总工会")
    middle = make(uow, "市总工会", parent_id=top)
    bottom = make(uow, "镇总工会", parent_id=middle)
    for parent_id in (top, middle, bottom):
        with pytest.raises(Invalid) as error, uow.write(ORGANISER) as tx:
            orgs.change(tx, top, {"parent_id": parent_id})
        assert codes(error) == [("parent_is_below", "parent_id")]


def test_code_belongs_to_one_org(uow: UnitOfWork) -> None:
    make(uow, "甲", code="A1")
    with pytest.raises(Conflict) as error, uow.write(ORGANISER) as tx:
        orgs.create(tx, name="乙", kind=OrgKind.union, code="A1")
    assert codes(error) == [("already_there", "code")]


def test_org_ends_once_nothing_hangs_on_it(uow: UnitOfWork) -> None:
    org_id = make(uow, "总工会", valid_from_on=date(2020, 1, 1))
    below = make(uow, "镇工会", parent_id=org_id)
    with uow.write(COMMAND) as tx:
        team_id = teams.create(tx, kind=TeamKind.headquarters, name="总队", org_id=org_id)
        venue_id = venues.create(tx, name="礼堂", kind=HostKind.office, capacity=10, org_id=org_id)
    with pytest.raises(Conflict) as error, uow.write(ORGANISER) as tx:
        orgs.end(tx, org_id, date(2027, 1, 1))
    assert codes(error) == [("org_has_orgs", None), ("org_has_teams", None), ("org_has_venues", None)]
    with uow.write(COMMAND) as tx:
        orgs.end(tx, below, date(2027, 1, 1))
        teams.end(tx, team_id, date(2027, 1, 1))
        venues.end(tx, venue_id, date(2027, 1, 1))
        orgs.end(tx, org_id, date(2027, 1, 1))
        recorded = len(tx.events)
        orgs.end(tx, org_id, date(2027, 1, 1))
        assert len(tx.events) == recorded
    with uow.write(ORGANISER) as tx:
        orgs.change(tx, org_id, {"valid_until_on": None})
    with uow.read(ORGANISER) as tx:
        assert read_org(tx, org_id).org.valid_until_on is None


def test_org_cannot_end_before_it_begins(uow: UnitOfWork) -> None:
    org_id = make(uow, "总工会", valid_from_on=date(2026, 1, 1))
    with pytest.raises(Invalid) as error, uow.write(ORGANISER) as tx:
        orgs.end(tx, org_id, date(2026, 1, 1))
    assert codes(error) == [("ends_before_begins", "valid_until_on")]
    with pytest.raises(Invalid), uow.write(ORGANISER) as tx:
        orgs.change(tx, org_id, {"valid_until_on": "2025-01-01"})


def test_unknown_org_is_not_found(uow: UnitOfWork) -> None:
    for org_id in (7, 0, -1, 2**40):
        with pytest.raises(NotFound), uow.read(ORGANISER) as tx:
            read_org(tx, org_id)


def test_list_is_by_pinyin_and_page_by_page(uow: UnitOfWork) -> None:
    for name in ("张家村委会", "保安镇总工会", "刘仁八镇总工会", "Ailan 有限公司", "还地桥镇总工会"):
        make(uow, name)
    seen: list[str] = []
    cursor = None
    with uow.read(AUDITOR) as tx:
        while True:
            page = list_orgs(tx, limit=2, cursor=cursor)
            seen += [row.name for row in page.items]
            if (cursor := page.next) is None:
                break
    assert seen == ["Ailan 有限公司", "保安镇总工会", "还地桥镇总工会", "刘仁八镇总工会", "张家村委会"]


def test_list_is_narrowed(uow: UnitOfWork) -> None:
    top = make(uow, "大冶市总工会", code="T")
    make(uow, "大冶有色公司", kind=OrgKind.company, host_kind=HostKind.enterprise, parent_id=top)
    make(uow, "旧公司", kind=OrgKind.company, valid_from_on=date(2019, 1, 1), valid_until_on=date(2020, 1, 1))
    with uow.read(AUDITOR) as tx:

        def names(**filters: Any) -> list[str]:
            return [row.name for row in list_orgs(tx, **filters).items]

        assert names(q="大冶 公司") == ["大冶有色公司"]
        assert names(q="da ye shi") == ["大冶市总工会"]
        assert names(q="t") == ["大冶市总工会"]
        assert names(q="100%_") == []
        assert names(kind=OrgKind.company, on=date(2026, 1, 1)) == []
        assert names(kind=OrgKind.company, on=date(2019, 6, 1)) == ["旧公司"]
        assert names(host_kind=HostKind.enterprise) == ["大冶有色公司"]
        assert names(parent_id=top) == ["大冶有色公司"]


@pytest.mark.parametrize(
    ("filters", "code"),
    [
        ({"cursor": "x"}, "cursor_wrong"),
        ({"cursor": "WyJhIl0"}, "cursor_wrong"),
        ({"cursor": "WzEsMl0"}, "cursor_wrong"),
        ({"cursor": "é"}, "cursor_wrong"),
        ({"cursor": "W" * 3000}, "cursor_wrong"),
        ({"limit": 0}, "out_of_range"),
        ({"limit": 201}, "out_of_range"),
        ({"q": "a\0b"}, "text_wrong"),
        ({"q": "a" * 101}, "too_long"),
    ],
)
def test_wrong_questions_are_refused(uow: UnitOfWork, filters: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as error, uow.read(AUDITOR) as tx:
        list_orgs(tx, **filters)
    assert codes(error)[0][0] == code


def test_list_needs_as_many_statements_for_one_as_for_three(uow: UnitOfWork) -> None:
    top = make(uow, "甲")
    with uow.read(AUDITOR) as tx, counted(uow) as one:
        list_orgs(tx)
    make(uow, "乙", parent_id=top)
    make(uow, "丙", parent_id=top)
    with uow.read(AUDITOR) as tx, counted(uow) as three:
        assert len(list_orgs(tx).items) == 3
    assert len(one) == len(three) == 1
