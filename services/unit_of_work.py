"""The unit of work: rows, what follows from them and their history commit together, once.

Use it at the edge, inside a function body, never as a yielded dependency (a commit that fails
after the answer has gone out cannot be taken back):

    with uow.write(actor) as tx:
        activities.release(tx, activity_id)
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel, select

from models.errors import LostRace, NotFound
from models.events import Event
from models.tables.base import table_of
from muster.clock import Clock
from muster.db import Database
from muster.ids import Ids
from muster.log import correlation_id
from muster.settings import Settings
from services import history
from services.access import Actor
from services.constraints import domain_error

R = TypeVar("R", bound=SQLModel)
HIGHEST_ID = 2**31 - 1
#: The session forgets a row that nobody holds; so many of the last ones are held, for reactions look them up again.
KEPT = 100
#: SQLite binds 32,766 values at the most.
VALUES_A_STATEMENT = 32_000
MAX_REACTIONS = 100_000  # a roster of 20,000 people makes three events a row


class Tx:
    """One transaction in the hands of services; `now` stands still from its start to its commit."""

    def __init__(self, session: Session, *, actor: Actor, now: datetime, ids: Ids, settings: Settings) -> None:
        self.session = session
        self.actor = actor
        self.now = now
        self.ids = ids
        self.settings = settings
        self.events: list[Event] = []
        self._kept: deque[SQLModel] = deque(maxlen=KEPT)

    def record(self, event: Event) -> None:
        """Note a fact; its reactions and its history entry commit with it."""
        self.events.append(event)

    def add(self, row: R) -> R:
        """Write a new row now, so that it has its id and its constraints have spoken."""
        self.session.add(row)
        self.session.flush()
        self._kept.append(row)
        return row

    def insert_missing(self, kind: type[SQLModel], values: Mapping[str, Any]) -> bool:
        """Write a row unless one with the same unique key is there; tell whether it was written."""
        return bool(self.insert_all_missing(kind, [values], key=next(iter(values))))

    def insert_all_missing(
        self, kind: type[R], rows: Sequence[Mapping[str, Any]], *, key: str = "dedupe_key"
    ) -> dict[Any, int]:
        """Insert the rows that no unique key says are there already; return the ids of those written by their `key`."""
        table = table_of(kind)
        is_postgresql = self.session.get_bind().dialect.name == "postgresql"
        self.session.flush()
        written: dict[Any, int] = {}
        size = VALUES_A_STATEMENT // len(table.columns)
        for start in range(0, len(rows), size):
            values = [dict(row) for row in rows[start : start + size]]
            statement = (postgresql_insert if is_postgresql else sqlite_insert)(table).values(values)
            returned = statement.on_conflict_do_nothing().returning(table.c[key], *table.primary_key.columns)
            written |= {row[0]: row[1] for row in self.session.connection().execute(returned)}
        return written

    def get(self, kind: type[R], row_id: int, *, noun: str, for_update: bool = True) -> R:
        """Return a row by its integer id, locked on PostgreSQL until the commit.

        The lock keeps other writers of the row waiting, but not those who write rows that refer to it.

        Raises:
            NotFound: no such row.
        """
        if not 1 <= row_id <= HIGHEST_ID:  # PostgreSQL would refuse to compare it
            raise NotFound(noun, row_id)
        row: R | None = self.session.exec(_by_id(kind, for_update=for_update), params={"row_id": row_id}).first()
        if row is None:
            raise NotFound(noun, row_id)
        self._kept.append(row)
        return row

    def touch(self, row: Any, *, expected_version: int | None = None) -> None:
        """Raise a row's version.

        Raises:
            LostRace: the version is not the one that the caller had read.
        """
        if expected_version is not None and row.version != expected_version:
            raise LostRace
        row.version += 1
        self.session.add(row)


@cache
def _by_id(kind: type[SQLModel], *, for_update: bool) -> Any:
    """Return the statement for one row; putting it together anew would cost more than running it."""
    query = select(kind).where(table_of(kind).c.id == bindparam("row_id"))
    return query.with_for_update(key_share=True) if for_update else query


Reaction = Callable[[Tx, Any], None]
Reactions = Mapping[type[Event], Sequence[Reaction]]


class UnitOfWork:
    """Opens transactions on one database with one clock."""

    def __init__(
        self, database: Database, *, clock: Clock, ids: Ids, settings: Settings, reactions: Reactions | None = None
    ) -> None:
        self.database = database
        self.clock = clock
        self.ids = ids
        self.settings = settings
        self._reactions = reactions or {}

    @contextmanager
    def read(self, actor: Actor) -> Iterator[Tx]:
        """Yield a transaction on one snapshot; nothing it does is kept."""
        with self.database.read() as session:
            yield self._tx(session, actor)

    @contextmanager
    def write(self, actor: Actor) -> Iterator[Tx]:
        """Yield a transaction; at the end run the reactions, write history, commit.

        Raises:
            DomainError: a constraint refused, or the database is busy.
        """
        try:
            with self.database.write() as session:
                tx = self._tx(session, actor)
                yield tx
                self._settle(tx)
        except DBAPIError as error:
            translated = domain_error(error)
            if translated is None:
                raise
            raise translated from error

    def _tx(self, session: Session, actor: Actor) -> Tx:
        return Tx(session, actor=actor, now=self.clock.now(), ids=self.ids, settings=self.settings)

    def _settle(self, tx: Tx) -> None:
        tx.session.flush()
        done = 0
        while done < len(tx.events):
            event = tx.events[done]
            done += 1
            if done > MAX_REACTIONS:
                message = "reactions never come to an end"
                raise RuntimeError(message)
            for react in self._reactions.get(type(event), ()):
                react(tx, event)
        tx.session.flush()
        history.append(tx.session, tx.events, at=tx.now, actor=tx.actor.label, correlation=correlation_id() or "")
