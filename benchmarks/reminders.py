"""Finding what is due at a thousand and at a million waiting reminders, and a burst of a thousand beside APScheduler.

The burst: a thousand are due at one instant, and are claimed, judged and written as messages in batches of a
hundred; APScheduler's background scheduler runs a thousand jobs that do nothing, kept by its SQLAlchemyJobStore.
"""

import argparse
import sys
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from time import perf_counter
from typing import Any

import houses
import measuring
from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import bindparam, text

sys.path.append(str(Path(__file__).resolve().parent.parent))

from muster.clock import ManualClock, SystemClock
from muster.columns import UtcDateTime
from services import firing, reminders
from services.access import WORKER
from services.house import open_house
from services.unit_of_work import UnitOfWork
from tests.scheduler.builders import add_crowd
from tests.service.builders import START, small_house

NOW = datetime.fromisoformat("2026-03-09T01:00:00+00:00")
FEW, MANY, BATCH, BURST = 1_000, 1_000_000, 100, 1_000
STEPS = 100
NUMBERS = {
    True: "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) SELECT i FROM n",
    False: "SELECT i FROM generate_series(1, CAST(:count AS integer)) AS n(i)",
}
ROWS = """INSERT INTO reminders (kind, activity_id, rule, due_at, schedule_rev, dedupe_key, state, reason, created_at)
SELECT 'close_activity', :activity_id, 'end+1d', :due_at, 1, :name || i, 'waiting', '', :due_at FROM ({numbers}) AS k"""
MINE = """INSERT INTO reminders
(kind, activity_id, assignment_id, rule, due_at, schedule_rev, dedupe_key, state, reason, created_at)
SELECT 'reminder', activity_id, id, 'start-1d', :due_at, 1, 'due:' || id, 'waiting', '', :due_at FROM assignments"""


class Undo(Exception):
    """Takes back what was measured."""


def main(words: list[str]) -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(prog="reminders", description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--many", type=int, default=MANY)
    parser.add_argument("--engine", choices=["sqlite", "postgres", "both"], default="both")
    asked = parser.parse_args(words)
    print(measuring.machine())
    with ExitStack() as stack:
        where = stack.enter_context(houses.folder())
        if asked.engine != "postgres":
            _compare(stack, where, None, asked)
        if asked.engine != "sqlite":
            server = stack.enter_context(houses.postgres_server(where / "server"))
            _compare(stack, where, server, asked)


def _compare(stack: ExitStack, where: Path, server: str | None, asked: Any) -> None:
    engine = "postgres" if server else "sqlite"
    few = _filled(stack, where / f"few-{engine}", server, "muster_few", FEW, BATCH)
    many = _filled(stack, where / f"many-{engine}", server, "muster_many", asked.many, BATCH)
    figures = measuring.interleaved(
        {
            "next due, 1k": lambda: measuring.milliseconds(lambda: _next_due(few), 20),
            "next due, many": lambda: measuring.milliseconds(lambda: _next_due(many), 20),
            "claim 100, 1k": lambda: _fire(few, 1),
            "claim 100, many": lambda: _fire(many, 1),
        },
        asked.runs,
        "ms",
    )
    figures.show(f"{engine}: {FEW:,} and {asked.many:,} waiting reminders")
    for case in ("next due", "claim 100"):
        figures.show_ratio(f"{case}, many", f"{case}, 1k", wanted="1.5 at the most")
    burst = _filled(stack, where / f"burst-{engine}", server, "muster_burst", FEW, BURST)
    peer = burst.database.engine.url.render_as_string(hide_password=False)
    figures = measuring.interleaved(
        {"muster": lambda: _fire(burst, BURST // BATCH), "APScheduler": lambda: _apscheduler(where, server, peer)},
        max(2, asked.runs // 2),
        "ms",
    )
    figures.show(f"{engine}: {BURST:,} due at one instant, until the last is claimed")
    figures.show_ratio("muster", "APScheduler", wanted="1/8 at the most" if server else "1/10 at the most")


def _filled(stack: ExitStack, where: Path, server: str | None, name: str, waiting: int, due: int) -> UnitOfWork:
    where.mkdir()
    house = stack.enter_context(houses.house(where, postgres=server, name=name, venue_count=0))
    uow = open_house(house.settings, clock=ManualClock(NOW), database=house.uow.database)
    crowd = add_crowd(uow, small_house(uow), due, starts_at=START)
    far = text(ROWS.format(numbers=NUMBERS[server is None])).bindparams(bindparam("due_at", type_=UtcDateTime()))
    mine = text(MINE).bindparams(bindparam("due_at", type_=UtcDateTime()))
    with uow.write(WORKER) as tx:
        for step in range(STEPS):
            due_at = NOW + timedelta(days=1, minutes=step)
            values = {"activity_id": crowd.activity_id, "due_at": due_at, "name": f"far:{step}:"}
            tx.session.execute(far, values | {"count": waiting // STEPS})
        tx.session.execute(mine, {"due_at": NOW})
    with uow.database.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()
    return uow


def _next_due(uow: UnitOfWork) -> None:
    with uow.read(WORKER) as tx:
        reminders.next_due_at(tx)


def _fire(uow: UnitOfWork, batches: int) -> float:
    start = took = 0.0
    with suppress(Undo), uow.write(WORKER) as tx:
        start = perf_counter()
        count = sum(firing.fire_due(tx, BATCH).fired for _ in range(batches))
        took = perf_counter() - start
        if count != batches * BATCH:
            message = f"{count} of {batches * BATCH} fired"
            raise RuntimeError(message)
        raise Undo
    return took * 1000


def nothing() -> None:
    """Do what APScheduler's jobs do here."""


def _apscheduler(where: Path, server: str | None, url: str) -> float:
    if server is None:
        url = f"sqlite:///{where / 'apscheduler.db'}"
    store = SQLAlchemyJobStore(url=url, tablename="bench_jobs")
    scheduler = BackgroundScheduler({"apscheduler.timezone": "UTC"}, jobstores={"default": store})
    done = Event()
    ran: list[None] = []

    def note(_event: Any) -> None:
        ran.append(None)
        if len(ran) == BURST:
            done.set()

    scheduler.add_listener(note, EVENT_JOB_EXECUTED)
    scheduler.start(paused=True)
    at = SystemClock().now() + timedelta(milliseconds=1)
    for _ in range(BURST):
        scheduler.add_job("reminders:nothing", "date", run_date=at, misfire_grace_time=3600)
    start = perf_counter()
    scheduler.resume()
    if not done.wait(300):
        message = f"{len(ran)} of {BURST} ran"
        raise RuntimeError(message)
    took = perf_counter() - start
    scheduler.shutdown()
    return took * 1000


if __name__ == "__main__":
    main(sys.argv[1:])
