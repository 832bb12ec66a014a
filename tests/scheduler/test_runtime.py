"""The timekeeper: what runs, what runs again, and what clocks may do to it."""

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import apscheduler.schedulers.base
import pytest

from muster.clock import SystemClock
from scheduler.runtime import Recurring, Ring, Runtime
from scheduler.watchdog import Watchdog

SOON = timedelta(milliseconds=20)
NEVER = timedelta(days=1)


class Counting:
    """Jobs that count their runs, and a runtime that runs them."""

    def __init__(self, machine: SystemClock | None = None) -> None:
        self.runs: Counter[str] = Counter()
        self.ends = 0
        self.on_end: Callable[[], None] = self.ended
        self.jobs: list[Recurring] = []
        self.machine = machine or SystemClock()

    def add(
        self, name: str, period: timedelta, body: Callable[[Ring], Awaitable[timedelta | None]] | None = None
    ) -> None:
        async def run(ring: Ring) -> timedelta | None:
            self.runs[name] += 1
            return None if body is None else await body(ring)

        self.jobs.append(Recurring(name, period, run))

    def ended(self) -> None:
        self.ends += 1

    def run(self, scene: Callable[[Runtime], Awaitable[None]]) -> None:
        async def act() -> None:
            runtime = Runtime(self.jobs, machine=self.machine, on_end=self.on_end)
            runtime.start()
            try:
                async with asyncio.timeout(10):
                    await scene(runtime)
            finally:
                await runtime.stop()

        asyncio.run(act())

    async def until(self, name: str, count: int) -> None:
        async with asyncio.timeout(5):
            while self.runs[name] < count:  # noqa: ASYNC110 - what is waited for is a count, not an event
                await asyncio.sleep(0.005)


def test_every_job_runs_at_once_and_then_by_its_period() -> None:
    counting = Counting()
    counting.add("often", SOON)
    counting.add("seldom", NEVER)

    async def scene(_runtime: Runtime) -> None:
        await counting.until("often", 5)

    counting.run(scene)
    assert counting.runs["seldom"] == 1
    assert counting.ends >= 5


def test_a_job_may_say_when_it_wants_to_run_again() -> None:
    counting = Counting()

    async def hurry(_ring: Ring) -> timedelta | None:
        return SOON

    counting.add("job", NEVER, hurry)

    async def scene(_runtime: Runtime) -> None:
        await counting.until("job", 4)

    counting.run(scene)


def test_a_failing_job_hinders_nobody_and_is_not_hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.runtime.FAILURE_WAIT", timedelta(milliseconds=200))
    counting = Counting()

    async def fail(_ring: Ring) -> timedelta | None:
        raise RuntimeError

    async def ring_it(ring: Ring) -> timedelta | None:
        ring("bad")
        return None

    counting.add("bad", SOON, fail)
    counting.add("good", SOON, ring_it)

    async def scene(_runtime: Runtime) -> None:
        await counting.until("good", 5)
        assert counting.runs["bad"] == 1, "a bell does not hurry what has just failed"
        await counting.until("bad", 2)

    counting.run(scene)


def test_a_bell_runs_a_job_now_and_one_that_is_running_once_more() -> None:
    counting = Counting()
    gate = asyncio.Event()

    async def wait(_ring: Ring) -> timedelta | None:
        await gate.wait()
        return None

    counting.add("slow", NEVER, wait)
    counting.add("idle", NEVER)

    async def scene(runtime: Runtime) -> None:
        await counting.until("idle", 1)
        runtime.ring("idle")
        await counting.until("idle", 2)
        for _ in range(3):
            runtime.ring("slow")
        await asyncio.sleep(0.05)
        assert counting.runs["slow"] == 1
        gate.set()
        await counting.until("slow", 2)
        await asyncio.sleep(0.05)
        assert counting.runs["slow"] == 2

    counting.run(scene)


def test_stop_waits_for_what_is_running_and_begins_nothing() -> None:
    counting = Counting()
    finished = []

    async def work(_ring: Ring) -> timedelta | None:
        await asyncio.sleep(0.2)
        finished.append(True)
        return SOON

    counting.add("job", SOON, work)

    async def scene(_runtime: Runtime) -> None:
        await counting.until("job", 1)

    counting.run(scene)
    assert counting.runs["job"] == len(finished) == 1


class MovableMachine(SystemClock):
    """The machine's clock, set forwards or backwards while APScheduler looks at it too."""

    def __init__(self) -> None:
        super().__init__()
        self.moved_by = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.moved_by

    def patched(self) -> Any:
        """Return what APScheduler takes for the datetime class."""
        machine = self

        class MovedDatetime(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> Any:
                return machine.now().astimezone(tz)

        return MovedDatetime


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> MovableMachine:
    moved = MovableMachine()
    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", moved.patched())
    return moved


def test_a_clock_set_forward_makes_each_job_run_once(machine: MovableMachine) -> None:
    counting = Counting(machine)
    counting.add("hourly", timedelta(hours=1))
    counting.add("look", SOON)

    async def scene(_runtime: Runtime) -> None:
        await counting.until("look", 2)
        machine.moved_by = timedelta(days=30)
        await counting.until("hourly", 2)
        seen = counting.runs["look"]
        await counting.until("look", seen + 2)

    counting.run(scene)
    assert counting.runs["hourly"] == 2


def test_a_clock_set_back_is_noticed_and_time_goes_on(machine: MovableMachine) -> None:
    counting = Counting(machine)
    counting.add("look", SOON)
    rearm: list[Callable[[], object]] = []
    bitten = threading.Event()

    def nudge() -> None:
        for act in rearm:
            act()

    dog = Watchdog(timedelta(milliseconds=300), nudge=nudge, bite=bitten.set)
    counting.on_end = dog.beat

    async def scene(runtime: Runtime) -> None:
        loop = asyncio.get_running_loop()
        rearm.append(lambda: loop.call_soon_threadsafe(runtime.rearm))
        dog.start()
        await counting.until("look", 2)
        machine.moved_by = -timedelta(days=1)
        await asyncio.sleep(0.05)
        seen = counting.runs["look"]
        await counting.until("look", seen + 3)
        dog.stop()

    counting.run(scene)
    assert not bitten.is_set()


def test_the_watchdog_bites_after_three_looks_and_forgives_a_pause() -> None:
    nudges: list[int] = []
    bitten = threading.Event()
    dog = Watchdog(timedelta(milliseconds=30), nudge=lambda: nudges.append(1), bite=bitten.set)
    dog.start()
    for _ in range(20):
        dog.beat()
        assert not bitten.wait(0.005)
    assert bitten.wait(5)
    assert len(nudges) == 2
