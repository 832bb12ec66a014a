"""Write history: every event of a transaction becomes one entry of the hash chain."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from models.events import Event
from models.rules.chain import GENESIS, link
from models.tables.base import table_of
from models.tables.history import HistoryEntry, HistoryHead
from muster.columns import canonical_json

HEAD_ID = 1


def append(session: Session, events: Sequence[Event], *, at: datetime, actor: str, correlation: str) -> None:
    """Add entries for the events, in order, behind the head of the chain.

    The head row is locked until the commit, so the chain has no forks; call this last in a
    transaction, to hold that lock as short as can be.
    """
    if not events:
        return
    head = session.exec(select(HistoryHead).where(col(HistoryHead.id) == HEAD_ID).with_for_update()).first()
    seq, previous = (head.seq, head.entry_sha256) if head else (0, GENESIS)
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
    if head is None:
        session.execute(insert(table_of(HistoryHead)), [{"id": HEAD_ID, "seq": seq, "entry_sha256": previous}])
    else:
        moved = update(table_of(HistoryHead)).where(table_of(HistoryHead).c.id == HEAD_ID)
        session.execute(moved.values(seq=seq, entry_sha256=previous))
