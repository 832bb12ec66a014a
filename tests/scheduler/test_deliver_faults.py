"""What goes wrong on the way, and what becomes of the row."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import update

from models.enums import AttemptOutcome, DeliveryState
from models.errors import Unavailable
from models.tables.base import table_of
from models.tables.notifications import Notification
from models.tables.people import Person
from muster.clock import ManualClock
from notifications.channels.base import Envelope, Pause, Refused, Retry, SendReason, Sent, Uncertain
from notifications.channels.memory import MemoryChannel
from scheduler.database_thread import DatabaseThread
from scheduler.deliver import Deliverer, tried_of
from scheduler.letters import Letters
from services import activities, recovery
from services.access import COMMAND, WORKER, Actor
from services.unit_of_work import Tx, UnitOfWork
from tests.scheduler.builders import LEASE, Crowd, HookedChannel, add_crowd, ask, attempts, drain, rows, states
from tests.service.builders import SmallHouse, small_house

DOWN = Retry(SendReason.host_unreachable, timedelta(minutes=1), is_charged=False, pause=Pause.host, reply="no route")
LATER = Retry(SendReason.recipient_later, None, is_charged=True, reply="450 4.2.0 greylisted")


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


@pytest.fixture
def crowd(uow: UnitOfWork, house: SmallHouse) -> Crowd:
    return add_crowd(uow, house, 5)


def test_greylisted_messages_come_again_later(uow: UnitOfWork, crowd: Crowd, clock: ManualClock) -> None:
    ask(uow, crowd)
    channel = MemoryChannel()
    for _ in range(5):
        channel.answer_next(LATER)
    drain(uow, channel)
    assert states(uow) == {DeliveryState.waiting: 5}
    assert drain(uow, channel) == 0
    clock.advance(timedelta(minutes=7))
    assert drain(uow, channel) == 5
    assert len(channel.sent) == 5
    assert {row.attempts_count for row in rows(uow)} == {2}


def test_a_dead_mail_server_is_left_alone(uow: UnitOfWork, crowd: Crowd, clock: ManualClock) -> None:
    ask(uow, crowd)
    channel = MemoryChannel()
    channel.answer_next(DOWN)
    assert drain(uow, channel) == 1
    found = rows(uow)
    assert [row.attempts_count for row in found] == [0] * 5
    assert [row.leased_by for row in found] == [None] * 5
    assert [row.reason for row in found] == ["host_unreachable", "", "", "", ""]
    assert [len(attempts(uow, row.id)) for row in found] == [1, 0, 0, 0, 0]
    clock.advance(timedelta(minutes=2))
    assert drain(uow, channel) == 5


def test_a_dead_address_ends_one_delivery_only(uow: UnitOfWork, crowd: Crowd) -> None:
    ask(uow, crowd)
    channel = MemoryChannel()
    channel.answer_next(Refused(SendReason.address_dead, is_address_dead=True, reply="550 5.1.1"))
    drain(uow, channel)
    assert [row.state for row in rows(uow)] == [DeliveryState.refused] + [DeliveryState.sent] * 4


def test_an_address_that_cannot_be_written_is_refused(uow: UnitOfWork, crowd: Crowd) -> None:
    with uow.write(COMMAND) as tx:
        people = table_of(Person)
        tx.session.execute(update(people).where(people.c.email == "p0@example.org").values(email="李@example.org"))
    ask(uow, crowd)
    drain(uow, MemoryChannel())
    assert [row.reason for row in rows(uow)] == ["address_undeliverable", "", "", "", ""]
    assert [row.state for row in rows(uow)] == [DeliveryState.refused] + [DeliveryState.sent] * 4


def test_a_message_that_cannot_be_written_holds_nobody_up(uow: UnitOfWork, crowd: Crowd) -> None:
    ask(uow, crowd)
    with uow.write(COMMAND) as tx:
        notifications = table_of(Notification)
        tx.session.execute(update(notifications).where(notifications.c.id == 1).values(assignment_id=None))
    drain(uow, MemoryChannel())
    assert [row.state for row in rows(uow)] == [DeliveryState.waiting] + [DeliveryState.sent] * 4
    assert rows(uow)[0].reason == "fault"
    assert rows(uow)[0].attempts_count == 1


def test_a_reply_lost_repeats_the_same_bytes_once(
    uow: UnitOfWork, house: SmallHouse, crowd: Crowd, clock: ManualClock
) -> None:
    ask(uow, crowd, assignment_ids=crowd.assignment_ids[:1])
    channel = MemoryChannel()
    for _ in range(2):
        channel.answer_next(Uncertain(SendReason.cut_in_data), is_accepted=True)
    drain(uow, channel)
    with uow.write(house.organiser) as tx:
        activities.change(tx, crowd.activity_id, {"title": "另一个题目"})
    clock.advance(timedelta(minutes=2))
    drain(uow, channel)
    first, second = channel.sent
    assert first == second
    clock.advance(timedelta(days=1))
    assert drain(uow, channel) == 0
    assert states(uow) == {DeliveryState.uncertain: 1}


def test_a_lost_lease_stops_the_message(uow: UnitOfWork, crowd: Crowd) -> None:
    ask(uow, crowd)

    def take_away() -> None:
        channel.before = None
        with uow.write(WORKER) as tx:
            recovery.recover(tx, lambda _: False)

    channel = HookedChannel(before=take_away)
    assert drain(uow, channel) == 10, "the first five hands were empty, the next five were not"
    assert len(channel.sent) == 5
    assert {len(attempts(uow, row.id)) for row in rows(uow)} == {1}


def test_a_channel_that_breaks_after_the_data_leaves_it_uncertain(uow: UnitOfWork, crowd: Crowd) -> None:
    def fail() -> None:
        channel.after = None
        raise RuntimeError

    ask(uow, crowd)
    channel = HookedChannel(after=fail)
    drain(uow, channel)
    assert [attempt.outcome for attempt in attempts(uow, rows(uow)[0].id)] == [AttemptOutcome.uncertain]
    assert [row.state for row in rows(uow)] == [DeliveryState.waiting] + [DeliveryState.sent] * 4


def test_sent_is_told_by_the_channel() -> None:
    assert tried_of(Retry(SendReason.lease_lost, None, is_charged=False)) is None
    tried = tried_of(Sent("250 ok"))
    assert tried is not None
    assert (tried.outcome, tried.reply) == (AttemptOutcome.sent, "250 ok")


class ShakyUnitOfWork(UnitOfWork):
    """A unit of work whose database goes away when told to."""

    is_away = False

    @contextmanager
    def write(self, actor: Actor) -> Iterator[Tx]:
        if self.is_away:
            raise Unavailable
        with super().write(actor) as tx:
            yield tx


def test_a_database_that_goes_away_after_the_data_leaves_the_row_to_the_sweep(
    uow: UnitOfWork, crowd: Crowd, clock: ManualClock
) -> None:
    ask(uow, crowd)
    shaky = ShakyUnitOfWork(uow.database, clock=clock, ids=uow.ids, settings=uow.settings)

    def go_away() -> None:
        shaky.is_away = True

    async def run() -> list[Envelope]:
        steps = DatabaseThread(shaky)
        channel = HookedChannel(after=go_away)
        deliverer = Deliverer(
            database=steps,
            clock=clock,
            worker_id="w1",
            channels=[channel],
            letters=Letters(uow.settings),
            lease=LEASE,
        )
        with pytest.raises(Unavailable):
            await deliverer.drain()
        assert channel.is_closed
        assert deliverer.is_resting
        assert deliverer.in_hand == set()
        steps.close()
        return channel.sent

    assert len(asyncio.run(run())) == 1
    assert states(uow) == {DeliveryState.leased: 5}
    with uow.write(WORKER) as tx:
        done = recovery.recover(tx, lambda _: True, worker_id="w1", in_hand=set())
    assert done == recovery.Recovered(unsent=4, uncertain=1)
