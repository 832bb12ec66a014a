"""The queue for a taken hall: who may join, who is asked, and that nobody is passed over."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlmodel import select

from models.enums import BookingState, HostKind, NotificationKind, UserRole, VenueRightKind, WaitState
from models.errors import Conflict, Forbidden, NotFound, VenueTaken
from models.tables.activities import Activity
from models.tables.bookings import Booking
from models.tables.users import User
from models.tables.venues import VenueRight
from muster.clock import ManualClock
from scheduler.sweep import DUE
from services import activities, booking_decisions, bookings, venues, waits
from services.access import COMMAND, WORKER, Actor
from services.queries.waits import list_waits, read_wait
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
    wait,
)
from tests.service.builders import LENGTH, START, SmallHouse, add_lecture, add_user, add_venue, small_house
from tests.service.refusals import codes

#: One database is enough where nobody races.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
B, N, W = BookingState, NotificationKind, WaitState


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    made = small_house(uow)
    terms(uow, [made.hall], hold_minutes=60)
    return made


def cancel(uow: UnitOfWork, who: Actor, booking_id: int) -> None:
    with uow.write(who) as tx:
        bookings.cancel(tx, booking_id)


@on_sqlite
def test_only_what_is_taken_is_waited_for_and_once(uow: UnitOfWork, house: SmallHouse) -> None:
    with pytest.raises(Conflict) as refusal:
        join(uow, house.leader, house.hall)
    assert codes(refusal) == [("not_taken", None)]
    lecture, other = add_lecture(uow, house), add_lecture(uow, house)
    book(uow, house.organiser, house.hall, activity_id=lecture)
    first = join(uow, house.leader, house.hall)
    for_other = join(uow, house.organiser, house.hall, activity_id=other)
    with pytest.raises(Conflict) as refusal:
        join(uow, house.leader, house.hall, START + HOUR)
    assert codes(refusal) == [("already_waiting", None)]
    with pytest.raises(Conflict) as refusal:
        join(uow, house.organiser, house.hall, START + HOUR, activity_id=other)
    assert codes(refusal) == [("already_waiting", None)]
    with pytest.raises(Conflict) as refusal:  # its own booking is given back when it books anew
        join(uow, house.organiser, house.hall, START + HOUR, activity_id=lecture)
    assert codes(refusal) == [("not_taken", None)]
    with pytest.raises(VenueTaken) as taken:
        join(uow, house.organiser, house.hall, people_count=500)
    assert codes(taken) == [("too_many_people", None)]
    assert taken.value.alternatives == ()
    with uow.read(house.leader) as tx:
        assert [row.id for row in list_waits(tx, is_own=False).items] == [first]
        with pytest.raises(NotFound):
            read_wait(tx, for_other)
    with uow.read(house.auditor) as tx:
        assert [row.before_count for row in list_waits(tx, is_own=False).items] == [0, 1]
        seen = read_wait(tx, for_other)
    assert (seen.wait.before_count, seen.may_take, seen.may_leave) == (1, False, False)
    with pytest.raises(Forbidden), uow.write(house.auditor) as tx:
        waits.leave(tx, first)


@on_sqlite
def test_the_line_is_asked_one_after_the_other(uow: UnitOfWork, house: SmallHouse, clock: ManualClock) -> None:
    with uow.write(COMMAND) as tx:
        people = [add_user(tx, f"p{n}", UserRole.leader, house.squad) for n in range(5)]
    taken = book(uow, house.organiser, house.hall)
    gone, left, late, first, second = (join(uow, who, house.hall) for who in people)
    with uow.write(COMMAND) as tx:
        tx.get(User, people[0].user_id or 0, noun="user").is_active = False
    cancel(uow, house.organiser, taken)
    assert line(uow, [gone, left, late, first]) == [W.waiting, W.offered, W.waiting, W.waiting]
    offer = wait(uow, left).booking_id
    assert offer is not None
    assert told(uow, N.place_offered) == [(offer, "p1@example.org")]
    assert (booking(uow, offer).state, booking(uow, offer).held_until) == (B.held, clock.now() + HOUR)
    with pytest.raises(VenueTaken):
        book(uow, house.organiser, house.hall)
    with pytest.raises(Conflict) as refusal, uow.write(house.organiser) as tx:
        bookings.confirm(tx, offer)
    assert codes(refusal) == [("offered_to_the_queue", None)]

    with uow.write(people[1]) as tx:
        waits.leave(tx, left)
    assert line(uow, [left, late]) == [W.withdrawn, W.offered]
    (mail,) = letters(uow, N.place_offered)
    assert mail.booking is not None
    assert (mail.booking.wait_id, mail.booking.wait_state, mail.address) == (late, W.offered, "p2@example.org")
    clock.advance(HOUR)
    with pytest.raises(Conflict) as refusal, uow.write(people[2]) as tx:
        waits.take(tx, late)
    assert codes(refusal) == [("offer_expired", None)]
    assert sweep(uow) == {"waits_ended": 1}
    assert line(uow, [late, first, second]) == [W.expired, W.offered, W.waiting]
    with uow.write(Actor(kind="link", detail=f"wait:{first}")) as tx:
        confirmed = waits.take(tx, first)
    assert booking(uow, confirmed).state is B.confirmed
    assert told(uow, N.booking_decided) == []
    clock.set(START)
    assert sweep(uow) == {"waits_ended": 2}
    assert line(uow, [gone, second]) == [W.expired, W.expired]


@on_sqlite
def test_who_waits_for_a_part_is_not_passed_over_for_the_whole(
    uow: UnitOfWork, house: SmallHouse, clock: ManualClock
) -> None:
    with uow.write(house.organiser) as tx:
        east, west = (
            venues.create(tx, name=name, kind=HostKind.office, capacity=20, parent_id=house.hall, hold_minutes=60)
            for name in ("东厅", "西厅")
        )
    for part in (east, west):
        book(uow, house.organiser, part, hold=True)
    for_west, for_all, for_east = (join(uow, house.leader, where) for where in (west, house.hall, east))
    clock.advance(HOUR)
    sweep(uow)  # both parts come free at once, the eastern one first
    assert line(uow, [for_west, for_all, for_east]) == [W.offered, W.waiting, W.offered]


@on_sqlite
def test_an_activity_changes_to_the_hall_that_came_free(uow: UnitOfWork, house: SmallHouse) -> None:
    with uow.write(COMMAND) as tx:
        asking = add_venue(tx, "校礼堂", 300, needs_approval=True)
    lecture = add_lecture(uow, house, capacity=30)
    fallback = book(uow, house.organiser, house.small_hall, activity_id=lecture)
    taken = book(uow, house.leader, asking, hold=True)
    waiting = join(uow, house.organiser, asking, activity_id=lecture)
    cancel(uow, house.leader, taken)
    assert states(uow, [fallback]) == [B.confirmed]
    before = len(told(uow, N.booking_asked))
    with uow.write(house.organiser) as tx:
        got = waits.take(tx, waiting)
    found = booking(uow, got)
    assert (found.state, found.activity_id, states(uow, [fallback])) == (B.held, lecture, [B.cancelled])
    assert len(told(uow, N.booking_asked)) == before + 1
    with uow.read(WORKER) as tx:
        assert tx.get(Activity, lecture, noun="activity", for_update=False).venue_id == asking
    with uow.write(Actor(kind="link", detail=f"booking:{got}")) as tx:
        booking_decisions.confirm(tx, got)
    assert booking(uow, got).state is B.confirmed


@on_sqlite
def test_hours_no_longer_wanted_are_not_waited_for(uow: UnitOfWork, house: SmallHouse) -> None:
    taken = book(uow, house.leader, house.hall)
    lecture = add_lecture(uow, house)
    waiting, behind = join(uow, house.organiser, house.hall, activity_id=lecture), join(uow, house.leader, house.hall)
    cancel(uow, house.leader, taken)
    assert line(uow, [waiting, behind]) == [W.offered, W.waiting]
    with uow.write(house.organiser) as tx:
        activities.move(tx, lecture, starts_at=START + 5 * HOUR, ends_at=START + 5 * HOUR + LENGTH)
    assert line(uow, [waiting, behind]) == [W.withdrawn, W.offered]
    offer = wait(uow, behind).booking_id
    with uow.write(house.organiser) as tx:
        bookings.decline(tx, offer or 0, reason="检修")
    assert line(uow, [behind]) == [W.expired]
    assert not is_taken(uow, offer or 0)


@on_sqlite
def test_what_comes_free_in_another_way_is_offered_by_the_next_sweep(uow: UnitOfWork, house: SmallHouse) -> None:
    with uow.write(COMMAND) as tx:
        tx.add(VenueRight(venue_id=house.hall, team_id=house.squad, kind=VenueRightKind.book))
    taken, waiting = book(uow, house.leader, house.hall), join(uow, house.leader, house.hall)
    with uow.write(COMMAND) as tx:
        right = tx.session.exec(select(VenueRight)).one()
        right.team_id = house.other_squad
    cancel(uow, house.leader, taken)
    assert line(uow, [waiting]) == [W.waiting]  # it would not be theirs now
    with uow.write(COMMAND) as tx:
        tx.session.exec(select(VenueRight)).one().team_id = house.squad
    assert sweep(uow) == {"places_offered": 1}
    assert line(uow, [waiting]) == [W.offered]


def together(*acts: Callable[[], object]) -> list[str]:
    """Let all act at the same instant; return what each met with, empty where it went through."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        start.wait()
        try:
            act()
        except Conflict as refusal:
            return refusal.code
        return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_yeses_to_a_whole_and_its_parts_at_once_go_together(uow: UnitOfWork, house: SmallHouse) -> None:
    with uow.write(house.organiser) as tx:
        whole = venues.create(tx, name="礼堂", kind=HostKind.school, capacity=90, needs_approval=True)
        parts = [
            venues.create(tx, name=name, kind=HostKind.school, capacity=40, parent_id=whole, needs_approval=True)
            for name in ("东厅", "西厅")
        ]
    asked = [book(uow, house.leader, where) for where in [whole, *parts] * 2]

    def confirm(booking_id: int) -> Callable[[], object]:
        def act() -> None:
            with uow.write(house.organiser) as tx:
                bookings.confirm(tx, booking_id)

        return act

    met = together(*map(confirm, asked))
    found = states(uow, asked)
    assert [code == "" for code in met] == [state is B.confirmed for state in found]
    won = [asked.index(one) % 3 for one in asked if booking(uow, one).state is B.confirmed]
    assert sorted(won) in ([0], [1, 2])  # the whole, or one of each part
    assert {state for state in found if state is not B.confirmed} == {B.declined}


def test_workers_and_people_at_once_lose_nobody_in_the_queue(
    uow: UnitOfWork, house: SmallHouse, clock: ManualClock
) -> None:
    halls = [house.hall, house.small_hall]
    terms(uow, halls, hold_minutes=60)
    held = [book(uow, house.organiser, hall, hold=True) for hall in halls]
    queue = [[join(uow, who, hall) for who in (house.leader, house.organiser)] for hall in halls]
    clock.advance(HOUR)

    def work() -> None:
        for step in DUE.values():
            with uow.write(WORKER) as tx:
                step(tx)

    def give_back() -> None:
        cancel(uow, house.organiser, held[0])

    met = together(work, give_back, work, work)
    assert met[0] == met[2] == met[3] == ""
    assert states(uow, held) == [B.cancelled, B.cancelled]
    assert [line(uow, of_hall) for of_hall in queue] == [[W.offered, W.waiting]] * 2
    with uow.read(WORKER) as tx:
        offers = tx.session.exec(select(Booking.id).where(Booking.state == B.held)).all()
    assert len(offers) == 2
    clock.advance(HOUR + MINUTE)
    together(work, work)
    assert [line(uow, of_hall) for of_hall in queue] == [[W.expired, W.offered]] * 2
