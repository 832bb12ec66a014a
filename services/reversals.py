"""Taking back what was counted: a further row names the first one; nothing is changed or deleted."""

from typing import Any, TypeVar

from sqlmodel import col, select

from models.errors import NotFound, require
from models.rules import attendance as rules
from models.tables.attendance import Attendance
from models.tables.tallies import Tally
from services import activity_rows
from services.unit_of_work import Tx

R = TypeVar("R", Attendance, Tally)
REASON_LIMIT = 500


def reversible(
    tx: Tx, kind: type[R], row_id: int, *, noun: str, reason: str, activity_id: int | None
) -> tuple[R, dict[str, Any]]:
    """Return a row that may be taken back, and the columns that every row which takes one back has.

    With `activity_id`, only a row of that activity.

    Raises:
        Conflict: it is a reversal itself, was reversed already, or no reason was given.
        Forbidden, NotFound.
    """
    row = tx.get(kind, row_id, noun=noun)
    if activity_id not in {None, row.activity_id}:
        raise NotFound(noun, row_id)
    activity_rows.led(tx, row.activity_id)
    again = tx.session.exec(select(kind.id).where(col(kind.reverses_id) == row.id)).first()
    require(
        rules.may_reverse(
            rules.ReversalFacts(
                is_reversal=row.reverses_id is not None, is_reversed=again is not None, has_reason=bool(reason.strip())
            )
        )
    )
    return row, {
        "activity_id": row.activity_id,
        "recorded_by_id": tx.actor.user_id,
        "recorded_at": tx.now,
        "reverses_id": row.id,
        "reason": reason.strip()[:REASON_LIMIT],
    }
