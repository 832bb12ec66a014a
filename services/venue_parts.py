"""Parts of venues: the leaves that a booking takes, so that a whole and its parts exclude each other."""

from sqlalchemy import insert
from sqlmodel import col, select

from models.enums import ResourceKind
from models.tables.base import table_of
from models.tables.bookings import Booking
from models.tables.resources import Occupancy, Resource
from models.tables.venues import Venue, VenueResource
from services import venue_locks
from services.unit_of_work import Tx


def add_leaf(tx: Tx, row: Venue) -> None:
    """Give a new venue a part of its own; whatever it is a part of takes that too.

    The whole keeps its own leaf, for what lies in it but in none of its parts. Where the whole is
    booked already, the new part is taken for those windows at once.
    """
    leaf = tx.add(Resource(kind=ResourceKind.venue_part, name=row.name))
    if row.parent_id is not None:
        venue_locks.lock(tx, row.parent_id)  # or a booking of the whole could slip in between
    wholes = venue_locks.wholes_of(tx, row)
    links = [{"venue_id": venue_id, "resource_id": leaf.id} for venue_id in (row.id, *wholes)]
    tx.session.execute(insert(table_of(VenueResource)), links)
    if not wholes:
        return
    taken = (
        select(Booking.id, Booking.occupied_from, Booking.occupied_until)
        .where(col(Booking.venue_id).in_(wholes))
        .where(select(Occupancy.id).where(col(Occupancy.booking_id) == col(Booking.id)).exists())
    )
    rows = [
        {"resource_id": leaf.id, "occupied_from": start, "occupied_until": until, "booking_id": booking_id}
        for booking_id, start, until in tx.session.exec(taken)
    ]
    if rows:
        tx.session.execute(insert(table_of(Occupancy)), rows)
