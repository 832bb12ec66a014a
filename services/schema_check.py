"""Whether a database still has the shape that the migrations gave it: tables, columns, guards."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from models.tables import metadata
from models.tables.resources import OVERLAP
from muster.db import Database
from services import backup, schema

#: What one guard of an append-only table on SQLite is called, without the event, and its two on PostgreSQL.
ONLY_ADDED, NOT_EMPTIED = "only_added_", "not_emptied_"


@dataclass(frozen=True, slots=True)
class ShapeFault:
    """One difference: a message id and the name of what is missing, changed or too much."""

    code: str
    name: str


def faults(database: Database) -> list[ShapeFault]:
    """Return every difference from what the migrations make; the database is at the newest revision."""
    found = _integrity(database) if database.is_sqlite else []
    with tempfile.TemporaryDirectory() as folder:
        pattern = Database(f"sqlite:///{folder}/pattern.db")
        try:
            schema.upgrade(pattern)
            expected = _sqlite_objects(pattern)
        finally:
            pattern.dispose()
    if database.is_sqlite:
        return found + _differences(expected, _sqlite_objects(database))
    return found + _postgres_faults(database, expected)


def _integrity(database: Database) -> list[ShapeFault]:
    return [ShapeFault("integrity_broken", fault) for fault in backup.integrity_faults(Path(backup.file_of(database)))]


def _sqlite_objects(database: Database) -> dict[str, str]:
    """Return everything the schema holds, by name, as the text that made it."""
    with database.engine.connect() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
        return {name: " ".join(sql.split()) for name, sql in rows}


def _differences(expected: Mapping[str, str], there: Mapping[str, str]) -> list[ShapeFault]:
    found = [ShapeFault("schema_missing", name) for name in sorted(expected.keys() - there.keys())]
    found += [ShapeFault("schema_strange", name) for name in sorted(there.keys() - expected.keys())]
    both = sorted(expected.keys() & there.keys())
    return found + [ShapeFault("schema_changed", name) for name in both if expected[name] != there[name]]


def _postgres_faults(database: Database, pattern: Mapping[str, str]) -> list[ShapeFault]:
    tables = {name.removeprefix(ONLY_ADDED).removesuffix("_update") for name in pattern if name.endswith("_update")}
    append_only = {table for table in tables if f"{ONLY_ADDED}{table}_update" in pattern}
    guards = {f"{kind}{table}" for kind in (ONLY_ADDED, NOT_EMPTIED) for table in append_only} | {OVERLAP}
    named = text(
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D' "
        "UNION SELECT conname FROM pg_constraint"
    )
    with database.engine.connect() as connection:
        there = set(connection.execute(named).scalars())
        context = MigrationContext.configure(connection, opts={"compare_type": False, "target_metadata": metadata})
        changed = [_named(difference) for difference in compare_metadata(context, metadata)]
    found = [ShapeFault("schema_missing", name) for name in sorted(guards - there)]
    return found + [ShapeFault("schema_changed", name) for name in changed]


def _named(difference: object) -> str:
    """Return one difference that alembic found, in its own words."""
    return (
        " ".join(str(getattr(part, "name", part)) for part in difference if part)
        if isinstance(difference, tuple)
        else str(difference)
    )
