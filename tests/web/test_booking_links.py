"""Links about a venue one has: "we are here" against a warning, and the offer to whoever waits. No sign-in."""

from datetime import timedelta

import pytest

from models.enums import BookingState, WaitState
from models.tables.bookings import Booking
from models.tables.venues import Venue
from models.tables.waits import Wait
from muster.clock import ManualClock
from muster.signing import Signer
from services import booking_ends, bookings, waits
from services.access import COMMAND, WORKER
from services.unit_of_work import UnitOfWork
from tests.service.builders import LENGTH, START, SmallHouse, small_house
from tests.web.browser import Browser, build

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    found = small_house(uow)
    with uow.write(COMMAND) as tx:
        tx.get(Venue, found.hall, noun="venue").no_show_minutes = 30
    return found


def book(uow: UnitOfWork, house: SmallHouse) -> int:
    with uow.write(house.organiser) as tx:
        return bookings.create(tx, venue_id=house.hall, starts_at=START, ends_at=START + LENGTH, purpose="座谈")


def path(uow: UnitOfWork, letter: str, purpose: str, key: int) -> str:
    signer = Signer(uow.settings.secret_key.get_secret_value())
    return f"/{letter}/" + signer.sign(purpose, str(key), START + LENGTH)


def booking_of(uow: UnitOfWork, booking_id: int) -> Booking:
    with uow.read(COMMAND) as tx:
        return tx.get(Booking, booking_id, noun="booking", for_update=False)


def test_we_are_here_is_said_with_one_tap(uow: UnitOfWork, clock: ManualClock, house: SmallHouse) -> None:
    booking_id = book(uow, house)
    browser, link = Browser(build(uow)), path(uow, "h", "arrival", booking_id)
    early = browser.post(link)
    assert early.status_code == 409
    assert booking_of(uow, booking_id).arrived_at is None
    clock.set(START + timedelta(minutes=16))
    with uow.write(WORKER) as tx:
        assert booking_ends.warn_no_shows(tx) == 1
    page = browser.get(link)
    assert "14:30</time>以前没有人报到" in page.text
    assert "<script" not in page.text
    assert len(page.content) < 30_000
    assert booking_of(uow, booking_id).arrived_at is None
    assert browser.post(link).status_code == 303
    assert booking_of(uow, booking_id).arrived_at == clock.now()
    assert 'name="answer"' not in browser.get(link).text
    clock.set(START + timedelta(minutes=50))
    with uow.write(WORKER) as tx:
        assert booking_ends.release_no_shows(tx) == 0


def test_it_is_too_late_once_the_venue_was_released(uow: UnitOfWork, clock: ManualClock, house: SmallHouse) -> None:
    booking_id = book(uow, house)
    for minutes, step in ((16, booking_ends.warn_no_shows), (31, booking_ends.release_no_shows)):
        clock.set(START + timedelta(minutes=minutes))
        with uow.write(WORKER) as tx:
            assert step(tx) == 1
    browser, link = Browser(build(uow)), path(uow, "h", "arrival", booking_id)
    assert "没有来人" in browser.get(link).text
    assert browser.post(link).status_code == 409
    assert booking_of(uow, booking_id).state is BookingState.released
    clock.set(START + LENGTH)
    assert browser.get(link).status_code == 410


@pytest.mark.parametrize(("answer", "state"), [("take", WaitState.taken), ("leave", WaitState.withdrawn)])
def test_an_offer_is_taken_or_left_with_one_tap(
    uow: UnitOfWork, house: SmallHouse, answer: str, state: WaitState
) -> None:
    booking_id = book(uow, house)
    with uow.write(house.leader) as tx:
        wait_id = waits.join(tx, venue_id=house.hall, starts_at=START, ends_at=START + LENGTH, purpose="宣讲")
    browser, link = Browser(build(uow)), path(uow, "w", "wait", wait_id)
    assert "您在排队" in browser.get(link).text
    assert browser.post(link, {"answer": "take"}).status_code == 409
    with uow.write(house.organiser) as tx:
        bookings.cancel(tx, booking_id)
    page = browser.get(link)
    assert "接下" in page.text
    assert "还有" in page.text
    with uow.read(COMMAND) as tx:
        assert tx.get(Wait, wait_id, noun="wait", for_update=False).state is WaitState.offered
    assert browser.post(link, {"answer": answer}).status_code == 303
    with uow.read(COMMAND) as tx:
        row = tx.get(Wait, wait_id, noun="wait", for_update=False)
    assert row.state is state
    taken = booking_of(uow, row.booking_id or 0)
    assert taken.state is (BookingState.confirmed if answer == "take" else BookingState.cancelled)
    assert 'name="answer"' not in browser.get(link).text
