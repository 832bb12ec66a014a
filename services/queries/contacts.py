"""Whom people may call about an activity: its organiser's office phone."""

from collections.abc import Collection

from sqlmodel import col, select

from models.tables.people import Person
from models.tables.users import User
from services.unit_of_work import Tx


def organiser_phone(tx: Tx, user_ids: Collection[int]) -> dict[int, str]:
    """Return the phone of each user who has one; organisers give theirs to everybody whom they ask."""
    found = tx.session.exec(
        select(User.id, Person.phone)
        .join(Person, col(Person.id) == col(User.person_id))
        .where(col(User.id).in_(sorted(user_ids)), col(Person.phone).is_not(None))
    ).all()
    return {user_id: phone for user_id, phone in found if phone}
