"""The worker's timekeeper: APScheduler with a handful of jobs in memory, and no data of ours.

Every job is a single DateTrigger that is armed again when its run has ended. That is what keeps
it quiet when clocks jump. Forwards: an IntervalTrigger builds the list of all runs it has missed
even with `coalesce` (2.6 million entries for one a second over thirty days), a DateTrigger has
one. Backwards: APScheduler would sleep until the old instant comes round again, so the watchdog,
which looks at a clock that never runs backwards, has everything armed anew (`rearm`).

A job is armed again by a listener, not in its own body: until a run is accounted for,
`max_instances` would throw the new one away.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_SUBMITTED, JobEvent
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from muster.clock import Clock
from muster.log import bind_correlation

log = structlog.get_logger(__name__)

NOW = timedelta(0)
#: After a failure nothing runs again sooner than this.
FAILURE_WAIT = timedelta(seconds=5)

#: Has a job, by its name, run now.
Ring = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Recurring:
    """Something that is done again and again.

    `run` is handed a bell for other jobs, and may return the wait until its own next time, else
    that is `period`. Every `run` is idempotent against the database, so that any number of
    processes may do it.
    """

    name: str
    period: timedelta
    run: Callable[[Ring], Awaitable[timedelta | None]]


class Runtime:
    """Runs recurring jobs on the running event loop.

    `machine` is the clock that APScheduler goes by, the machine's own, whatever clock the house has.
    `on_end` is called after every run of any job, failed ones included: as long as it is, time goes on.
    """

    def __init__(self, jobs: Sequence[Recurring], *, machine: Clock, on_end: Callable[[], None]) -> None:
        self._jobs = {job.name: job for job in jobs}
        self._machine = machine
        self._on_end = on_end
        self._running: set[str] = set()
        self._rung: set[str] = set()
        self._failed: set[str] = set()
        self._waits: dict[str, timedelta] = {}
        self._is_stopping = False
        self._run_count = 0
        self._idle = asyncio.Event()
        self._scheduler = AsyncIOScheduler(
            jobstores={"default": MemoryJobStore()},
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Begin; every job runs at once, in the order of the table."""
        self._scheduler.add_listener(self._begun, EVENT_JOB_SUBMITTED)
        self._scheduler.add_listener(self._ended, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
        self._scheduler.start()
        for name in self._jobs:
            self._arm(name, NOW)

    def ring(self, name: str) -> None:
        """Have a job run now, or once more when it is running; one that failed waits for its time."""
        if name in self._failed:
            return
        if name in self._running:
            self._rung.add(name)
        else:
            self._arm(name, NOW)

    def rearm(self) -> None:
        """Have everything that is not running run now, since the clock can no longer be believed."""
        for name in self._jobs:
            if name not in self._running:
                self._arm(name, NOW)

    async def stop(self) -> None:
        """Begin nothing more and wait for what is running."""
        self._is_stopping = True
        self._scheduler.remove_all_jobs()
        if self._running:
            await self._idle.wait()
        self._scheduler.shutdown(wait=False)
        await asyncio.sleep(0)  # the shutdown itself is a callback of the loop

    def _arm(self, name: str, wait: timedelta) -> None:
        if not self._is_stopping:
            trigger = DateTrigger(self._machine.now() + wait)
            self._scheduler.add_job(self._run, trigger, args=(name,), id=name, name=name, replace_existing=True)

    async def _run(self, name: str) -> None:
        self._run_count += 1
        job = self._jobs[name]
        bind_correlation(f"{name}-{self._run_count}")
        try:
            wait = await job.run(self.ring)
        except Exception:
            log.exception("job.failed", job=name)
            self._failed.add(name)
            self._waits[name] = max(job.period, FAILURE_WAIT)
        else:
            self._failed.discard(name)
            self._waits[name] = job.period if wait is None else wait

    def _begun(self, event: JobEvent) -> None:
        self._running.add(event.job_id)

    def _ended(self, event: JobEvent) -> None:
        name: str = event.job_id
        self._running.discard(name)
        self._on_end()
        if self._is_stopping:
            if not self._running:
                self._idle.set()
            return
        is_rung = name in self._rung
        self._rung.discard(name)
        self._arm(name, NOW if is_rung else self._waits.get(name, self._jobs[name].period))
