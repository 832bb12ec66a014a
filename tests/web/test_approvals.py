"""A venue's contact decides from the mail: one page, one tap, no sign-in."""

import re
from datetime import timedelta

import pytest

from models.enums import BookingState
from models.tables.bookings import Booking
from muster.signing import Signer
from services import bookings
from services.access import COMMAND
from services.unit_of_work import UnitOfWork
from tests.service.builders import LENGTH, START, add_venue, small_house
from tests.web.browser import Browser, build


@pytest.fixture
def asked(uow: UnitOfWork) -> tuple[int, int]:
    """Two requests for one hall at one time; their ids."""
    house = small_house(uow)
    with uow.write(COMMAND) as tx:
        hall = add_venue(tx, "校礼堂", 300, needs_approval=True)
    ids = []
    for purpose in ("劳模<宣讲>", "技能竞赛"):
        with uow.write(house.organiser) as tx:
            ids.append(bookings.create(tx, venue_id=hall, starts_at=START, ends_at=START + LENGTH, purpose=purpose))
    return ids[0], ids[1]


def path(uow: UnitOfWork, booking_id: int) -> str:
    signer = Signer(uow.settings.secret_key.get_secret_value())
    return "/b/" + signer.sign("booking", str(booking_id), START)


def state(uow: UnitOfWork, booking_id: int) -> BookingState:
    with uow.read(COMMAND) as tx:
        return tx.get(Booking, booking_id, noun="booking", for_update=False).state


def test_one_tap_says_yes(uow: UnitOfWork, asked: tuple[int, int]) -> None:
    browser = Browser(build(uow))
    page = browser.get(path(uow, asked[0]))
    assert page.status_code == 200
    assert "劳模&lt;宣讲&gt;" in page.text
    assert "<script" not in page.text
    assert len(page.content) < 30_000
    assert state(uow, asked[0]) is BookingState.requested
    browser.post(path(uow, asked[0]), {"decision": "yes"})
    assert state(uow, asked[0]) is BookingState.confirmed
    done = browser.get(path(uow, asked[0]))
    assert "decision" not in done.text

    taken = browser.post(path(uow, asked[1]), {"decision": "yes"})
    assert taken.status_code == 409
    assert state(uow, asked[1]) is BookingState.requested


def test_a_no_needs_its_reason(uow: UnitOfWork, asked: tuple[int, int]) -> None:
    browser = Browser(build(uow))
    assert browser.post(path(uow, asked[0]), {"decision": "no", "reason": "  "}).status_code == 422
    assert browser.post(path(uow, asked[0]), {"decision": "no", "reason": "那天考试"}).status_code == 303
    assert state(uow, asked[0]) is BookingState.declined
    assert "那天考试" in browser.get(path(uow, asked[0])).text


def test_a_link_that_does_not_hold_is_answered_kindly(uow: UnitOfWork, asked: tuple[int, int]) -> None:
    browser = Browser(build(uow))
    good = path(uow, asked[0])
    assert browser.get(good[:-2]).status_code == 404
    assert browser.post(good[:-2], {"decision": "yes"}).status_code == 404
    wrong_purpose = re.sub("/b/", "/a/", good)
    assert browser.get(wrong_purpose).status_code == 404
    uow.clock.advance(timedelta(days=30))  # type: ignore[attr-defined]  # the tests' clock
    assert browser.get(good).status_code == 410
    assert state(uow, asked[0]) is BookingState.requested
