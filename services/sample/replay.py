"""Tells the story in the order of its instants, with a worker of its own that keeps time and sends."""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models.enums import AttemptOutcome
from muster.clock import ManualClock
from services import deliveries, firing, leases, reminders, workers
from services.access import WORKER, Actor
from services.deliveries import Tried
from services.leases import Lease
from services.unit_of_work import Tx, UnitOfWork

WORKER_ID = "sample"
SENT = Tried(outcome=AttemptOutcome.sent, reply="250 2.0.0 Ok: queued (sample)")
#: How long what is due lies before the sample's worker takes it up, together with what fell due meanwhile.
ON_THE_WAY = timedelta(minutes=3)
MOST = 500
LEASE = timedelta(minutes=2)

Do = Callable[[Tx], None]


@dataclass(order=True, slots=True)
class Step:
    """Something that somebody did at an instant; equal instants keep the order in which they were planned."""

    at: datetime
    number: int
    actor: Actor = field(compare=False)
    do: Do = field(compare=False)


class Replay:
    """Runs planned steps up to `now`; what was planned for later never happens.

    From `quiet_from` on the sample's worker rests, so that what the last steps leave behind is
    really waiting when the house opens. `tried` says how sending ends.
    """

    def __init__(
        self,
        uow: UnitOfWork,
        clock: ManualClock,
        *,
        now: datetime,
        quiet_from: datetime,
        tried: Callable[[Tx, Sequence[Lease]], Sequence[Tried]],
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._now = now
        self._quiet_from = quiet_from
        self._tried = tried
        self._steps: list[Step] = []
        self._planned_count = 0
        self._due_at: datetime | None = None

    def plan(self, at: datetime, actor: Actor, do: Do) -> None:
        """Plan a step; one that lies behind the clock is done as soon as possible."""
        if at <= self._now:
            self._planned_count += 1
            heapq.heappush(self._steps, Step(at, self._planned_count, actor, do))

    def run(self) -> None:
        """Do everything that was planned, steps that other steps plan included, and leave the clock at `now`."""
        self._at(self._clock.now(), WORKER, lambda tx: workers.start(tx, WORKER_ID))
        while self._steps:
            step = heapq.heappop(self._steps)
            self._keep_time(until=step.at)
            self._at(step.at, step.actor, step.do)
        self._keep_time(until=self._now)
        self._at(self._quiet_from, WORKER, lambda tx: workers.stop(tx, WORKER_ID))
        self._clock.set(self._now)

    def _at(self, instant: datetime, actor: Actor, do: Do) -> None:
        self._clock.set(max(instant, self._clock.now()))
        with self._uow.write(actor) as tx:
            do(tx)

    def _keep_time(self, until: datetime) -> None:
        """Fire timers and send messages as they fall due, one transaction for each instant."""
        until = min(until, self._quiet_from)
        with self._uow.read(WORKER) as tx:
            self._due_at = _next_due_at(tx)
        while self._due_at is not None and self._due_at <= until:
            self._at(self._due_at, WORKER, self._tick)

    def _tick(self, tx: Tx) -> None:
        firing.fire_due(tx, MOST)
        taken = leases.claim(tx, WORKER_ID, limit=MOST, lease=LEASE)
        for lease, tried in zip(taken, self._tried(tx, taken), strict=True):
            deliveries.record(tx, lease, tried)
        self._due_at = _next_due_at(tx)


def _next_due_at(tx: Tx) -> datetime | None:
    """Return when the worker has something to do next."""
    due = [at for at in (reminders.next_due_at(tx), leases.next_due_at(tx)) if at is not None]
    return min(due) + ON_THE_WAY if due else None
