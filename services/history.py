"""Write history: every event of a transaction becomes one entry of the hash chain."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session

from models.events import Event
from models.rules.chain import GENESIS, link
from models.tables.base import table_of
from models.tables.history import HistoryEntry, HistoryHead
from muster.columns import canonical_json

HEAD_ID = 1
_heads = table_of(HistoryHead)
_HEAD = select(_heads.c.seq, _heads.c.entry_sha256).where(_heads.c.id == HEAD_ID).with_for_update()
_APPEND = insert(table_of(HistoryEntry))
_MOVE_HEAD = (
    update(_heads).where(_heads.c.id == HEAD_ID).values(seq=bindparam("new_seq"), entry_sha256=bindparam("new_sha256"))
)


def append(session: Session, events: Sequence[Event], *, at: datetime, actor: str, correlation: str) -> None:
    """Add entries for the events, in order, behind the head of the chain.

    The head row is locked until the commit, so the chain has no forks; call this last in a
    transaction, to hold that lock as short as can be.
    """
    if not events:
        return
    session.flush()
    connection = session.connection()
    head = connection.execute(_HEAD).first() or _first_head(connection)
    seq, previous = head.seq, head.entry_sha256
    rows = []
    for event in events:
        seq += 1
        payload = event.payload()
        body = canonical_json(
            {
                "seq": seq,
                "at": at.isoformat(),
                "event": event.key,
                "subject_id": event.subject_id,
                "actor": actor,
                "correlation": correlation,
                "payload": payload,
            }
        )
        entry = link(previous, body)
        rows.append(
            {
                "seq": seq,
                "at": at,
                "event": event.key,
                "noun": event.noun,
                "subject_id": event.subject_id,
                "activity_id": event.subject_id if event.noun == "activity" else payload.get("activity_id"),
                "actor": actor,
                "body": body,
                "previous_sha256": previous,
                "entry_sha256": entry,
            }
        )
        previous = entry
    connection.execute(_APPEND, rows)
    connection.execute(_MOVE_HEAD, {"new_seq": seq, "new_sha256": previous})


def _first_head(connection: Connection) -> Row[Any, Any]:
    """Begin the chain; of several transactions that find none, one begins it and the others wait for that one."""
    is_postgresql = connection.dialect.name == "postgresql"
    begun = (postgresql_insert if is_postgresql else sqlite_insert)(_heads)
    connection.execute(begun.values(id=HEAD_ID, seq=0, entry_sha256=GENESIS).on_conflict_do_nothing())
    return connection.execute(_HEAD).one()
