"""What nearly every command begins with: the settings, the database, its revision, a console."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from api.commands.console import Console
from api.commands.refusals import Refused, first_line
from muster import log
from muster.db import Database
from muster.i18n import load_translator
from muster.roots import check_roots
from muster.settings import Settings, hide_password, load_settings
from services import schema
from services.house import open_house
from services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command works with."""

    settings: Settings
    console: Console
    uow: UnitOfWork


@cache
def settings() -> Settings:
    """Return the settings of this process; what is wrong with them is said once."""
    try:
        check_roots()
    except RuntimeError as error:
        raise Refused(str(error)) from error
    return load_settings()


def console() -> Console:
    """Return the console in the house's language."""
    return Console(load_translator(settings().locale))


@contextmanager
def desk() -> Iterator[Desk]:
    """Open the house, at the revision that this program knows.

    Raises:
        Refused: the database is not there, cannot be reached, is none of ours or of another revision.
    """
    with database() as opened:
        speaker = console()
        current, head = schema.current_revision(opened), schema.head_revision(opened)
        if current != head:
            raise Refused(f"{name_of(opened)}: {_another_revision(speaker, opened, current)}")
        log.configure(settings().log_json, level=logging.WARNING)
        yield Desk(settings(), speaker, open_house(settings(), database=opened))


@contextmanager
def database(*, may_be_new: bool = False, may_be_broken: bool = False) -> Iterator[Database]:
    """Open the database and see that it answers; make a new SQLite file only where that is wanted.

    An SQLite file that `may_be_broken` is not looked at.

    Raises:
        Refused: it is not there, cannot be reached, or is no database.
    """
    url = settings().database_url
    try:
        opened = Database(url)
    except (ArgumentError, NoSuchModuleError) as error:
        raise Refused(f"MUSTER_DATABASE_URL: {str(error).splitlines()[0]}") from error
    try:
        path = Path(opened.url.database or "")
        if opened.is_sqlite and not may_be_new and not path.exists():
            raise Refused(console().gettext("%(name)s: there is no database yet; run: muster db upgrade", name=path))
        try:
            if not (opened.is_sqlite and may_be_broken):
                opened.ping()
        except DBAPIError as error:
            raise Refused(f"{hide_password(url)}: {first_line(error)}") from error
        yield opened
    finally:
        opened.dispose()


def name_of(opened: Database) -> str:
    """Return the address of a database as it may be printed."""
    return hide_password(settings().database_url) if not opened.is_sqlite else str(opened.url.database)


def _another_revision(speaker: Console, opened: Database, current: str | None) -> str:
    if current is not None and current not in schema.known_revisions(opened):
        return speaker.gettext("a newer Muster wrote this database (revision %(revision)s)", revision=current)
    return speaker.gettext("this database is of an older Muster; run: muster db upgrade")
