"""Answer links whose activity was called off, put off, begun or over, and links that lead nowhere."""

from datetime import timedelta

import pytest

from models.enums import AssignmentRole
from muster.clock import ManualClock
from muster.signing import Signer
from services import activities, assignments
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.service.builders import LENGTH, add_person
from tests.web.browser import Browser
from tests.web.pages_a.stories import DAY, Story, answers, headline
from tests.web.pages_a.stories import LINK_START as START


def change(uow: UnitOfWork, story: Story, what: str) -> None:
    with uow.write(story.house.organiser) as tx:
        match what:
            case "cancelled":
                activities.cancel(tx, story.asked_in, reason="停电")
            case "postponed":
                activities.postpone(tx, story.asked_in, reason="下雪")
            case "withdrawn":
                assignments.withdraw(tx, story.asked)
            case "replaced":
                stand_in = add_person(tx, "替补", story.house.squad, role=AssignmentRole.model_demo)
                tx.session.flush()
                assignments.replace(tx, story.asked, person_id=stand_in)


@pytest.mark.parametrize(
    ("what", "headline_text"),
    [
        ("cancelled", "活动取消了"),
        ("postponed", "活动延期了"),
        ("withdrawn", "这一场不用您来了"),
        ("replaced", "这一场已另请了人"),
    ],
)
def test_what_cannot_be_answered_any_more_is_said_kindly(
    uow: UnitOfWork, story: Story, stranger: Browser, link: str, what: str, headline_text: str
) -> None:
    change(uow, story, what)
    page = stranger.get(link)
    assert page.status_code == 200
    assert headline(page.text) == headline_text
    assert "<form" not in page.text
    assert "tel:07140000001" in page.text
    late = stranger.post(link, {"answer": "yes"})
    assert headline(late.text) == headline_text
    assert answers(uow, story.asked) == []
    assert stranger.get(f"{link}/calendar.ics").status_code == 410


def test_during_the_activity_one_is_asked_to_call(
    uow: UnitOfWork, story: Story, stranger: Browser, link: str, clock: ManualClock
) -> None:
    stranger.post(link, {"answer": "yes"})
    clock.set(START)
    page = stranger.get(link)
    assert headline(page.text) == "活动已经开始"
    assert "<form" not in page.text
    clock.set(START + timedelta(minutes=5))
    with uow.write(story.house.organiser) as tx:
        activities.hold(tx, story.asked_in)
    assert headline(stranger.get(link).text) == "活动已经结束，谢谢您"


def test_after_the_end_the_link_is_gone_and_says_so(
    story: Story, stranger: Browser, link: str, clock: ManualClock
) -> None:
    clock.set(START + LENGTH)
    for answer in (stranger.get(link), stranger.post(link, {"answer": "yes"})):
        assert answer.status_code == 410
        assert headline(answer.text) == "活动已经结束，谢谢您"


def test_a_link_to_the_old_date_points_to_the_newest_message(
    uow: UnitOfWork, story: Story, stranger: Browser, link: str, clock: ManualClock
) -> None:
    with uow.write(story.house.organiser) as tx:
        activities.move(tx, story.asked_in, starts_at=START + 5 * DAY, ends_at=START + 5 * DAY + LENGTH)
    clock.set(START + DAY)
    page = stranger.get(link)
    assert page.status_code == 410
    assert headline(page.text) == "这个链接已经过期"
    assert "请用最近收到的那封信里的链接" in page.text
    assert "tel:0714-0000001" not in page.text
    assert "tel:07140000001" in page.text
    assert stranger.post(link, {"answer": "yes"}).status_code == 410
    assert answers(uow, story.asked) == []


@pytest.mark.parametrize("spoil", [lambda t: t[:-3], lambda t: t + "x", lambda t: "x" * 4000, lambda _: "1"])
def test_a_garbled_link_is_met_kindly(story: Story, stranger: Browser, link: str, spoil: object) -> None:
    token = spoil(link.rpartition("/")[2])  # type: ignore[operator]
    for page in (stranger.get(f"/a/{token}"), stranger.post(f"/a/{token}", {"answer": "yes"})):
        assert page.status_code == 404
        assert headline(page.text) == "这个链接不完整"
        assert "0714-000 0000" in page.text  # the federation's own
        assert "<script" not in page.text
    assert stranger.get(f"/a/{token}/calendar.ics").status_code == 404


def test_a_link_for_another_purpose_or_to_nothing_opens_nothing(
    story: Story, stranger: Browser, signer: Signer
) -> None:
    later = NOW + 30 * DAY
    assert stranger.get(f"/a/{signer.sign('booking', '1', later)}").status_code == 404
    assert stranger.get(f"/a/{signer.sign('answer', '999999', later)}").status_code == 404
    assert stranger.get(f"/a/{signer.sign('answer', '99999999999999', later)}").status_code == 404


def test_a_house_without_a_phone_still_says_whom_to_ask(stranger: Browser) -> None:
    page = stranger.get("/a/garbled")
    assert page.status_code == 404
    assert "也可以问给您写信的人：大冶市总工会" in page.text
    assert "tel:" not in page.text
