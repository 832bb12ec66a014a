"""A venue's contact decides from the mail: one page, one tap, no sign-in."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlmodel import col, select

from models.enums import BookingState, NotificationKind
from models.tables.bookings import Booking
from models.tables.notifications import Notification
from muster.signing import Signer
from services import bookings
from services.access import COMMAND
from services.unit_of_work import UnitOfWork
from tests.service.builders import LENGTH, START, SmallHouse, add_venue, small_house
from tests.web.browser import Browser, build

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


@pytest.fixture
def asked(uow: UnitOfWork, house: SmallHouse) -> tuple[int, int]:
    """Two requests for one hall at one time; their ids."""
    with uow.write(COMMAND) as tx:
        hall = add_venue(tx, "校礼堂", 300, needs_approval=True)
    ids = []
    for purpose in ("劳模<宣讲>", "技能竞赛"):
        with uow.write(house.leader) as tx:
            ids.append(bookings.create(tx, venue_id=hall, starts_at=START, ends_at=START + LENGTH, purpose=purpose))
    return ids[0], ids[1]


def path(uow: UnitOfWork, booking_id: int) -> str:
    signer = Signer(uow.settings.secret_key.get_secret_value())
    return "/b/" + signer.sign("booking", str(booking_id), START)


def row_of(uow: UnitOfWork, booking_id: int) -> Booking:
    with uow.read(COMMAND) as tx:
        return tx.get(Booking, booking_id, noun="booking", for_update=False)


def told(uow: UnitOfWork, booking_id: int) -> dict[str, str]:
    """Return what the one who asked for a booking is told of the decision."""
    with uow.read(COMMAND) as tx:
        found = select(Notification.payload).where(
            col(Notification.booking_id) == booking_id, col(Notification.kind) == NotificationKind.booking_decided
        )
        return dict(tx.session.exec(found).one())


def test_one_tap_says_yes_and_no_to_whoever_wants_the_same_hours(uow: UnitOfWork, asked: tuple[int, int]) -> None:
    browser = Browser(build(uow))
    page = browser.get(path(uow, asked[0]))
    assert page.status_code == 200
    assert "劳模&lt;宣讲&gt;" in page.text
    assert "同一时间还有1家申请" in page.text
    assert "技能竞赛" in page.text
    assert "<script" not in page.text
    assert len(page.content) < 30_000
    assert row_of(uow, asked[0]).state is BookingState.requested
    browser.post(path(uow, asked[0]), {"decision": "yes"})
    assert row_of(uow, asked[0]).state is BookingState.confirmed
    done = browser.get(path(uow, asked[0]))
    assert 'name="decision"' not in done.text

    lost = row_of(uow, asked[1])
    assert (lost.state, lost.reason) == (BookingState.declined, "other_confirmed")
    late = browser.post(path(uow, asked[1]), {"decision": "yes"})
    assert late.status_code == 409
    assert "同一时间给了另一家" in late.text


def test_a_no_needs_its_reason_which_a_tap_can_give(uow: UnitOfWork, asked: tuple[int, int]) -> None:
    browser = Browser(build(uow))
    assert browser.post(path(uow, asked[0]), {"decision": "no", "reason": "  "}).status_code == 422
    assert row_of(uow, asked[0]).state is BookingState.requested
    sent = {"decision": "no", "why": "repair", "reason": "换\n灯"}
    assert browser.post(path(uow, asked[0]), sent).status_code == 303
    assert row_of(uow, asked[0]).reason == "在检修、换 灯"
    assert "在检修、换 灯" in browser.get(path(uow, asked[0])).text


def test_another_time_is_offered_with_one_tap_and_taken_with_one_more(
    uow: UnitOfWork, house: SmallHouse, asked: tuple[int, int]
) -> None:
    browser = Browser(build(uow))
    page = browser.get(path(uow, asked[0]))
    found = re.findall(
        r'name="starts_at" value="([^"]+)"><input type="hidden" name="ends_at" value="([^"]+)">', page.text
    )
    assert found
    starts_at, ends_at = found[-1]  # the best one would be named without the mail as well
    sent = {"decision": "other", "starts_at": starts_at, "ends_at": ends_at}
    assert browser.post(path(uow, asked[0]), sent).status_code == 303
    declined = row_of(uow, asked[0])
    assert declined.state is BookingState.declined
    assert declined.reason.startswith("可以改到3月")
    offered = told(uow, asked[0])
    assert (offered["offered_from"], offered["offered_until"]) == (starts_at, ends_at)

    leader = Browser(browser.app).sign_in("leader@example.org")
    instead = leader.get(f"/bookings/{asked[0]}")
    named = leader.client.get(f"/bookings/{asked[0]}", params={"venue": declined.venue_id, "from": starts_at})
    assert "给您换成这个" in named.text
    assert "可以这样办" in instead.text
    form = re.search(r'<section class="next.*?</section>', named.text, re.DOTALL)
    assert form is not None
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', unescape(form.group())))
    assert (fields["starts_at"], fields["venue_id"]) == (starts_at, str(declined.venue_id))
    taken = leader.post("/bookings", fields)
    assert taken.status_code == 303
    again = row_of(uow, int(taken.headers["location"].rpartition("/")[2]))
    assert (again.starts_at.isoformat(), again.purpose) == (starts_at, declined.purpose)


def test_a_time_that_is_taken_meanwhile_is_not_offered(
    uow: UnitOfWork, house: SmallHouse, asked: tuple[int, int]
) -> None:
    browser = Browser(build(uow))
    later = START + 2 * LENGTH
    venue_id = row_of(uow, asked[0]).venue_id
    with uow.write(house.organiser) as tx:
        other = bookings.create(tx, venue_id=venue_id, starts_at=later, ends_at=later + LENGTH, purpose="抢先")
        bookings.confirm(tx, other)
    sent = {"decision": "other", "starts_at": later.isoformat(), "ends_at": (later + LENGTH).isoformat()}
    refused = browser.post(path(uow, asked[0]), sent)
    assert refused.status_code == 409
    assert "没有记上" in refused.text
    assert row_of(uow, asked[0]).state is BookingState.requested
    assert browser.post(path(uow, asked[0]), sent | {"starts_at": "soon"}).status_code == 303
    assert row_of(uow, asked[0]).state is BookingState.requested


def test_a_link_that_does_not_hold_is_answered_kindly(uow: UnitOfWork, asked: tuple[int, int]) -> None:
    browser = Browser(build(uow))
    good = path(uow, asked[0])
    assert browser.get(good[:-2]).status_code == 404
    assert browser.post(good[:-2], {"decision": "yes"}).status_code == 404
    for other in ("/a/", "/h/", "/w/"):
        assert browser.get(re.sub("/b/", other, good)).status_code == 404
    uow.clock.advance(timedelta(days=30))  # type: ignore[attr-defined]  # the tests' clock
    assert browser.get(good).status_code == 410
    assert row_of(uow, asked[0]).state is BookingState.requested
