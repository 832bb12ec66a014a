"""What becomes of a booking: rivals declined, holds run out, hosts asked anew, people who do not come."""

from datetime import timedelta

import pytest
from sqlmodel import select

from models.enums import BookingState, HostKind, NotificationKind, UserRole, VenueRightKind
from models.errors import Conflict, Forbidden, NotFound, VenueTaken
from models.tables.history import HistoryEntry
from models.tables.venues import VenueRight
from muster.clock import ManualClock
from services import activities, attendance, booking_decisions, bookings, venues
from services.access import COMMAND, WORKER, Actor
from services.booking_decisions import OTHER_CONFIRMED
from services.unit_of_work import UnitOfWork
from tests.service.booking_steps import (
    HOUR,
    MINUTE,
    book,
    booking,
    is_taken,
    join,
    letters,
    line,
    states,
    sweep,
    terms,
    told,
)
from tests.service.builders import LENGTH, START, SmallHouse, add_lecture, add_user, add_venue, small_house
from tests.service.refusals import codes

#: The database decides nothing here that it does not decide elsewhere; the machine and the races run on both.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
B, N = BookingState, NotificationKind


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


@pytest.fixture
def asking(uow: UnitOfWork, house: SmallHouse) -> int:
    """A hall whose host wants to be asked."""
    with uow.write(COMMAND) as tx:
        return add_venue(tx, "校礼堂", 300, needs_approval=True)


def events(uow: UnitOfWork, booking_id: int) -> list[str]:
    with uow.read(WORKER) as tx:
        found = select(HistoryEntry.event).where(HistoryEntry.noun == "booking", HistoryEntry.subject_id == booking_id)
        return list(tx.session.exec(found.order_by("seq")).all())


def test_a_yes_declines_who_asked_for_the_same_hours_and_names_each_a_way_out(
    uow: UnitOfWork, house: SmallHouse, asking: int
) -> None:
    with uow.write(COMMAND) as tx:
        part = venues.create(tx, name="东厅", kind=HostKind.school, capacity=90, parent_id=asking, needs_approval=True)
    winner = book(uow, house.organiser, asking)
    rivals = [book(uow, house.leader, asking), book(uow, house.leader, part, START + HOUR)]
    others = [book(uow, house.leader, asking, START + 4 * HOUR), book(uow, house.leader, house.hall)]
    with uow.write(Actor(kind="link", detail=f"booking:{winner}")) as tx:
        booking_decisions.confirm(tx, winner)
    assert states(uow, [winner, *rivals, *others]) == [B.confirmed, B.declined, B.declined, B.requested, B.confirmed]
    assert [booking(uow, one).reason for one in rivals] == [OTHER_CONFIRMED] * 2
    assert [events(uow, one) for one in rivals] == [["booking.requested", "booking.declined"]] * 2
    decided = [(winner, "organiser@example.org"), *((one, "leader@example.org") for one in rivals)]
    assert told(uow, N.booking_decided) == decided
    mails = {mail.booking.booking_id: mail.booking for mail in letters(uow, N.booking_decided) if mail.booking}
    assert mails[winner].instead is None
    for one in rivals:
        way = mails[one].instead
        assert way is not None
        taken = book(uow, house.leader, way.venue_id, way.window.starts_at)
        with uow.write(house.leader) as tx:
            bookings.cancel(tx, taken)


def test_a_booking_made_at_once_declines_requests_too(uow: UnitOfWork, house: SmallHouse, asking: int) -> None:
    asked = book(uow, house.leader, asking)
    with uow.write(COMMAND) as tx:
        tx.add(VenueRight(venue_id=asking, team_id=house.other_squad, kind=VenueRightKind.book))
        tx.add(VenueRight(venue_id=asking, team_id=house.squad, kind=VenueRightKind.request))
    at_once = book(uow, house.organiser, asking, team_id=house.other_squad)
    assert states(uow, [at_once, asked]) == [B.confirmed, B.declined]


def test_a_hold_keeps_the_hall_and_ends_by_itself(
    uow: UnitOfWork, house: SmallHouse, asking: int, clock: ManualClock
) -> None:
    terms(uow, [house.hall, asking], hold_minutes=60)
    own, behind = book(uow, house.leader, house.hall, hold=True), book(uow, house.leader, asking, hold=True)
    late = book(uow, house.leader, asking, clock.now() + 30 * MINUTE, hold=True)
    assert booking(uow, own).held_until == clock.now() + HOUR
    assert booking(uow, late).held_until == booking(uow, late).starts_at
    assert told(uow, N.booking_asked) == [(behind, "hall@example.org"), (late, "hall@example.org")]
    with pytest.raises(VenueTaken):
        book(uow, house.organiser, house.hall)
    with pytest.raises(Conflict) as refusal, uow.write(house.leader) as tx:
        booking_decisions.keep(tx, behind)
    assert codes(refusal) == [("host_decides", None)]
    assert sweep(uow) == {}

    clock.advance(HOUR)
    with pytest.raises(Conflict) as refusal, uow.write(house.leader) as tx:
        booking_decisions.keep(tx, own)  # although nobody has written down yet that it is over
    assert codes(refusal) == [("hold_expired", None)]
    assert sweep(uow) == {"holds_lapsed": 3}
    assert states(uow, [own, behind, late]) == [B.cancelled, B.requested, B.cancelled]
    assert [booking(uow, one).reason for one in (own, behind)] == ["hold_expired", ""]
    assert not any(is_taken(uow, one) for one in (own, behind, late))
    assert told(uow, N.booking_ended) == [(one, "leader@example.org") for one in (own, behind, late)]
    assert sweep(uow) == {}
    kept = book(uow, house.leader, house.hall, hold=True)
    with uow.write(house.leader) as tx:
        booking_decisions.keep(tx, kept)
    assert booking(uow, kept).state is B.confirmed


def test_a_move_asks_the_host_anew(uow: UnitOfWork, house: SmallHouse, asking: int) -> None:
    lecture = add_lecture(uow, house)
    asked = book(uow, house.organiser, asking, activity_id=lecture)
    with uow.write(house.organiser) as tx:
        bookings.confirm(tx, asked)
    for day in (1, 2, 0):
        to = START + timedelta(days=day, hours=1)
        with uow.write(house.organiser) as tx:
            activities.move(tx, lecture, starts_at=to, ends_at=to + LENGTH)
        assert booking(uow, asked).state is B.held
        assert told(uow, N.booking_asked) == [(asked, "hall@example.org")]  # the older ones are taken back
    with pytest.raises(Conflict) as refusal, uow.write(house.organiser) as tx:
        bookings.move(tx, asked, starts_at=START, ends_at=START + LENGTH)
    assert codes(refusal) == [("move_the_activity", None)]
    assert events(uow, asked)[-2:] == ["booking.moved", "booking.requested"]


def test_who_decides_and_who_gives_back(uow: UnitOfWork, house: SmallHouse, asking: int) -> None:
    asked = book(uow, house.leader, asking)
    with uow.write(COMMAND) as tx:
        keeper = add_user(tx, "keeper", UserRole.organiser, house.other_squad)
    for who in (keeper, house.leader, house.auditor):
        with pytest.raises(Forbidden), uow.write(who) as tx:
            booking_decisions.confirm(tx, asked)
    with pytest.raises(NotFound), uow.write(Actor(kind="link", detail=f"booking:{asked + 1}")) as tx:
        booking_decisions.confirm(tx, asked)
    with pytest.raises(Forbidden), uow.write(keeper) as tx:
        booking_decisions.cancel(tx, asked)
    with uow.write(COMMAND) as tx:
        tx.add(VenueRight(venue_id=asking, team_id=house.other_squad, kind=VenueRightKind.approve))
    terms(uow, [asking], contact_email=None)
    unasked = book(uow, house.leader, asking)
    assert told(uow, N.booking_asked)[-1] == (unasked, "keeper@example.org")
    with uow.write(keeper) as tx:
        booking_decisions.confirm(tx, asked)
    with uow.write(house.leader) as tx:
        booking_decisions.cancel(tx, asked)
    assert told(uow, N.booking_decided) == [(one, "leader@example.org") for one in (asked, unasked)]


def test_who_does_not_come_is_told_and_then_loses_the_hall(
    uow: UnitOfWork, house: SmallHouse, clock: ManualClock
) -> None:
    terms(uow, [house.hall, house.small_hall], no_show_minutes=30)
    lecture = add_lecture(uow, house, capacity=30)
    lost = book(uow, house.leader, house.hall)
    there = book(uow, house.organiser, house.small_hall, activity_id=lecture)
    waiting = join(uow, house.organiser, house.hall, START + HOUR)
    with pytest.raises(Conflict) as refusal, uow.write(house.organiser) as tx:
        booking_decisions.arrive(tx, there)
    assert codes(refusal) == [("too_early_to_arrive", None)]
    with uow.write(house.organiser) as tx:
        activities.release(tx, lecture)

    clock.set(START + 14 * MINUTE)
    assert sweep(uow) == {}
    clock.set(START + 15 * MINUTE)
    assert sweep(uow) == {"no_shows_warned": 2}
    assert told(uow, N.no_show) == [(lost, "leader@example.org"), (there, "organiser@example.org")]
    with uow.write(house.leader) as tx:
        attendance.check_in(tx, lecture, at=clock.now(), nonce="a", person_id=house.people[0])
    assert told(uow, N.no_show) == [(lost, "leader@example.org")]

    clock.set(START + 30 * MINUTE)
    assert sweep(uow) == {"no_shows_released": 1}
    assert states(uow, [lost, there]) == [B.released, B.confirmed]
    assert line(uow, [waiting]) == ["offered"]
    assert told(uow, N.booking_ended) == [(lost, "leader@example.org")]
    clock.set(START + 2 * HOUR)
    assert sweep(uow) == {"bookings_used": 1, "waits_ended": 1}
    assert states(uow, [lost, there]) == [B.released, B.used]


def test_nobody_loses_the_hall_without_a_warning_however_late_the_clock_is_looked_at(
    uow: UnitOfWork, house: SmallHouse, clock: ManualClock
) -> None:
    terms(uow, [house.hall, house.small_hall], no_show_minutes=30)
    lost, there = book(uow, house.leader, house.hall), book(uow, house.leader, house.small_hall)
    clock.set(START + 50 * MINUTE)
    assert sweep(uow) == {"no_shows_warned": 2}
    with uow.write(Actor(kind="link", detail=f"arrival:{there}")) as tx:
        booking_decisions.arrive(tx, there)
        booking_decisions.arrive(tx, there)
    with pytest.raises(NotFound), uow.write(Actor(kind="link", detail=f"arrival:{there}")) as tx:
        booking_decisions.arrive(tx, lost)
    clock.advance(4 * MINUTE)
    assert sweep(uow) == {}
    clock.advance(MINUTE)
    assert sweep(uow) == {"no_shows_released": 1}
    assert events(uow, lost) == ["booking.confirmed", "booking.warned", "booking.released"]
    assert events(uow, there) == ["booking.confirmed", "booking.warned", "booking.arrived"]


def test_what_took_place_has_used_its_hall(uow: UnitOfWork, house: SmallHouse, clock: ManualClock) -> None:
    lecture, silent = add_lecture(uow, house), add_lecture(uow, house, capacity=30)
    used = book(uow, house.organiser, house.hall, activity_id=lecture)
    untold = book(uow, house.organiser, house.small_hall, activity_id=silent)
    plain = book(uow, house.organiser, house.hall, START + 3 * HOUR)
    with uow.write(house.organiser) as tx:
        activities.release(tx, lecture)
    clock.set(START + MINUTE)
    with uow.write(house.organiser) as tx:
        activities.hold(tx, lecture)
    assert booking(uow, used).state is B.used
    assert is_taken(uow, used)  # until its end
    clock.set(START + 9 * HOUR)
    assert sweep(uow) == {"bookings_used": 1}
    assert states(uow, [used, untold, plain]) == [B.used, B.confirmed, B.used]
