"""One request, one effect: the answer to a change is kept under the sender's one-time key, in the same transaction."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from models.errors import Invalid
from models.rules.verdicts import Reason
from models.tables.base import table_of
from models.tables.users import IdempotencyKey
from services.unit_of_work import Tx

#: How long a repeat gets the first answer; longer than any client retries.
KEPT_FOR = timedelta(hours=24)
LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered: an HTTP status and the exact text of the body."""

    status: int
    body: str


def begin(tx: Tx, *, key: str, request_sha256: str) -> KeptAnswer | None:
    """Take a one-time key for the acting user; return the kept answer where it was used before.

    None: go on, and call `keep` before the transaction ends. Two equal requests at the same
    time come one after the other, and the second gets the answer of the first. A change that
    fails frees its key again.

    Raises:
        Invalid: the key was used for another request (`idempotency_key_reused`).
    """
    found = _find(tx, key)
    if found is None:
        row = {
            "actor": tx.actor.label,
            "key": key,
            "request_sha256": request_sha256,
            "status": 0,
            "body": "",
            "created_at": tx.now,
        }
        try:
            with tx.session.begin_nested():
                tx.session.execute(insert(table_of(IdempotencyKey)), [row])
        except IntegrityError:
            found = _find(tx, key)
        else:
            return None
    if found is None or found[0] != request_sha256:
        raise Invalid(Reason("idempotency_key_reused"), code="idempotency_key_reused")
    return KeptAnswer(found[1], found[2])


def keep(tx: Tx, *, key: str, answer: KeptAnswer) -> None:
    """Keep the answer of the change that `begin` let through."""
    mine = (col(IdempotencyKey.actor) == tx.actor.label) & (col(IdempotencyKey.key) == key)
    tx.session.execute(update(IdempotencyKey).where(mine).values(status=answer.status, body=answer.body))


def forget_old(tx: Tx) -> int:
    """Delete answers that nobody will ask for again; return how many."""
    done = tx.session.execute(delete(IdempotencyKey).where(col(IdempotencyKey.created_at) <= tx.now - KEPT_FOR))
    return int(getattr(done, "rowcount", 0))


def _find(tx: Tx, key: str) -> tuple[str, int, str] | None:
    columns = select(col(IdempotencyKey.request_sha256), col(IdempotencyKey.status), col(IdempotencyKey.body))
    mine = (col(IdempotencyKey.actor) == tx.actor.label) & (col(IdempotencyKey.key) == key)
    row = tx.session.execute(columns.where(mine)).first()
    return None if row is None else (row[0], row[1], row[2])
