"""One migration chain for SQLite and PostgreSQL.

On SQLite foreign keys are off while tables are rebuilt (with them on, a rebuild deletes the
children without a word) and checked before the commit. On PostgreSQL an advisory lock lets one
process migrate at a time.
"""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, text

from models.tables import metadata
from muster.columns import JsonDoc, StrEnumText, UtcDateTime
from muster.db import WRITE, make_engine

ADVISORY_LOCK = 0x6D757374


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types as plain portable ones, so that a revision stands on its own."""
    if kind == "type":
        if isinstance(item, UtcDateTime):
            return "sa.DateTime(timezone=True)"
        if isinstance(item, StrEnumText):
            return f"sa.String({item.impl_instance.length})"
        if isinstance(item, JsonDoc):
            return "sa.Text()"
    return False


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        render_item=render_item,
        compare_type=False,
        transactional_ddl=False,  # the transaction is ours
    )
    context.run_migrations()


def run() -> None:
    url = context.config.attributes["url"]
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
                connection.rollback()
                with connection.execution_options(**{WRITE: True}).begin():
                    migrate(connection)
                    broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
                    if broken:
                        message = f"foreign keys broken by the migration: {broken[:5]}"
                        raise RuntimeError(message)
            else:
                with connection.begin():
                    connection.execute(text("SET LOCAL statement_timeout = 0"))
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
                    migrate(connection)
    finally:
        engine.dispose()


run()
