"""How an installation is: what the operator should hear of before anybody else does. Changes nothing."""

import shutil
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path

from sqlalchemy import text
from sqlmodel import col, func, select

from models.enums import AttemptOutcome, ChannelKind, DeliveryState, ReminderState
from models.tables.deliveries import Delivery, DeliveryAttempt
from models.tables.history import HistoryEntry
from muster.clock import Clock
from muster.db import Database
from services import leases, schema
from services.queries import health
from services.queries.deliveries import mask
from services.queries.health import SchedulerHealth
from services.unit_of_work import Tx

#: Further apart, and times of the two machines do not compare any more.
MOST_DRIFT = timedelta(seconds=5)
#: A clock that was set back by less than this may be its own correction.
MOST_SET_BACK = timedelta(seconds=2)
#: With less room than this a write may fail at any moment.
LEAST_FREE_BYTES = 200 * 1024 * 1024
#: How far back failed deliveries are counted.
LATELY = timedelta(days=1)
#: A message that has been due for longer means that nobody sends.
MOST_BACKLOG_AGE = health.BEHIND
#: Tries that reached out to a server, and the codes of what it then does to everybody (see `SendReason`).
TRIED = (AttemptOutcome.sent, AttemptOutcome.refused, AttemptOutcome.retry, AttemptOutcome.uncertain)
FOR_EVERYBODY = frozenset(
    {"host_unreachable", "host_busy", "throttled", "tls_failed", "sign_in_refused", "sender_refused"}
)
#: So far back the tries are read, and for so long after the newest one a worker may still be resting.
MOST_TRIES, LONGEST_REST = 100, timedelta(hours=1)
#: How long the clock is watched, and how far it may be from the one that is never set.
WATCHED_SECONDS, MOST_JUMP = 0.2, timedelta(seconds=0.1)


@dataclass(frozen=True, slots=True)
class Shape:
    """The database program and the revision of the schema; `known` tells whether it is one of this program's."""

    program: str
    revision: str | None
    head: str | None
    is_known: bool

    @property
    def is_current(self) -> bool:
        """Tell whether nothing is left to migrate."""
        return self.revision == self.head


@dataclass(frozen=True, slots=True)
class Mail:
    """What waits, and how many messages did not reach people in the last day."""

    waiting_count: int
    due_count: int
    oldest_due_at: datetime | None
    failed_count: int
    timer_count: int


@dataclass(frozen=True, slots=True)
class Rest:
    """Why workers leave the mail server alone: tries in a row that it failed for everybody, and its last words."""

    tries_count: int
    last_at: datetime
    reply: str


@dataclass(frozen=True, slots=True)
class Clocks:
    """How far the database's clock is from ours (PostgreSQL only), and by how much history lies in the future."""

    drift: timedelta | None
    ahead: timedelta

    @property
    def is_sound(self) -> bool:
        """Tell whether the times of this house can be believed."""
        return (self.drift is None or abs(self.drift) <= MOST_DRIFT) and self.ahead <= MOST_SET_BACK


@dataclass(frozen=True, slots=True)
class Pace:
    """By how much the clock was set while it was watched."""

    jump: timedelta

    @property
    def is_even(self) -> bool:
        """Tell whether nobody set it."""
        return abs(self.jump) <= MOST_JUMP


@dataclass(frozen=True, slots=True)
class Disk:
    """Room where a folder lies."""

    folder: Path
    free_bytes: int
    total_bytes: int

    @property
    def is_full(self) -> bool:
        """Tell whether a write may fail at any moment."""
        return self.free_bytes < LEAST_FREE_BYTES


def shape(database: Database) -> Shape:
    """Return what the database is; raises what the driver raises where it cannot be reached."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            program = f"SQLite {connection.execute(text('SELECT sqlite_version()')).scalar_one()}"
        else:
            program = f"PostgreSQL {connection.execute(text('SHOW server_version')).scalar_one()}"
    revision = schema.current_revision(database)
    is_known = revision is None or revision in schema.known_revisions(database)
    return Shape(program, revision, schema.head_revision(database), is_known)


def scheduler(tx: Tx) -> SchedulerHealth:
    """Return how the scheduler is."""
    return health.read_scheduler(tx)


def mail(tx: Tx) -> Mail:
    """Return what waits to be sent and what was not."""
    counts = health.count_rows(tx)
    backlog = leases.backlog(tx)
    failed = select(func.count()).where(
        col(Delivery.state).in_([DeliveryState.refused, DeliveryState.uncertain, DeliveryState.expired]),
        col(Delivery.settled_at) > tx.now - LATELY,
    )
    return Mail(
        waiting_count=counts.deliveries[DeliveryState.waiting],
        due_count=backlog.count,
        oldest_due_at=backlog.oldest_due_at,
        failed_count=tx.session.exec(failed).one(),
        timer_count=counts.reminders[ReminderState.waiting],
    )


def rest(tx: Tx) -> Rest | None:
    """Return for what the workers' breaker is open; None where the mail server dealt with the newest message.

    The breaker is each worker's own: this is read off the tries that they wrote down.
    """
    tries = (
        select(DeliveryAttempt)
        .join(Delivery, col(Delivery.id) == col(DeliveryAttempt.delivery_id))
        .where(col(Delivery.channel) == ChannelKind.mail, col(DeliveryAttempt.outcome).in_(TRIED))
        .order_by(col(DeliveryAttempt.id).desc())
        .limit(MOST_TRIES)
    )
    failed = list(takewhile(lambda one: one.reason in FOR_EVERYBODY, tx.session.exec(tries).all()))
    if not failed or tx.now - failed[0].at > LONGEST_REST:
        return None
    return Rest(len(failed), failed[0].at, mask(failed[0].reply))


def clocks(tx: Tx, clock: Clock) -> Clocks:
    """Compare our clock with the database's and with what history says has happened already."""
    drift = None
    if tx.session.get_bind().dialect.name == "postgresql":
        theirs: datetime = tx.session.connection().execute(text("SELECT clock_timestamp()")).scalar_one()
        drift = theirs - (clock.now() - tx.settings.clock_offset)
    newest = tx.session.exec(select(func.max(col(HistoryEntry.at)))).one()
    ahead = newest - clock.now() if newest is not None else timedelta(0)
    return Clocks(drift, max(ahead, timedelta(0)))


def pace(clock: Clock) -> Pace:
    """Watch a clock for a moment, beside the one that never runs backwards; takes a fifth of a second."""
    began_at, began = clock.now(), clock.monotonic()
    time.sleep(WATCHED_SECONDS)
    return Pace(clock.now() - began_at - timedelta(seconds=clock.monotonic() - began))


def disk(folder: Path) -> Disk:
    """Return the room where a folder lies, or will lie.

    Raises:
        OSError: it cannot be looked at.
    """
    there = folder.resolve()
    while not there.exists():
        there = there.parent
    usage = shutil.disk_usage(there)
    return Disk(folder, usage.free, usage.total)
