"""History as pages and the audit read it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy import select as select_rows
from sqlmodel import col, select

from models.enums import UserRole
from models.errors import Forbidden
from models.rules.verdicts import Reason
from models.tables.history import HistoryEntry, HistoryHead
from models.tables.users import User
from services import access
from services.queries.paging import DEFAULT_LIMIT, Key, Page, fetch
from services.unit_of_work import Tx

CHUNK = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One event: what happened, to which row, by whom, with which values."""

    seq: int
    at: datetime
    event: str
    noun: str
    subject_id: int
    activity_id: int | None
    actor: str
    actor_name: str | None
    payload: dict[str, Any]
    entry_sha256: str


@dataclass(frozen=True, slots=True)
class ChainRecord:
    """One entry as it lies in the database, for the checker."""

    seq: int
    at: datetime
    event: str
    subject_id: int
    actor: str
    body: str
    previous_sha256: str
    entry_sha256: str


def lines(tx: Tx, condition: ColumnElement[bool]) -> tuple[HistoryLine, ...]:
    """Return the entries that meet a condition, oldest first. The caller has narrowed what may be seen."""
    found = tx.session.exec(select(HistoryEntry).where(condition).order_by(col(HistoryEntry.seq))).all()
    return tuple(_line(row, names) for names in [_actors(tx, found)] for row in found)


def list_history(
    tx: Tx,
    *,
    noun: str | None = None,
    subject_id: int | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[HistoryLine]:
    """Return history, newest first, for those who see the whole house.

    Raises:
        Forbidden: neither auditor nor manager of the whole house. Invalid: limit or cursor.
    """
    access.require_signed_in(tx.actor)
    if not tx.actor.has_everywhere(access.MANAGING | {UserRole.auditor}):
        raise Forbidden(Reason("role_missing"))
    query = select_rows(HistoryEntry)
    if noun is not None:
        query = query.where(col(HistoryEntry.noun) == noun)
    if subject_id is not None:
        query = query.where(col(HistoryEntry.subject_id) == subject_id)
    keys = (Key(col(HistoryEntry.seq), is_descending=True),)
    found, after = fetch(tx, query, keys=keys, limit=limit, cursor=cursor)
    rows = [one.HistoryEntry for one in found]
    names = _actors(tx, rows)
    return Page(tuple(_line(row, names) for row in rows), after)


def chain(tx: Tx, *, after: int = 0) -> Iterator[ChainRecord]:
    """Yield every entry behind the one numbered `after`, in order, read in chunks."""
    last = after
    while True:
        found = tx.session.exec(
            select(HistoryEntry).where(col(HistoryEntry.seq) > last).order_by(col(HistoryEntry.seq)).limit(CHUNK)
        ).all()
        for row in found:
            yield ChainRecord(
                row.seq, row.at, row.event, row.subject_id, row.actor, row.body, row.previous_sha256, row.entry_sha256
            )
            tx.session.expunge(row)
        if len(found) < CHUNK:
            return
        last = found[-1].seq


def chain_head(tx: Tx) -> tuple[int, str] | None:
    """Return the recorded end of the chain; None where nothing was ever written."""
    head = tx.session.exec(select(HistoryHead)).first()
    return (head.seq, head.entry_sha256) if head else None


def _line(row: HistoryEntry, names: dict[str, str]) -> HistoryLine:
    return HistoryLine(
        seq=row.seq,
        at=row.at,
        event=row.event,
        noun=row.noun,
        subject_id=row.subject_id,
        activity_id=row.activity_id,
        actor=row.actor,
        actor_name=names.get(row.actor),
        payload=json.loads(row.body)["payload"],
        entry_sha256=row.entry_sha256,
    )


def _actors(tx: Tx, rows: Any) -> dict[str, str]:
    ids = {int(row.actor.removeprefix("user:")) for row in rows if row.actor.startswith("user:")}
    found = tx.session.exec(select(User.id, User.name).where(col(User.id).in_(sorted(ids)))).all()
    return {f"user:{user_id}": name for user_id, name in found}
