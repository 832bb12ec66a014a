"""Copies of the database while it runs, and the way back. SQLite here, PostgreSQL in `services.backup_postgres`.

A copy holds the database alone: evidence files, the secret and the mailbox lie in the data folder.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import update
from sqlmodel import Session

from models.enums import DeliveryState, ReminderState
from models.tables.base import table_of
from models.tables.deliveries import Delivery
from models.tables.reminders import Reminder
from muster.db import Database
from services.leases import FREE

MAGIC = b"SQLite format 3\x00"
#: Said of what was waiting in a copy: since it was made, it may have gone out.
REASON = "restored"


class BackupRefused(Exception):
    """A copy cannot be made or taken back; `code` is a message id, `params` its values."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restored database was quietened by, so that nobody is told twice, and where the old one lies."""

    deliveries_count: int
    reminders_count: int
    revision: str
    old_path: Path | None


def serve_lock(database: Database) -> Path:
    """Return the file that every web process of an SQLite database holds a shared lock on."""
    path = file_of(database)
    return path.with_name(f"{path.name}-serve")


def file_of(database: Database) -> Path:
    """Return the file of an SQLite database."""
    return Path(database.url.database or "").resolve()


@contextmanager
def locked(path: Path, *, exclusive: bool) -> Iterator[None]:
    """Hold a lock on a file for as long as the block runs.

    Raises:
        BackupRefused: another process holds it (`database_in_use`).
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError as error:
            raise BackupRefused("database_in_use", name=str(path)) from error
        yield
    finally:
        os.close(handle)


def back_up(database: Database, target: Path) -> None:
    """Write a compact, consistent copy of a running SQLite database to a file that is not there yet.

    Raises:
        BackupRefused: the file exists, or the copy does not hold.
        OSError, sqlite3.Error: it cannot be written.
    """
    if target.exists():
        raise BackupRefused("file_exists", name=str(target))
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with closing(_open(file_of(database))) as connection:
            connection.execute("VACUUM INTO ?", (str(draft),))
        if faults := integrity_faults(draft):
            raise BackupRefused("copy_broken", name=str(target), fault=faults[0])
        _sync(draft)
        draft.replace(target)
        _sync(target.parent)
    finally:
        draft.unlink(missing_ok=True)


def integrity_faults(path: Path) -> list[str]:
    """Return what SQLite itself finds wrong with a file; empty if nothing is."""
    with closing(_open(path)) as connection:
        try:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
            broken = connection.execute("PRAGMA foreign_key_check").fetchmany(5)
        except sqlite3.DatabaseError as error:
            return [str(error)]
        return found + [f"{table}:{row_id} -> {parent}" for table, row_id, parent, _ in broken]


def history_of(path: Path) -> Iterator[tuple[int, str, str, str]]:
    """Yield (seq, body, previous hash, hash) of every history entry in a copy, in order."""
    with closing(_open(path)) as connection:
        yield from connection.execute("SELECT seq, body, previous_sha256, entry_sha256 FROM history ORDER BY seq")


def head_of(path: Path) -> tuple[int, str] | None:
    """Return the recorded end of the history in a copy."""
    with closing(_open(path)) as connection:
        found: tuple[int, str] | None = connection.execute("SELECT seq, entry_sha256 FROM history_head").fetchone()
        return found


def revision_of(path: Path) -> str:
    """Return the revision that a copy is at.

    Raises:
        BackupRefused: the file is no copy of ours.
    """
    try:
        with path.open("rb") as file:
            is_sqlite = file.read(len(MAGIC)) == MAGIC
        if is_sqlite:
            with closing(_open(path)) as connection:
                found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            if found is not None:
                return str(found[0])
    except sqlite3.Error as error:
        raise BackupRefused("no_backup", name=str(path)) from error
    raise BackupRefused("no_backup", name=str(path))


def restore(
    database: Database, source: Path, *, known: set[str], now: datetime, locks: Sequence[Path] = ()
) -> Restored:
    """Put a copy in the place of an SQLite database that nobody uses; the old file is kept beside it.

    Whatever was due in the copy by `now` may have gone out since it was made: deliveries end as
    uncertain and reminders as skipped, so that nobody is told twice.

    Raises:
        BackupRefused: the copy does not hold, it or the database in place was written by a newer
            program (revision not among `known`), or a process has the database open.
    """
    revision = _known_revision(source, known)
    if faults := integrity_faults(source):
        raise BackupRefused("copy_broken", name=str(source), fault=faults[0])
    path = file_of(database)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.restoring")
    old_path = path.with_name(f"{path.name}.before-{now:%Y%m%dT%H%M%SZ}")
    with ExitStack() as held:
        for lock in (serve_lock(database), *locks):
            held.enter_context(locked(lock, exclusive=True))
        has_old = path.exists()
        if has_old:
            if _is_ours(path):
                _known_revision(path, known)
            close_up(path)
        try:
            with closing(_open(source)) as connection:
                connection.execute("VACUUM INTO ?", (str(draft),))
            counts = _quieten_file(draft, now)
            _sync(draft)
            if has_old:
                path.replace(old_path)
            for left_over in (
                "-wal",
                "-shm",
            ):  # of a file too broken to be closed; they would be taken for the new one's
                path.with_name(f"{path.name}{left_over}").unlink(missing_ok=True)
            draft.replace(path)
            _sync(path.parent)
        finally:
            draft.unlink(missing_ok=True)
    return Restored(*counts, revision, old_path if has_old else None)


def quieten(session: Session, now: datetime) -> tuple[int, int]:
    """End what was due by `now` without sending it; return how many deliveries and reminders that were."""
    messages, timers = table_of(Delivery), table_of(Reminder)
    pending = (DeliveryState.waiting, DeliveryState.leased)
    deliveries = session.execute(
        update(messages)
        .where(messages.c.state.in_(pending), messages.c.due_at <= now)
        .values(FREE | {"state": DeliveryState.uncertain, "reason": REASON, "settled_at": now})
        .returning(messages.c.id)
    )
    reminders = session.execute(
        update(timers)
        .where(timers.c.state == ReminderState.waiting, timers.c.due_at <= now)
        .values(state=ReminderState.skipped, reason=REASON, settled_at=now)
        .returning(timers.c.id)
    )
    return len(deliveries.all()), len(reminders.all())


def _quieten_file(path: Path, now: datetime) -> tuple[int, int]:
    database = Database(f"sqlite:///{path}")
    try:
        with database.write() as session:
            return quieten(session, now)
    finally:
        database.dispose()


def _open(path: Path) -> sqlite3.Connection:
    if not path.exists():
        raise FileNotFoundError(2, os.strerror(2), str(path))
    return sqlite3.connect(path, isolation_level=None)


def _is_ours(path: Path) -> bool:
    with suppress(BackupRefused):
        return bool(revision_of(path))
    return False


def _known_revision(path: Path, known: set[str]) -> str:
    revision = revision_of(path)
    if revision not in known:
        raise BackupRefused("database_newer", name=str(path), revision=revision)
    return revision


def close_up(path: Path) -> None:
    """Bring everything into the database file and make sure that nobody else has it open.

    Leaving write-ahead logging needs the database to oneself: SQLite refuses while any
    other connection is open, idle ones included.

    Raises:
        BackupRefused: somebody has (`database_in_use`).
    """
    with closing(_open(path)) as connection:
        try:
            connection.execute("PRAGMA busy_timeout=200")
            mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
        except sqlite3.OperationalError as error:
            raise BackupRefused("database_in_use", name=str(path)) from error
        except sqlite3.DatabaseError:  # what is in place is broken: that may be why a copy is wanted
            return
        if mode != "delete":
            raise BackupRefused("database_in_use", name=str(path))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
