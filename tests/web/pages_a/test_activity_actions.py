"""What organisers decide: release, move, postpone, call off, hold, close; each shown before it is done."""

import re

import pytest
from sqlmodel import col, select

from models.enums import ActivityKind, ActivityState, AnswerWord, AssignmentState, BookingState, NotificationKind
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.bookings import Booking
from models.tables.notifications import Notification
from muster.clock import ManualClock
from services import assignments, attendance, bookings, people
from services.access import WORKER
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.service.builders import LENGTH, add_person
from tests.web.pages_a.conftest import SignIn
from tests.web.pages_a.stories import DAY, HOUR, Story, ask, plan, release, say


def state_of(uow: UnitOfWork, activity_id: int) -> ActivityState:
    with uow.read(WORKER) as tx:
        return tx.get(Activity, activity_id, noun="activity", for_update=False).state


def asked(uow: UnitOfWork, activity_id: int) -> int:
    with uow.read(WORKER) as tx:
        rows = tx.session.exec(
            select(Notification).where(
                col(Notification.activity_id) == activity_id, col(Notification.kind) == NotificationKind.call_up
            )
        ).all()
    return len(rows)


def test_the_release_shows_first_who_will_be_asked(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    house = story.house
    activity_id = plan(uow, house, "义务理发", NOW + 20 * DAY)
    with uow.write(house.organiser) as tx:
        silent = add_person(tx, "没邮箱", house.squad)
    ask(uow, house, activity_id, house.people[0])
    ask(uow, house, activity_id, house.people[1])
    ask(uow, house, activity_id, silent)
    browser = sign_in("organiser")
    page = browser.get(f"/activities/{activity_id}/release").text
    assert "2人会收到" in page
    assert "1人没有邮箱，请打电话" in page
    assert re.search(r"没邮箱.*tel:\+8613800000000", page, re.DOTALL)
    assert asked(uow, activity_id) == 0
    done = browser.post(f"/activities/{activity_id}/release")
    assert (done.status_code, done.headers["location"]) == (303, f"/activities/{activity_id}")
    assert asked(uow, activity_id) == 2
    assert "已发布，2封信正在路上。" in browser.get(done.headers["location"]).text
    again = browser.get(f"/activities/{activity_id}/release")
    assert again.headers["location"] == f"/activities/{activity_id}"


def test_a_release_without_a_hall_is_refused_with_its_reason(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    page = browser.get(f"/activities/{story.draft}/release").text
    assert "现在还不能发布" in page
    assert 'class="btn btn--main" type="button" disabled' in page
    refused = browser.post(f"/activities/{story.draft}/release")
    assert refused.status_code == 409
    assert "场地还没有订好。" in refused.text
    assert state_of(uow, story.draft) is ActivityState.draft


def test_moving_takes_hall_and_people_along(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    path = f"/activities/{story.asked_in}/move"
    page = browser.get(path).text
    assert 'name="on" aria-' not in page
    assert re.search(r'type="date" value="2026-03-04" id="f-on"', page)
    assert "工人文化宫一起改" in page
    done = browser.post(path, {"on": "2026-03-06", "starts_time": "10:00", "ends_time": "11:30"})
    assert done.status_code == 303
    with uow.read(WORKER) as tx:
        booking = tx.session.exec(select(Booking).where(col(Booking.activity_id) == story.asked_in)).one()
        row = tx.get(Activity, story.asked_in, noun="activity", for_update=False)
    assert booking.starts_at == row.starts_at == NOW + 4 * DAY + HOUR
    text = browser.get(f"/activities/{story.asked_in}").text
    assert "时间从3月4日 周三 14:00–15:30改到3月6日 周五 10:00–11:30" in text


def test_a_move_that_cannot_be_is_refused_and_nothing_changes(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    house = story.house
    other = plan(uow, house, "占场", NOW + 4 * DAY, venue_id=house.hall)
    browser = sign_in("organiser")
    path = f"/activities/{story.asked_in}/move"
    wanted = {"on": "2026-03-06", "starts_time": "09:30", "ends_time": "11:00"}
    taken = browser.post(path, wanted)
    assert taken.status_code == 409
    assert "场地已有人订" in taken.text
    assert f'href="/venues/find?activity={story.asked_in}"' in taken.text
    assert 'value="09:30"' in taken.text
    past = browser.post(path, {**wanted, "on": "2026-03-01"})
    assert (past.status_code, "已经过去" in past.text) == (409, True)
    empty = browser.post(path, {})
    assert {f for f, _ in re.findall(r'<li><a href="#f-(\w+)">(.*?)</a>', empty.text)} == {
        *("on", "starts_time", "ends_time")
    }
    assert other
    with uow.read(WORKER) as tx:
        assert tx.get(Activity, story.asked_in, noun="activity", for_update=False).schedule_rev == 1


def test_whoever_is_busy_then_is_in_the_way_of_a_move(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    li = story.house.people[0]
    say(uow, story.asked, li, AnswerWord.yes)
    refused = sign_in("organiser").post(
        f"/activities/{story.promised_in}/move", {"on": "2026-03-04", "starts_time": "14:30", "ends_time": "16:00"}
    )
    assert refused.status_code == 409
    assert "已经另有安排" in refused.text


def test_whoever_comes_to_it_badly_is_named_and_overridden_with_a_reason(
    uow: UnitOfWork, story: Story, sign_in: SignIn
) -> None:
    li, browser = story.house.people[0], sign_in("organiser")
    say(uow, story.asked, li, AnswerWord.yes)
    with uow.write(story.house.organiser) as tx:
        people.change(tx, li, {"day_limit": 1})
    path = f"/activities/{story.promised_in}"
    assert "为什么仍然这样改" not in browser.get(f"{path}/move").text
    evening = {"on": "2026-03-04", "starts_time": "18:00", "ends_time": "19:30"}
    refused = browser.post(f"{path}/move", evening)
    assert refused.status_code == 409
    assert "李样本：2026年3月4日 周三已经答应了1场，一天最多1场。" in refused.text
    assert "为什么仍然这样改" in refused.text
    assert browser.post(f"{path}/move", evening | {"override_reason": "他自己要求的"}).status_code == 303
    page = browser.get(path).text
    assert "仍然请他：他自己要求的" in page
    assert "改动对李样本不便，仍然这样办：他自己要求的" in page


@pytest.mark.parametrize(
    ("verb", "state", "word"),
    [("postpone", ActivityState.postponed, "延期"), ("cancel", ActivityState.cancelled, "取消")],
)
def test_taking_an_activity_off_asks_why_and_shows_whom_it_touches(
    uow: UnitOfWork, story: Story, sign_in: SignIn, verb: str, state: ActivityState, word: str
) -> None:
    browser = sign_in("organiser")
    path = f"/activities/{story.asked_in}/{verb}"
    page = browser.get(path).text
    assert f"“陈贵镇文化站宣讲”要{word}？" in page
    assert "李样本" in page
    assert "退掉工人文化宫" in page
    refused = browser.post(path, {"reason": "  " if verb == "cancel" else "长" * 501})
    assert refused.status_code == 422
    assert 'id="f-reason-error"' in refused.text
    assert state_of(uow, story.asked_in) is ActivityState.released
    assert browser.post(path, {"reason": "下大雪"}).status_code == 303
    assert state_of(uow, story.asked_in) is state
    with uow.read(WORKER) as tx:
        booking = tx.session.exec(select(Booking).where(col(Booking.activity_id) == story.asked_in)).one()
    assert booking.state is BookingState.cancelled
    assert "原因：下大雪" in browser.get(f"/activities/{story.asked_in}").text


def test_what_was_counted_is_not_called_off(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    page = browser.get(f"/activities/{story.held}/cancel").text
    assert "已经记了1人到场" in page
    assert "<textarea" not in page
    assert browser.post(f"/activities/{story.held}/cancel", {"reason": "x"}).status_code == 409
    assert state_of(uow, story.held) is ActivityState.held


def test_holding_and_closing_count_it(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    leader = sign_in("leader")
    assert leader.post(f"/activities/{story.over}/hold").status_code == 303
    assert "还没有签到，也没有人数" in leader.get(f"/activities/{story.over}/close").text
    refused = leader.post(f"/activities/{story.over}/close")
    assert refused.status_code == 409
    with uow.write(story.house.leader) as tx:
        attendance.check_in(tx, story.over, at=NOW - 3 * DAY, nonce="n", person_id=story.house.people[0])
    page = leader.get(f"/activities/{story.over}/close").text
    assert "1人次" in page
    assert "从 D 类升到 C 类" in page
    assert leader.post(f"/activities/{story.over}/close").status_code == 303
    assert state_of(uow, story.over) is ActivityState.closed
    text = leader.get(f"/activities/{story.over}").text
    assert "已签字，从现在起计入数字。" in text
    assert "已结项" in text


def test_closing_names_who_said_yes_and_was_not_seen(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    with uow.write(story.house.leader) as tx:
        attendance.reverse(tx, 2, reason="记错人")
    page = sign_in("leader").get(f"/activities/{story.held}/close").text
    assert "1人答应了，没有到场记录" in page
    assert "王范例" in page


def test_nothing_is_held_before_it_starts(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    refused = sign_in("organiser").post(f"/activities/{story.asked_in}/hold")
    assert refused.status_code == 409
    assert "才开始" in refused.text


@pytest.mark.parametrize("who", ["leader", "member", "auditor"])
def test_planning_decisions_belong_to_organisers(uow: UnitOfWork, story: Story, sign_in: SignIn, who: str) -> None:
    browser = sign_in(who)
    for verb in ("release", "move", "postpone", "cancel"):
        assert browser.get(f"/activities/{story.asked_in}/{verb}").status_code == 403
        assert browser.post(f"/activities/{story.asked_in}/{verb}", {"reason": "x"}).status_code == 403
    assert state_of(uow, story.asked_in) is ActivityState.released


@pytest.mark.parametrize("who", ["member", "auditor"])
def test_counting_belongs_to_leaders(story: Story, sign_in: SignIn, who: str) -> None:
    browser = sign_in(who)
    for verb in ("check-in", "tallies", "evidence", "close"):
        assert browser.get(f"/activities/{story.held}/{verb}").status_code == 403
        assert browser.post(f"/activities/{story.held}/{verb}").status_code == 403
    assert browser.post(f"/activities/{story.over}/hold").status_code == 403


def test_a_form_from_another_site_does_nothing(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    browser.csrf_token = ""
    assert browser.post(f"/activities/{story.asked_in}/cancel", {"reason": "x"}).status_code == 403
    assert state_of(uow, story.asked_in) is ActivityState.released


def test_a_postponed_activity_moves_and_is_released_again(
    uow: UnitOfWork, story: Story, sign_in: SignIn, clock: ManualClock
) -> None:
    browser = sign_in("organiser")
    activity_id = plan(uow, story.house, "可改期", NOW + 10 * DAY)
    person = ask(uow, story.house, activity_id, story.house.people[2])
    release(uow, story.house, activity_id)
    say(uow, person, story.house.people[2], AnswerWord.yes)
    browser.post(f"/activities/{activity_id}/postpone", {"reason": "下雨"})
    browser.post(f"/activities/{activity_id}/move", {"on": "2026-03-25", "starts_time": "09:00", "ends_time": "10:00"})
    assert browser.post(f"/activities/{activity_id}/release").status_code == 303
    with uow.read(WORKER) as tx:
        row = tx.get(Assignment, person, noun="assignment", for_update=False)
    assert row.state is AssignmentState.offered  # a new date is a new question


def test_a_hall_that_was_asked_for_and_given_is_shown_as_booked(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    with uow.write(story.house.organiser) as tx:
        booking = tx.session.exec(select(Booking).where(col(Booking.activity_id) == story.draft)).one()
        bookings.confirm(tx, booking.id)
    text = sign_in("organiser").get(f"/activities/{story.draft}").text
    assert "占用 <time" in text
    assert "布置20分钟，清场10分钟" in text
    assert "请人参加" in text


def test_replacing_is_told_to_both(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    activity_id = plan(uow, story.house, "讲座", NOW + 15 * DAY, kind=ActivityKind.meeting, length=LENGTH)
    person = ask(uow, story.house, activity_id, story.house.people[0])
    with uow.write(story.house.organiser) as tx:
        assignments.replace(tx, person, person_id=story.house.people[1])
    text = sign_in("organiser").get(f"/activities/{activity_id}").text
    assert "已换人" in text
    assert "顶替李样本" in text
