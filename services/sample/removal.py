"""Takes a sample out of the way, so that a new one can be written. Nothing but a sample is ever removed."""

from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import MetaData, text

from models.tables import metadata
from muster.db import Database
from services import backup
from services.backup import locked, serve_lock
from services.tenancy import require_alone


def remove_file(database: Database, *, locks: tuple[Path, ...] = ()) -> None:
    """Delete the file of an SQLite database.

    Raises:
        BackupRefused: a process has it open.
    """
    path = backup.file_of(database)
    database.dispose()
    with ExitStack() as held:
        for lock in (serve_lock(database), *locks):
            held.enter_context(locked(lock, exclusive=True))
        backup.close_up(path)
        for ending in ("", "-wal", "-shm"):
            path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)


def remove_tables(database: Database) -> None:
    """Drop everything of ours from a PostgreSQL database.

    Raises:
        BackupRefused: another session has it open.
    """
    require_alone(database)
    with database.engine.begin() as connection:
        versions = MetaData()
        versions.reflect(connection, only=["alembic_version"])
        metadata.drop_all(connection)
        versions.drop_all(connection)
        connection.execute(text("DROP FUNCTION IF EXISTS refuse_change()"))
    database.dispose()
