"""What was signed, seen from outside the ledger: over which days, and what is said to be signed but gone."""

from datetime import date, timedelta

from sqlmodel import col, select

from models.tables.activities import Activity
from models.tables.evidence import Closing
from models.tables.history import HistoryEntry
from muster.localtime import local_day, zone
from services.unit_of_work import Tx

CLOSED = "activity.closed"
#: Activities lie in zones of their own.
MARGIN = timedelta(days=1)


def closed_days(tx: Tx) -> tuple[date, date] | None:
    """Return local days between which every closed activity lies, both included; None where none is closed."""
    closed = col(Activity.closed_at).is_not(None)
    starts_at = col(Activity.starts_at)
    first = tx.session.exec(select(Activity.starts_at).where(closed).order_by(starts_at).limit(1)).first()
    last = tx.session.exec(select(Activity.starts_at).where(closed).order_by(starts_at.desc()).limit(1)).first()
    if first is None or last is None:
        return None
    home = zone(tx.settings.zone)
    return local_day(first, home) - MARGIN, local_day(last, home) + MARGIN


def closings_gone(tx: Tx) -> tuple[int, ...]:
    """Return the activities that history calls closed and that have no closing any more."""
    signed = select(col(Closing.activity_id))
    found = select(HistoryEntry.subject_id).where(
        col(HistoryEntry.event) == CLOSED, col(HistoryEntry.subject_id).not_in(signed)
    )
    return tuple(sorted(set(tx.session.exec(found).all())))
