"""What booking a venue costs with 10,000 and with 1,000,000 bookings in the house, ours and by plain SQL.

Every figure is the time of one booking that succeeds, committed. `services` is what a program or a page runs:
every rule, the search for conflicts, the guard, history. `guard` is the bare insert through the guard. The
peers check with SQL of their own and have no guard: `naive` looks for an overlap by `start < ? AND end > ?`,
`for update` locks the venue's row before it does so.
"""

import argparse
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

import houses
import measuring
import psycopg
from houses import Gap
from sqlalchemy.engine import make_url

from models.enums import UserRole
from services import bookings
from services.access import Actor, Grant

FEW, MANY = 10_000, 1_000_000
CLIENTS = 16
BOOKER = Actor(kind="user", grants=(Grant(UserRole.administrator),), name="booker")

#: The same bookings again in a table that nothing guards, with the index that people give it.
UNGUARDED = (
    "CREATE TABLE unguarded AS SELECT b.venue_id, b.occupied_from, b.occupied_until FROM bookings b",
    "CREATE INDEX ix_unguarded ON unguarded (venue_id, occupied_from)",
)
NAIVE = "SELECT 1 FROM unguarded WHERE venue_id = {0} AND occupied_from < {0} AND occupied_until > {0} LIMIT 1"
KEEP = "INSERT INTO unguarded (venue_id, occupied_from, occupied_until) VALUES ({0}, {0}, {0})"
GUARD = "INSERT INTO occupancies (resource_id, occupied_from, occupied_until, booking_id) VALUES ({0}, {0}, {0}, {1})"


class Sqlite:
    """Plain statements as one connection of the standard library sends them."""

    def __init__(self, house: houses.House) -> None:
        self._house = house
        path = make_url(house.settings.database_url).database or ""
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "wal_autocheckpoint=0"):
            self._connection.execute(f"PRAGMA {pragma}")
        for statement in UNGUARDED:
            self._connection.execute(statement)

    def guard(self, gap: Gap) -> None:
        """Insert through the guard."""
        start, end = (at.strftime("%Y-%m-%d %H:%M:%S.%f") for at in gap[1:])
        self._transaction((GUARD.format("?", "1"), (self._house.parts[gap[0]], start, end)))

    def naive(self, gap: Gap) -> None:
        """Look for an overlap, then insert."""
        start, end = (at.strftime("%Y-%m-%d %H:%M:%S.%f") for at in gap[1:])
        self._transaction((NAIVE.format("?"), (gap[0], end, start)), (KEEP.format("?"), (gap[0], start, end)))

    def _transaction(self, *statements: tuple[str, tuple[Any, ...]]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for statement, values in statements:
            self._connection.execute(statement, values).fetchall()
        self._connection.execute("COMMIT")


class Postgres:
    """Plain statements, each client with a connection of its own."""

    def __init__(self, house: houses.House) -> None:
        self._house = house
        self._address = make_url(house.settings.database_url).set(drivername="postgresql")
        with self.connect() as connection:
            for statement in UNGUARDED:
                connection.execute(statement)
        with psycopg.connect(self._address.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE unguarded")

    def connect(self) -> psycopg.Connection[Any]:
        """Return a new connection."""
        return psycopg.connect(self._address.render_as_string(hide_password=False))

    def guard(self, connection: psycopg.Connection[Any], gap: Gap) -> None:
        """Insert through the guard."""
        connection.execute(GUARD.format("%s", "1"), (self._house.parts[gap[0]], *gap[1:]))
        connection.commit()

    def naive(self, connection: psycopg.Connection[Any], gap: Gap) -> None:
        """Look for an overlap, then insert."""
        connection.execute(NAIVE.format("%s"), (gap[0], gap[2], gap[1])).fetchall()
        connection.execute(KEEP.format("%s"), gap)
        connection.commit()

    def for_update(self, connection: psycopg.Connection[Any], gap: Gap) -> None:
        """Lock the venue, look for an overlap, then insert."""
        connection.execute("SELECT 1 FROM venues WHERE id = %s FOR UPDATE", (gap[0],)).fetchall()
        self.naive(connection, gap)


def main(words: list[str]) -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(prog="booking", description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--bookings", type=int, default=192, help="a run")
    parser.add_argument("--engine", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--many", type=int, default=MANY)
    asked = parser.parse_args(words)
    print(measuring.machine())
    if asked.engine != "postgres":
        _compare(asked, "sqlite")
    if asked.engine != "sqlite":
        _compare(asked, "postgres")


def _compare(asked: argparse.Namespace, engine: str) -> None:
    with ExitStack() as stack:
        where = stack.enter_context(houses.folder())
        server = stack.enter_context(houses.postgres_server(where / "server")) if engine == "postgres" else None
        cases: dict[str, Callable[[], float]] = {}
        for count in (FEW, asked.many):
            house = stack.enter_context(houses.house(where, postgres=server, name=f"muster_{count}"))
            print(f"loading {count:,} bookings into {engine} ...", flush=True)
            houses.load(house, count)
            free = iter(houses.gaps(house, days=6))
            cases |= _sqlite(house, free, asked) if server is None else _postgres(house, free, asked, stack)
        figures = measuring.interleaved(dict(sorted(cases.items())), asked.runs, "ms a booking")
    clients = "1 client" if server is None else f"{CLIENTS} clients"
    figures.show(f"{engine}, {clients}, {asked.bookings} bookings a run")
    most = "at most 1.5" if server is None else "at most 2"
    for name in dict.fromkeys(case.partition(", ")[0] for case in figures.by_case):
        few, many = f"{name}, {FEW:,}", f"{name}, {asked.many:,}"
        figures.show_ratio(many, few, wanted=most if name in {"services", "guard"} else "")


def _sqlite(house: houses.House, free: Iterator[Gap], asked: argparse.Namespace) -> dict[str, Callable[[], float]]:
    plain, count = Sqlite(house), _count(house)

    def timed(book: Callable[[Gap], None]) -> Callable[[], float]:
        def run() -> float:
            chosen = list(islice(free, asked.bookings))
            start = perf_counter()
            for gap in chosen:
                book(gap)
            return (perf_counter() - start) * 1000 / len(chosen)

        return run

    return {
        f"services, {count}": timed(lambda gap: _book(house, gap)),
        f"guard, {count}": timed(plain.guard),
        f"naive, {count}": timed(plain.naive),
    }


def _postgres(
    house: houses.House, free: Iterator[Gap], asked: argparse.Namespace, stack: ExitStack
) -> dict[str, Callable[[], float]]:
    plain, count = Postgres(house), _count(house)
    pool = stack.enter_context(ThreadPoolExecutor(CLIENTS))
    connections = [stack.enter_context(plain.connect()) for _ in range(CLIENTS)]

    def timed(book: Callable[[psycopg.Connection[Any], Gap], None]) -> Callable[[], float]:
        def client(number: int, chosen: list[Gap]) -> None:
            for gap in chosen:
                book(connections[number], gap)

        def run() -> float:
            chosen = list(islice(free, asked.bookings))
            start = perf_counter()
            list(pool.map(client, range(CLIENTS), [chosen[number::CLIENTS] for number in range(CLIENTS)]))
            return (perf_counter() - start) * 1000 / len(chosen)

        return run

    return {
        f"services, {count}": timed(lambda _connection, gap: _book(house, gap)),
        f"guard, {count}": timed(plain.guard),
        f"naive, {count}": timed(plain.naive),
        f"for update, {count}": timed(plain.for_update),
    }


def _book(house: houses.House, gap: Gap) -> None:
    with house.uow.write(BOOKER) as tx:
        bookings.create(tx, venue_id=gap[0], starts_at=gap[1], ends_at=gap[2])


def _count(house: houses.House) -> str:
    name = make_url(house.settings.database_url).database or ""
    return f"{int(Path(name).stem.rpartition('_')[2]):,}"
