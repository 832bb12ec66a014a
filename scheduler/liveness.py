"""Which workers live: asked of the kernel, never of a clock.

A worker holds a lock for as long as its process exists. A killed process loses it at once, a
paused one keeps it however long it sleeps, and no jump of any clock changes either.

SQLite      one worker a database: a `flock` on a file beside the database, so that two workers
            meet at it whatever their other settings are. Who holds it is the only one alive.
PostgreSQL  any number: a session advisory lock each, on a connection that does nothing else
            (and that must not pass through a pooler in transaction mode).

A fork without exec would share the file lock and outlive its parent with it: child processes of
a worker must be spawned.
"""

import fcntl
import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from muster.db import Database


class AlreadyRunning(Exception):
    """Another worker has this database."""


class Liveness(Protocol):
    """A worker's own sign of life, and its view of the others."""

    def take(self) -> None:
        """Take the lock; raises `AlreadyRunning` where it cannot be had."""
        ...

    def check(self) -> None:
        """Make sure that the lock is still held; take it again where the connection was lost."""
        ...

    def is_alive(self, worker_id: str) -> bool:
        """Tell whether a worker's process still exists."""
        ...

    def close(self) -> None:
        """Give the lock back; may be called more than once."""
        ...


def open_liveness(database: Database, worker_id: str) -> Liveness:
    """Return the liveness of a new worker on that database; nothing is taken yet."""
    if database.is_sqlite:
        return FileLiveness(lock_path(database), worker_id)
    return AdvisoryLiveness(database, worker_id)


def lock_path(database: Database) -> Path:
    """Return the lock file of an SQLite database, e.g. `var/muster.db-worker`."""
    path = Path(database.url.database or "").resolve()
    return path.with_name(f"{path.name}-worker")


class FileLiveness:
    """The one worker of an SQLite database."""

    def __init__(self, path: Path, worker_id: str) -> None:
        self._path = path
        self._worker_id = worker_id
        self._handle: int | None = None

    def take(self) -> None:
        """Lock the file; its text, for people, says which process has it."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(handle, 100, 0).decode("ascii", "replace").strip()
            os.close(handle)
            message = f"{self._path}: another worker has this database ({holder or 'unknown'}); SQLite takes one only"
            raise AlreadyRunning(message) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"pid {os.getpid()} worker {self._worker_id}\n".encode("ascii"), 0)
        self._handle = handle

    def check(self) -> None:
        """Do nothing: a file lock cannot be lost."""

    def is_alive(self, worker_id: str) -> bool:
        """Tell whether it is this worker; any other would hold the lock."""
        return worker_id == self._worker_id

    def close(self) -> None:
        """Unlock the file; it stays, since removing it would race with the next worker."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


class AdvisoryLiveness:
    """One of the workers of a PostgreSQL database."""

    def __init__(self, database: Database, worker_id: str) -> None:
        self._database = database
        self._worker_id = worker_id
        self._connection: Connection | None = None

    def take(self) -> None:
        """Open the connection and lock this worker's number on it."""
        self._ready()

    def check(self) -> None:
        """Ask for a sign of life of the connection; where it is gone, lock the same number on another one.

        Meanwhile others may have taken this worker's rows; it finds its leases lost then.
        """
        try:
            self._ready().execute(text("SELECT 1"))
        except SQLAlchemyError:
            self.close()
            self._ready()

    def is_alive(self, worker_id: str) -> bool:
        """Tell whether the number of a worker is locked by a session that exists."""
        if worker_id == self._worker_id:
            return True
        connection = self._ready()
        if not _try_lock(connection, worker_id):
            return True
        _unlock(connection, worker_id)
        return False

    def close(self) -> None:
        """Close the connection and with it the lock."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):  # a broken connection has lost its lock already
                _unlock(connection, self._worker_id)
            connection.close()

    def _ready(self) -> Connection:
        if self._connection is None:
            connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            connection.detach()  # or the pool would hand it out again with the lock on it
            self._connection = connection
            if not _try_lock(connection, self._worker_id):
                self.close()
                message = f"the lock of worker {self._worker_id} is taken"
                raise AlreadyRunning(message)
        return self._connection


def _try_lock(connection: Connection, worker_id: str) -> bool:
    locked = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": lock_key(worker_id)})
    return bool(locked.scalar_one())


def _unlock(connection: Connection, worker_id: str) -> None:
    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": lock_key(worker_id)})


def lock_key(worker_id: str) -> int:
    """Return the number of a worker's advisory lock: 64 bits, signed."""
    return int.from_bytes(hashlib.sha256(f"muster.worker:{worker_id}".encode()).digest()[:8], signed=True)
