"""Calendars of venues to subscribe to: what outsiders learn, what organisers read, and addresses that end."""

from datetime import timedelta
from typing import Any

import icalendar
import pytest
from sqlmodel import col, select

from models.enums import BookingState, UserRole
from models.tables.activities import Activity
from models.tables.bookings import Booking
from models.tables.history import HistoryEntry
from models.tables.users import UserGrant
from services import bookings, venues
from services.access import COMMAND
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.web.browser import Browser
from tests.web.pages_a.stories import DAY, HOUR, LINK_START, Story
from tests.web.pages_b.test_venue_door import addresses_in, only_sqlite

MINUTE = timedelta(minutes=1)


@pytest.fixture
def feeds(story: Story, organiser: Browser) -> dict[str, str]:
    """The paths of the hall's secret addresses, as an organiser finds them on its page."""
    return addresses_in(organiser.get(f"/venues/{story.house.hall}").text)


def events(browser: Browser, path: str) -> list[Any]:
    answer = browser.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert all(len(line.encode()) <= 75 for line in answer.text.split("\r\n"))
    return list(icalendar.Calendar.from_ical(answer.text).walk("VEVENT"))


def hold(uow: UnitOfWork, story: Story) -> int:
    with uow.write(story.house.organiser) as tx:
        at = LINK_START + DAY
        return bookings.create(
            tx, venue_id=story.house.hall, starts_at=at, ends_at=at + HOUR, purpose="赵演示的书法班", hold=True
        )


@only_sqlite
def test_outsiders_learn_when_a_hall_is_taken_and_nothing_else(
    uow: UnitOfWork, story: Story, stranger: Browser, feeds: dict[str, str]
) -> None:
    hold(uow, story)
    with uow.write(story.house.organiser) as tx:
        gone = bookings.create(tx, venue_id=story.house.hall, starts_at=NOW + 5 * DAY, ends_at=NOW + 5 * DAY + HOUR)
        bookings.cancel(tx, gone)
    text = stranger.get(feeds["busy"]).text
    for secret in ("宣讲", "书法", "赵演示", "李样本", "/bookings/"):
        assert secret not in text, secret
    found = events(stranger, feeds["busy"])
    told = [(str(one["SUMMARY"]), str(one["STATUS"]), one["DTSTART"].dt, one["DTEND"].dt) for one in found]
    assert ("占用", "CONFIRMED", LINK_START - 20 * MINUTE, LINK_START + 100 * MINUTE) in told  # with set-up, tear-down
    assert ("占用", "TENTATIVE", LINK_START + DAY - 20 * MINUTE, LINK_START + DAY + 70 * MINUTE) in told
    assert {summary for summary, *_ in told} == {"占用"}
    assert all(start.date() != (NOW + 5 * DAY).date() for _, _, start, _ in told)
    assert {str(one["SUMMARY"]) for one in events(stranger, feeds["busy"] + "?lang=en")} == {"Busy"}


@only_sqlite
def test_organisers_read_titles_and_parts_of_a_hall_tell_that_it_is_booked(
    uow: UnitOfWork, story: Story, organiser: Browser, stranger: Browser, feeds: dict[str, str]
) -> None:
    booking = hold(uow, story)
    found = {int(str(one["UID"]).split("@")[0].split("-")[1]): one for one in events(stranger, feeds["titled"])}
    with uow.read(COMMAND) as tx:
        lecture = tx.session.exec(select(Booking.id).where(col(Booking.activity_id) == story.asked_in)).one()
    assert str(found[lecture]["SUMMARY"]) == "陈贵镇文化站宣讲"
    assert found[lecture]["DTSTART"].dt == LINK_START
    assert str(found[lecture]["URL"]).endswith(f"/bookings/{lecture}")
    assert (str(found[booking]["SUMMARY"]), str(found[booking]["STATUS"])) == ("赵演示的书法班", "TENTATIVE")
    with uow.write(story.house.organiser) as tx:
        part = venues.create(tx, name="西半厅", kind="enterprise", capacity=60, parent_id=story.house.hall)  # type: ignore[arg-type]
    own = addresses_in(organiser.get(f"/venues/{part}").text)
    assert {str(one["SUMMARY"]) for one in events(stranger, own["titled"])} == {"工人文化宫已订"}
    assert len(events(stranger, own["busy"])) == len(events(stranger, own["titled"]))


@only_sqlite
def test_calendar_is_sent_again_only_where_it_changed(
    uow: UnitOfWork, story: Story, stranger: Browser, feeds: dict[str, str]
) -> None:
    first = stranger.get(feeds["busy"])
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    for given in (tag, f'W/{tag}, "x"', "*"):
        again = stranger.get(feeds["busy"], if_none_match=given)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), given
    hold(uow, story)
    changed = stranger.get(feeds["busy"], if_none_match=tag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


def test_addresses_end_when_they_are_made_void_and_history_tells(
    uow: UnitOfWork, story: Story, organiser: Browser, stranger: Browser, feeds: dict[str, str]
) -> None:
    here = f"/venues/{story.house.hall}"
    assert "作废" in organiser.get(here).text
    assert organiser.post(f"{here}/addresses/reset").headers["location"] == f"{here}#addresses"
    assert "旧地址已作废" in organiser.get(here).text
    for path in (feeds["busy"], feeds["titled"]):
        assert stranger.get(path).status_code == 404
    renewed = addresses_in(organiser.get(here).text)
    assert set(renewed.values()).isdisjoint(feeds.values())
    assert stranger.get(renewed["titled"]).status_code == 200
    assert organiser.post(f"{here}/addresses/reset").status_code == 303
    assert stranger.get(renewed["busy"]).status_code == 404
    with uow.read(COMMAND) as tx:
        keys = tx.session.exec(select(HistoryEntry.event).where(col(HistoryEntry.event) == "venue.feed_reset")).all()
    assert len(keys) == 2


@only_sqlite
def test_titles_follow_the_rights_that_the_organiser_has_today(
    uow: UnitOfWork, story: Story, stranger: Browser, feeds: dict[str, str]
) -> None:
    def give(role: UserRole, team_id: int | None) -> None:
        with uow.write(COMMAND) as tx:
            grant = tx.session.exec(
                select(UserGrant).where(col(UserGrant.user_id) == story.house.organiser.user_id)
            ).one()
            grant.role, grant.team_id = role, team_id

    give(UserRole.leader, story.house.other_squad)
    with uow.write(COMMAND) as tx:
        row = tx.session.exec(select(Booking).where(col(Booking.activity_id) == story.asked_in)).one()
        row.purpose = ""
        assert row.state is BookingState.confirmed
        assert tx.session.get(Activity, story.asked_in) is not None
    assert "陈贵镇文化站宣讲" not in stranger.get(feeds["titled"]).text
    give(UserRole.member, None)
    assert stranger.get(feeds["titled"]).status_code == 404
    assert stranger.get(feeds["busy"]).status_code == 200


@only_sqlite
def test_no_other_token_opens_a_calendar(story: Story, stranger: Browser, feeds: dict[str, str]) -> None:
    token = feeds["busy"].split("/")[2]
    door = feeds["door"].split("/")[2]
    for wrong in (token[:-1], f"{token}x", door, "x", "a.b.c"):
        assert stranger.get(f"/feeds/{wrong}/calendar.ics").status_code == 404, wrong
