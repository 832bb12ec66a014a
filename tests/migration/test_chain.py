"""One migration chain, two databases: what it makes is what the tables say, and its guards hold."""

import shutil
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from models.tables import metadata
from muster.db import Database
from services.schema import current_revision, head_revision, known_revisions, upgrade

GUARDS = {
    "ex_occupancies_overlap_insert",
    "ex_occupancies_overlap_update",
    *(
        f"only_added_{table}_{event}"
        for table in ("history", "answers", "attendances", "tallies", "evidence", "closings", "delivery_attempts")
        for event in ("update", "delete")
    ),
}


def test_an_upgraded_database_is_what_the_tables_say(database_url: str) -> None:
    database = Database(database_url)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "compare_server_default": False})
        differences = compare_metadata(context, metadata)
    database.dispose()
    # Autogeneration does not know exclusion constraints; their index is the one thing it sees too much of.
    assert [d for d in differences if "ex_occupancies_overlap" not in repr(d)] == []


def test_an_upgrade_is_repeatable_and_ends_at_the_head(database_url: str) -> None:
    database = Database(database_url)
    upgrade(database)
    assert current_revision(database) == head_revision(database)
    assert head_revision(database) in known_revisions(database)
    database.dispose()


def test_every_check_is_in_the_database(database_url: str) -> None:
    database = Database(database_url)
    inspector = sa.inspect(database.engine)
    for table in metadata.sorted_tables:
        wanted = {str(c.name) for c in table.constraints if isinstance(c, sa.CheckConstraint)}
        found = {str(check["name"]) for check in inspector.get_check_constraints(table.name)}
        assert wanted == found, table.name
    database.dispose()


def test_sqlite_has_every_trigger(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "copy.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    with database.engine.connect() as connection:
        names = {row[0] for row in connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))}
    database.dispose()
    assert names == GUARDS
