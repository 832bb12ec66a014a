"""Teams by their names, as far as the actor leads them: to say for whom something is booked."""

from sqlalchemy import select
from sqlmodel import col

from models.tables.teams import Team
from services import access, registers
from services.queries import filters
from services.unit_of_work import Tx

#: As many as one can choose from.
MOST = 200


def teams_led(tx: Tx) -> tuple[tuple[int, str], ...]:
    """Return id and name of the teams that the actor leads or manages today, by pinyin; one statement."""
    query = (
        select(col(Team.id), col(Team.name))
        .where(
            access.team_in_reach(tx.actor, col(Team.id), access.LEADING),
            *filters.valid_on(Team, registers.today(tx)),
        )
        .order_by(col(Team.sort_key), col(Team.id))
        .limit(MOST)
    )
    return tuple((row.id, row.name) for row in tx.session.execute(query))
