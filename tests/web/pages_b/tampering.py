"""Change what is only ever added to, as somebody with a key to the database could."""

from sqlalchemy import text

from services.unit_of_work import UnitOfWork

GUARDED = ("history", "attendances", "tallies", "closings")


def tamper(uow: UnitOfWork, *statements: str) -> None:
    """Take the guards off, then run statements."""
    with uow.database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            for table in GUARDED:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        else:
            names = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'only_added%'"
            for name in connection.execute(text(names)).scalars().all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            connection.execute(text(statement))
