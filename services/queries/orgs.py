"""Orgs as pages and programs see them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.enums import HostKind, OrgKind
from models.errors import NotFound
from models.tables.orgs import Org
from models.tables.teams import Team
from models.tables.venues import Venue
from services import access
from services.queries import filters
from services.queries.paging import DEFAULT_LIMIT, AnyRow, AnySelect, Key, Page, fetch
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class OrgRef:
    """An org by its name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class OrgRow:
    """An org in a list; valid for local days `[valid_from_on, valid_until_on)`."""

    id: int
    name: str
    code: str | None
    kind: OrgKind
    host_kind: HostKind | None
    parent: OrgRef | None
    credit_code: str | None
    division_code: str | None
    jurisdiction: str | None
    valid_from_on: date
    valid_until_on: date | None
    version: int


@dataclass(frozen=True, slots=True)
class OrgView:
    """An org with whom to ask; the contact is None, and `is_masked` true, for those who lead nobody."""

    org: OrgRow
    contact_name: str | None
    contact_phone: str | None
    contact_email: str | None
    is_masked: bool
    org_count: int
    team_count: int
    venue_count: int
    may_change: bool


def list_orgs(
    tx: Tx,
    *,
    q: str | None = None,
    kind: OrgKind | None = None,
    host_kind: HostKind | None = None,
    parent_id: int | None = None,
    on: date | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[OrgRow]:
    """List orgs by pinyin; `on` keeps those valid on a local day, `parent_id` those right below one.

    Raises:
        SignInNeeded, Invalid.
    """
    access.require_signed_in(tx.actor)
    query = _rows().where(
        *filters.matching(q, col(Org.name), sort_key=col(Org.sort_key), code=col(Org.code)), *filters.valid_on(Org, on)
    )
    if kind is not None:
        query = query.where(col(Org.kind) == kind)
    if host_kind is not None:
        query = query.where(col(Org.host_kind) == host_kind)
    if parent_id is not None:
        query = query.where(col(Org.parent_id) == filters.known_id("org", parent_id))
    rows, following = fetch(tx, query, keys=(Key(col(Org.sort_key)), Key(col(Org.id))), limit=limit, cursor=cursor)
    return Page(tuple(map(_org_row, rows)), following)


def read_org(tx: Tx, org_id: int) -> OrgView:
    """Return one org.

    Raises:
        SignInNeeded, NotFound.
    """
    access.require_signed_in(tx.actor)
    below = aliased(Org)
    counts = (
        _count(select(func.count()).select_from(below).where(col(below.parent_id) == col(Org.id)), "org_count"),
        _count(select(func.count()).select_from(Team).where(col(Team.org_id) == col(Org.id)), "team_count"),
        _count(select(func.count()).select_from(Venue).where(col(Venue.org_id) == col(Org.id)), "venue_count"),
    )
    query = _rows().add_columns(*counts).where(col(Org.id) == filters.known_id("org", org_id))
    row = tx.session.execute(query).first()
    if row is None:
        raise NotFound("org", org_id)
    is_masked = not tx.actor.has(access.CONTACTING)
    return OrgView(
        org=_org_row(row),
        contact_name=None if is_masked else row.Org.contact_name,
        contact_phone=None if is_masked else row.Org.contact_phone,
        contact_email=None if is_masked else row.Org.contact_email,
        is_masked=is_masked,
        org_count=row.org_count,
        team_count=row.team_count,
        venue_count=row.venue_count,
        may_change=tx.actor.has(access.MANAGING),
    )


def _rows() -> AnySelect:
    parent = aliased(Org)
    return select(Org, col(parent.name).label("parent_name")).outerjoin(parent, col(parent.id) == col(Org.parent_id))


def _count(query: Select[int], name: str) -> Any:
    return query.correlate(Org).scalar_subquery().label(name)


def _org_row(row: AnyRow) -> OrgRow:
    org: Org = row.Org
    return OrgRow(
        id=org.id,
        name=org.name,
        code=org.code,
        kind=org.kind,
        host_kind=org.host_kind,
        parent=OrgRef(org.parent_id, row.parent_name) if org.parent_id is not None else None,
        credit_code=org.credit_code,
        division_code=org.division_code,
        jurisdiction=org.jurisdiction,
        valid_from_on=org.valid_from_on,
        valid_until_on=org.valid_until_on,
        version=org.version,
    )
