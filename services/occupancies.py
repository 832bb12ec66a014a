"""Take and release resources. The database refuses overlaps; nothing here decides that."""

from collections.abc import Collection, Iterable

from sqlalchemy import bindparam, delete, exists, insert, literal, update
from sqlmodel import col, select

from models.enums import ResourceKind
from models.tables.assignments import Assignment
from models.tables.base import table_of
from models.tables.resources import Occupancy, Resource
from models.tables.venues import VenueResource
from models.values import TimeWindow
from services.unit_of_work import Tx

_TAKE = insert(table_of(Occupancy))
_PARTS = select(VenueResource.resource_id).where(col(VenueResource.venue_id) == bindparam("venue_id"))


def take_venue(tx: Tx, venue_id: int, window: TimeWindow, *, booking_id: int) -> None:
    """Take every part of a venue for a window, buffers included.

    Raises (through the unit of work, or at once):
        sqlalchemy.exc.IntegrityError: a part is taken; constraint `ex_occupancies_overlap`.
    """
    take_parts(tx, tx.session.exec(_PARTS, params={"venue_id": venue_id}), window, booking_id=booking_id)


def take_parts(tx: Tx, resource_ids: Iterable[int], window: TimeWindow, *, booking_id: int) -> None:
    """Take parts of a venue for a window, buffers included. Raises as `take_venue`."""
    _take(tx, sorted(resource_ids), window, booking_id=booking_id)


def take_person(tx: Tx, person_id: int, window: TimeWindow, *, assignment_id: int) -> None:
    """Take a person for a window. Raises as `take_venue`."""
    # Locked, or of two promises that are written at the same instant each waits for the other on PostgreSQL.
    mine = select(Resource.id).where(col(Resource.person_id) == person_id).with_for_update(key_share=True)
    found = tx.session.exec(mine).first()
    if found is None:
        found = tx.add(Resource(kind=ResourceKind.person, person_id=person_id)).id
    _take(tx, [found], window, assignment_id=assignment_id)


def take_equipment(tx: Tx, resource_id: int, window: TimeWindow, *, loan_id: int) -> None:
    """Take one thing for a window, fetching and bringing back included. Raises as `take_venue`."""
    _take(tx, [resource_id], window, loan_id=loan_id)


def _take(
    tx: Tx,
    resource_ids: Iterable[int],
    window: TimeWindow,
    *,
    booking_id: int | None = None,
    assignment_id: int | None = None,
    loan_id: int | None = None,
) -> None:
    rows = [
        {
            "resource_id": resource_id,
            "occupied_from": window.starts_at,
            "occupied_until": window.ends_at,
            "booking_id": booking_id,
            "assignment_id": assignment_id,
            "loan_id": loan_id,
        }
        for resource_id in resource_ids  # in one order everywhere, or two bookings of a whole could deadlock
    ]
    if rows:
        tx.session.flush()
        tx.session.connection().execute(_TAKE, rows)


def release_booking(tx: Tx, booking_id: int) -> None:
    """Give back what a booking took; does nothing where it took nothing."""
    tx.session.execute(delete(Occupancy).where(col(Occupancy.booking_id) == booking_id))


def release_assignment(tx: Tx, assignment_id: int) -> None:
    """Give back the person whom an assignment took; does nothing where it took nobody."""
    tx.session.execute(delete(Occupancy).where(col(Occupancy.assignment_id) == assignment_id))


def move_assignments(tx: Tx, assignment_ids: Collection[int], window: TimeWindow) -> None:
    """Take the people of assignments for another window instead; two statements. Raises as `take_venue`."""
    table, of_person = table_of(Occupancy), table_of(Resource)
    mine = table.c.assignment_id.in_(assignment_ids)
    moved = update(table).where(mine).values(occupied_from=window.starts_at, occupied_until=window.ends_at)
    if tx.session.connection().execute(moved).rowcount == len(assignment_ids):
        return
    missing = (
        select(of_person.c.id, literal(window.starts_at), literal(window.ends_at), Assignment.id)
        .join(Assignment, col(Assignment.person_id) == of_person.c.person_id)
        .where(col(Assignment.id).in_(assignment_ids))
        .where(~exists().where(table.c.assignment_id == col(Assignment.id)))
    )
    columns = ["resource_id", "occupied_from", "occupied_until", "assignment_id"]
    tx.session.execute(insert(table).from_select(columns, missing))


def release_loan(tx: Tx, loan_id: int) -> None:
    """Give back what a loan took; does nothing where it took nothing."""
    tx.session.execute(delete(Occupancy).where(col(Occupancy.loan_id) == loan_id))
