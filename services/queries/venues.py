"""Venues as pages and programs see them. Strangers may look for a hall; whom to ask is for those signed in."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.enums import Datum, HostKind
from models.errors import NotFound
from models.rules.hours import OpeningSpan
from models.tables.orgs import Org
from models.tables.venues import Venue, VenueHours
from services import access
from services.queries import filters
from services.queries.orgs import OrgRef
from services.queries.paging import DEFAULT_LIMIT, AnyRow, AnySelect, Key, Page, fetch
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class VenueRef:
    """A venue by its name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class VenueRow:
    """A venue in a list; valid for local days `[valid_from_on, valid_until_on)`, coordinates in degrees."""

    id: int
    name: str
    code: str | None
    kind: HostKind
    org: OrgRef | None
    parent: VenueRef | None
    address: str
    division_code: str | None
    zone: str
    lat: float | None
    lon: float | None
    datum: Datum
    capacity: int
    equipment: str
    set_up_minutes: int
    tear_down_minutes: int
    needs_approval: bool
    valid_from_on: date
    valid_until_on: date | None
    version: int


@dataclass(frozen=True, slots=True)
class VenueView:
    """One venue with its hours, none at all meaning open at any time, and its parts.

    The contact and the access note are None, and `is_masked` true, for those who lead nobody.
    """

    venue: VenueRow
    hours: tuple[OpeningSpan, ...]
    parts: tuple[VenueRow, ...]
    contact_name: str | None
    contact_phone: str | None
    contact_email: str | None
    access_note: str | None
    is_masked: bool
    may_change: bool


def list_venues(
    tx: Tx,
    *,
    q: str | None = None,
    kind: HostKind | None = None,
    org_id: int | None = None,
    parent_id: int | None = None,
    division_code: str | None = None,
    capacity: int | None = None,
    on: date | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[VenueRow]:
    """List venues by pinyin; `capacity` is the least, `division_code` may be that of a county or province.

    Raises:
        Invalid, NotFound (an id that no row can have).
    """
    query = venue_rows().where(
        *filters.matching(q, col(Venue.name), col(Venue.address), sort_key=col(Venue.sort_key), code=col(Venue.code)),
        *filters.valid_on(Venue, on),
    )
    if kind is not None:
        query = query.where(col(Venue.kind) == kind)
    if org_id is not None:
        query = query.where(col(Venue.org_id) == filters.known_id("org", org_id))
    if parent_id is not None:
        query = query.where(col(Venue.parent_id) == filters.known_id("venue", parent_id))
    if division_code is not None:
        wanted = filters.plain_text("division_code", division_code)
        query = query.where(col(Venue.division_code).startswith(wanted, autoescape=True))
    if capacity is not None:
        query = query.where(col(Venue.capacity) >= filters.small_number("capacity", capacity))
    keys = (Key(col(Venue.sort_key)), Key(col(Venue.id)))
    rows, following = fetch(tx, query, keys=keys, limit=limit, cursor=cursor)
    return Page(tuple(map(venue_row, rows)), following)


def read_venue(tx: Tx, venue_id: int) -> VenueView:
    """Return one venue.

    Raises:
        NotFound.
    """
    is_it = col(Venue.id) == filters.known_id("venue", venue_id)
    rows = tx.session.execute(venue_rows().where(is_it | (col(Venue.parent_id) == venue_id))).all()
    found = {row.Venue.id: row for row in sorted(rows, key=lambda row: (row.Venue.sort_key, row.Venue.id))}
    if venue_id not in found:
        raise NotFound("venue", venue_id)
    venue: Venue = found[venue_id].Venue
    is_masked = not tx.actor.has(access.CONTACTING)
    return VenueView(
        venue=venue_row(found[venue_id]),
        hours=hours_of(tx, [venue_id]).get(venue_id, ()),
        parts=tuple(venue_row(row) for key, row in found.items() if key != venue_id),
        contact_name=None if is_masked else venue.contact_name,
        contact_phone=None if is_masked else venue.contact_phone,
        contact_email=None if is_masked else venue.contact_email,
        access_note=None if is_masked else venue.access_note,
        is_masked=is_masked,
        may_change=tx.actor.has(access.MANAGING),
    )


def hours_of(tx: Tx, venue_ids: Collection[int]) -> dict[int, tuple[OpeningSpan, ...]]:
    """Return the opening hours of venues, by venue, in order; one statement."""
    found: dict[int, list[OpeningSpan]] = defaultdict(list)
    for row in tx.session.execute(select(VenueHours).where(col(VenueHours.venue_id).in_(venue_ids))).scalars():
        found[row.venue_id].append(OpeningSpan(row.weekday, row.opens_minute, row.closes_minute))
    return {venue_id: tuple(sorted(spans)) for venue_id, spans in found.items()}


def venue_rows() -> AnySelect:
    """Return the statement behind every list of venues; add conditions on `Venue`."""
    parent = aliased(Venue)
    return (
        select(Venue, col(parent.name).label("parent_name"), col(Org.name).label("org_name"))
        .outerjoin(parent, col(parent.id) == col(Venue.parent_id))
        .outerjoin(Org, col(Org.id) == col(Venue.org_id))
    )


def venue_row(row: AnyRow) -> VenueRow:
    """Return a row of `venue_rows` as lists show it."""
    venue: Venue = row.Venue
    return VenueRow(
        id=venue.id,
        name=venue.name,
        code=venue.code,
        kind=venue.kind,
        org=OrgRef(venue.org_id, row.org_name) if venue.org_id is not None else None,
        parent=VenueRef(venue.parent_id, row.parent_name) if venue.parent_id is not None else None,
        address=venue.address,
        division_code=venue.division_code,
        zone=venue.zone,
        lat=venue.lat,
        lon=venue.lon,
        datum=venue.datum,
        capacity=venue.capacity,
        equipment=venue.equipment,
        set_up_minutes=venue.set_up_minutes,
        tear_down_minutes=venue.tear_down_minutes,
        needs_approval=venue.needs_approval,
        valid_from_on=venue.valid_from_on,
        valid_until_on=venue.valid_until_on,
        version=venue.version,
    )
