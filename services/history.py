"""Write history: every event of a transaction becomes one entry of the hash chain."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col, select

from models.events import Event
from models.rules.chain import GENESIS, link
from models.tables.base import table_of
from models.tables.history import HistoryEntry, HistoryHead
from muster.columns import canonical_json

HEAD_ID = 1
_HEAD = select(HistoryHead).where(col(HistoryHead.id) == HEAD_ID).with_for_update()


def append(session: Session, events: Sequence[Event], *, at: datetime, actor: str, correlation: str) -> None:
    """Add entries for the events, in order, behind the head of the chain.

    The head row is locked until the commit, so the chain has no forks; call this last in a
    transaction, to hold that lock as short as can be.
    """
    if not events:
        return
    head = session.exec(_HEAD).first() or _first_head(session)
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
    session.execute(insert(table_of(HistoryEntry)), rows)
    moved = update(table_of(HistoryHead)).where(table_of(HistoryHead).c.id == HEAD_ID)
    session.execute(moved.values(seq=seq, entry_sha256=previous))


def _first_head(session: Session) -> HistoryHead:
    """Begin the chain; of several transactions that find none, one begins it and the others wait for that one."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    begun = (postgresql_insert if is_postgresql else sqlite_insert)(table_of(HistoryHead))
    session.execute(begun.values(id=HEAD_ID, seq=0, entry_sha256=GENESIS).on_conflict_do_nothing())
    return session.exec(_HEAD).one()
