"""The row of a venue while something that hangs on it is edited: days, layouts, rights."""

from typing import Any

from models.events import VenueChanged
from models.tables.venues import Venue
from services import access, venue_locks
from services.unit_of_work import Tx


def managed(tx: Tx, venue_id: int) -> Venue:
    """Return a venue that the actor may edit, locked.

    Raises:
        SignInNeeded, Forbidden: the actor manages nothing. NotFound.
    """
    access.require_role(tx.actor, access.MANAGING)
    return venue_locks.lock(tx, venue_id)


def note(tx: Tx, row: Venue, changes: dict[str, list[Any]], expected_version: int | None = None) -> None:
    """Record what differs, as `{name: [old, new]}`; does nothing where nothing does.

    Raises:
        LostRace: the venue changed since the caller read it.
    """
    if changes:
        tx.touch(row, expected_version=expected_version)
        tx.record(VenueChanged(subject_id=row.id, changes=changes))
