"""Copies of a PostgreSQL database with PostgreSQL's own tools, which have to be installed here."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from muster.db import Database
from services import backup, schema
from services.backup import BackupRefused, Restored
from services.tenancy import require_alone

MAGIC = b"PGDMP"


def back_up(database: Database, target: Path) -> None:
    """Dump a running database to a file that is not there yet, in the custom format of pg_dump.

    Raises:
        BackupRefused: the file exists, pg_dump is not installed (`tool_missing`) or failed (`tool_failed`).
    """
    if target.exists():
        raise BackupRefused("file_exists", name=str(target))
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--file={draft}"]
        _run("pg_dump", [*_address(database), *options], _secret(database))
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def restore(database: Database, source: Path, *, known: set[str], now: datetime) -> Restored:
    """Bring a dump into a database that nobody else is connected to, in one transaction.

    Raises:
        BackupRefused: no dump, other sessions are open, pg_restore is missing or failed, or the
            database in place was written by a newer program.
    """
    revision = _revision_of(source)
    if revision not in known:
        raise BackupRefused("database_newer", name=str(source), revision=revision)
    in_place = schema.current_revision(database)
    if in_place is not None and in_place not in known:
        raise BackupRefused("database_newer", name=str(database.url.database), revision=in_place)
    require_alone(database)
    database.dispose()
    options = ["--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    _run("pg_restore", [*_address(database), *options, str(source)], _secret(database))
    with database.write() as session:
        counts = backup.quieten(session, now)
    return Restored(*counts, revision, None)


def _revision_of(source: Path) -> str:
    """Return the revision that a dump is at.

    Raises:
        BackupRefused: the file is no dump of ours.
    """
    with source.open("rb") as file:
        is_dump = file.read(len(MAGIC)) == MAGIC
    if is_dump:
        said = _run("pg_restore", ["--data-only", "--table=alembic_version", "--file=-", str(source)], {})
        lines = said.splitlines()
        heads = [number for number, line in enumerate(lines) if line.startswith("COPY ") and "alembic_version" in line]
        if heads and len(lines) > heads[0] + 1:
            return lines[heads[0] + 1]
    raise BackupRefused("no_backup", name=str(source))


def _address(database: Database) -> list[str]:
    url = database.url.set(drivername="postgresql")
    return [f"--dbname={url._replace(password=None).render_as_string(hide_password=False)}"]


def _secret(database: Database) -> dict[str, str]:
    """Return the password as the tools take it from the environment: an argument would show to everybody here."""
    return {} if database.url.password is None else {"PGPASSWORD": str(database.url.password)}


def _run(tool: str, options: Sequence[str], secret: dict[str, str]) -> str:
    path = shutil.which(tool)
    if path is None:
        raise BackupRefused("tool_missing", tool=tool)
    done = subprocess.run(  # noqa: S603 - the options are ours, the address is the operator's own setting
        [path, *options], env=os.environ | secret, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise BackupRefused("tool_failed", tool=tool, fault=said[0] if said else str(done.returncode))
    return done.stdout
