"""Composition root of the worker: puts together what runs, and takes it apart again in order."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import structlog

from muster.clock import Clock, SystemClock
from muster.settings import Settings
from notifications.channels.base import Channel
from notifications.channels.factory import open_channel
from notifications.channels.providers import usual_rate
from notifications.mailboxes import open_mailbox
from scheduler.channels import Endpoints
from scheduler.database_thread import DatabaseThread
from scheduler.deliver import Deliverer
from scheduler.inbox import InboxReader
from scheduler.letters import Letters
from scheduler.liveness import Liveness, open_liveness
from scheduler.outside_calendars import CalendarReader
from scheduler.recurring import Work, table
from scheduler.runtime import Runtime
from scheduler.watchdog import Watchdog
from services import leases, schema, workers
from services.house import open_house
from services.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

#: Connections to the mail server. A provider that must be spared (`MUSTER_MAIL_RATE`, or one that is known for it) sees only one.
CONNECTIONS = 4


class NotReady(Exception):
    """The worker cannot start here; the text says what to do."""


class WorkerProcess:
    """One worker, from its start to its end; `run` is called once."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        channels: Callable[[], Channel] | None = None,
    ) -> None:
        self.worker_id = uuid4().hex
        self._settings = settings
        self._uow: UnitOfWork = open_house(settings, clock=clock)
        self._open_channel = channels or (lambda: open_channel(settings.smtp_url, helo_name=settings.mail_domain))
        self._liveness: Liveness = open_liveness(self._uow.database, self.worker_id)
        self._steps = DatabaseThread(self._uow)

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until told to stop; then finish the message in hand and give the rest back.

        Raises:
            NotReady: the database is not at the revision that this program knows.
            AlreadyRunning: another worker has this database.
        """
        try:
            await self._steps.call(self._check_schema)
            await self._steps.call(self._liveness.take)
            await self._work(stopping)
        finally:
            await self._steps.call(self._liveness.close)
            self._steps.close()
            self._uow.database.dispose()

    async def _work(self, stopping: asyncio.Event) -> None:
        await self._steps.write(lambda tx: workers.start(tx, self.worker_id))
        deliverer, inbox = self._deliverer(), self._inbox()
        calendars = CalendarReader(self._steps, self._uow.clock)
        endpoints = self._endpoints(deliverer.in_hand)
        work = Work(
            worker_id=self.worker_id,
            settings=self._settings,
            clock=self._uow.clock,
            database=self._uow.database,
            steps=self._steps,
            liveness=self._liveness,
            deliverer=deliverer,
            endpoints=endpoints,
            inbox=inbox,
            calendars=calendars,
        )
        loop = asyncio.get_running_loop()
        tick = timedelta(seconds=self._settings.tick_seconds)

        def nudge() -> None:
            loop.call_soon_threadsafe(runtime.rearm)

        watchdog = Watchdog(tick, nudge=nudge)
        runtime = Runtime(table(work), machine=SystemClock(), on_end=watchdog.beat)
        runtime.start()
        watchdog.start()
        log.info("worker.started", worker_id=self.worker_id)
        await stopping.wait()
        log.info("worker.stopping", worker_id=self.worker_id)
        watchdog.stop()
        deliverer.stop()
        calendars.stop()
        await runtime.stop()
        await endpoints.stop()
        if inbox is not None:
            inbox.close()
        released = await self._steps.write(lambda tx: leases.release(tx, self.worker_id))
        await self._steps.write(lambda tx: workers.stop(tx, self.worker_id))
        log.info("worker.stopped", worker_id=self.worker_id, released=released)

    def _deliverer(self) -> Deliverer:
        settings = self._settings
        rate = settings.mail_rate or usual_rate(settings.smtp_url)
        count = CONNECTIONS if rate is None else 1
        return Deliverer(
            database=self._steps,
            clock=self._uow.clock,
            worker_id=self.worker_id,
            channels=[self._open_channel() for _ in range(count)],
            letters=Letters(settings),
            lease=settings.lease,
            rate=rate,
        )

    def _endpoints(self, in_hand: set[int]) -> Endpoints:
        return Endpoints(
            database=self._steps,
            clock=self._uow.clock,
            ids=self._uow.ids,
            settings=self._settings,
            worker_id=self.worker_id,
            in_hand=in_hand,
        )

    def _inbox(self) -> InboxReader | None:
        url = self._settings.inbox_url
        return InboxReader(open_mailbox(url), self._steps) if url else None

    def _check_schema(self) -> None:
        database = self._uow.database
        if schema.current_revision(database) != schema.head_revision(database):
            message = "the database is not at the revision that this program knows; run: muster db upgrade"
            raise NotReady(message)
