"""The start page: what waits, for whom, and the week with its working calendar."""

import re
from datetime import date, timedelta

import pytest
from fastapi import FastAPI
from sqlmodel import select

from models.enums import ActivityKind, AnswerWord, AssignmentRole, DeliveryState, TeamKind, UserRole
from models.tables.activities import Activity
from models.tables.deliveries import Delivery
from muster.clock import ManualClock
from services import activities, users
from services.access import COMMAND, WORKER
from services.queries.home import FEW, Need, groups
from services.queries.week import read_week
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.service.builders import add_team, small_house
from tests.web.browser import Browser
from tests.web.pages_a.conftest import SignIn, statements
from tests.web.pages_a.stories import DAY, HOUR, Story, ask, deliver, plan, release, say


def needs(uow: UnitOfWork, actor: object) -> dict[Need, int]:
    with uow.read(actor) as tx:  # type: ignore[arg-type]
        return {group.need: group.count for group in groups(tx)}


def test_what_waits_is_counted_and_led_to(story: Story, sign_in: SignIn) -> None:
    page = sign_in("organiser").get("/")
    assert page.status_code == 200
    assert "今天有6件事等您" in page.text
    assert "张示例，上午好。<time" in page.text
    for text, href in (
        ("陈贵镇文化站宣讲", f"/activities/{story.asked_in}#people"),
        ("金湖街道社区讲堂", f"/activities/{story.draft}#venue"),
        ("殷祖镇走访慰问", f"/activities/{story.short_in}#people"),
        ("春节走访慰问", f"/activities/{story.over}"),
        ("社区义务维修", f"/activities/{story.held}"),
        ("给王范例的信", f"/activities/{story.asked_in}#messages"),
    ):
        assert re.search(f'<a class="item__title" href="{re.escape(href)}">{text}</a>', page.text), text
    assert "信箱不收，可能满了" in page.text
    assert 'href="tel:+8613800000000"' in page.text
    assert f'href="/activities/{story.held}/close"' in page.text
    assert page.text.count("btn--main") == 1  # one filled button on a screen


def test_a_group_grows_empty_when_its_cause_is_gone(uow: UnitOfWork, story: Story, clock: ManualClock) -> None:
    organiser = story.house.organiser
    assert needs(uow, organiser) == {
        Need.answers: 1,
        Need.venue: 1,
        Need.hands: 1,
        Need.closing: 2,
        Need.delivery: 1,
    }
    li, wang, _ = story.house.people
    clock.advance(HOUR)
    say(uow, story.asked, li, AnswerWord.yes)
    say(uow, story.asked + 1, wang, AnswerWord.yes)
    found = needs(uow, organiser)
    assert Need.answers not in found
    assert Need.delivery not in found  # whoever answered need not be written to again
    with uow.write(organiser) as tx:
        activities.cancel(tx, story.short_in, reason="不去了")
        activities.cancel(tx, story.draft, reason="不办了")
    assert needs(uow, organiser) == {Need.closing: 2}


def test_a_later_message_makes_a_failed_one_good(uow: UnitOfWork, story: Story) -> None:
    wang = story.house.people[1]
    with uow.write(story.house.organiser) as tx:
        start = tx.get(Activity, story.asked_in, noun="activity").starts_at + HOUR
        activities.move(tx, story.asked_in, starts_at=start, ends_at=start + HOUR)
    deliver(uow, wang)
    assert Need.delivery not in needs(uow, story.house.organiser)


def test_a_draft_that_is_near_asks_for_its_release(uow: UnitOfWork, story: Story) -> None:
    plan(uow, story.house, "义务植树", NOW + 3 * DAY)
    plan(uow, story.house, "义务植树二", NOW + 30 * DAY)
    with uow.read(story.house.organiser) as tx:
        (group,) = (group for group in groups(tx) if group.need is Need.release)
    assert [row.title for row in group.rows] == ["义务植树"]


def test_a_long_group_shows_few_and_opens_to_all(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    for number in range(FEW + 2):
        plan(uow, story.house, f"讲座{number}", NOW + 9 * DAY, kind=ActivityKind.lecture)
    browser = sign_in("organiser")
    page = browser.get("/").text
    assert '<a href="/?opened=venue">全部8条</a>' in page
    assert "讲座6" not in page
    assert "讲座6" in browser.get("/?opened=venue").text
    assert browser.get("/?opened=nonsense").status_code == 200


def test_a_leader_sees_what_waits_in_the_own_teams_only(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    with uow.write(story.house.organiser) as tx:
        activities.create(
            tx,
            kind=ActivityKind.lecture,
            title="别队的讲座",
            starts_at=NOW + 2 * DAY,
            ends_at=NOW + 2 * DAY + HOUR,
            team_id=story.house.other_squad,
        )
    leader = sign_in("leader").get("/").text
    assert "今天有6件事等您" in leader
    assert "别队的讲座" not in leader
    assert "排一场活动" not in leader
    assert "今天有7件事等您" in sign_in("organiser").get("/").text


def test_an_auditor_has_nothing_to_do_and_sees_the_week(story: Story, sign_in: SignIn) -> None:
    page = sign_in("auditor").get("/")
    assert "今天没有事等您" in page.text
    assert "法律咨询值班" in page.text
    assert "tel:" not in page.text
    assert "排一场活动" not in page.text


def test_volunteers_are_sent_to_their_own_duties(story: Story, sign_in: SignIn) -> None:
    sent = sign_in("member").get("/")
    assert (sent.status_code, sent.headers["location"]) == (303, "/duties")


def test_strangers_sign_in_first(stranger: Browser) -> None:
    assert stranger.get("/").headers["location"] == "/sign-in"


def test_an_empty_house_has_one_action(organiser: Browser, uow: UnitOfWork) -> None:
    page = organiser.get("/").text
    assert "还没有队伍" in page
    assert page.count("btn--main") == 1
    assert 'href="/teams/new"' in page


def test_a_house_with_teams_and_nothing_planned_has_another_one_action(
    uow: UnitOfWork, app: FastAPI, sign_in: SignIn
) -> None:
    small_house(uow)
    page = sign_in("organiser").get("/").text
    assert "还没有安排" in page
    assert page.count("btn--main") == 1
    assert 'class="btn btn--main" href="/activities/new"' in page
    assert 'href="/activities/new"' not in sign_in("leader").get("/").text


def test_people_of_the_week_stand_by_team(story: Story, sign_in: SignIn) -> None:
    page = sign_in("organiser").get("/").text
    assert (
        f'href="/activities?team_id={story.house.squad}&amp;from_on=2026-03-02&amp;until_on=2026-03-08">2/5</a>' in page
    )
    assert 'aria-label="铜都分队: 2/5"' in page


def test_teams_behind_the_first_eight_are_one_row(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    with uow.write(COMMAND) as tx:
        teams = [add_team(tx, TeamKind.unit, f"第{number}小队", story.house.squad) for number in range(9)]
    zhao = story.house.people[2]
    for number, team in enumerate(teams):
        with uow.write(story.house.organiser) as tx:
            start = NOW + timedelta(hours=3 + number)
            activity_id = activities.create(
                tx,
                kind=ActivityKind.service,
                title=f"值勤{number}",
                starts_at=start,
                ends_at=start + HOUR,
                team_id=team,
            )
        ask(uow, story.house, activity_id, zhao, AssignmentRole.volunteer)
        release(uow, story.house, activity_id)
    page = sign_in("organiser").get("/").text
    assert "其余2队" in page
    assert "2/14" in page
    assert "另有3场" in page  # the day shows six of its nine


def test_messages_of_today_are_counted(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    with uow.read(WORKER) as tx:
        states = [row.state for row in tx.session.exec(select(Delivery)).all()]
    assert states.count(DeliveryState.sent) >= 1
    page = sign_in("organiser").get("/").text
    assert '<a href="/deliveries?state=sent">1条</a>，<a href="/deliveries?state=refused">退回2条</a>' in page
    assert "21:30 至次日 07:30" in page


def test_the_week_knows_days_off_and_make_up_workdays(story: Story, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    page = browser.get("/?week=2026-02-25").text  # 23 February still a holiday, 28 February worked
    assert "2月23日" in page
    assert "一周" in page
    assert page.count('<span class="rest"') == 1
    assert page.count('<span class="work"') == 1
    assert "春节" in page
    assert "暂定" not in page
    assert "劳模工匠进车间宣讲" in page
    assert 'href="/?week=2026-02-16"' in page
    assert 'href="/?week=2026-03-02"' in page
    assert browser.get("/?week=gone").text.count("<h2>本周</h2>") == 1


def test_a_year_without_a_notice_is_marked_as_provisional(story: Story, sign_in: SignIn) -> None:
    page = sign_in("organiser").get("/?week=2031-10-01").text
    assert "暂定" in page
    assert "还没有公布" in page


def test_the_week_is_a_part_of_its_own(story: Story, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    part = browser.get("/?week=2026-03-09", hx_request="true", hx_target="section#week").text
    assert part.lstrip().startswith('<section class="sect after" id="week" data-part="week"')
    assert "<html" not in part
    whole = browser.get("/?week=2026-03-09", hx_request="true", hx_target="body")
    assert "<html" in whole.text
    assert "data-part" in browser.get("/", hx_request="true", hx_target="div#today").text


def test_a_week_belongs_to_the_zone_of_the_house(uow: UnitOfWork, story: Story) -> None:
    midnight = plan(uow, story.house, "零点巡查", NOW + 6 * DAY - 9 * HOUR + DAY)  # Monday 00:00 in Daye
    with uow.read(story.house.organiser) as tx:
        this = read_week(tx, date(2026, 3, 2))
        following = read_week(tx, date(2026, 3, 9))
    assert midnight not in {row.activity_id for day in this.days for row in day.rows}
    assert [row.activity_id for row in following.days[0].rows] == [midnight]


@pytest.mark.parametrize("path", ["/", "/activities"])
def test_lists_ask_the_database_as_often_for_three_rows_as_for_one(
    uow: UnitOfWork, story: Story, sign_in: SignIn, path: str
) -> None:
    browser = sign_in("organiser")
    browser.get(path)  # fills the pulse
    with statements(uow) as few:
        assert browser.get(path).status_code == 200
    for number in range(3):
        activity_id = plan(uow, story.house, f"讲座{number}", NOW + (9 + number) * DAY, kind=ActivityKind.lecture)
        ask(uow, story.house, activity_id, story.house.people[0], AssignmentRole.model_demo)
        if number:
            over = plan(uow, story.house, f"旧事{number}", NOW + number * HOUR)
            release(uow, story.house, over)
    with statements(uow) as many:
        assert browser.get(path).status_code == 200
    assert len(many) == len(few)


def test_a_leader_of_another_team_learns_nothing(uow: UnitOfWork, story: Story, app: FastAPI) -> None:
    with uow.write(COMMAND) as tx:
        users.add(tx, name="小队长", email="small@example.org", role=UserRole.leader, team_id=story.house.other_squad)
    with Browser(app).sign_in("small@example.org").client as client:
        page = client.get("/").text
    assert "陈贵镇" not in page
    assert "tel:" not in page
