"""The shape of the database: bring it up to date, and tell whether it is."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from muster.db import Database

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def _config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["url"] = database.url
    return config


def upgrade(database: Database) -> None:
    """Run every missing migration, in one transaction; does nothing on a current database."""
    if current_revision(database) == head_revision(database):
        return
    command.upgrade(_config(database), "head")


def current_revision(database: Database) -> str | None:
    """Return the revision that the database is at; None for an empty database."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision(database: Database) -> str | None:
    """Return the newest revision that this program knows."""
    return ScriptDirectory.from_config(_config(database)).get_current_head()


def known_revisions(database: Database) -> set[str]:
    """Return every revision that this program knows; a database at another one is newer."""
    return {script.revision for script in ScriptDirectory.from_config(_config(database)).walk_revisions()}
