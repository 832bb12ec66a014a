"""Activities as a list and as a form."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from sqlmodel import col, select

from models.enums import ActivityState, OrgKind
from models.tables.activities import Activity
from models.tables.orgs import Org
from models.tables.topics import Programme, Topic
from muster.clock import ManualClock
from muster.ids import SystemIds
from muster.settings import Settings
from services.access import COMMAND
from services.house import open_house
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.service.builders import SINCE, SmallHouse, small_house
from tests.web.browser import Browser, build
from tests.web.pages_a.conftest import SignIn
from tests.web.pages_a.stories import DAY, Story, plan

PLANNED = {
    "title": "讲党史",
    "kind": "lecture",
    "on": "2026-03-20",
    "starts_time": "14:00",
    "ends_time": "15:30",
}


def newest(uow: UnitOfWork) -> Activity:
    with uow.read(COMMAND) as tx:
        return tx.session.exec(select(Activity).order_by(col(Activity.id).desc())).first()  # type: ignore[return-value]


def problems(text: str) -> list[tuple[str, str]]:
    """Return field and sentence of each line of the summary of errors."""
    return re.findall(r'<li><a href="#f-(\w+)">(.*?)</a></li>', text)


def titles(text: str) -> list[str]:
    return re.findall(r'<a href="/activities/\d+"><b>(.*?)</b>', text)


def test_the_list_begins_last_week_and_goes_by_start(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    plan(uow, story.house, "远的", NOW + 90 * DAY)
    browser = sign_in("organiser")
    assert titles(browser.get("/activities").text) == [
        *("劳模工匠进车间宣讲", "春节走访慰问", "社区义务维修", "法律咨询值班"),
        *("露天放映", "陈贵镇文化站宣讲", "殷祖镇走访慰问", "金湖街道社区讲堂", "远的"),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=closed", ["劳模工匠进车间宣讲"]),
        ("state=draft&kind=lecture", ["金湖街道社区讲堂"]),
        ("kind=rights", ["法律咨询值班"]),
        ("from_on=2026-03-04&until_on=2026-03-04", ["露天放映", "陈贵镇文化站宣讲"]),
        ("from_on=2026-03-06", ["金湖街道社区讲堂"]),
        ("from_on=&until_on=2026-02-26", ["劳模工匠进车间宣讲"]),
        ("state=closed&kind=nonsense&team_id=x&cursor=", ["劳模工匠进车间宣讲"]),
    ],
)
def test_the_list_is_narrowed(story: Story, sign_in: SignIn, query: str, found: list[str]) -> None:
    assert titles(sign_in("organiser").get(f"/activities?{query}").text) == found


def test_a_team_keeps_its_subtree(story: Story, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    assert titles(browser.get(f"/activities?team_id={story.house.other_squad}").text) == []
    assert len(titles(browser.get(f"/activities?team_id={story.house.headquarters}").text)) == 8
    assert "没有这样的活动" in browser.get(f"/activities?team_id={story.house.other_squad}").text


def test_a_long_list_goes_on_behind_a_cursor(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    for number in range(28):
        plan(uow, story.house, f"值勤{number:02}", NOW + (20 + number) * DAY)
    browser = sign_in("organiser")
    first = browser.get("/activities?kind=service").text
    following = re.search(r'href="(/activities\?[^"]*cursor=[^"]*)"', browser.get("/activities").text)
    assert following is not None
    second = browser.get(following.group(1).replace("&amp;", "&")).text
    assert len(titles(first)) == 29
    assert titles(second)[-1] == "值勤27"
    assert not re.search(r'href="[^"]*cursor', second)
    assert browser.get("/activities?cursor=broken").status_code == 422


def test_the_list_of_a_member_holds_their_team_only(story: Story, sign_in: SignIn) -> None:
    page = sign_in("member").get("/activities")
    assert page.status_code == 200
    assert "排一场活动" not in page.text


def test_an_activity_is_planned(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    with uow.write(COMMAND) as tx:
        org = tx.add(Org(name="示例铜业", kind=OrgKind.company, valid_from_on=SINCE, created_at=tx.now)).id
        programme = tx.add(Programme(code="lecture", name="宣讲", name_en="Lectures", created_at=tx.now)).id
        topic = tx.add(Topic(title="从学徒到工匠", created_at=tx.now)).id
    browser = sign_in("organiser")
    form = browser.get("/activities/new?on=2026-03-20").text
    assert 'value="2026-03-20"' in form
    assert '<option value="示例铜业"></option>' in form
    done = browser.post(
        "/activities",
        {
            **PLANNED,
            "team_id": str(story.house.squad),
            "capacity": "60",
            "host": "示例铜业",
            "venue": "工人文化宫",
            "programme_id": str(programme),
            "topic_id": str(topic),
            "description": "带好教案\r\n早点到",
        },
    )
    made = newest(uow)
    assert (done.status_code, done.headers["location"]) == (303, f"/activities/{made.id}")
    assert made.starts_at == datetime(2026, 3, 20, 6, 0, tzinfo=UTC)
    assert made.ends_at == datetime(2026, 3, 20, 7, 30, tzinfo=UTC)
    assert (made.state, made.capacity, made.host_org_id) == (ActivityState.draft, 60, org)
    assert (made.venue_id, made.programme_id, made.topic_id) == (story.house.hall, programme, topic)
    assert made.description == "带好教案\n早点到"
    page = browser.get(done.headers["location"]).text
    assert "排上了，还没有通知任何人。" in page
    assert "《从学徒到工匠》" in page


def test_everything_wrong_is_said_at_once_beside_its_field(story: Story, sign_in: SignIn) -> None:
    refused = sign_in("organiser").post(
        "/activities",
        {
            "title": " ",
            "kind": "party",
            "on": "2026-02-30",
            "starts_time": "14:00",
            "capacity": "-3",
            "host": "没有的单位",
            "programme_id": "x",
            "description": "写好的话",
        },
    )
    assert refused.status_code == 422
    fields = [field for field, _ in problems(refused.text)]
    assert set(fields) == {"title", "kind", "team_id", "starts_time", "ends_time", "capacity", "host", "programme_id"}
    for field in fields:
        assert f'id="f-{field}"' in refused.text
        assert f'id="f-{field}-error"' in refused.text
    assert "写好的话" in refused.text
    assert "还有8处要改" in refused.text


def test_an_end_before_the_start_is_refused_and_one_on_the_next_day_is_not(
    uow: UnitOfWork, story: Story, sign_in: SignIn
) -> None:
    browser = sign_in("organiser")
    sent = {**PLANNED, "team_id": str(story.house.squad), "starts_time": "22:00", "ends_time": "02:00"}
    assert [field for field, _ in problems(browser.post("/activities", sent).text)] == ["ends_time"]
    assert browser.post("/activities", {**sent, "until_on": "2026-03-21"}).status_code == 303
    assert newest(uow).ends_at == datetime(2026, 3, 20, 18, 0, tzinfo=UTC)


def test_what_the_service_refuses_stands_at_the_field_that_was_filled_in(story: Story, sign_in: SignIn) -> None:
    sent = {**PLANNED, "team_id": str(story.house.squad), "on": "2190-03-20"}
    assert [field for field, _ in problems(sign_in("organiser").post("/activities", sent).text)] == ["starts_time"]


def test_the_same_form_sent_twice_plans_once(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    once = re.search(r'name="once" value="([^"]+)"', browser.get("/activities/new").text)
    assert once is not None
    sent = {**PLANNED, "team_id": str(story.house.squad), "once": once.group(1)}
    first, second = browser.post("/activities", sent), browser.post("/activities", sent)
    assert first.headers["location"] == second.headers["location"]
    with uow.read(COMMAND) as tx:
        assert len(tx.session.exec(select(Activity).where(col(Activity.title) == "讲党史")).all()) == 1


@pytest.mark.parametrize(("who", "status"), [("leader", 403), ("member", 403), ("auditor", 403)])
def test_only_organisers_plan(story: Story, sign_in: SignIn, who: str, status: int) -> None:
    browser = sign_in(who)
    assert browser.get("/activities/new").status_code == status
    assert browser.post("/activities", {**PLANNED, "team_id": str(story.house.squad)}).status_code == status
    assert browser.get(f"/activities/{story.draft}/edit").status_code == status


def test_a_title_is_text_and_never_markup(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    nasty = "<script>alert(1)</script>\"' onload=x"
    activity_id = plan(uow, story.house, nasty, NOW + DAY)
    browser = sign_in("organiser")
    for path in ("/", "/activities", f"/activities/{activity_id}", f"/activities/{activity_id}/edit"):
        text = browser.get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39; onload=x" in text


def test_an_activity_is_edited_against_the_version_that_was_read(
    uow: UnitOfWork, story: Story, sign_in: SignIn
) -> None:
    browser = sign_in("organiser")
    page = browser.get(f"/activities/{story.asked_in}/edit").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    assert 'value="工人文化宫"' in page
    sent = {
        "title": "改了的题目",
        "capacity": "70",
        "venue": "工人文化宫",
        "venue_kept": f"{story.house.hall}:工人文化宫",
        "version": version.group(1),
    }
    assert browser.post(f"/activities/{story.asked_in}/edit", sent).status_code == 303
    shown = browser.get(f"/activities/{story.asked_in}").text
    assert "改了的题目" in shown
    assert "已订" in shown  # the hall stays booked
    assert "名称从陈贵镇文化站宣讲改为改了的题目、说明、预计人数从60改为70" in shown
    assert browser.post(f"/activities/{story.asked_in}/edit", sent).status_code == 412


def test_what_is_over_for_good_is_not_edited(story: Story, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    for activity_id in (story.closed, story.cancelled):
        sent = browser.get(f"/activities/{activity_id}/edit")
        assert (sent.status_code, sent.headers["location"]) == (303, f"/activities/{activity_id}")
    refused = browser.post(f"/activities/{story.closed}/edit", {"title": "x", "version": "1"})
    assert refused.status_code == 409
    assert "只能冲销" in refused.text


def test_a_name_that_two_bodies_share_is_asked_about(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    with uow.write(COMMAND) as tx:
        ids = [
            tx.add(Org(name="同名厂", kind=OrgKind.company, valid_from_on=SINCE, created_at=tx.now)).id for _ in "ab"
        ]
    browser = sign_in("organiser")
    sent = {**PLANNED, "team_id": str(story.house.squad), "host": "同名厂"}
    assert [field for field, _ in problems(browser.post("/activities", sent).text)] == ["host"]
    kept = browser.post("/activities", {**sent, "host_kept": f"{ids[1]}:同名厂"})
    assert kept.status_code == 303
    assert newest(uow).host_org_id == ids[1]


class TestClocksThatChange:
    """A house in Berlin, where the night of 25 October 2026 has 02:30 twice and that of 28 March 2027 has none."""

    @pytest.fixture
    def berlin(self, settings: Settings) -> Iterator[UnitOfWork]:
        uow = open_house(settings.model_copy(update={"zone": "Europe/Berlin"}), clock=ManualClock(NOW), ids=SystemIds())
        yield uow
        uow.database.dispose()

    @pytest.fixture
    def house(self, berlin: UnitOfWork) -> SmallHouse:
        return small_house(berlin)

    @pytest.fixture
    def browser(self, berlin: UnitOfWork, house: SmallHouse) -> Iterator[Browser]:
        app: FastAPI = build(berlin)
        browser = Browser(app).sign_in("organiser@example.org")
        with browser.client:
            yield browser

    @pytest.mark.parametrize(
        ("on", "code", "instants"),
        [
            ("2026-10-25", "两次", ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]),
            ("2027-03-28", "没有", ["2027-03-28T00:30:00Z", "2027-03-28T01:30:00Z"]),
        ],
    )
    def test_a_time_that_is_no_single_instant_comes_with_a_choice(
        self, berlin: UnitOfWork, house: SmallHouse, browser: Browser, on: str, code: str, instants: list[str]
    ) -> None:
        sent = {**PLANNED, "team_id": str(house.squad), "on": on, "starts_time": "02:30", "ends_time": "05:00"}
        refused = browser.post("/activities", sent)
        assert [field for field, _ in problems(refused.text)] == ["starts_time"]
        assert code in refused.text
        assert re.findall(r'name="starts_at" value="([^"]+)"', refused.text) == instants
        assert browser.post("/activities", {**sent, "starts_at": "2026-01-01T00:00:00Z"}).status_code == 422
        assert browser.post("/activities", {**sent, "starts_at": instants[1]}).status_code == 303
        assert newest(berlin).starts_at == datetime.fromisoformat(instants[1])
