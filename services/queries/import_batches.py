"""Roster files that were taken over, newest first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from models.enums import ImportKind
from models.errors import NotFound
from models.tables.imports import ImportBatch
from services import access
from services.queries import filters
from services.queries.paging import DEFAULT_LIMIT, Key, Page, fetch
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """One file: what it held, how many rows it made and changed, and when it was taken back, if it was."""

    id: int
    kind: ImportKind
    file_name: str
    sha256: str
    created_count: int
    changed_count: int
    created_at: datetime
    undone_at: datetime | None


def list_batches(tx: Tx, *, limit: int = DEFAULT_LIMIT, cursor: str | None = None) -> Page[BatchRow]:
    """List batches, for those who manage something.

    Raises:
        SignInNeeded, Forbidden, Invalid.
    """
    access.require_role(tx.actor, access.MANAGING)
    keys = (Key(col(ImportBatch.id), is_descending=True),)
    rows, following = fetch(tx, select(ImportBatch), keys=keys, limit=limit, cursor=cursor)
    return Page(tuple(_row(row.ImportBatch) for row in rows), following)


def read_batch(tx: Tx, batch_id: int) -> BatchRow:
    """Return one batch.

    Raises:
        SignInNeeded, Forbidden, NotFound.
    """
    access.require_role(tx.actor, access.MANAGING)
    wanted = select(ImportBatch).where(col(ImportBatch.id) == filters.known_id("import", batch_id))
    found = tx.session.execute(wanted).scalars().first()
    if found is None:
        raise NotFound("import", batch_id)
    return _row(found)


def _row(batch: ImportBatch) -> BatchRow:
    return BatchRow(
        id=batch.id,
        kind=batch.kind,
        file_name=batch.file_name,
        sha256=batch.sha256,
        created_count=batch.created_count,
        changed_count=batch.changed_count,
        created_at=batch.created_at,
        undone_at=batch.undone_at,
    )
