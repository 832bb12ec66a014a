"""Each role gets only what it may: pages, buttons, telephone numbers, changes; and lists cost the same for 1 row and 3."""

import re
from collections.abc import Callable

import pytest
from sqlmodel import col, select

from models.enums import HostKind, OrgKind, UserRole
from models.tables.history import HistoryEntry
from models.tables.people import Person
from services import orgs, people, venues
from services.access import COMMAND
from services.unit_of_work import UnitOfWork
from tests.service.statements import counted
from tests.web.browser import Browser
from tests.web.pages_a.stories import Story

Knock = Callable[[UserRole, int | None], Browser]
PHONE = re.compile(r"\+861\d{10}|tel:")
READ = (
    *("/teams", "/teams/2", "/people", "/people/1", "/orgs", "/orgs/1", "/venues", "/venues/1", "/bookings"),
    *("/bookings/1", "/deliveries"),
)
COUNTED = ("/figures", "/figures/lecture.sessions@1")
AUDITED = ("/audit", "/audit/verify")
BOOKED = ("/venues/find",)
MANAGED = (
    *("/teams/new", "/teams/2/edit", "/teams/2/members", "/people/new", "/people/1/edit", "/orgs/new", "/orgs/1/edit"),
    *("/venues/new", "/venues/1/edit", "/imports"),
)
CHANGES = (
    *("/teams", "/teams/2/edit", "/teams/2/members", "/teams/2/members/1/end", "/teams/2/members/1/resume"),
    *("/people", "/people/1/edit", "/orgs", "/orgs/1/edit", "/venues", "/venues/1/edit", "/bookings/1/confirm"),
    *("/bookings/1/decline", "/bookings/1/cancel", "/imports", "/imports/apply", "/imports/1/undo"),
)


def statuses(browser: Browser, paths: tuple[str, ...]) -> dict[str, int]:
    return {path: browser.get(path).status_code for path in paths}


@pytest.mark.parametrize(
    ("role", "is_of_house", "allowed"),
    [
        (UserRole.member, False, READ),
        (UserRole.leader, False, READ + COUNTED + BOOKED),
        (UserRole.auditor, True, READ + COUNTED + AUDITED),
        (UserRole.organiser, True, READ + COUNTED + AUDITED + BOOKED + MANAGED),
        (UserRole.administrator, True, READ + COUNTED + AUDITED + BOOKED + MANAGED),
    ],
)
def test_role_opens_what_it_may_and_no_more(
    story: Story, knock: Knock, role: UserRole, is_of_house: bool, allowed: tuple[str, ...]
) -> None:
    browser = knock(role, None if is_of_house else story.house.squad)
    assert statuses(browser, allowed) == dict.fromkeys(allowed, 200)
    for path in (*COUNTED, *AUDITED, *BOOKED, *MANAGED):
        if path not in allowed:
            assert browser.get(path).status_code == 403, path


def test_pages_offer_no_button_that_would_be_refused(story: Story, member: Browser, auditor: Browser) -> None:
    for browser in (member, auditor):
        for path in READ:
            page = browser.get(path).text
            assert not set(re.findall(r'href="([^"#?]+)', page)) & set(MANAGED), path
            forms = re.findall(r'method="post" action="([^"]+)"', page)
            assert set(forms) <= {"/preferences", "/sign-out"}, path


@pytest.mark.parametrize("role", [UserRole.auditor, UserRole.member])
def test_reader_changes_nothing_however_they_try(uow: UnitOfWork, story: Story, knock: Knock, role: UserRole) -> None:
    browser = knock(role, None if role is UserRole.auditor else story.house.squad)
    with uow.read(COMMAND) as tx:
        before = tx.session.exec(select(HistoryEntry.seq).order_by(col(HistoryEntry.seq).desc())).first()
    for path in CHANGES:
        sent = {"name": "x", "kind": "unit", "version": "1", "person_id": "3", "reason": "x", "file": "0" * 64}
        assert browser.post(path, sent).status_code in {403, 404, 410}, path
    booked = {"venue_id": "1", "starts_at": "2026-03-20T09:00", "ends_at": "2026-03-20T10:00"}
    assert browser.post("/bookings", booked).status_code == 403
    with uow.read(COMMAND) as tx:
        assert tx.session.exec(select(HistoryEntry.seq).order_by(col(HistoryEntry.seq).desc())).first() == before


def test_member_reads_no_telephone_but_their_own(uow: UnitOfWork, story: Story, member: Browser) -> None:
    li, wang, zhao = story.house.people
    with uow.write(COMMAND) as tx:
        for number, person_id in enumerate((li, wang, zhao)):
            row = tx.session.exec(select(Person).where(col(Person.id) == person_id)).one()
            row.phone, row.email = f"+86138000055{number}0", f"secret{number}@example.org"
    for path in (*READ, f"/people/{wang}", f"/teams/{story.house.squad}", "/people?q=wang", "/people?team=2"):
        page = member.get(path).text
        for number in (1, 2):
            assert f"55{number}0" not in page, path
            assert f"secret{number}" not in page, path
    assert "5500" in member.get(f"/people/{li}").text
    assert member.get(f"/people/{zhao}").status_code == 404
    assert member.get(f"/teams/{story.house.other_squad}").status_code == 404
    assert "赵演示" not in member.get("/people").text
    assert "金湖分队" not in member.get("/teams").text


def test_auditor_sees_every_name_and_no_contact(story: Story, auditor: Browser) -> None:
    page = auditor.get("/people").text
    assert "李样本" in page
    assert "赵演示" in page
    for path in READ:
        found = auditor.get(path).text
        assert not PHONE.search(found), path
        assert "hall@example.org" not in found, path


def test_leader_calls_their_squad_and_nobody_else(story: Story, knock: Knock) -> None:
    leader = knock(UserRole.leader, story.house.squad)
    assert "tel:" in leader.get(f"/people/{story.house.people[0]}").text
    assert leader.get(f"/people/{story.house.people[2]}").status_code == 404


def test_stranger_is_sent_to_sign_in_and_comes_back(stranger: Browser) -> None:
    for path in (*READ, *COUNTED, *AUDITED, *BOOKED, *MANAGED, "/mailbox"):
        page = stranger.get(path)
        assert page.status_code == 303, path
        assert page.headers["location"].startswith("/sign-in?next="), path


def test_change_without_the_token_of_the_session_is_refused(story: Story, organiser: Browser) -> None:
    organiser.csrf_token = "forged"
    for path in (*CHANGES, "/bookings"):
        assert organiser.post(path, {}).status_code == 403, path


@pytest.mark.parametrize("path", ["/teams", "/teams/{squad}", "/people", "/orgs", "/venues", "/bookings", "/imports"])
def test_list_costs_as_many_statements_for_three_more_rows(
    uow: UnitOfWork, story: Story, organiser: Browser, path: str
) -> None:
    where = path.format(squad=story.house.squad)
    organiser.get(where)
    with counted(uow) as few:
        assert organiser.get(where).status_code == 200
    with uow.write(story.house.organiser) as tx:
        for number in range(3):
            people.create(tx, name=f"新人{'甲乙丙'[number]}", team_id=story.house.squad, skills=["电工"])
            orgs.create(tx, name=f"单位{number}", kind=OrgKind.company)
            venues.create(tx, name=f"厅{number}", kind=HostKind.school, capacity=40)
    with counted(uow) as many:
        assert organiser.get(where).status_code == 200
    assert len(few) == len(many)
