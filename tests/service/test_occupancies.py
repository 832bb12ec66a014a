"""No hall, person or projector is taken twice: the database refuses, whatever the code above it does."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlmodel import select

from models.enums import AnswerVia, AssignmentRole
from models.errors import Conflict, VenueTaken
from models.rules.verdicts import Reason
from models.tables.bookings import Booking
from models.tables.resources import Occupancy, Resource
from models.tables.venues import VenueResource
from services import activities, assignments, bookings
from services.access import COMMAND, Actor
from services.unit_of_work import UnitOfWork
from tests.service.builders import LENGTH, START, SmallHouse, add_lecture, add_venue, small_house


def booking_rows(uow: UnitOfWork) -> tuple[int, int]:
    """Write a resource and a booking to hold it, by hand; return their ids."""
    house = small_house(uow)
    with uow.write(COMMAND) as tx:
        resource = tx.add(Resource(kind="equipment", name="投影仪"))
        booking = tx.add(
            Booking(
                venue_id=house.hall,
                starts_at=START,
                ends_at=START + LENGTH,
                occupied_from=START,
                occupied_until=START + LENGTH,
                state="confirmed",
                created_at=tx.now,
            )
        )
        return resource.id, booking.id


@pytest.mark.parametrize(
    ("start", "end", "is_free"),
    [
        (0, 90, False),
        (-30, 0, True),  # ends as the other begins
        (90, 120, True),  # begins as the other ends
        (-30, 1, False),
        (89, 120, False),
        (10, 20, False),
        (-10, 200, False),
    ],
)
def test_no_resource_is_taken_twice(uow: UnitOfWork, start: int, end: int, is_free: bool) -> None:
    resource_id, booking_id = booking_rows(uow)

    def occupancy(from_minute: int, until_minute: int) -> Occupancy:
        return Occupancy(
            resource_id=resource_id,
            occupied_from=START + timedelta(minutes=from_minute),
            occupied_until=START + timedelta(minutes=until_minute),
            booking_id=booking_id,
        )

    with uow.write(COMMAND) as tx:
        tx.add(occupancy(0, 90))
        tx.add(occupancy(600, 700))
    if is_free:
        with uow.write(COMMAND) as tx:
            tx.add(occupancy(start, end))
        return
    with pytest.raises(Conflict) as refusal, uow.write(COMMAND) as tx:
        tx.add(occupancy(start, end))
    assert refusal.value.reasons == (Reason("resource_taken"),)
    with pytest.raises(Conflict), uow.write(COMMAND) as tx:
        moved = tx.session.exec(select(Occupancy).where(Occupancy.occupied_from > START)).one()
        moved.occupied_from = START + timedelta(minutes=start)
        moved.occupied_until = START + timedelta(minutes=end)


def test_a_row_may_be_moved_over_its_own_window(uow: UnitOfWork) -> None:
    resource_id, booking_id = booking_rows(uow)
    with uow.write(COMMAND) as tx:
        row = tx.add(
            Occupancy(
                resource_id=resource_id, occupied_from=START, occupied_until=START + LENGTH, booking_id=booking_id
            )
        )
    with uow.write(COMMAND) as tx:
        row = tx.get(Occupancy, row.id, noun="occupancy")
        row.occupied_until = START + 2 * LENGTH
        row.occupied_from = START + timedelta(minutes=10)


def race(count: int, attempt: Callable[[int], bool]) -> int:
    """Let so many threads try at the same instant; return how many succeeded."""
    start = Barrier(count)

    def run(number: int) -> bool:
        start.wait()
        return attempt(number)

    with ThreadPoolExecutor(count) as pool:
        return sum(pool.map(run, range(count)))


def test_of_many_who_ask_for_a_hall_at_once_one_gets_it(uow: UnitOfWork) -> None:
    house = small_house(uow)

    def book(_: int) -> bool:
        try:
            with uow.write(house.organiser) as tx:
                bookings.create(tx, venue_id=house.hall, starts_at=START, ends_at=START + LENGTH)
        except VenueTaken as refusal:
            assert refusal.alternatives
            return False
        return True

    assert race(8, book) == 1


def test_of_many_promises_at_once_a_person_keeps_one(uow: UnitOfWork) -> None:
    house = small_house(uow)
    li = house.people[0]
    offers = []
    for _ in range(6):
        lecture = add_lecture(uow, house)
        with uow.write(house.organiser) as tx:
            role, why = AssignmentRole.model_demo, "都先问着"
            offers.append(assignments.offer(tx, activity_id=lecture, person_id=li, role=role, override_reason=why))
            activities.release(tx, lecture)

    def accept(number: int) -> bool:
        link = Actor(kind="link", person_id=li, detail=f"assignment:{offers[number]}")
        try:
            with uow.write(link) as tx:
                assignments.accept(tx, offers[number], via=AnswerVia.link)
        except Conflict as refusal:
            assert [reason.code for reason in refusal.reasons] == ["person_busy"]
            return False
        return True

    assert race(6, accept) == 1


def test_a_whole_hall_and_its_parts_block_each_other(uow: UnitOfWork) -> None:
    house: SmallHouse = small_house(uow)
    with uow.write(COMMAND) as tx:
        shared = tx.session.exec(select(VenueResource).where(VenueResource.venue_id == house.small_hall)).one()
        tx.add(VenueResource(venue_id=house.hall, resource_id=shared.resource_id))
    with uow.write(house.organiser) as tx:
        bookings.create(tx, venue_id=house.small_hall, starts_at=START, ends_at=START + LENGTH)
    with pytest.raises(VenueTaken), uow.write(house.organiser) as tx:
        bookings.create(tx, venue_id=house.hall, starts_at=START, ends_at=START + LENGTH)


def test_two_bookings_whose_buffers_touch_are_both_accepted(uow: UnitOfWork) -> None:
    house = small_house(uow)  # twenty minutes to set up, ten to tear down
    with uow.write(house.organiser) as tx:
        bookings.create(tx, venue_id=house.hall, starts_at=START, ends_at=START + LENGTH)
    after = START + LENGTH + timedelta(minutes=30)
    with pytest.raises(VenueTaken), uow.write(house.organiser) as tx:
        early = after - timedelta(minutes=1)
        bookings.create(tx, venue_id=house.hall, starts_at=early, ends_at=early + LENGTH)
    with uow.write(house.organiser) as tx:
        bookings.create(tx, venue_id=house.hall, starts_at=after, ends_at=after + LENGTH)


def test_a_request_takes_nothing_until_it_is_confirmed(uow: UnitOfWork) -> None:
    house = small_house(uow)
    with uow.write(COMMAND) as tx:
        asked = add_venue(tx, "校礼堂", 300, needs_approval=True)
    window = {"venue_id": asked, "starts_at": START, "ends_at": START + LENGTH}
    with uow.write(house.organiser) as tx:
        first = bookings.create(tx, **window)
    with uow.write(house.organiser) as tx:
        second = bookings.create(tx, **window)
    with uow.write(house.organiser) as tx:
        bookings.confirm(tx, first)
    with pytest.raises(Conflict) as refusal, uow.write(house.organiser) as tx:
        bookings.confirm(tx, second)
    assert [reason.code for reason in refusal.value.reasons] == ["wrong_state"]
    with uow.write(house.organiser) as tx:
        bookings.cancel(tx, first)
        bookings.create(tx, **window)
