"""Names of rows that history calls by id: people whom the reader may see, venues, holders of assignments."""

from collections.abc import Collection

from sqlmodel import col, select

from models.tables.assignments import Assignment
from models.tables.people import Person
from models.tables.venues import Venue
from services import access
from services.unit_of_work import Tx


def people_names(tx: Tx, ids: Collection[int]) -> dict[int, str]:
    """Return the names of those people whom the actor may see."""
    found = select(Person.id, Person.name).where(col(Person.id).in_(sorted(ids)), access.may_see_person(tx.actor))
    return dict(tx.session.exec(found).all())


def venue_names(tx: Tx, ids: Collection[int]) -> dict[int, str]:
    """Return the names of venues."""
    access.require_signed_in(tx.actor)
    return dict(tx.session.exec(select(Venue.id, Venue.name).where(col(Venue.id).in_(sorted(ids)))).all())


def holder_names(tx: Tx, assignment_ids: Collection[int]) -> dict[int, str]:
    """Return, by assignment, the name of whom it is for, where the actor may see that person."""
    found = (
        select(Assignment.id, Person.name)
        .join(Person, col(Person.id) == col(Assignment.person_id))
        .where(col(Assignment.id).in_(sorted(assignment_ids)), access.may_see_person(tx.actor))
    )
    return dict(tx.session.exec(found).all())
