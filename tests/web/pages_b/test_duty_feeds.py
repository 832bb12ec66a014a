"""Calendars of people and of teams to subscribe to: what is in them, how they end, and whose they are."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
from sqlmodel import col, select

from models.enums import AnswerWord, UserRole
from models.tables.activities import Activity
from models.tables.history import HistoryEntry
from models.tables.people import Person
from models.tables.users import UserGrant
from muster.clock import ManualClock
from muster.localtime import zone
from services import activities
from services.access import COMMAND
from services.unit_of_work import UnitOfWork
from tests.web.browser import Browser
from tests.web.pages_a.conftest import SignIn
from tests.web.pages_a.stories import HOUR, Story, ask, plan, release, say
from tests.web.pages_b.test_venue_door import only_sqlite

OWN = "/me/messages"


def address_in(text: str) -> str:
    """Return the path of the calendar that a page shows."""
    found = re.search(r'id="f-feed" value="https?://[^/]+([^"]+)"', text)
    assert found, text
    return found.group(1)


def events(browser: Browser, path: str) -> dict[str, Any]:
    answer = browser.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert all(len(line.encode()) <= 75 for line in answer.text.split("\r\n"))
    calendar = icalendar.Calendar.from_ical(answer.text)
    assert {"REFRESH-INTERVAL", "X-PUBLISHED-TTL"} <= calendar.keys()
    return {str(one["UID"]): one for one in calendar.walk("VEVENT")}


def told(found: dict[str, Any], *uids: str) -> list[tuple[str, int]]:
    return [(str(found[uid]["STATUS"]), int(found[uid]["SEQUENCE"])) for uid in uids]


def uids(uow: UnitOfWork, *numbers: int) -> list[str]:
    with uow.read(COMMAND) as tx:
        return [tx.session.exec(select(Activity.uid).where(col(Activity.id) == number)).one() for number in numbers]


def test_duties_are_tentative_then_firm_then_cancelled_for_thirty_days(
    uow: UnitOfWork, clock: ManualClock, story: Story, member: Browser, stranger: Browser
) -> None:
    path = address_in(member.get(OWN).text)
    li = story.house.people[0]
    asked, promised, closed = uids(uow, story.asked_in, story.promised_in, story.closed)
    found = events(stranger, path)
    assert told(found, asked, promised, closed) == [("TENTATIVE", 0), ("CONFIRMED", 0), ("CONFIRMED", 0)]
    assert len(found) == 3
    assert "工人文化宫" in str(found[asked]["LOCATION"])
    text = stranger.get(path).text.replace("\r\n ", "")
    assert "请提前10分钟到" in text
    for secret in ("0714", "13800000000", "王范例", "ATTENDEE", "/a/"):
        assert secret not in text, secret
    say(uow, story.asked, li, AnswerWord.yes)
    assert told(events(stranger, path), asked) == [("CONFIRMED", 0)]
    say(uow, story.asked, li, AnswerWord.no)
    with uow.write(story.house.organiser) as tx:
        activities.cancel(tx, story.promised_in, reason="停电")
    assert told(events(stranger, path), asked, promised) == [("CANCELLED", 1), ("CANCELLED", 1)]
    clock.advance(timedelta(days=29))
    assert told(events(stranger, path), asked, promised) == [("CANCELLED", 1), ("CANCELLED", 1)]
    clock.advance(timedelta(days=2))
    assert events(stranger, path) == {}


@only_sqlite
def test_calendar_is_sent_again_only_where_it_changed_and_its_address_can_be_made_void(
    uow: UnitOfWork, story: Story, member: Browser, organiser: Browser, stranger: Browser
) -> None:
    li = story.house.people[0]
    path = address_in(member.get(OWN).text)
    assert f"webcal://127.0.0.1:8000{path}" in member.get(OWN).text
    first = stranger.get(path)
    tag = first.headers["etag"]
    assert not tag.startswith("W/")
    head = stranger.client.head(path)
    assert (head.status_code, head.headers["etag"]) == (200, tag)
    assert stranger.get(path, if_none_match=tag).status_code == 304
    say(uow, story.asked, li, AnswerWord.yes)
    assert stranger.get(path, if_none_match=tag).headers["etag"] != tag
    assert organiser.get(f"/api/v1/people/{li}/feed").json()["url"].endswith(path)
    assert member.post(f"{OWN}/calendar/reset").headers["location"] == f"{OWN}#calendar"
    assert stranger.get(path).status_code == 404
    renewed = address_in(member.get(OWN).text)
    assert stranger.get(renewed).status_code == 200
    assert stranger.get(renewed.replace("calendar.ics", "other.ics")).status_code == 404
    with uow.write(COMMAND) as tx:
        tx.session.exec(select(Person).where(col(Person.id) == li)).one().left_on = date(2026, 3, 1)
        keys = tx.session.exec(select(HistoryEntry.event).where(col(HistoryEntry.event) == "person.feed_reset")).all()
    assert len(keys) == 1
    assert stranger.get(renewed).status_code == 404


@only_sqlite
def test_instants_are_right_on_both_sides_of_a_change_of_the_clocks(
    uow: UnitOfWork, story: Story, member: Browser, stranger: Browser
) -> None:
    berlin = zone("Europe/Berlin")
    for on in (28, 30):  # the clocks go forward on the 29th
        at = datetime(2026, 3, on, 10, tzinfo=berlin).astimezone(UTC)
        number = plan(uow, story.house, f"柏林{on}", at)
        with uow.write(COMMAND) as tx:
            tx.session.exec(select(Activity).where(col(Activity.id) == number)).one().zone = "Europe/Berlin"
        ask(uow, story.house, number, story.house.people[0], why="说好了")
        release(uow, story.house, number)
    found = events(stranger, address_in(member.get(OWN).text)).values()
    starts = sorted(one["DTSTART"].dt.astimezone(berlin) for one in found if str(one["DTSTART"].dt) > "2026-03-2")
    assert [(at.day, at.hour, at.utcoffset()) for at in starts] == [(28, 10, HOUR), (30, 10, 2 * HOUR)]


@only_sqlite
def test_a_team_has_a_calendar_of_its_activities_for_those_who_belong_to_it(
    uow: UnitOfWork, story: Story, member: Browser, stranger: Browser, sign_in: SignIn
) -> None:
    here = f"/teams/{story.house.squad}"
    page = member.get(here).text
    path = address_in(page)
    assert f"{here}/calendar/reset" not in page
    found = events(stranger, path)
    asked, draft, cancelled, promised = uids(uow, story.asked_in, story.draft, story.cancelled, story.promised_in)
    assert told(found, asked, cancelled, promised) == [("CONFIRMED", 0), ("CANCELLED", 1), ("CONFIRMED", 0)]
    assert draft not in found
    assert str(found[asked]["URL"]).endswith(f"/activities/{story.asked_in}")
    text = stranger.get(path).text
    for name in ("李样本", "王范例", "13800000000"):
        assert name not in text, name
    assert member.post(f"{here}/calendar/reset").status_code == 403
    leader = sign_in("leader")
    assert leader.post(f"{here}/calendar/reset").status_code == 303
    assert stranger.get(path).status_code == 404
    path = address_in(member.get(here).text)
    assert stranger.get(path).status_code == 200
    with uow.write(COMMAND) as tx:
        of_member = (col(UserGrant.team_id) == story.house.squad) & (col(UserGrant.role) == UserRole.member)
        grant = tx.session.exec(select(UserGrant).where(of_member)).one()
        grant.team_id = story.house.other_squad
    assert stranger.get(path).status_code == 404
