"""Load an activity for somebody who may do something to it: one place for the three questions."""

from sqlmodel import col, select

from models.enums import UserRole
from models.tables.activities import Activity, RefCounter
from services import access
from services.unit_of_work import Tx


def managed(tx: Tx, activity_id: int) -> Activity:
    """Return the activity, locked, for somebody who manages its team.

    Raises:
        SignInNeeded, NotFound (not to be seen), Forbidden (seen, not managed).
    """
    return _loaded(tx, activity_id, access.MANAGING)


def led(tx: Tx, activity_id: int) -> Activity:
    """Return the activity, locked, for somebody who leads or manages its team. Raises as `managed`."""
    return _loaded(tx, activity_id, access.LEADING)


def next_ref(tx: Tx, year: int) -> str:
    """Return the name by which people call the next activity of a year: `2026-0114`."""
    tx.insert_missing(RefCounter, {"year": year, "last_number": 0})
    counter = tx.session.exec(select(RefCounter).where(col(RefCounter.year) == year).with_for_update()).one()
    counter.last_number += 1
    tx.session.add(counter)
    tx.session.flush()
    return f"{year}-{counter.last_number:04d}"


def _loaded(tx: Tx, activity_id: int, roles: frozenset[UserRole]) -> Activity:
    access.require_seen(tx.session, tx.actor, activity_id)
    activity = tx.get(Activity, activity_id, noun="activity")
    access.require_over(tx.session, tx.actor, activity.team_id, roles)
    return activity
