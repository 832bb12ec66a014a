"""Nobody is ever double-booked: many at once, in threads and processes, on both databases, checked from outside.

With MUSTER_TEST_SCALE=20 at the size that the house promises: 64 bookers, 10,000 attempts, 20 venues.
"""

from collections.abc import Sequence

import pytest

from muster.settings import Settings
from services.unit_of_work import UnitOfWork
from tests.service import races
from tests.service.races import ATTEMPTS, BOOKERS, PROCESSES, SAMPLES, Found, Outcome, Wish

CLEAN = Found(overlapping=[], lost=set(), unasked=set(), unguarded=races.Counter())


def expect_one_winner_each(url: str, uow: UnitOfWork, wishes: Sequence[Wish], outcomes: Sequence[Outcome]) -> None:
    """Every attempt has an answer; winners are in the table, losers know why and where else."""
    assert races.check_bookings(url, outcomes) == CLEAN
    assert sorted(one.number for one in outcomes) == list(range(len(wishes)))
    losers = [one for one in outcomes if one.made_id is None]
    assert len(losers) > len(wishes) // 10
    assert {code for one in losers for code in one.codes} == {"Conflict", "venue_taken"}
    assert all(one.ways_out for one in losers)
    by_number = {wish.number: wish for wish in wishes}
    sample = losers[:: max(1, len(losers) // SAMPLES)]
    assert races.not_free(uow, [by_number[one.number] for one in sample]) == []


def test_bookers_in_threads(uow: UnitOfWork, settings: Settings) -> None:
    wishes = races.booking_wishes(races.twenty_venues(uow), ATTEMPTS)
    outcomes = races.in_threads(uow, races.book, wishes, min(BOOKERS, 64))
    expect_one_winner_each(settings.database_url, uow, wishes, outcomes)


def test_bookers_in_processes(uow: UnitOfWork, settings: Settings) -> None:
    wishes = races.booking_wishes(races.twenty_venues(uow), ATTEMPTS)
    uow.database.dispose()  # no connection of this process is in the way
    threads = BOOKERS // PROCESSES
    outcomes = races.in_processes(settings, races.book, wishes, processes=PROCESSES, threads=threads)
    expect_one_winner_each(settings.database_url, uow, wishes, outcomes)


@pytest.mark.parametrize("processes", [PROCESSES])
def test_people_keep_promises_that_do_not_overlap(uow: UnitOfWork, settings: Settings, processes: int) -> None:
    people = max(4, ATTEMPTS // 100)
    wishes = races.promises(uow, people, each=ATTEMPTS // people // 2)
    uow.database.dispose()
    threads = BOOKERS // processes
    outcomes = races.in_processes(settings, races.promise, wishes, processes=processes, threads=threads)
    assert races.check_promises(settings.database_url, outcomes) == CLEAN
    losers = [one for one in outcomes if one.made_id is None]
    assert losers
    assert {one.codes for one in losers} == {("Conflict", "person_busy")}
    assert len(races.by_person(settings.database_url)) == people
