"""Workers as the house sees them: heartbeats with lag and backlog. Read in `services.queries.health`."""

from datetime import timedelta

from sqlalchemy import delete, insert, select, update

from models.enums import DeliveryState
from models.tables.base import table_of
from models.tables.workers import Worker
from services.leases import DELIVERIES, backlog
from services.unit_of_work import Tx

WORKERS = table_of(Worker)
#: A row of a worker that is gone is kept so long, and as long as a delivery names it as holder.
KEPT_FOR = timedelta(days=30)


def start(tx: Tx, worker_id: str) -> None:
    """Write a new worker down; its id is never used again."""
    tx.session.execute(insert(WORKERS).values(id=worker_id, started_at=tx.now, seen_at=tx.now))


def beat(tx: Tx, worker_id: str) -> None:
    """Write a sign of life, with what waits at this moment."""
    waiting = backlog(tx)
    lag = tx.now - waiting.oldest_due_at if waiting.oldest_due_at else timedelta(0)
    values = {"seen_at": tx.now, "lag_seconds": lag.total_seconds(), "backlog_count": waiting.count}
    tx.session.execute(update(WORKERS).where(WORKERS.c.id == worker_id).values(values))


def stop(tx: Tx, worker_id: str) -> None:
    """Write down that a worker ended in order."""
    ended = update(WORKERS).where(WORKERS.c.id == worker_id)
    tx.session.execute(ended.values(stopped_at=tx.now, seen_at=tx.now))


def forget_old(tx: Tx) -> int:
    """Delete rows of workers that are long gone and hold nothing any more; return how many."""
    holders = select(DELIVERIES.c.leased_by).where(DELIVERIES.c.state == DeliveryState.leased)
    gone = (
        delete(WORKERS)
        .where(WORKERS.c.seen_at <= tx.now - KEPT_FOR, WORKERS.c.id.not_in(holders))
        .returning(WORKERS.c.id)
    )
    return len(tx.session.execute(gone).all())
