"""Lock venues before anything is decided about them: one row for a whole and all its parts, always in one order."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.errors import NotFound
from models.tables.base import table_of
from models.tables.bookings import Booking
from models.tables.venues import Venue, VenueResource
from models.tables.waits import Wait
from services.unit_of_work import HIGHEST_ID, Tx

_own_part, _same_part = aliased(VenueResource), aliased(VenueResource)
_WHOLE = (
    select(Venue)
    .where(col(Venue.id) == bindparam("venue_id"), col(Venue.parent_id).is_(None))
    .with_for_update(key_share=True)
)
_KIN = select(col(_same_part.venue_id)).join(_own_part, col(_own_part.resource_id) == col(_same_part.resource_id))


def lock(tx: Tx, venue_id: int) -> Venue:
    """Return a venue; until the commit nobody else takes, frees or queues for any part of the whole that it belongs to.

    Comes before any row that says who has the venue, or two bookings could wait for each other;
    after the row of an activity, whose bookings may be at several venues.

    Raises:
        NotFound.
    """
    return lock_all(tx, [venue_id])[venue_id]


def lock_all(tx: Tx, venue_ids: Iterable[int]) -> dict[int, Venue]:
    """Lock several venues at once, in the order of their wholes' ids. Raises as `lock`."""
    wanted = set(venue_ids)
    if len(wanted) == 1 and (row := _locked_whole(tx, *wanted)) is not None:
        return {row.id: row}
    for whole_id in sorted({_whole_of(tx, one) for one in wanted}):
        tx.get(Venue, whole_id, noun="venue")
    return {one: tx.get(Venue, one, noun="venue", for_update=False) for one in sorted(wanted)}


def venue_of(tx: Tx, kind: type[Booking] | type[Wait], row_id: int, *, noun: str) -> int:
    """Return the venue of a booking or a wait without loading the row, which is read once the venue is locked.

    Raises:
        NotFound: no such row.
    """
    table = table_of(kind)
    asked = select(table.c.venue_id).where(table.c.id == row_id)
    found: int | None = tx.session.execute(asked).scalar_one_or_none() if 1 <= row_id <= HIGHEST_ID else None
    if found is None:
        raise NotFound(noun, row_id)
    return found


def kin(venue_id: int | BindParameter[int]) -> Select[Any]:
    """Return a select of the ids of all venues that share a part with this one, itself included."""
    return _KIN.where(col(_own_part.venue_id) == venue_id)


def wholes_of(tx: Tx, row: Venue) -> list[int]:
    """Return the ids of what a venue is a part of, nearest first; which venue is a part of which never changes."""
    found: list[int] = []
    parent_id = row.parent_id
    while parent_id is not None:
        found.append(parent_id)
        parent_id = tx.session.execute(select(col(Venue.parent_id)).where(col(Venue.id) == parent_id)).scalar_one()
    return found


def _whole_of(tx: Tx, venue_id: int) -> int:
    """Return the id of the outermost whole, or its own. The row is left for later: it is read once that is locked.

    Raises:
        NotFound.
    """
    parents = select(col(Venue.id), col(Venue.parent_id))
    row = None
    parent_id: int | None = venue_id
    while parent_id is not None:
        is_id = 1 <= parent_id <= HIGHEST_ID
        row = tx.session.execute(parents.where(col(Venue.id) == parent_id)).first() if is_id else None
        if row is None:
            raise NotFound("venue", venue_id)
        venue_id, parent_id = row
    return venue_id


def _locked_whole(tx: Tx, venue_id: int) -> Venue | None:
    """Return a venue that is part of nothing, locked: most are, and then one statement does it."""
    if not 1 <= venue_id <= HIGHEST_ID:
        return None
    return tx.session.execute(_WHOLE, {"venue_id": venue_id}).scalars().first()
