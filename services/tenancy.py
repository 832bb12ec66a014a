"""Who has the database open: a web process says so, so that no copy is put in its place under it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from muster.db import Database
from services.backup import BackupRefused, locked, serve_lock


@contextmanager
def occupied(database: Database) -> Iterator[None]:
    """Hold the database for as long as the block runs; any number of processes may.

    On PostgreSQL an open session is sign enough.

    Raises:
        BackupRefused: a copy is being put in its place.
    """
    if database.is_sqlite:
        with locked(serve_lock(database), exclusive=False):
            yield
        return
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        yield


def require_alone(database: Database) -> None:
    """See that no other session has a PostgreSQL database open: no worker's, no web process's, nobody's.

    Raises:
        BackupRefused: one has.
    """
    others = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    database.dispose()  # our own idle connections are no strangers
    with database.engine.connect() as connection:
        if connection.execute(others).scalar_one():
            raise BackupRefused("database_in_use", name=str(database.url.database))
    database.dispose()
