"""Teams as pages and programs see them: lists, one team, the whole tree."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.enums import MembershipRole, TeamKind
from models.errors import NotFound
from models.tables.orgs import Org
from models.tables.people import Person
from models.tables.teams import Membership, Team, TeamAncestry
from services import access, registers
from services.queries import filters
from services.queries.orgs import OrgRef
from services.queries.paging import DEFAULT_LIMIT, AnyRow, AnySelect, Key, Page, fetch
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class TeamRef:
    """A team by its name."""

    id: int
    name: str
    kind: TeamKind


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team in a list; valid for local days `[valid_from_on, valid_until_on)`.

    `member_count` are today's members of this very team, those of teams below it left out.
    """

    id: int
    name: str
    code: str | None
    kind: TeamKind
    parent_id: int | None
    parent_name: str | None
    org: OrgRef | None
    member_count: int
    valid_from_on: date
    valid_until_on: date | None
    version: int


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A person by name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class TeamView:
    """One team: the line above it from the top, what is right below it, who leads it today.

    `people_count` are today's people of the whole subtree, each counted once.
    """

    team: TeamRow
    line: tuple[TeamRef, ...]
    below: tuple[TeamRow, ...]
    leaders: tuple[PersonRef, ...]
    people_count: int
    may_change: bool


@dataclass(frozen=True, slots=True)
class TeamNode:
    """A team in the tree, with what is below it, by pinyin."""

    team: TeamRow
    people_count: int
    below: tuple["TeamNode", ...]


def list_teams(
    tx: Tx,
    *,
    q: str | None = None,
    kind: TeamKind | None = None,
    parent_id: int | None = None,
    under_id: int | None = None,
    on: date | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[TeamRow]:
    """List the teams in the actor's reach by pinyin.

    `parent_id` keeps those right below a team, `under_id` that team with its whole subtree.

    Raises:
        SignInNeeded, Invalid.
    """
    access.require_signed_in(tx.actor)
    query = _rows(tx, registers.today(tx)).where(
        *filters.matching(q, col(Team.name), sort_key=col(Team.sort_key), code=col(Team.code)),
        *filters.valid_on(Team, on),
    )
    if kind is not None:
        query = query.where(col(Team.kind) == kind)
    if parent_id is not None:
        query = query.where(col(Team.parent_id) == filters.known_id("team", parent_id))
    if under_id is not None:
        query = query.where(filters.in_subtree(col(Team.id), under_id))
    rows, following = fetch(tx, query, keys=(Key(col(Team.sort_key)), Key(col(Team.id))), limit=limit, cursor=cursor)
    return Page(tuple(map(_team_row, rows)), following)


def read_team(tx: Tx, team_id: int) -> TeamView:
    """Return one team.

    Raises:
        SignInNeeded, NotFound.
    """
    access.require_signed_in(tx.actor)
    today = registers.today(tx)
    is_it = col(Team.id) == filters.known_id("team", team_id)
    rows = tx.session.execute(_rows(tx, today).where(or_(is_it, col(Team.parent_id) == team_id))).all()
    found = {row.Team.id: row for row in sorted(rows, key=lambda row: (row.Team.sort_key, row.Team.id))}
    if team_id not in found:
        raise NotFound("team", team_id)
    above = (
        select(col(Team.id), col(Team.name), col(Team.kind))
        .join(TeamAncestry, col(TeamAncestry.ancestor_id) == col(Team.id))
        .where(col(TeamAncestry.team_id) == team_id, col(TeamAncestry.depth) > 0)
        .order_by(col(TeamAncestry.depth).desc())
    )
    return TeamView(
        team=_team_row(found[team_id]),
        line=tuple(TeamRef(row.id, row.name, row.kind) for row in tx.session.execute(above)),
        below=tuple(_team_row(row) for key, row in found.items() if key != team_id),
        leaders=_leaders(tx, team_id, today),
        people_count=_people_counts(tx, today, col(TeamAncestry.ancestor_id) == team_id).get(team_id, 0),
        may_change=access.has_role_over(tx.session, tx.actor, team_id, access.MANAGING),
    )


def read_tree(tx: Tx, *, on: date | None = None) -> tuple[TeamNode, ...]:
    """Return the trees of the teams in the actor's reach that are valid on a day, today unless told otherwise.

    Raises:
        SignInNeeded.
    """
    access.require_signed_in(tx.actor)
    day = on or registers.today(tx)
    rows = tx.session.execute(_rows(tx, day).where(*filters.valid_on(Team, day))).all()
    teams = sorted((row.Team.sort_key, row.Team.id, _team_row(row)) for row in rows)
    counts = _people_counts(tx, day)
    known = {team_id for _, team_id, _ in teams}
    below: dict[int | None, list[TeamRow]] = defaultdict(list)
    for _, _, team in teams:
        below[team.parent_id if team.parent_id in known else None].append(team)

    def nodes(siblings: Iterable[TeamRow]) -> tuple[TeamNode, ...]:
        return tuple(TeamNode(team, counts.get(team.id, 0), nodes(below.get(team.id, ()))) for team in siblings)

    return nodes(below.get(None, ()))


def _rows(tx: Tx, today: date) -> AnySelect:
    parent = aliased(Team)
    members = (
        select(func.count(func.distinct(col(Membership.person_id))))
        .where(col(Membership.team_id) == col(Team.id), *filters.valid_on(Membership, today))
        .correlate(Team)
        .scalar_subquery()
    )
    return (
        select(
            Team,
            col(parent.name).label("parent_name"),
            col(Org.name).label("org_name"),
            members.label("member_count"),
        )
        .outerjoin(parent, col(parent.id) == col(Team.parent_id))
        .outerjoin(Org, col(Org.id) == col(Team.org_id))
        .where(access.team_in_reach(tx.actor, col(Team.id), access.SEEING))
    )


def _people_counts(tx: Tx, day: date, *which: ColumnElement[bool]) -> dict[int, int]:
    """Return how many people each team's subtree has on a day, each counted once."""
    query = (
        select(col(TeamAncestry.ancestor_id), func.count(func.distinct(col(Membership.person_id))))
        .join(Membership, col(Membership.team_id) == col(TeamAncestry.team_id))
        .where(*filters.valid_on(Membership, day), *which)
        .group_by(col(TeamAncestry.ancestor_id))
    )
    return {row[0]: row[1] for row in tx.session.execute(query)}


def _leaders(tx: Tx, team_id: int, day: date) -> tuple[PersonRef, ...]:
    query = (
        select(col(Person.id), col(Person.name), col(Person.sort_key))
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(
            col(Membership.team_id) == team_id,
            col(Membership.role) == MembershipRole.leader,
            access.may_see_person(tx.actor),
            *filters.valid_on(Membership, day),
        )
        .distinct()
    )
    rows: list[Any] = sorted(tx.session.execute(query).all(), key=lambda row: (row.sort_key, row.id))
    return tuple(PersonRef(row.id, row.name) for row in rows)


def _team_row(row: AnyRow) -> TeamRow:
    team: Team = row.Team
    return TeamRow(
        id=team.id,
        name=team.name,
        code=team.code,
        kind=team.kind,
        parent_id=team.parent_id,
        parent_name=row.parent_name,
        org=OrgRef(team.org_id, row.org_name) if team.org_id is not None else None,
        member_count=row.member_count,
        valid_from_on=team.valid_from_on,
        valid_until_on=team.valid_until_on,
        version=team.version,
    )
