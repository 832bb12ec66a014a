"""Lists by the page: keyset cursors, so that a page is as fast at the end as at the start.

A cursor is opaque to callers: it holds the sort values of the last row of a page. Rows that come
or go meanwhile are neither repeated nor skipped.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Select, String, and_, collate, literal, or_

from models.errors import Invalid
from models.rules.verdicts import Reason
from services.unit_of_work import Tx

T = TypeVar("T")
AnySelect = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]
DEFAULT_LIMIT = 50
MAX_LIMIT = 200
_LONGEST_CURSOR = 2000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and the cursor of those behind them; `next` is None on the last page."""

    items: tuple[T, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """One column that a list is ordered by; never null. The last key of a list must be unique."""

    column: Any
    is_descending: bool = False


def fetch(
    tx: Tx, query: AnySelect, *, keys: Sequence[Key], limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> tuple[list[AnyRow], str | None]:
    """Return the rows of one page, the keys' values behind the query's own columns, and the next cursor.

    Text is ordered by its bytes on both databases, whatever the collation of the database.

    Raises:
        Invalid: the limit is out of range, or the cursor is none of this list's.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid(Reason("out_of_range", {"field": "limit", "low": 1, "high": MAX_LIMIT}))
    columns = [_by_bytes(tx, key.column) for key in keys]
    query = query.add_columns(*(key.column for key in keys))
    if cursor is not None:
        query = query.where(_after(columns, keys, _decode(cursor, keys)))
    order = [column.desc() if key.is_descending else column.asc() for column, key in zip(columns, keys, strict=True)]
    rows = list(tx.session.execute(query.order_by(*order).limit(limit + 1)).all())
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], _encode(rows[limit - 1][-len(keys) :])


def _by_bytes(tx: Tx, column: ColumnElement[Any]) -> ColumnElement[Any]:
    is_postgresql = tx.session.get_bind().dialect.name == "postgresql"
    return collate(column, "C") if is_postgresql and isinstance(column.type, String) else column


def _after(columns: Sequence[ColumnElement[Any]], keys: Sequence[Key], values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that a row comes behind the one with these sort values."""
    choices = []
    same: list[ColumnElement[bool]] = []
    for column, key, value in zip(columns, keys, values, strict=True):
        bound = literal(value, key.column.type)
        choices.append(and_(*same, column < bound if key.is_descending else column > bound))
        same.append(column == bound)
    return or_(*choices)


def _encode(values: Sequence[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, ensure_ascii=False).encode()).decode().rstrip("=")


def _decode(cursor: str, keys: Sequence[Key]) -> list[Any]:
    try:
        if len(cursor) > _LONGEST_CURSOR:
            raise ValueError  # noqa: TRY301 - every way to be wrong ends in one refusal
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        values = json.loads(raw.decode())
        return [_typed(key, value) for key, value in zip(keys, values, strict=True)]
    except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError) as error:
        raise Invalid(Reason("cursor_wrong", {"field": "cursor"})) from error


def _typed(key: Key, value: Any) -> Any:
    kind = key.column.type.python_type
    if issubclass(kind, datetime):
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            raise ValueError(value)
        return found.astimezone(UTC)
    if issubclass(kind, date):
        return date.fromisoformat(value)
    if type(value) is not kind or (kind is int and abs(value) >= 2**31) or (kind is str and "\0" in value):
        raise TypeError(value)
    return value
