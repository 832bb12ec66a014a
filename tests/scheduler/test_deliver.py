"""Deliveries on real rows, over channels that do what a test wants."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from email import message_from_bytes, policy
from uuid import uuid4

import pytest
from sqlalchemy import update

from models.enums import AttemptOutcome, DeliveryState, NotificationKind
from models.tables.base import table_of
from models.tables.people import Person
from muster.clock import ManualClock, SystemClock
from notifications.channels.base import (
    BeforeData,
    Envelope,
    Outcome,
)
from notifications.channels.memory import MemoryChannel
from scheduler.database_thread import DatabaseThread
from scheduler.deliver import Deliverer
from scheduler.letters import Letters
from services import activities, bookings, notify
from services.access import COMMAND, WORKER
from services.unit_of_work import UnitOfWork
from tests.scheduler.builders import LEASE, Crowd, HookedChannel, add_crowd, ask, attempts, drain, rows, states
from tests.service.builders import LENGTH, START, SmallHouse, add_venue, small_house


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


@pytest.fixture
def crowd(uow: UnitOfWork, house: SmallHouse) -> Crowd:
    return add_crowd(uow, house, 5)


def test_each_message_goes_out_once(uow: UnitOfWork, house: SmallHouse) -> None:
    ask(uow, add_crowd(uow, house, 25))
    channel, other = MemoryChannel(), MemoryChannel()
    assert drain(uow, channel, other) == 25
    sent = [*channel.sent, *other.sent]
    assert channel.sent
    assert other.sent, "a long batch takes a second connection"
    assert len({envelope.message_id for envelope in sent}) == len(sent) == 25
    assert {envelope.recipient for envelope in sent} == {f"p{n}@example.org" for n in range(25)}
    found = rows(uow)
    assert {row.state for row in found} == {DeliveryState.sent}
    assert all(row.settled_at == uow.clock.now() for row in found)
    assert [attempt.outcome for attempt in attempts(uow, found[0].id)] == [AttemptOutcome.sent]
    assert drain(uow, channel) == 0
    assert channel.is_closed


def test_the_message_says_what_is_true_when_it_goes_out(uow: UnitOfWork, house: SmallHouse, crowd: Crowd) -> None:
    ask(uow, crowd)
    with uow.write(house.organiser) as tx:
        activities.change(tx, crowd.activity_id, {"title": "另一个题目"})
    channel = MemoryChannel()
    drain(uow, channel)
    message = message_from_bytes(channel.sent[0].content, policy=policy.default)
    plain = message.get_body(("plain",))
    assert plain is not None
    text = plain.get_content()
    assert "另一个题目" in text
    assert "3月10日" in text
    assert "下午2点" in text
    assert "http://127.0.0.1:8000/a/" in text
    assert message["To"].addresses[0].display_name == "样本0"
    assert message["Message-ID"] == channel.sent[0].message_id
    assert any(part.get_content_type() == "text/calendar" for part in message.walk())


def test_cancelled_between_claim_and_send_does_not_go_out(uow: UnitOfWork, house: SmallHouse, crowd: Crowd) -> None:
    ask(uow, crowd)

    def cancel() -> None:
        channel.before = None
        with uow.write(house.organiser) as tx:
            activities.cancel(tx, crowd.activity_id, reason="台风")

    channel = HookedChannel(before=cancel)
    drain(uow, channel)
    assert channel.sent == []
    assert states(uow) == {DeliveryState.obsolete: 5}


def test_what_went_out_before_the_cancellation_is_taken_back(uow: UnitOfWork, house: SmallHouse, crowd: Crowd) -> None:
    ask(uow, crowd)

    def cancel() -> None:
        channel.after = None
        with uow.write(house.organiser) as tx:
            activities.cancel(tx, crowd.activity_id, reason="台风")

    channel = HookedChannel(after=cancel)
    drain(uow, channel)
    reminder, cancellation = channel.sent
    assert reminder.recipient == cancellation.recipient
    subjects = [message_from_bytes(one.content, policy=policy.default)["Subject"] for one in channel.sent]
    assert subjects[0] != subjects[1]
    assert b"method=CANCEL" in cancellation.content
    assert states(uow) == {DeliveryState.obsolete: 4, DeliveryState.sent: 2}


def test_moved_between_claim_and_send_goes_out_with_the_new_time_only(
    uow: UnitOfWork, house: SmallHouse, crowd: Crowd
) -> None:
    ask(uow, crowd)
    with uow.write(COMMAND) as tx:
        activities.change(tx, crowd.activity_id, {"venue_id": None})

    def move() -> None:
        channel.before = None
        with uow.write(house.organiser) as tx:
            later = timedelta(days=1)
            activities.move(tx, crowd.activity_id, starts_at=START + later, ends_at=START + later + timedelta(hours=1))

    channel = HookedChannel(before=move)
    drain(uow, channel)
    texts = [message_from_bytes(one.content, policy=policy.default).get_body(("plain",)) for one in channel.sent]
    assert len(texts) == 5
    assert all(text is not None and "3月11日" in text.get_content() for text in texts)


def test_too_late_is_not_sent(uow: UnitOfWork, crowd: Crowd, clock: ManualClock) -> None:
    ask(uow, crowd)
    clock.set(START)
    channel = MemoryChannel()
    drain(uow, channel)
    assert channel.sent == []
    assert {(row.state, row.reason) for row in rows(uow)} == {(DeliveryState.obsolete, "already_started")}


def test_stop_finishes_the_message_in_hand_and_gives_the_rest_back(uow: UnitOfWork, crowd: Crowd) -> None:
    ask(uow, crowd)

    async def run() -> list[Envelope]:
        steps = DatabaseThread(uow)
        loop = asyncio.get_running_loop()

        def stop() -> None:
            loop.call_soon_threadsafe(deliverer.stop)

        channel = HookedChannel(after=stop)
        deliverer = Deliverer(
            database=steps,
            clock=uow.clock,
            worker_id="w1",
            channels=[channel],
            letters=Letters(uow.settings),
            lease=LEASE,
        )
        assert await deliverer.drain() == 1
        assert deliverer.in_hand == set()
        assert await deliverer.drain() == 0
        steps.close()
        return channel.sent

    assert len(asyncio.run(run())) == 1
    assert [row.state for row in rows(uow)] == [DeliveryState.sent] + [DeliveryState.waiting] * 4


def test_the_rate_limit_spaces_messages(uow: UnitOfWork, crowd: Crowd) -> None:
    ask(uow, crowd)
    moments: list[float] = []

    class TimedChannel(MemoryChannel):
        async def send(self, envelope: Envelope, *, before_data: BeforeData) -> Outcome:
            moments.append(asyncio.get_running_loop().time())
            return await super().send(envelope, before_data=before_data)

    began = SystemClock().monotonic()
    drain(uow, TimedChannel(), TimedChannel(), rate=10)
    assert len(moments) == 5
    # The first may go at once, the fifth not before four tenths of a second; a slow machine only adds to that.
    assert moments[-1] - began >= 0.39


def test_kinds_without_an_activity(uow: UnitOfWork, house: SmallHouse) -> None:
    with uow.write(WORKER) as tx:
        user_id = house.leader.user_id
        assert user_id is not None
        expires_at = tx.now + timedelta(minutes=15)
        notify.request_sign_in(tx, user_id=user_id, url_path="/sign-in/secret", expires_at=expires_at)
    channel = MemoryChannel()
    drain(uow, channel)
    (envelope,) = channel.sent
    plain = message_from_bytes(envelope.content, policy=policy.default).get_body(("plain",))
    assert plain is not None
    assert "http://127.0.0.1:8000/sign-in/secret" in plain.get_content()


def test_racing_workers_share_a_backlog(uow: UnitOfWork, house: SmallHouse) -> None:
    ask(uow, add_crowd(uow, house, 120), NotificationKind.changed)
    channels = [MemoryChannel() for _ in range(3)]
    start = threading.Barrier(3)
    faults: list[BaseException] = []

    def work(channel: MemoryChannel) -> None:
        try:
            start.wait()
            drain(uow, channel, worker_id=uuid4().hex, rate=1000)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(channel,)) for channel in channels]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    sent = [envelope.message_id for channel in channels for envelope in channel.sent]
    assert len(sent) == len(set(sent)) == 120
    assert states(uow) == {DeliveryState.sent: 120}


@pytest.fixture(autouse=True)
def _no_threads_left() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() <= before


def test_who_has_left_is_not_written_to(uow: UnitOfWork, crowd: Crowd) -> None:
    ask(uow, crowd)
    with uow.write(COMMAND) as tx:
        people = table_of(Person)
        today, tomorrow = date(2026, 3, 2), date(2026, 3, 3)  # in Daye
        for address, left_on in (("p0@example.org", today), ("p1@example.org", tomorrow)):
            tx.session.execute(update(people).where(people.c.email == address).values(left_on=left_on))
    channel = MemoryChannel()
    drain(uow, channel)
    assert len(channel.sent) == 4
    assert (rows(uow)[0].state, rows(uow)[0].reason) == (DeliveryState.obsolete, "person_left")


def test_a_venue_is_asked_through_its_contact(uow: UnitOfWork, house: SmallHouse) -> None:
    with uow.write(COMMAND) as tx:
        venue_id = add_venue(tx, "影剧院", 300, needs_approval=True)
    with uow.write(house.organiser) as tx:
        bookings.create(tx, venue_id=venue_id, starts_at=START, ends_at=START + LENGTH, purpose="表彰会")
    channel = MemoryChannel()
    drain(uow, channel)
    assert [envelope.recipient for envelope in channel.sent] == ["hall@example.org"]
    plain = message_from_bytes(channel.sent[0].content, policy=policy.default).get_body(("plain",))
    assert plain is not None
    assert "http://127.0.0.1:8000/b/" in plain.get_content()
    assert "影剧院" in plain.get_content()
