"""Every recurring job on one screen."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from muster.clock import Clock
from muster.db import Database
from muster.settings import Settings
from scheduler import health, sweep, timers
from scheduler.channels import Endpoints
from scheduler.database_thread import DatabaseThread
from scheduler.deliver import Deliverer
from scheduler.inbox import InboxReader
from scheduler.liveness import Liveness
from scheduler.outside_calendars import CalendarReader
from scheduler.runtime import Recurring, Ring
from services import broadcasts, leases, reminders
from services.unit_of_work import Tx

#: Other processes commit without telling us, so the next due instant is looked up this often. It is
#: one read of an index: 5 microseconds on SQLite, a quarter of a millisecond on PostgreSQL.
LOOK_EVERY = timedelta(seconds=1)
SWEEP_EVERY = timedelta(minutes=1)
CHECKPOINT_EVERY = timedelta(minutes=1)
INBOX_EVERY = timedelta(minutes=1)
CALENDARS_EVERY = timedelta(minutes=1)
FORGET_EVERY = timedelta(hours=1)
#: How soon groups, telephones and programs hear; nobody there answers to the second.
ENDPOINTS_EVERY = timedelta(seconds=3)
#: How exactly holds, offers and no-shows keep their time; the rules themselves go by the clock.
BOOKINGS_EVERY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Work:
    """What the jobs of one worker work with."""

    worker_id: str
    settings: Settings
    clock: Clock
    database: Database
    steps: DatabaseThread
    liveness: Liveness
    deliverer: Deliverer
    endpoints: Endpoints
    #: None where no mailbox is read.
    inbox: InboxReader | None = None
    #: None where nobody's own calendar is read.
    calendars: CalendarReader | None = None

    async def look(self, ring: Ring) -> timedelta:
        """Ring for what is due; return the wait until the next due instant, a second at most."""
        timer_at, delivery_at = await self.steps.read(_next_due)
        now = self.clock.now()
        if timer_at is not None and timer_at <= now:
            ring("timers")
        if delivery_at is not None and delivery_at <= now and not self.deliverer.is_resting:
            ring("deliver")
        return min([LOOK_EVERY, *(at - now for at in (timer_at, delivery_at) if at is not None and at > now)])

    async def timers(self, ring: Ring) -> None:
        """Turn due reminders into deliveries."""
        if await timers.fire_all(self.steps):
            ring("deliver")

    async def deliver(self, _ring: Ring) -> None:
        """Send what is due."""
        await self.deliverer.drain()

    async def deliver_elsewhere(self, _ring: Ring) -> None:
        """Have groups, telephones and programs get what is due for them; waits for none of them."""
        await self.endpoints.begin()

    async def sweep(self, ring: Ring) -> None:
        """Take back what dead workers held."""
        if await sweep.recover(self.steps, self.liveness, self.deliverer, self.worker_id):
            ring("deliver")

    async def bookings(self, ring: Ring) -> None:
        """End holds and offers that ran out, and give to others what nobody came to."""
        if await sweep.settle_bookings(self.steps):
            ring("deliver")

    async def read_inbox(self, ring: Ring) -> None:
        """Take the letters that came back."""
        if self.inbox is not None and await self.inbox.read():
            ring("deliver")

    async def read_calendars(self, _ring: Ring) -> None:
        """Read when people are busy in their own calendars."""
        if self.calendars is not None:
            await self.calendars.read()

    async def heartbeat(self, _ring: Ring) -> None:
        """Show that this worker lives."""
        await health.beat(self.steps, self.liveness, self.worker_id, lease=self.settings.lease)

    async def checkpoint(self, _ring: Ring) -> None:
        """Move the write-ahead log into the database; SQLite only, and from this one process only."""
        await self.steps.call(self.database.checkpoint)

    async def forget(self, _ring: Ring) -> None:
        """Delete stale rows."""
        await sweep.forget_stale(self.steps)


def table(work: Work) -> tuple[Recurring, ...]:
    """Return the jobs of a worker; at its start each runs once, in this order."""
    tick = timedelta(seconds=work.settings.tick_seconds)
    jobs = (
        Recurring("heartbeat", min(tick, work.settings.lease / 3), work.heartbeat),
        Recurring("sweep", SWEEP_EVERY, work.sweep),
        Recurring("bookings", BOOKINGS_EVERY, work.bookings),
        Recurring("timers", tick, work.timers),
        Recurring("deliver", tick, work.deliver),
        Recurring("endpoints", ENDPOINTS_EVERY, work.deliver_elsewhere),
        Recurring("look", LOOK_EVERY, work.look),
        Recurring("inbox", INBOX_EVERY, work.read_inbox),
        Recurring("calendars", CALENDARS_EVERY, work.read_calendars),
        Recurring("checkpoint", CHECKPOINT_EVERY, work.checkpoint),
        Recurring("forget", FORGET_EVERY, work.forget),
    )
    idle = set() if work.database.is_sqlite else {"checkpoint"}
    idle |= {"inbox"} if work.inbox is None else set()
    idle |= {"calendars"} if work.calendars is None else set()
    return tuple(job for job in jobs if job.name not in idle)


def _next_due(tx: Tx) -> tuple[datetime | None, datetime | None]:
    timers_at = [at for at in (reminders.next_due_at(tx), broadcasts.next_due_at(tx)) if at is not None]
    return min(timers_at, default=None), leases.next_due_at(tx)
