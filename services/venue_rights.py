"""Rights of teams at venues: who may book at once, who may ask, who decides."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import col, select

from models.enums import VenueRightKind
from models.errors import Invalid, NotFound
from models.rules import fields
from models.rules.venue_lists import MOST_RIGHTS, RIGHT_CLEANERS
from models.rules.verdicts import Reason
from models.tables.base import table_of
from models.tables.teams import Team
from models.tables.venues import VenueRight
from services import registers, venue_rows
from services.unit_of_work import Tx

Right = tuple[int, VenueRightKind]


def add(tx: Tx, venue_id: int, *, team_id: int, kind: VenueRightKind) -> int:
    """Give a team, and all below it, a right at a venue and return the right's id; repetition changes nothing.

    The first `book` or `request` right closes the venue to all other teams. Who books with `book` is not
    asked for approval, who has only `request` always is. Organisers of a team with `approve` decide.

    Raises:
        SignInNeeded, Forbidden, NotFound.
        Invalid: no such team or right, or more rights than a venue may have.
    """
    row = venue_rows.managed(tx, venue_id)
    values, reasons = fields.clean(RIGHT_CLEANERS, {"team_id": team_id, "kind": kind})
    if "team_id" in values:
        reasons += unknown_teams(tx, [values["team_id"]], "team_id")
    if reasons:
        raise Invalid(*reasons)
    old, right = present(tx, row.id), (values["team_id"], values["kind"])
    if right not in old:
        if len(old) >= MOST_RIGHTS:
            raise Invalid(Reason("too_many_items", {"field": "rights", "limit": MOST_RIGHTS}))
        write(tx, row.id, [right])
        venue_rows.note(tx, row, {"rights": [told(old), told(sorted((*old, right)))]})
    found = select(VenueRight.id).where(
        col(VenueRight.venue_id) == row.id, col(VenueRight.team_id) == team_id, col(VenueRight.kind) == kind
    )
    return tx.session.exec(found).one()


def remove(tx: Tx, venue_id: int, right_id: int) -> None:
    """Take a right away; without any `book` or `request` right the venue is everybody's again.

    Raises:
        SignInNeeded, Forbidden.
        NotFound: no such venue, or none of its rights.
    """
    row = venue_rows.managed(tx, venue_id)
    found = tx.get(VenueRight, right_id, noun="venue_right")
    if found.venue_id != row.id:
        raise NotFound("venue_right", right_id)
    left = tuple(right for right in present(tx, row.id) if right != (found.team_id, found.kind))
    venue_rows.note(tx, row, replace(tx, row.id, left))


def replace(tx: Tx, venue_id: int, wanted: tuple[Right, ...]) -> dict[str, list[Any]]:
    """Bring a locked venue's rights to the cleaned ones; return what differed, as history tells it."""
    old = present(tx, venue_id)
    if old == wanted:
        return {}
    tx.session.execute(delete(VenueRight).where(col(VenueRight.venue_id) == venue_id))
    write(tx, venue_id, wanted)
    return {"rights": [told(old), told(wanted)]}


def write(tx: Tx, venue_id: int, wanted: Iterable[Right]) -> None:
    """Add cleaned rights that a venue does not have yet."""
    rows = [{"venue_id": venue_id, "team_id": team_id, "kind": kind} for team_id, kind in wanted]
    if rows:
        tx.session.execute(insert(table_of(VenueRight)), rows)


def present(tx: Tx, venue_id: int) -> tuple[Right, ...]:
    """Return a venue's rights, sorted."""
    found = select(VenueRight.team_id, VenueRight.kind).where(col(VenueRight.venue_id) == venue_id)
    return tuple(sorted((team_id, VenueRightKind(kind)) for team_id, kind in tx.session.exec(found)))


def unknown_teams(tx: Tx, team_ids: Iterable[int], field: str) -> list[Reason]:
    """Return a reason for every team that there is none of."""
    return [
        Reason("unknown_reference", {"field": field, "id": str(team_id)})
        for team_id in sorted(set(team_ids))
        if not registers.exists(tx, Team, team_id)
    ]


def told(found: Iterable[Right]) -> list[str]:
    """Return rights as history tells them, `12 book`."""
    return [f"{team_id} {kind}" for team_id, kind in found]
