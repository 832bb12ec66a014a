"""One lecture through the running program: roster in, hall booked, people asked, reminded, counted, audited."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import httpx
import icalendar
import psycopg
import pytest

from tests.e2e.processes import CLOCK, House, Sink, answer_path, calendar_of, text_of, wait_for

DAYE = ZoneInfo("Asia/Shanghai")
ROSTERS = {
    "orgs": "名称,编号,类别,上级,场所类别\n大冶市总工会,U1,工会,,\n示例铜业,C1,企业,U1,企业\n",
    "teams": "队伍名称,编号,级别,上级\n总队,H,总队,\n铜都分队,S1,分队,H\n铜都一小队,N1,小队,S1\n",
    "people": (
        "姓名,编号,手机,邮箱,队伍,宣讲角色\n"
        "李样本,P1,13800000001,li@example.org,S1,示范讲\n"
        "王范例,P2,13800000002,wang@example.org,S1,示范讲\n"
        "赵演示,P3,13800000003,,S1,\n"
    ),
    "venues": (
        "场所名称,编号,类别,座位数,单位,布置分钟,撤场分钟,纬度,经度\n"
        "工人文化宫,V1,机关,120,U1,20,10,30.0927,114.9638\n"
        "三车间会议室,V2,车间,90,C1,20,10,30.1,114.95\n"
    ),
}


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    with Sink(tmp_path / "sink").running() as sink:
        yield House(tmp_path, database_url, sink)


def start_of_lecture() -> datetime:
    """Return a noon or afternoon in Daye 25 to 48 hours away: near enough for every answer to be told at once."""
    now = CLOCK.now().astimezone(DAYE)
    day = (now + timedelta(days=1 if now.hour < 13 else 2)).date()
    return datetime.combine(day, time(12 if now.hour == 13 else 14), DAYE)


def move_clock(house: House, to: datetime) -> None:
    """Let every process that starts from now on live at another instant."""
    house.offset_seconds = int((to - CLOCK.now()).total_seconds())


class Api:
    """A program with a token."""

    def __init__(self, house: House, token: str) -> None:
        self._client = httpx.Client(
            base_url=f"{house.address}/api/v1", headers={"authorization": f"Bearer {token}"}, timeout=20
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, path: str, **params: Any) -> Any:
        response = self._client.get(path, params=params)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, path: str, body: dict[str, Any] | None = None, *, wanted: int = 201) -> Any:
        response = self._client.post(path, json=body)
        assert response.status_code == wanted, response.text
        return response.json()

    def find(self, path: str, **wanted: Any) -> int:
        rows = [row for row in self.get(path)["items"] if all(row[k] == v for k, v in wanted.items())]
        assert len(rows) == 1, rows
        found: int = rows[0]["id"]
        return found


def import_rosters(house: House) -> None:
    for kind, text in ROSTERS.items():
        path = house.folder / f"{kind}.csv"
        path.write_text(text, encoding="utf-8-sig")
        if kind == "people":
            assert "3" in house.must("import", kind, str(path), "--dry-run")
        house.must("import", kind, str(path), "--yes")


def test_a_lecture_from_roster_to_audit(house: House) -> None:
    starts_at = start_of_lecture()
    ends_at = starts_at + timedelta(minutes=90)
    window = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
    house.must("db", "upgrade")
    import_rosters(house)
    house.must("user", "add", "--name", "张示例", "--email", "zhang@example.org", "--role", "organiser")
    token = house.must("token", "create", "--email", "zhang@example.org").split()[-1]

    with house.running(), Api(house, token) as api:
        hall, squad = api.find("/venues", name="工人文化宫"), api.find("/teams", name="铜都分队")
        li, wang = api.find("/people", name="李样本"), api.find("/people", name="王范例")
        plan = {"kind": "lecture", "title": "劳模工匠进车间宣讲", "team_id": squad, "capacity": 80} | window
        activity = api.post("/activities", plan)["id"]
        api.post("/bookings", {"venue_id": hall, "activity_id": activity} | window)

        other = api.post("/activities", plan | {"title": "另一场"})["id"]
        refusal = api.post("/bookings", {"venue_id": hall, "activity_id": other} | window, wanted=409)
        assert refusal["code"] == "venue_taken"
        assert refusal["alternatives"]
        way = refusal["alternatives"][0]
        moved = {"starts_at": way["starts_at"], "ends_at": way["ends_at"]}
        api.post("/bookings", {"venue_id": way["venue_id"]} | moved)

        for person in (li, wang):
            api.post("/assignments", {"activity_id": activity, "person_id": person, "role": "model_demo"})
        api.post(f"/activities/{activity}/release", wanted=200)
        (asked_li,) = wait_for(lambda: house.sink.mails("li@example.org"), "the call-up of Li")
        (asked_wang,) = wait_for(lambda: house.sink.mails("wang@example.org"), "the call-up of Wang")
        assert "李样本" in text_of(asked_li)
        uid, sequence = check_invitation(asked_li, starts_at)

        with httpx.Client(base_url=house.address, follow_redirects=True) as browser:
            page = browser.get(answer_path(asked_li))
            assert page.status_code == 200
            assert len(page.content) < 30_000
            assert "<script" not in page.text
            assert states(api, activity) == {"offered"}  # a link scanner changes nothing
            assert browser.post(answer_path(asked_li), data={"answer": "yes"}).status_code == 200
            assert browser.post(answer_path(asked_wang), data={"answer": "no"}).status_code == 200
        assert states(api, activity) == {"accepted", "declined"}
        wait_for(lambda: len(house.sink.mails("zhang@example.org")) == 2, "both answers at the organiser")
        assert len(house.sink.mails("li@example.org")) == 1

    move_clock(house, starts_at - timedelta(hours=2))
    with house.running(), Api(house, token) as api:
        wait_for(lambda: len(house.sink.mails("li@example.org")) == 2, "the reminder of Li")
        wait_for(lambda: not waiting(api), "nothing to be waiting any more")
        reminder = next(m for m in house.sink.mails("li@example.org") if m["Message-ID"] != asked_li["Message-ID"])
        assert check_invitation(reminder, starts_at) == (uid, sequence)
        assert len(house.sink.mails("wang@example.org")) == 1

    move_clock(house, starts_at + timedelta(minutes=5))
    with house.running(), Api(house, token) as api:
        assert len(house.sink.mails("li@example.org")) == 2  # one reminder, however often the worker starts
        api.post(f"/activities/{activity}/hold", wanted=200)
        check_in = {"code": "P1", "at": starts_at.isoformat(), "nonce": "door-1", "source": "scan"}
        api.post(f"/activities/{activity}/check-ins", check_in)
        tally = {"count": 60, "method": "counter", "counter": "何样张"}
        span = {"from": starts_at.isoformat(), "until": ends_at.isoformat()}
        api.post(f"/activities/{activity}/tallies", tally | span)

    move_clock(house, ends_at + timedelta(hours=1))
    with house.running(), Api(house, token) as api:
        leave = {"code": "P1", "at": ends_at.isoformat(), "nonce": "door-2", "source": "scan", "direction": "out"}
        api.post(f"/activities/{activity}/check-ins", leave)
        api.post(f"/activities/{activity}/close", wanted=200)
        day = starts_at.date().isoformat()
        found = api.get("/figures/lecture.person_times@1/evidence", **{"from": day, "to": day})
        assert [row["activity_id"] for row in found["rows"]] == [activity]
        assert found["rows"][0]["mix"] == {"a": 1, "b": 0, "c": 0, "d": 60}

    figure = house.figures(day, day)["lecture.person_times@1"]
    assert figure["value"] == 61
    house.must("audit", "verify")
    tamper(house)
    verdict = house.command("audit", "verify")
    assert verdict.returncode == 1
    assert "Traceback" not in verdict.stderr
    assert str(activity) in verdict.stdout + verdict.stderr


def check_invitation(mail: Any, starts_at: datetime) -> tuple[str, int]:
    """Check the calendar part of a mail; return its UID and SEQUENCE."""
    calendar = icalendar.Calendar.from_ical(calendar_of(mail))
    assert calendar["METHOD"] == "REQUEST"
    (event,) = calendar.walk("VEVENT")
    assert event.decoded("DTSTART") == starts_at
    return str(event["UID"]), int(event["SEQUENCE"])


def states(api: Api, activity: int) -> set[str]:
    return {row["state"] for row in api.get("/assignments", activity_id=activity)["items"]}


def waiting(api: Api) -> list[Any]:
    rows: list[Any] = api.get("/deliveries")["items"]
    return [row for row in rows if row["state"] in {"waiting", "leased"}]


def tamper(house: House) -> None:
    """Change one number behind the application's back, as the owner of the database can."""
    statement = "UPDATE tallies SET count = 61 WHERE count = 60"
    if house.database_url.startswith("sqlite"):
        with sqlite3.connect(house.database_url.removeprefix("sqlite:///")) as connection:
            connection.execute("DROP TRIGGER only_added_tallies_update")
            assert connection.execute(statement).rowcount == 1
        connection.close()
        return
    with psycopg.connect(house.database_url) as connection:
        connection.execute("ALTER TABLE tallies DISABLE TRIGGER ALL")
        assert connection.execute(statement).rowcount == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # tests/service cancels on both
def test_cancelling_sends_the_calendar_a_cancellation(house: House) -> None:
    starts_at = start_of_lecture()
    window = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(minutes=90)).isoformat()}
    house.must("db", "upgrade")
    import_rosters(house)
    house.must("user", "add", "--name", "张示例", "--email", "zhang@example.org", "--role", "organiser")
    token = house.must("token", "create", "--email", "zhang@example.org").split()[-1]
    with house.running(), Api(house, token) as api:
        squad, li = api.find("/teams", name="铜都分队"), api.find("/people", name="李样本")
        plan = {"kind": "service", "title": "社区义务维修", "team_id": squad} | window
        activity = api.post("/activities", plan)["id"]
        api.post("/assignments", {"activity_id": activity, "person_id": li, "role": "volunteer"})
        api.post(f"/activities/{activity}/release", wanted=200)
        (asked,) = wait_for(lambda: house.sink.mails("li@example.org"), "the call-up")
        later = {name: (datetime.fromisoformat(at) + timedelta(hours=1)).isoformat() for name, at in window.items()}
        api.post(f"/activities/{activity}/move", later, wanted=200)
        wait_for(lambda: len(house.sink.mails("li@example.org")) == 2, "the change")
        api.post(f"/activities/{activity}/cancel", {"reason": "停电"}, wanted=200)
        wait_for(lambda: len(house.sink.mails("li@example.org")) == 3, "the cancellation")
    found = {}
    for mail in house.sink.mails("li@example.org"):
        calendar = icalendar.Calendar.from_ical(calendar_of(mail))
        (event,) = calendar.walk("VEVENT")
        found[int(event["SEQUENCE"])] = (str(calendar["METHOD"]), str(event["UID"]), str(event.get("STATUS", "")))
    assert sorted(found) == [0, 1, 2]
    assert {uid for _, uid, _ in found.values()} == {found[0][1]}
    assert found[2][0] == "CANCEL"
    assert found[2][2] == "CANCELLED"
    assert text_of(asked)
