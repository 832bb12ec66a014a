"""Engines and sessions: SQLite in WAL mode or PostgreSQL, behind one `Database`."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlmodel import Session

POOL_SIZE = 20  # not below the number of threads that serve requests
BUSY_TIMEOUT_MS = 10_000
LOCK_TIMEOUT_MS = 10_000
STATEMENT_TIMEOUT_MS = 60_000
IDLE_IN_TRANSACTION_MS = 15_000
WRITE = "muster_write"


class Database:
    """One database; safe to share between threads, not between processes (a fork must build its own).

    On SQLite all writers of this process queue at one lock in order of arrival, since SQLite's
    own busy handler is unfair, and a write transaction begins IMMEDIATE, so that what it has
    read cannot be overtaken.
    """

    def __init__(self, url: str) -> None:
        self.url: URL = _driver_url(url)
        self.engine: Engine = make_engine(self.url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writer = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session on one consistent snapshot; whatever it changed is rolled back."""
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with (
            self.engine.connect().execution_options(**options) as connection,
            Session(connection, autoflush=False, expire_on_commit=False) as session,
        ):
            try:
                yield session
            finally:
                session.expunge_all()  # or the rollback would empty what the caller still holds
                session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Yield a session in a write transaction; commit at the end, roll back on any exception."""
        with (
            self._writer if self.is_sqlite else nullcontext(),
            self.engine.connect().execution_options(**{WRITE: True}) as connection,
            Session(connection, autoflush=True, expire_on_commit=False) as session,
        ):
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    def checkpoint(self) -> tuple[int, int]:
        """Move the write-ahead log of SQLite into the database file; return (pages, pages moved).

        Only the scheduler calls this, from one process at a time: two checkpoints side by side
        can corrupt a database on SQLite versions before 3.51.3. Does nothing on PostgreSQL.
        """
        if not self.is_sqlite:
            return (0, 0)
        raw = self.engine.raw_connection()
        try:
            row = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return (int(row[1]), int(row[2]))
        finally:
            raw.close()

    def ping(self) -> None:
        """Run the smallest statement there is; raises what the driver raises."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _driver_url(url: str) -> URL:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    return parsed.set(drivername="sqlite+pysqlite")


def make_engine(url: URL) -> Engine:
    """Build the engine of a database, with everything set that correctness needs."""
    if url.get_backend_name() == "postgresql":
        options = " ".join(
            (
                f"-c lock_timeout={LOCK_TIMEOUT_MS}",
                f"-c statement_timeout={STATEMENT_TIMEOUT_MS}",
                f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_MS}",
                "-c timezone=UTC",
            )
        )
        return create_engine(
            url, pool_size=POOL_SIZE, max_overflow=4, pool_pre_ping=True, connect_args={"options": options}
        )
    engine = create_engine(url, pool_size=POOL_SIZE, max_overflow=4, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we write BEGIN ourselves
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",  # a promised reminder must survive a power cut
        "foreign_keys=ON",
        "recursive_triggers=ON",  # or INSERT OR REPLACE walks past the append-only triggers
        "trusted_schema=OFF",
        "mmap_size=0",
        "wal_autocheckpoint=0",  # one checkpointer only, see Database.checkpoint
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get(WRITE, False):
        _begin_write(connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_write(connection: Connection) -> None:
    """Wait for the one writer of another process in short steps.

    SQLite's own waiting grows to a tenth of a second between two looks, in which the database lies idle.
    """
    raw: Any = connection.connection.driver_connection
    raw.execute("PRAGMA busy_timeout=0")
    try:
        for pause in chain(repeat(0.0003, 200), repeat(0.002, BUSY_TIMEOUT_MS // 2)):
            try:
                raw.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                time.sleep(pause)
            else:
                return
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # the last look says what is wrong in SQLAlchemy's words
    finally:
        raw.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
