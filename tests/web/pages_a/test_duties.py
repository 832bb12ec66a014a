"""A volunteer's own page."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from models.enums import AnswerVia, AnswerWord, AssignmentRole, Direction, UserRole
from muster.clock import ManualClock
from services import activities, attendance, closings, users
from services.access import COMMAND
from services.queries.service_record import read_service_record
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.web.pages_a.conftest import SignIn, statements
from tests.web.pages_a.stories import DAY, HOUR, Story, answers, ask, plan, release, say


def test_what_is_asked_comes_first_and_what_is_promised_behind_it(story: Story, sign_in: SignIn) -> None:
    page = sign_in("member").get("/duties")
    assert page.status_code == 200
    assert '<html lang="zh-CN" data-size="large">' in page.text
    assert "member，您好" in page.text
    assert "有1件事请您答复。" in page.text
    assert page.text.index("下午2点") < page.text.index("您已经答应的") < page.text.index("法律咨询值班")
    assert page.text.count("btn--main") == 1
    assert page.text.count('class="next"') == 1
    assert "0714-000 0000" in page.text
    assert "夜里21:30到早上07:30不打扰您。" in page.text
    assert "dark" not in page.text  # volunteers need no theme switch


def test_nothing_of_others_stands_there(story: Story, sign_in: SignIn) -> None:
    text = sign_in("member").get("/duties").text
    for other in ("王范例", "赵演示", "殷祖镇走访慰问", "+8613800000000"):
        assert other not in text


def test_a_yes_is_noted(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    browser = sign_in("member")
    done = browser.post(f"/duties/{story.asked}/answer", {"answer": "yes"})
    assert (done.status_code, done.headers["location"]) == (303, "/duties")
    assert answers(uow, story.asked) == [(AnswerWord.yes, AnswerVia.page, "")]
    page = browser.get("/duties").text
    assert "已记下，您答应参加，谢谢您。" in page
    assert "您答应了2场。" in page


def test_a_no_is_noted_at_once_and_why_is_asked_afterwards(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    browser = sign_in("member")
    done = browser.post(f"/duties/{story.promised}/answer", {"answer": "no"})
    assert done.headers["location"] == f"/duties?why={story.promised}"
    assert answers(uow, story.promised)[-1] == (AnswerWord.no, AnswerVia.page, "")
    page = browser.get(done.headers["location"]).text
    assert "为什么不能来" in page
    told = browser.post(f"/duties/{story.promised}/answer", {"answer": "no", "why": "distance", "who": "赵演示"})
    assert told.headers["location"] == "/duties"
    assert answers(uow, story.promised)[-1] == (AnswerWord.no, AnswerVia.page, "路太远，不好去、推荐赵演示来")
    declined = browser.get("/duties").text
    assert "您说不能来的" in declined
    assert "为什么不能来" not in declined
    assert browser.post(f"/duties/{story.promised}/answer", {"answer": "yes"}).status_code == 303


def test_a_refused_answer_keeps_the_page_and_says_why(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    house = story.house
    clash = plan(uow, house, "撞时间", NOW + 2 * DAY + 5 * HOUR)
    other = ask(uow, house, clash, house.people[0], why="看他愿去哪一场")
    release(uow, house, clash)
    say(uow, other, house.people[0], AnswerWord.yes)
    refused = sign_in("member").post(f"/duties/{story.asked}/answer", {"answer": "yes"})
    assert refused.status_code == 409
    assert "已经另有安排" in refused.text
    assert "您已经答应的" in refused.text
    assert sign_in("member").post(f"/duties/{story.asked}/answer", {"answer": "perhaps"}).status_code == 422


def test_nobody_answers_for_others_here(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    for who in ("leader", "organiser", "auditor"):
        assert sign_in(who).post(f"/duties/{story.asked}/answer", {"answer": "no"}).status_code == 404
    assert answers(uow, story.asked) == []


def test_what_is_over_cancelled_or_a_draft_is_not_asked(
    uow: UnitOfWork, story: Story, sign_in: SignIn, clock: ManualClock
) -> None:
    ask(uow, story.house, story.draft, story.house.people[0], AssignmentRole.model_demo)
    with uow.write(story.house.organiser) as tx:
        activities.postpone(tx, story.asked_in, reason="下雪")
        activities.cancel(tx, story.promised_in, reason="停电")
    text = sign_in("member").get("/duties").text
    assert "延期的，新日子还没定" in text
    assert "没有事等您。" in text
    assert "金湖街道社区讲堂" not in text
    assert "法律咨询值班" not in text


def test_during_the_duty_there_is_nothing_left_to_press(story: Story, sign_in: SignIn, clock: ManualClock) -> None:
    clock.set(NOW + DAY + 4 * HOUR)
    text = sign_in("member").get("/duties").text
    assert "活动已经开始" in text
    assert f"/duties/{story.promised}/answer" not in text


def test_hours_come_from_coming_and_leaving_else_from_the_plan(
    uow: UnitOfWork, story: Story, sign_in: SignIn, clock: ManualClock
) -> None:
    li = story.house.people[0]
    start = NOW - 3 * DAY
    with uow.write(story.house.organiser) as tx:
        activities.hold(tx, story.over)
        attendance.check_in(tx, story.over, at=start, nonce="in", person_id=li)
        left = start + timedelta(minutes=50)
        attendance.check_in(tx, story.over, at=left, nonce="out", person_id=li, direction=Direction.departure)
        closings.sign(tx, story.over)
    with uow.read(story.house.member) as tx:
        record = read_service_record(tx)
    assert (record.year_count, record.total_count) == (2, 2)
    assert [(row.duration, row.is_measured) for row in record.latest] == [
        (timedelta(minutes=50), True),
        (timedelta(minutes=90), False),
    ]
    text = re.sub(r"<[^>]*>", "", sign_in("member").get("/duties").text)
    assert "2.3小时，今年" in text
    assert "今年2场累计2场" in text
    assert "1.5小时*" in text
    with uow.write(story.house.organiser) as tx:
        attendance.reverse(tx, 1, reason="没有来")
    with uow.read(story.house.member) as tx:
        assert read_service_record(tx).total_count == 1


def test_promises_go_into_a_calendar(story: Story, sign_in: SignIn) -> None:
    answer = sign_in("member").get("/duties/calendar.ics")
    (entry,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert entry.decoded("dtstart") == NOW + DAY + 4 * HOUR
    assert answer.headers["content-disposition"] == 'attachment; filename="duties.ics"'


def test_several_promises_are_one_calendar(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    say(uow, story.asked, story.house.people[0], AnswerWord.yes)
    answer = sign_in("member").get("/duties/calendar.ics")
    assert len(Calendar.from_ical(answer.content).walk("VEVENT")) == 2
    assert "X-WR-CALNAME:我的安排" in answer.text


def test_a_login_without_a_person_is_told_what_to_do(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    with uow.write(COMMAND) as tx:
        users.add(tx, name="新账号", email="new@example.org", role=UserRole.member, team_id=story.house.squad)
    page = sign_in("new").get("/duties")
    assert page.status_code == 200
    assert "您的账号还没有对上名册里的人" in page.text


@pytest.mark.parametrize("path", ["/duties", "/duties/calendar.ics"])
def test_strangers_sign_in_first(stranger: object, path: str) -> None:
    assert stranger.get(path).status_code == 303  # type: ignore[attr-defined]


def test_the_page_costs_the_same_for_one_duty_and_for_four(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    browser = sign_in("member")
    browser.get("/duties")
    with statements(uow) as few:
        browser.get("/duties")
    for number in range(3):
        activity_id = plan(uow, story.house, f"值勤{number}", NOW + (9 + number) * DAY)
        ask(uow, story.house, activity_id, story.house.people[0])
        release(uow, story.house, activity_id)
    with statements(uow) as many:
        browser.get("/duties")
    assert len(many) == len(few)
