"""The ledger of messages answers why somebody got one, and why somebody else did not."""

from collections.abc import Callable

from sqlmodel import col, select

from models.enums import DeliveryState, UserRole
from models.tables.deliveries import Delivery
from services.access import COMMAND, WORKER
from services.unit_of_work import UnitOfWork
from tests.service.statements import counted
from tests.web.browser import Browser
from tests.web.pages_a.stories import Story

Knock = Callable[[UserRole, int | None], Browser]


def test_person_s_messages_and_timers_stand_on_one_screen(story: Story, organiser: Browser) -> None:
    li = story.house.people[0]
    page = organiser.get(f"/deliveries?person={li}")
    assert "给李样本发过哪些消息" in page.text
    assert "请您答复" in page.text
    assert "已送出" in page.text
    assert "定时提醒" in page.text
    assert "法律咨询值班" in page.text


def test_reason_of_what_was_not_sent_is_told(story: Story, organiser: Browser) -> None:
    wang = story.house.people[1]
    page = organiser.get(f"/deliveries?person={wang}&state=refused")
    assert "退回" in page.text or "信箱" in page.text
    assert "mailbox_refused" not in page.text
    assert "没有符合的消息" in organiser.get(f"/deliveries?person={wang}&state=expired").text


def test_typed_name_leads_to_the_person(story: Story, organiser: Browser) -> None:
    page = organiser.get("/deliveries?q=李样")
    assert f"person={story.house.people[0]}" in page.text
    assert "没有找到这个名字" in organiser.get("/deliveries?q=无此人").text


def test_activity_s_messages(story: Story, organiser: Browser) -> None:
    page = organiser.get(f"/deliveries?activity={story.asked_in}")
    assert "陈贵镇文化站宣讲" in page.text
    assert "李样本" in page.text
    assert "王范例" in page.text


def test_member_sees_their_own_and_nobody_else_s(uow: UnitOfWork, story: Story, member: Browser) -> None:
    page = member.get("/deliveries")
    assert "李样本" in page.text
    assert "王范例" not in page.text
    assert "wang@" not in page.text
    wang = story.house.people[1]
    other = member.get(f"/deliveries?person={wang}")
    assert "没有符合的消息" in other.text


def test_auditor_reads_masked_addresses(story: Story, auditor: Browser) -> None:
    page = auditor.get("/deliveries")
    assert "l***@example.org" in page.text
    assert "li@example.org" not in page.text


def test_leader_sees_their_squad_only(uow: UnitOfWork, story: Story, knock: Knock) -> None:
    other = knock(UserRole.leader, story.house.other_squad)
    page = other.get("/deliveries")
    assert page.status_code == 200
    assert "李样本" not in page.text
    assert other.get(f"/deliveries?person={story.house.people[0]}").status_code == 404


def test_statements_do_not_grow_with_rows(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    organiser.get("/deliveries")
    with counted(uow) as few:
        organiser.get(f"/deliveries?person={story.house.people[2]}")
    with counted(uow) as many:
        organiser.get(f"/deliveries?person={story.house.people[0]}")
    assert len(few) == len(many)


def test_reply_of_a_server_is_escaped(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    evil = "<script>alert(1)</script>"
    with uow.write(WORKER) as tx:
        for row in tx.session.exec(select(Delivery).where(col(Delivery.person_id) == story.house.people[1])).all():
            row.reply = evil
    assert evil not in organiser.get(f"/deliveries?person={story.house.people[1]}").text
    with uow.read(COMMAND) as tx:
        states = set(tx.session.exec(select(Delivery.state)).all())
    assert DeliveryState.refused in states
