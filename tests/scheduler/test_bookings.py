"""The worker's round over bookings: all that is due, however much, and nothing twice."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import func, select

from models.enums import BookingState
from models.tables.bookings import Booking
from muster.clock import ManualClock
from scheduler.database_thread import DatabaseThread
from scheduler.sweep import settle_bookings
from services.access import COMMAND, WORKER
from services.booking_ends import BATCH
from services.unit_of_work import UnitOfWork
from tests.service.builders import small_house


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_round_makes_up_for_what_was_missed(uow: UnitOfWork, clock: ManualClock) -> None:
    house, now = small_house(uow), clock.now()
    with uow.write(COMMAND) as tx:
        for number in range(BATCH + 1):
            start, end = now + timedelta(hours=2 + number), now + timedelta(hours=3 + number)
            tx.add(
                Booking(
                    venue_id=house.hall,
                    starts_at=start,
                    ends_at=end,
                    occupied_from=start,
                    occupied_until=end,
                    state=BookingState.held,
                    held_until=now + timedelta(minutes=number),
                    created_at=now,
                )
            )
    clock.advance(timedelta(hours=1, days=30))  # no worker ran for a month
    steps = DatabaseThread(uow)
    try:
        assert asyncio.run(settle_bookings(steps)) == BATCH + 1
        assert asyncio.run(settle_bookings(steps)) == 0
    finally:
        steps.close()
    with uow.read(WORKER) as tx:
        ended = select(func.count()).where(Booking.state == BookingState.cancelled)
        assert tx.session.exec(ended).one() == BATCH + 1
