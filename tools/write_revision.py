"""Write a migration from the difference between migrations/ and models/tables; `make revision` runs it.

Compares on a scratch SQLite file brought to the newest revision, so no database of anybody is touched.
Read the result before committing it: autogeneration sees columns and constraints, never triggers.
"""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

from muster.db import Database
from services.schema import upgrade

REPOSITORY = Path(__file__).resolve().parent.parent


def main(message: str) -> int:
    """Write one revision with this message."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/scratch.db")
        try:
            upgrade(database)
            config = Config(REPOSITORY / "alembic.ini")
            config.attributes["url"] = database.url
            command.revision(config, message, autogenerate=True)
        finally:
            database.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
