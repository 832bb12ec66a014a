"""Leases on deliveries: a worker's right to a row, and the fence that every later step must pass.

A row is taken by one conditional UPDATE. What the taker does with it afterwards names the row,
the lease's number and the taker: once any of the three is no longer true, the step changes
nothing and says so. Every function here is one statement or two, made for a transaction of its own.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, select, update

from models.enums import DeliveryPhase, DeliveryState
from models.tables.base import table_of
from models.tables.deliveries import Delivery, DeliveryContent
from services.unit_of_work import Tx

DELIVERIES = table_of(Delivery)
CONTENTS = table_of(DeliveryContent)

#: What a row that nobody holds looks like.
FREE: dict[str, Any] = {"leased_by": None, "leased_until": None, "phase": DeliveryPhase.none}


@dataclass(frozen=True, slots=True)
class Lease:
    """One delivery in the hands of one worker; `lease_token` grows with every lease of the row."""

    delivery_id: int
    lease_token: int
    worker_id: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """Mails that are due and not taken; `oldest_due_at` is None where there are none."""

    count: int
    oldest_due_at: datetime | None


def claim(tx: Tx, worker_id: str, *, limit: int, lease: timedelta, endpoint_id: int | None = None) -> tuple[Lease, ...]:
    """Take up to `limit` due deliveries of mail, or of one endpoint, the longest due first.

    On PostgreSQL rows that another worker is taking are passed over; on SQLite the write
    transaction has the whole database to itself.
    """
    row = DELIVERIES.c
    due = (
        select(row.id)
        .where(row.state == DeliveryState.waiting, row.next_try_at <= tx.now, _through(endpoint_id))
        .order_by(row.next_try_at, row.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    taken = tx.session.execute(
        update(DELIVERIES)
        .where(row.id.in_(select(due.c.id)), row.state == DeliveryState.waiting)
        .values(
            FREE
            | {
                "state": DeliveryState.leased,
                "leased_by": worker_id,
                "leased_until": tx.now + lease,
                "lease_token": row.lease_token + 1,
            }
        )
        .returning(row.next_try_at, row.id, row.lease_token)
    )
    return tuple(Lease(key, token, worker_id) for _, key, token in sorted(tuple(found) for found in taken))


def _through(endpoint_id: int | None) -> ColumnElement[bool]:
    """Return the condition that a row goes through an endpoint, or by mail; never looked up in the endpoints' index.

    Nearly all rows have no endpoint, so that index would be the worst of all to look for mail in.
    """
    return func.coalesce(DELIVERIES.c.endpoint_id, 0) == (endpoint_id or 0)


def held(lease: Lease) -> ColumnElement[bool]:
    """Return the fence: the condition that the row is still in the hands of this lease."""
    row = DELIVERIES.c
    return and_(
        row.id == lease.delivery_id,
        row.lease_token == lease.lease_token,
        row.leased_by == lease.worker_id,
        row.state == DeliveryState.leased,
    )


def mark_data(tx: Tx, lease: Lease) -> bool:
    """Note that from now on the message may have been accepted; commit before the first byte goes out.

    Answers False where the lease is lost: then nothing may be sent.
    """
    marked = update(DELIVERIES).where(held(lease)).values(phase=DeliveryPhase.data).returning(DELIVERIES.c.id)
    return tx.session.execute(marked).first() is not None


def keep_content(tx: Tx, lease: Lease, content: bytes) -> None:
    """Keep the bytes of a delivery that has none yet, so that a repeat sends the same."""
    values = {"delivery_id": lease.delivery_id, "content": content, "sha256": hashlib.sha256(content).hexdigest()}
    tx.session.execute(insert(CONTENTS), [values])


def renew(tx: Tx, worker_id: str, *, lease: timedelta) -> int:
    """Prolong every lease of a worker and return how many it has."""
    row = DELIVERIES.c
    prolonged = (
        update(DELIVERIES)
        .where(row.leased_by == worker_id, row.state == DeliveryState.leased)
        .values(leased_until=tx.now + lease)
        .returning(row.id)
    )
    return len(tx.session.execute(prolonged).all())


def release(tx: Tx, worker_id: str, only: Collection[int] | None = None) -> int:
    """Give back what a worker holds, or some of it by id, and has not begun to send; return how many rows that were."""
    row = DELIVERIES.c
    mine = [row.leased_by == worker_id, row.state == DeliveryState.leased, row.phase == DeliveryPhase.none]
    given_back = (
        update(DELIVERIES)
        .where(*mine, *([] if only is None else [row.id.in_(only)]))
        .values(FREE | {"state": DeliveryState.waiting})
        .returning(row.id)
    )
    return len(tx.session.execute(given_back).all())


def next_due_at(tx: Tx) -> datetime | None:
    """Return when the next waiting mail is due, past instants included; None where none waits."""
    row = DELIVERIES.c
    waiting = select(row.next_try_at).where(row.state == DeliveryState.waiting, _through(None))
    found: datetime | None = tx.session.execute(waiting.order_by(row.next_try_at).limit(1)).scalar()
    return found


def backlog(tx: Tx) -> Backlog:
    """Count what mail is due and not taken."""
    row = DELIVERIES.c
    counted = select(func.count(), func.min(row.next_try_at)).where(
        row.state == DeliveryState.waiting, row.next_try_at <= tx.now, _through(None)
    )
    count, oldest_due_at = tx.session.execute(counted).one()
    return Backlog(count, oldest_due_at)
