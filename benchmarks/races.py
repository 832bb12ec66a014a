"""Ten thousand attempts of 64 bookers on twenty venues: is anything ever taken twice, and what does an attempt cost.

Ours in threads and in processes, then the same attempts by plain SQL without a guard: `naive` looks for an
overlap and inserts, `for update` locks the overlapping rows that it finds before it inserts.
"""

import argparse
import sqlite3
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from threading import local
from time import perf_counter
from typing import Any

import houses
import measuring
import psycopg
from sqlalchemy.engine import make_url

sys.path.append(str(Path(__file__).resolve().parent.parent))

from muster.clock import ManualClock
from services.house import open_house
from tests.service import races

BOOKERS, PROCESSES = 64, 4
NOW = datetime.fromisoformat("2026-03-02T01:00:00+00:00")
TABLE = "CREATE TABLE unguarded (id {0}, venue_id integer, starts_at {1}, ends_at {1})"
INDEX = "CREATE INDEX ix_unguarded ON unguarded (venue_id, starts_at)"
LOOK = "SELECT id FROM unguarded WHERE venue_id = {0} AND starts_at < {0} AND ends_at > {0}"
KEEP = "INSERT INTO unguarded (venue_id, starts_at, ends_at) VALUES ({0}, {0}, {0})"

Attempt = Callable[[races.Wish], bool]


def main(words: list[str]) -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(prog="races", description=__doc__)
    parser.add_argument("--attempts", type=int, default=10_000)
    parser.add_argument("--engine", choices=["sqlite", "postgres", "both"], default="both")
    asked = parser.parse_args(words)
    print(measuring.machine())
    if asked.engine != "postgres":
        for processes in (1, PROCESSES):
            _ours(asked.attempts, processes)
        _promises(asked.attempts)
        _plain(asked.attempts, "naive")
    if asked.engine != "sqlite":
        with ExitStack() as stack:
            where = stack.enter_context(houses.folder())
            server = stack.enter_context(houses.postgres_server(where / "server"))
            _ours(asked.attempts, PROCESSES, server)
            _promises(asked.attempts, server)
            for method in ("naive", "for update"):
                _plain(asked.attempts, method, server)


def _ours(attempts: int, processes: int, server: str | None = None) -> None:
    with ExitStack() as stack:
        house = _empty_house(stack, server)
        wishes = races.booking_wishes(races.twenty_venues(house.uow), attempts)
        start = perf_counter()
        outcomes = _run(house, races.book, wishes, processes)
        took = perf_counter() - start
        found = races.check_bookings(house.settings.database_url, outcomes)
        losers = [one for one in outcomes if one.made_id is None]
        by_number = {wish.number: wish for wish in wishes}
        sample = [by_number[one.number] for one in losers[:: max(1, len(losers) // 100)]]
        wrong = races.not_free(house.uow, sample)
        how = f"{processes} processes of {BOOKERS // processes} threads" if processes > 1 else f"{BOOKERS} threads"
        _tell(f"muster, {'postgres' if server else 'sqlite'}, {how}", outcomes, found, took)
        codes = sorted({code for one in losers for code in one.codes})
        print(f"    losers were told {codes}; without a way out: {sum(not one.ways_out for one in losers)}")
        print(f"    ways out of {len(sample)} losers booked and taken back: {len(wrong)} not free")


def _promises(attempts: int, server: str | None = None) -> None:
    with ExitStack() as stack:
        house = _empty_house(stack, server)
        people = attempts // 100
        wishes = races.promises(house.uow, people, each=100)
        start = perf_counter()
        outcomes = _run(house, races.promise, wishes, PROCESSES)
        took = perf_counter() - start
        found = races.check_promises(house.settings.database_url, outcomes)
        _tell(f"muster, people's promises, {'postgres' if server else 'sqlite'}", outcomes, found, took)
        print(f"    losers were told {sorted({one.codes for one in outcomes if one.made_id is None})}")


def _empty_house(stack: ExitStack, server: str | None) -> houses.House:
    where = stack.enter_context(houses.folder())
    house = stack.enter_context(houses.house(where, postgres=server, name="muster_races", venue_count=0))
    house.uow = open_house(house.settings, clock=ManualClock(NOW), database=house.uow.database)
    return house


def _run(house: houses.House, attempt: Any, wishes: Sequence[races.Wish], processes: int) -> list[races.Outcome]:
    if processes == 1:
        return races.in_threads(house.uow, attempt, wishes, BOOKERS)
    house.uow.database.dispose()
    threads = BOOKERS // processes
    return races.in_processes(house.settings, attempt, wishes, processes=processes, threads=threads)


def _tell(title: str, outcomes: Sequence[races.Outcome], found: races.Found, took: float) -> None:
    made = sum(one.made_id is not None for one in outcomes)
    print(f"\n  {title}: {len(outcomes):,} attempts, {made:,} successes, {len(outcomes) / took:.0f} attempts a second")
    print(f"    overlaps {len(found.overlapping)}, lost {len(found.lost)}, unasked {len(found.unasked)}", end="")
    print(f", unguarded {sum(map(abs, found.unguarded.values()))} (wanted: 0 of each)", flush=True)


##### The peers


def _plain(attempts: int, method: str, server: str | None = None) -> None:
    with ExitStack() as stack:
        house = _empty_house(stack, server)
        wishes = races.booking_wishes(list(range(20)), attempts)
        address = make_url(house.settings.database_url)
        attempt = _sqlite(address.database or "") if server is None else _postgres(address, method)
        start = perf_counter()
        with ThreadPoolExecutor(BOOKERS) as pool:
            made = sum(pool.map(attempt, wishes))
        took = perf_counter() - start
        taken = races.rows_of(house.settings.database_url, "SELECT venue_id, starts_at, ends_at FROM unguarded")
        name = f"{method}, {'postgres' if server else 'sqlite'}, {BOOKERS} threads, no buffers"
        print(f"\n  {name}: {attempts:,} attempts, {made:,} successes, {attempts / took:.0f} attempts a second")
        print(f"    overlaps {len(races.overlaps(taken))}", flush=True)


def _sqlite(path: str) -> Attempt:
    """Return the attempt as people write it with the standard library: look, then insert, then commit."""
    kept = local()
    with sqlite3.connect(path) as first:
        first.execute(TABLE.format("integer primary key", "text"))
        first.execute(INDEX)

    def attempt(wish: races.Wish) -> bool:
        if not hasattr(kept, "connection"):
            kept.connection = sqlite3.connect(path, timeout=60)
        window = tuple(str(at) for at in (wish.starts_at, wish.ends_at))
        if kept.connection.execute(LOOK.format("?"), (wish.subject_id, window[1], window[0])).fetchone():
            return False
        with kept.connection:
            kept.connection.execute(KEEP.format("?"), (wish.subject_id, *window))
        return True

    return attempt


def _postgres(address: Any, method: str) -> Attempt:
    kept = local()
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as first:
        first.execute(TABLE.format("serial primary key", "timestamptz"))
        first.execute(INDEX)
    look = LOOK.format("%s") + (" FOR UPDATE" if method == "for update" else "")

    def attempt(wish: races.Wish) -> bool:
        if not hasattr(kept, "connection"):
            kept.connection = psycopg.connect(plain)
        with kept.connection.transaction():
            if kept.connection.execute(look, (wish.subject_id, wish.ends_at, wish.starts_at)).fetchone():
                return False
            kept.connection.execute(KEEP.format("%s"), (wish.subject_id, wish.starts_at, wish.ends_at))
        return True

    return attempt
