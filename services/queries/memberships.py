"""Memberships as pages and programs see them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from models.enums import MembershipRole, TeamKind
from models.errors import NotFound
from models.tables.people import Person
from models.tables.teams import Membership, Team
from services import access
from services.queries import filters
from services.queries.paging import DEFAULT_LIMIT, AnyRow, AnySelect, Key, Page, fetch
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """A person's role in a team for local days `[valid_from_on, valid_until_on)`."""

    id: int
    person_id: int
    person_name: str
    team_id: int
    team_name: str
    team_kind: TeamKind
    role: MembershipRole
    valid_from_on: date
    valid_until_on: date | None
    version: int


def list_memberships(
    tx: Tx,
    *,
    team_id: int | None = None,
    person_id: int | None = None,
    role: MembershipRole | None = None,
    on: date | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[MembershipRow]:
    """List the memberships in teams in the actor's reach by the person's pinyin; `team_id` takes the subtree.

    Raises:
        SignInNeeded, Invalid, NotFound (an id that no row can have).
    """
    access.require_signed_in(tx.actor)
    query = _rows(tx).where(*filters.valid_on(Membership, on))
    if team_id is not None:
        query = query.where(filters.in_subtree(col(Membership.team_id), team_id))
    if person_id is not None:
        query = query.where(col(Membership.person_id) == filters.known_id("person", person_id))
    if role is not None:
        query = query.where(col(Membership.role) == role)
    keys = (Key(col(Person.sort_key)), Key(col(Membership.id)))
    rows, following = fetch(tx, query, keys=keys, limit=limit, cursor=cursor)
    return Page(tuple(map(_membership_row, rows)), following)


def read_membership(tx: Tx, membership_id: int) -> MembershipRow:
    """Return one membership.

    Raises:
        SignInNeeded, NotFound.
    """
    access.require_signed_in(tx.actor)
    query = _rows(tx).where(col(Membership.id) == filters.known_id("membership", membership_id))
    row = tx.session.execute(query).first()
    if row is None:
        raise NotFound("membership", membership_id)
    return _membership_row(row)


def memberships_of(
    tx: Tx, person_ids: Collection[int], *, on: date | None = None
) -> dict[int, tuple[MembershipRow, ...]]:
    """Return, by person, the memberships that the actor may see, newest first; one statement."""
    query = _rows(tx).where(col(Membership.person_id).in_(person_ids), *filters.valid_on(Membership, on))
    found: dict[int, list[MembershipRow]] = defaultdict(list)
    newest_first = query.order_by(col(Membership.valid_from_on).desc(), col(Membership.id).desc())
    for row in tx.session.execute(newest_first):
        found[row.Membership.person_id].append(_membership_row(row))
    return {person_id: tuple(rows) for person_id, rows in found.items()}


def _rows(tx: Tx) -> AnySelect:
    return (
        select(
            Membership,
            col(Person.name).label("person_name"),
            col(Team.name).label("team_name"),
            col(Team.kind).label("team_kind"),
        )
        .join(Person, col(Person.id) == col(Membership.person_id))
        .join(Team, col(Team.id) == col(Membership.team_id))
        .where(access.team_in_reach(tx.actor, col(Membership.team_id), access.SEEING))
    )


def _membership_row(row: AnyRow) -> MembershipRow:
    membership: Membership = row.Membership
    return MembershipRow(
        id=membership.id,
        person_id=membership.person_id,
        person_name=row.person_name,
        team_id=membership.team_id,
        team_name=row.team_name,
        team_kind=row.team_kind,
        role=membership.role,
        valid_from_on=membership.valid_from_on,
        valid_until_on=membership.valid_until_on,
        version=membership.version,
    )
