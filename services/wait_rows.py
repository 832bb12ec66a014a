"""Rows of the queue for whoever may see them, take what is offered, or leave; loaded with their venue locked."""

from typing import Any

from sqlmodel import col, select

from models.errors import Forbidden, NotFound
from models.rules import waits as rules
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.venues import Venue
from models.tables.waits import Wait
from services import access, booking_rows, booking_wishes, venue_locks
from services.unit_of_work import Tx


def own(tx: Tx, wait_id: int) -> tuple[Wait, Venue]:
    """Return a place in line and its venue, locked, for whoever it is for; an activity and its other venues come along.

    Raises:
        SignInNeeded, NotFound; Forbidden: to be seen, but somebody else's.
    """
    access.require_signed_in(tx.actor)
    venue_id = venue_locks.venue_of(tx, Wait, wait_id, noun="wait")
    activity_id = tx.session.exec(select(Wait.activity_id).where(col(Wait.id) == wait_id)).one()
    activity = None if activity_id is None else tx.get(Activity, activity_id, noun="activity")
    venue = venue_locks.lock_all(tx, [venue_id, *booking_wishes.venues_of(tx, activity)])[venue_id]
    row = tx.get(Wait, wait_id, noun="wait")
    if not may_see(tx, row):
        raise NotFound("wait", wait_id)
    if not (booking_rows.is_own(tx, row) or access.holds_link(tx.actor, "wait", wait_id)):
        raise Forbidden(Reason("wait_not_yours"))
    return row, venue


def may_see(tx: Tx, row: Wait) -> bool:
    """Tell whether the actor may know of the place: it is theirs, they see the whole house or decide on the venue."""
    is_about_it = booking_rows.is_own(tx, row) or access.holds_link(tx.actor, "wait", row.id)
    return is_about_it or tx.actor.has_everywhere(access.SEEING) or booking_rows.may_decide(tx, row.venue_id)


def facts_of(row: Wait) -> rules.WaitFacts:
    """Return what the rules of its states need."""
    return rules.WaitFacts(state=row.state, starts_at=row.starts_at, offered_until=row.offered_until)


def about(row: Wait) -> dict[str, Any]:
    """Return what every event of a place in line carries."""
    return {"subject_id": row.id, "venue_id": row.venue_id, "activity_id": row.activity_id}
