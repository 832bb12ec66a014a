"""What is said of people, word by word: the choices of a filter."""

from sqlalchemy import select
from sqlmodel import col

from models.enums import TraitKind
from models.tables.people import Person, PersonTrait
from services import access
from services.unit_of_work import Tx

MOST = 200


def known_traits(tx: Tx, kind: TraitKind) -> tuple[str, ...]:
    """Return the words of a kind that are said of people whom the actor may see, in their own order."""
    access.require_signed_in(tx.actor)
    query = (
        select(col(PersonTrait.value))
        .join(Person, col(Person.id) == col(PersonTrait.person_id))
        .where(col(PersonTrait.kind) == kind, access.may_see_person(tx.actor))
        .distinct()
        .order_by(col(PersonTrait.value))
        .limit(MOST)
    )
    return tuple(tx.session.execute(query).scalars())
