"""How the house is: the scheduler's sign of life, what waits, what was delivered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import col

from models.enums import DeliveryState, ReminderState
from models.tables.deliveries import Delivery
from models.tables.reminders import Reminder
from models.tables.workers import Worker
from services.unit_of_work import Tx

#: A scheduler that missed this many ticks, or was quiet this long at least, is taken for dead.
SILENT_TICKS = 3
SILENT_AT_LEAST = timedelta(seconds=60)
#: A due row that waited longer than this means that the scheduler does not keep up.
BEHIND = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SchedulerHealth:
    """The latest heartbeat of any worker that runs; None where none does."""

    seen_at: datetime | None
    lag_seconds: float
    backlog_count: int
    is_silent: bool

    @property
    def is_behind(self) -> bool:
        """Tell whether a due row has waited too long."""
        return self.lag_seconds > BEHIND.total_seconds()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows are in each state."""

    deliveries: dict[DeliveryState, int]
    reminders: dict[ReminderState, int]


def read_scheduler(tx: Tx) -> SchedulerHealth:
    """Return how the scheduler is; open to all, since it names nobody."""
    running = select(Worker).where(col(Worker.stopped_at).is_(None)).order_by(col(Worker.seen_at).desc()).limit(1)
    worker = tx.session.execute(running).scalars().first()
    if worker is None:
        return SchedulerHealth(None, 0.0, 0, is_silent=True)
    silent_after = max(SILENT_TICKS * timedelta(seconds=tx.settings.tick_seconds), SILENT_AT_LEAST)
    is_silent = tx.now - worker.seen_at > silent_after
    return SchedulerHealth(worker.seen_at, worker.lag_seconds, worker.backlog_count, is_silent)


def count_rows(tx: Tx) -> Counts:
    """Return how many deliveries and reminders are in each state; states without rows are there with 0."""
    deliveries = select(col(Delivery.state), func.count()).group_by(col(Delivery.state))
    reminders = select(col(Reminder.state), func.count()).group_by(col(Reminder.state))
    return Counts(
        dict.fromkeys(DeliveryState, 0) | {row[0]: row[1] for row in tx.session.execute(deliveries)},
        dict.fromkeys(ReminderState, 0) | {row[0]: row[1] for row in tx.session.execute(reminders)},
    )
