"""One activity from plan to figure: the one next thing, by state and by role, and its whole life in words."""

import re
from datetime import timedelta

import pytest
from sqlmodel import col, select

from models.enums import ActivityKind, AnswerVia, AnswerWord, AssignmentRole, BookingState, UserRole
from models.tables.bookings import Booking
from muster.clock import ManualClock
from services import activities, assignments, bookings, users
from services.access import COMMAND
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.web.pages_a.conftest import SignIn, statements
from tests.web.pages_a.stories import DAY, HOUR, Story, ask, plan, release, say


def next_step(text: str) -> str:
    """Return the headline of the one next thing; empty where there is none."""
    assert text.count('class="next ') <= 1
    found = re.search(r'<h2 id="next-heading">(.*?)</h2>', text)
    return re.sub(r"<.*?>", "", found.group(1)) if found else ""


def steps(text: str) -> list[tuple[str, str]]:
    found = re.search(r'<ol class="steps".*?</ol>', text, re.DOTALL)
    assert found is not None
    rows = re.findall(r"<li( aria-current=\"step\")?>(.*?)</li>", found.group(0))
    return [("now" if now else "", re.sub(r"<.*?>", "", text).strip()) for now, text in rows]


def doable(text: str) -> dict[str, str]:
    """Return what the aside offers, with the reason where it is grey."""
    aside = text[text.index("<h2>其他</h2>") :]
    aside = aside[: aside.index("</section>")]
    found = {}
    for block in re.findall(r"<p>(.*?)</p>", aside, re.DOTALL):
        caption = re.sub(r"<svg.*?</svg>", "", block)
        reason = re.search(r'<span class="meta">(.*?)</span>', caption)
        name = re.search(r"<(?:button|a)[^>]*>([^<]+)<", caption)
        assert name is not None, block
        found[name.group(1)] = reason.group(1) if reason else ""
    return found


def test_each_state_has_its_own_next_step(uow: UnitOfWork, story: Story, sign_in: SignIn, clock: ManualClock) -> None:
    browser = sign_in("organiser")
    house = story.house
    no_hall = plan(uow, house, "没有场地的宣讲", NOW + 20 * DAY, kind=ActivityKind.lecture)
    no_people = plan(uow, house, "没有人的服务", NOW + 20 * DAY)
    ready = plan(uow, house, "可以发布的服务", NOW + 21 * DAY)
    ask(uow, house, ready, house.people[0])
    passed = plan(uow, house, "忘了发布的服务", NOW + HOUR)
    all_set = plan(uow, house, "都好了的服务", NOW + 22 * DAY)
    at_all_set = ask(uow, house, all_set, house.people[0])
    release(uow, house, all_set)
    say(uow, at_all_set, house.people[0], AnswerWord.yes)
    clock.advance(2 * HOUR)
    for activity_id, text in (
        (story.draft, "等文化站报告厅答复"),
        (no_hall, "找场地"),
        (no_people, "请人参加"),
        (ready, "再看一遍就发布"),
        (passed, "请定新日期"),
        (all_set, ""),
        (story.asked_in, "请打电话问李样本、王范例，再代记答复"),
        (story.short_in, "请人顶替王范例"),
        (story.over, "举行了吗"),
        (story.held, "请签字结项"),
        (story.closed, ""),
        (story.cancelled, ""),
    ):
        assert next_step(browser.get(f"/activities/{activity_id}").text) == text


def test_the_day_itself_has_its_steps(uow: UnitOfWork, story: Story, sign_in: SignIn, clock: ManualClock) -> None:
    start = NOW + DAY + 4 * HOUR
    path = f"/activities/{story.promised_in}"
    clock.set(start - timedelta(minutes=59))
    assert next_step(sign_in("leader").get(path).text) == "请点名"
    clock.set(start)
    assert next_step(sign_in("leader").get(path).text) == "举行了吗"
    with uow.write(story.house.leader) as tx:
        activities.hold(tx, story.promised_in)
    assert next_step(sign_in("leader").get(path).text) == "请点名"
    clock.set(start + 2 * HOUR)
    assert next_step(sign_in("leader").get(path).text) == "请补记到场的人"


def test_a_declined_hall_is_named_with_its_reason(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    with uow.write(story.house.organiser) as tx:
        booking = tx.session.exec(select(Booking).where(col(Booking.state) == BookingState.requested)).one()
        bookings.decline(tx, booking.id, reason="那天装修")
    text = sign_in("organiser").get(f"/activities/{story.draft}").text
    assert next_step(text) == "找场地"
    assert "文化站报告厅谢绝：那天装修" in text
    assert f'href="/venues/find?activity={story.draft}"' in text


def test_a_postponed_activity_wants_a_new_date(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    with uow.write(story.house.organiser) as tx:
        activities.postpone(tx, story.asked_in, reason="下雪")
    text = sign_in("organiser").get(f"/activities/{story.asked_in}").text
    assert next_step(text) == "请定新日期"
    assert "原因：下雪" in text
    assert "已延期" in text
    assert "延期：下雪" in text  # among the changes


def test_steps_tell_how_far_it_is(story: Story, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    drafted = steps(browser.get(f"/activities/{story.draft}").text)
    assert drafted == [("now", "计划"), ("", "发布"), ("", "举行"), ("", "结项")]
    assert steps(browser.get(f"/activities/{story.asked_in}").text)[2] == ("now", "举行")
    closed = steps(browser.get(f"/activities/{story.closed}").text)
    assert closed == [("", f"已完成： {name}") for name in ("计划", "发布", "举行", "结项")]


def test_what_cannot_be_done_yet_is_grey_with_its_reason_and_what_never_can_is_absent(
    story: Story, sign_in: SignIn
) -> None:
    browser = sign_in("organiser")
    released = doable(browser.get(f"/activities/{story.asked_in}").text)
    assert {name for name, reason in released.items() if not reason} == {
        *("修改", "请人", "改时间", "延期", "添加凭证", "取消活动", "打印")
    }
    assert released["已经举行"] == "3月4日 周三 14:00才开始。"
    assert released["点名"] == "3月4日 周三 13:00才开始签到。"
    assert "结项" not in released
    assert doable(browser.get(f"/activities/{story.draft}").text)["发布"] == "场地还没有订好。"
    assert set(doable(browser.get(f"/activities/{story.closed}").text)) == {"打印"}
    assert set(doable(browser.get(f"/activities/{story.cancelled}").text)) == {"打印"}


def test_a_leader_counts_and_closes_but_does_not_plan(story: Story, sign_in: SignIn) -> None:
    browser = sign_in("leader")
    text = browser.get(f"/activities/{story.held}").text
    assert set(doable(text)) == {"点名", "记人数", "添加凭证", "结项", "打印"}
    assert "请人" not in text
    assert next_step(browser.get(f"/activities/{story.draft}").text) == ""
    assert "代记答复" in browser.get(f"/activities/{story.asked_in}").text


def test_an_auditor_sees_everything_but_contacts_and_changes_nothing(story: Story, sign_in: SignIn) -> None:
    text = sign_in("auditor").get(f"/activities/{story.closed}").text
    assert next_step(text) == ""
    assert set(doable(text)) == {"打印"}
    for shown in ("李样本", "签到表.png", "请您答复", "何样张点数", "内容摘要"):
        assert shown in text
    assert "tel:" not in text
    assert "冲正</a>" not in text
    assert 'method="post" action="/activities' not in text


def test_a_member_sees_names_of_the_own_team_and_nothing_behind_them(story: Story, sign_in: SignIn) -> None:
    browser = sign_in("member")
    text = browser.get(f"/activities/{story.promised_in}").text
    assert "李样本" in text
    assert "赵演示" not in text
    assert "另有别队1人" in text
    assert "2/2答应" in text
    closed = browser.get(f"/activities/{story.closed}").text
    for hidden in ("签到表.png", "<h2>改动</h2>", "<h2>消息</h2>", "tel:", "何样张"):
        assert hidden not in closed
    assert browser.get("/evidence/1").status_code == 404


def test_whoever_has_no_reason_to_know_finds_nothing(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    with uow.write(COMMAND) as tx:
        users.add(tx, name="别队", email="other@example.org", role=UserRole.leader, team_id=story.house.other_squad)
    other = sign_in("other")
    for path in ("", "/edit", "/people", "/check-in", "/close", "/release", f"/people/{story.asked}/answer"):
        assert other.get(f"/activities/{story.asked_in}{path}").status_code == 404, path
    assert other.post(f"/activities/{story.asked_in}/cancel", {"reason": "x"}).status_code == 404
    assert sign_in("organiser").get("/activities/999999").status_code == 404
    assert sign_in("organiser").get("/activities/nonsense").status_code == 404


def test_the_life_is_told_in_words(story: Story, sign_in: SignIn) -> None:
    text = sign_in("organiser").get(f"/activities/{story.closed}?everything=changes").text
    for sentence in (
        "排上活动",
        "订下工人文化宫，占用2月26日 周四 8:40–10:40",
        "请李样本：劳模示范讲",
        "发布活动",
        "李样本答应了（点链接答复）",
        "王范例说不能来（点链接答复）",
        "王范例换成陈试写",
        "记为已举行",
        "李样本到场（点名）",
        "记85人（主办方证明）",
        "存入凭证：签到表",
        "签字结项，内容摘要",
    ):
        assert sentence in text, sentence
    assert "本人点链接" in text


def test_answers_show_way_reason_and_who_wrote_them_down(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    with uow.write(story.house.leader) as tx:
        assignments.answer(tx, story.asked, word=AnswerWord.no, via=AnswerVia.phone, reason="腿脚不便")
    text = sign_in("organiser").get(f"/activities/{story.asked_in}").text
    assert "不能来，leader代记：腿脚不便" in text
    closed = sign_in("organiser").get(f"/activities/{story.closed}").text
    assert "不能来，点链接答复：家里有事" in closed
    assert "顶替王范例" in closed


def test_evidence_is_a_bar_with_its_numbers_in_words(story: Story, sign_in: SignIn) -> None:
    text = sign_in("organiser").get(f"/activities/{story.closed}").text
    assert 'aria-label="证据构成：A 0%，B 0%，C 100%，D 0%"' in text
    assert "86人次" in text
    assert f'href="/figures?from=2026-02-26&amp;to=2026-02-26&amp;team={story.house.squad}"' in text
    held = sign_in("organiser").get(f"/activities/{story.held}").text
    assert 'aria-label="证据构成：A 0%，B 0%，C 0%，D 100%"' in held


def test_messages_say_when_whether_and_why_not(story: Story, sign_in: SignIn) -> None:
    text = sign_in("organiser").get(f"/activities/{story.asked_in}").text
    messages = re.sub(r"<.*?>", " ", text[text.index('id="messages"') : text.index('id="attendance"')])
    assert re.search(r"请您答复\s+李样本\s+3月2日 周一 9:00\s+3月2日 周一 9:00\s+已送出", messages)
    assert re.search(r"请您答复\s+王范例\s+3月2日 周一 9:00\s+–\s+退回\s+信箱不收，可能满了", messages)
    assert re.search(r"提醒结项\s+张示例", messages)


def test_long_lists_are_cut_and_open_to_all(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    for number in range(8):
        with uow.write(story.house.organiser) as tx:
            activities.change(tx, story.asked_in, {"title": f"题目{number}"})
    browser = sign_in("organiser")
    text = browser.get(f"/activities/{story.asked_in}").text
    assert f'href="/activities/{story.asked_in}?everything=changes#changes">全部13条</a>' in text
    assert "排上活动" not in text
    assert "排上活动" in browser.get(f"/activities/{story.asked_in}?everything=changes").text


def test_a_page_costs_the_same_for_one_person_and_for_three(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    path = f"/activities/{story.short_in}"
    browser.get(path)
    with statements(uow) as few:
        browser.get(path)
    for person_id in (story.house.people[0], story.house.people[2]):
        ask(uow, story.house, story.short_in, person_id, AssignmentRole.driver)
    with statements(uow) as many:
        browser.get(path)
    assert len(many) == len(few)


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_no_page_shows_a_code_instead_of_a_sentence(story: Story, sign_in: SignIn, locale: str) -> None:
    browser = sign_in("organiser")
    browser.client.cookies.set("muster_modes", locale)
    for activity_id in (story.draft, story.asked_in, story.short_in, story.held, story.closed, story.cancelled):
        text = re.sub(r"<[^>]*>", " ", browser.get(f"/activities/{activity_id}?everything=changes").text)
        assert not re.search(r"\b(?:history|unsent|column|actor|said|given_back|sentence)\.[a-z]", text)
        assert "%(" not in text
        assert "…" not in text
