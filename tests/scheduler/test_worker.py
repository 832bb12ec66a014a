"""Whole workers in this process: a clock that a test moves, a real database, a real mail server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlmodel import col, select

from models.enums import (
    AnswerVia,
    AnswerWord,
    AssignmentRole,
    DeliveryState,
    NotificationKind,
    ReminderKind,
    ReminderState,
)
from models.tables.reminders import Reminder
from models.tables.workers import Worker
from muster.clock import ManualClock
from muster.settings import Settings
from scheduler.bootstrap import WorkerProcess
from scheduler.liveness import AlreadyRunning
from services import activities, assignments, leases
from services.access import WORKER, Actor
from services.queries.health import read_scheduler
from services.unit_of_work import UnitOfWork
from tests.scheduler.builders import LEASE, add_crowd, ask, rows, states
from tests.service.builders import START, SmallHouse, add_lecture, small_house


class Mailbox:
    """What aiosmtpd accepted."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name that aiosmtpd calls
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.messages.append((envelope.rcpt_tos[0], message["Message-ID"]))
        return "250 kept"


@asynccontextmanager
async def mail_server(mailbox: Mailbox) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, loop=loop, hostname="mail.test"), "127.0.0.1", 0)
    try:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def working(settings: Settings, clock: ManualClock, smtp_url: str) -> AsyncIterator[WorkerProcess]:
    worker = WorkerProcess(settings.model_copy(update={"smtp_url": smtp_url, "tick_seconds": 1}), clock=clock)
    stopping = asyncio.Event()
    task = asyncio.create_task(worker.run(stopping))
    try:
        yield worker
    finally:
        stopping.set()
        await task


async def until(condition: Callable[[], bool], *, seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(condition):  # noqa: ASYNC110 - what is waited for is a row, not an event
            await asyncio.sleep(0.05)


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


@pytest.fixture
def promised(uow: UnitOfWork, house: SmallHouse) -> int:
    """A public lecture to which somebody has said yes; the activity's id."""
    activity_id = add_lecture(uow, house)
    with uow.write(house.organiser) as tx:
        activities.release(tx, activity_id)
        person_id = house.people[0]
        one = assignments.offer(tx, activity_id=activity_id, person_id=person_id, role=AssignmentRole.model_demo)
    with uow.write(Actor(kind="link", person_id=person_id, detail=f"assignment:{one}")) as tx:
        assignments.answer(tx, one, word=AnswerWord.yes, via=AnswerVia.link)
    return activity_id


def reminder(uow: UnitOfWork, kind: ReminderKind = ReminderKind.reminder) -> Reminder:
    with uow.read(WORKER) as tx:
        return tx.session.exec(select(Reminder).where(col(Reminder.kind) == kind)).one()


def test_a_reminder_fires_once_at_its_time(
    uow: UnitOfWork, settings: Settings, clock: ManualClock, promised: int
) -> None:
    mailbox = Mailbox()

    async def scene() -> None:
        async with mail_server(mailbox) as url:
            async with working(settings, clock, url):
                clock.set(reminder(uow, ReminderKind.digest).due_at)
                await until(lambda: states(uow)[DeliveryState.sent] == 1)
                assert [to for to, _ in mailbox.messages] == ["organiser@example.org"]
                clock.set(reminder(uow).due_at - timedelta(seconds=1))
                await asyncio.sleep(2.5)
                assert len(mailbox.messages) == 1
                clock.set(reminder(uow).due_at)
                await until(lambda: len(mailbox.messages) == 2)
            async with working(settings, clock, url):
                clock.set(START - timedelta(minutes=1))
                await asyncio.sleep(2.5)

    asyncio.run(scene())
    assert [to for to, _ in mailbox.messages] == ["organiser@example.org", "li@example.org"]
    assert reminder(uow).state is ReminderState.fired
    assert states(uow) == {DeliveryState.sent: 2, DeliveryState.obsolete: 1}


def test_after_a_day_of_downtime_only_what_still_helps_goes_out(
    uow: UnitOfWork, settings: Settings, clock: ManualClock, promised: int
) -> None:
    mailbox = Mailbox()
    clock.set(START + timedelta(hours=2))

    async def scene() -> None:
        async with mail_server(mailbox) as url, working(settings, clock, url):
            await until(lambda: reminder(uow).state is not ReminderState.waiting)
            await until(lambda: states(uow)[DeliveryState.waiting] == 0)

    asyncio.run(scene())
    assert reminder(uow).reason == "too_late"
    assert all(to != "li@example.org" for to, _ in mailbox.messages)


def test_workers_side_by_side_fire_once_and_sqlite_has_one(
    uow: UnitOfWork, settings: Settings, clock: ManualClock, promised: int
) -> None:
    mailbox = Mailbox()

    async def scene() -> None:
        async with mail_server(mailbox) as url, working(settings, clock, url):
            clock.set(reminder(uow, ReminderKind.digest).due_at)
            await until(lambda: states(uow)[DeliveryState.sent] == 1)
            if settings.is_sqlite:
                with pytest.raises(AlreadyRunning):
                    await WorkerProcess(settings, clock=clock).run(asyncio.Event())
                return
            async with working(settings, clock, url):
                clock.set(reminder(uow).due_at)
                await until(lambda: len(mailbox.messages) == 2)
                await asyncio.sleep(1.5)

    asyncio.run(scene())
    expected = ["organiser@example.org"] if settings.is_sqlite else ["li@example.org", "organiser@example.org"]
    assert sorted(to for to, _ in mailbox.messages) == expected


def test_rows_of_a_worker_that_is_gone_go_out_at_once(
    uow: UnitOfWork, house: SmallHouse, settings: Settings, clock: ManualClock
) -> None:
    ask(uow, add_crowd(uow, house, 3), NotificationKind.changed)
    with uow.write(WORKER) as tx:
        leases.claim(tx, "gone", limit=2, lease=LEASE)
    mailbox = Mailbox()

    async def scene() -> None:
        async with mail_server(mailbox) as url, working(settings, clock, url):
            await until(lambda: states(uow) == {DeliveryState.sent: 3})

    asyncio.run(scene())
    assert len(mailbox.messages) == 3
    assert {row.lease_token for row in rows(uow)} == {1, 2}


def test_the_heartbeat_shows_backlog_and_ends_in_order(
    uow: UnitOfWork, house: SmallHouse, settings: Settings, clock: ManualClock
) -> None:
    ask(uow, add_crowd(uow, house, 3), NotificationKind.changed)
    clock.advance(timedelta(minutes=10))

    async def scene() -> None:
        async with working(settings, clock, "smtp://127.0.0.1:9"):  # nobody listens there

            def is_behind() -> bool:
                with uow.read(WORKER) as tx:
                    return read_scheduler(tx).lag_seconds > 0 and read_scheduler(tx).backlog_count > 0

            await until(is_behind)

    asyncio.run(scene())
    assert states(uow) == {DeliveryState.waiting: 3}
    assert {row.leased_by for row in rows(uow)} == {None}
    with uow.read(WORKER) as tx:
        (worker,) = tx.session.exec(select(Worker)).all()
        assert worker.stopped_at == clock.now()
        assert read_scheduler(tx).is_silent
