"""Who leads the teams of a tree today; one statement, however many teams."""

from collections import defaultdict

from sqlalchemy import select
from sqlmodel import col

from models.enums import MembershipRole
from models.tables.people import Person
from models.tables.teams import Membership
from services import access, registers
from services.queries import filters
from services.queries.teams import PersonRef
from services.unit_of_work import Tx


def leaders_by_team(tx: Tx) -> dict[int, tuple[PersonRef, ...]]:
    """Return the leaders of every team in the actor's reach, by team, each by pinyin."""
    access.require_signed_in(tx.actor)
    query = (
        select(col(Membership.team_id), col(Person.id), col(Person.name))
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(
            col(Membership.role) == MembershipRole.leader,
            access.team_in_reach(tx.actor, col(Membership.team_id), access.SEEING),
            *filters.valid_on(Membership, registers.today(tx)),
        )
        .order_by(col(Person.sort_key), col(Person.id))
    )
    found: dict[int, dict[int, PersonRef]] = defaultdict(dict)
    for team_id, person_id, name in tx.session.execute(query):
        found[team_id][person_id] = PersonRef(person_id, name)
    return {team_id: tuple(people.values()) for team_id, people in found.items()}
