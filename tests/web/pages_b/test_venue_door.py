"""The screen beside a hall's door: how the hall stands, what comes next, and who said that they are there."""

import re
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from models.tables.bookings import Booking
from muster.clock import ManualClock
from services import bookings, venue_days, venues
from services.access import COMMAND
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.web.browser import Browser
from tests.web.pages_a.conftest import SignIn
from tests.web.pages_a.stories import DAY, HOUR, LINK_START, Story

MINUTE = timedelta(minutes=1)
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def addresses_in(text: str) -> dict[str, str]:
    """Return the paths of the secret addresses that a venue's page shows, by the id of their fields."""
    found = re.findall(r'id="f-(door|busy|titled)" value="https?://[^/]+([^"]+)"', text)
    return dict(found)


@pytest.fixture
def door(story: Story, organiser: Browser) -> str:
    """The link of the screen beside the hall's door."""
    return addresses_in(organiser.get(f"/venues/{story.house.hall}").text)["door"]


@only_sqlite
def test_screen_tells_how_the_hall_stands_through_the_day(
    clock: ManualClock, story: Story, stranger: Browser, door: str
) -> None:
    shown: list[tuple[str, str]] = []
    start = LINK_START  # Wednesday, 14:00 to 15:30; set-up from 13:40, tear-down until 15:40
    for at in (
        start - 7 * HOUR,
        start - HOUR,
        start - 10 * MINUTE,
        start + HOUR,
        start + 95 * MINUTE,
        start + 2 * HOUR,
    ):
        clock.set(at)
        text = stranger.get(door).text
        word = re.search(r'id="door-heading">([^<]+)', text)
        until = re.search(r"到 <time[^>]*>([^<]+)", text)
        assert word is not None
        shown.append((word.group(1), until.group(1) if until else ""))
    assert shown == [
        ("现在不开放", "8:00"),
        ("空着", "13:40"),
        ("布置中", "14:00"),
        ("使用中", "15:30"),
        ("清场中", "15:40"),
        ("空着", "21:00"),
    ]
    clock.set(start + 2 * DAY)  # nothing on, as far as anybody knows
    assert "今天没有别的了" in stranger.get(door).text


@only_sqlite
def test_screen_names_what_is_public_and_nobody(
    uow: UnitOfWork, clock: ManualClock, story: Story, sign_in: SignIn, stranger: Browser, door: str
) -> None:
    with uow.write(story.house.organiser) as tx:
        at = LINK_START + 3 * HOUR
        bookings.create(tx, venue_id=story.house.hall, starts_at=at, ends_at=at + HOUR, purpose="给赵演示过生日")
    clock.set(LINK_START - HOUR)
    for text in (stranger.get(door).text, sign_in("auditor").get(f"/venues/{story.house.hall}/door").text):
        assert "陈贵镇文化站宣讲" in text
        for secret in ("赵演示", "生日", "李样本", "张示例", "organiser"):
            assert secret not in text, secret
        assert "已订" in text
    part = stranger.get(door, hx_request="true", hx_target="section#door")
    assert part.text.lstrip().startswith("<section")
    assert 'data-hx-trigger="every 60s"' in part.text


def test_those_who_come_say_so_at_the_screen_once_and_in_time(
    uow: UnitOfWork, clock: ManualClock, story: Story, stranger: Browser, door: str
) -> None:
    def arrived() -> datetime | None:
        with uow.read(COMMAND) as tx:
            return tx.session.exec(select(Booking.arrived_at).where(col(Booking.activity_id) == story.asked_in)).one()

    clock.set(LINK_START - 3 * HOUR)
    assert "我们到了" not in stranger.get(door).text
    clock.set(LINK_START - 30 * MINUTE)
    page = stranger.get(door).text
    booking = re.search(r'name="booking" value="(\d+)"', page)
    assert booking is not None
    assert (
        stranger.client.post(
            door, data={"booking": booking.group(1)}, headers={"sec-fetch-site": "cross-site"}
        ).status_code
        == 403
    )
    assert arrived() is None
    done = stranger.post(door, {"booking": booking.group(1)})
    assert (done.status_code, done.headers["location"]) == (303, door)
    assert arrived() == LINK_START - 30 * MINUTE
    clock.set(LINK_START + 10 * MINUTE)
    page = stranger.get(door).text
    assert "人已到，<time" in page
    assert "我们到了" not in page
    assert stranger.post(door, {"booking": booking.group(1)}).status_code == 303
    assert arrived() == LINK_START - 30 * MINUTE
    clock.set(LINK_START + 30 * HOUR)
    assert stranger.post(door, {"booking": booking.group(1)}).status_code == 404


@only_sqlite
def test_link_opens_one_door_until_it_is_made_void(
    uow: UnitOfWork, story: Story, organiser: Browser, member: Browser, stranger: Browser, door: str
) -> None:
    with uow.write(story.house.organiser) as tx:
        other = bookings.create(
            tx, venue_id=story.house.small_hall, starts_at=NOW + 20 * MINUTE, ends_at=NOW + HOUR, purpose="x"
        )
    assert stranger.post(door, {"booking": str(other)}).status_code == 404
    assert stranger.post(door, {}).status_code == 422
    feed = addresses_in(organiser.get(f"/venues/{story.house.hall}").text)["busy"].split("/")[2]
    for wrong in (door[:-1], door + "A", f"/d/{feed}"):
        assert stranger.get(wrong).status_code == 404, wrong
    here = f"/venues/{story.house.hall}"
    assert 'id="f-door"' not in member.get(here).text
    assert member.get(f"{here}/door").status_code == 200
    assert member.post(f"{here}/addresses/reset").status_code == 403
    assert organiser.post(f"{here}/addresses/reset").status_code == 303
    assert stranger.get(door).status_code == 404
    renewed = addresses_in(organiser.get(here).text)["door"]
    assert renewed != door
    assert stranger.get(renewed).status_code == 200


@only_sqlite
def test_closed_hall_and_one_that_is_booked_as_a_part_say_so(
    uow: UnitOfWork, clock: ManualClock, story: Story, organiser: Browser, stranger: Browser
) -> None:
    with uow.write(story.house.organiser) as tx:
        part = venues.create(tx, name="西半厅", kind="enterprise", capacity=60, parent_id=story.house.hall)  # type: ignore[arg-type]
        venue_days.add(tx, story.house.small_hall, from_on="2026-03-02", until_on="2026-03-03")
    page = organiser.get(f"/venues/{story.house.small_hall}/door").text
    assert "现在不开放" in page
    assert "今天到晚都是这样" in page
    door = addresses_in(organiser.get(f"/venues/{part}").text)["door"]
    clock.set(LINK_START)
    page = stranger.get(door).text
    assert "使用中" in page
    assert "工人文化宫已订" in page
    assert "我们到了" not in page
