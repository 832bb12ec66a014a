"""Venues as pages and programs see them. Strangers may look for a hall; whom to ask is for those signed in."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.enums import AccessKind, Datum, HolidayRule, HostKind, QuotaPeriod
from models.errors import NotFound
from models.rules.hours import OpeningSpan
from models.tables.orgs import Org
from models.tables.venues import Venue
from services import access
from services.queries import filters
from services.queries.orgs import OrgRef
from services.queries.paging import DEFAULT_LIMIT, AnyRow, AnySelect, Key, Page, fetch
from services.queries.venue_lists import DaysRow, LayoutRow, RightRow, days_of, hours_of, layouts_of, rights_of
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
class VenueTerms:
    """On what terms a venue may be had; lengths of time in minutes, of what is occupied where it says longest.

    `notice_minutes` is elapsed time between asking and the start, `notice_workdays` whole working days between.
    `team_quota` bookings a team may have in each local week or month; both are None where it is not limited.
    """

    holiday_rule: HolidayRule
    shortest_minutes: int
    longest_minutes: int
    notice_minutes: int
    notice_workdays: int
    horizon_days: int
    team_quota: int | None
    quota_period: QuotaPeriod | None
    hold_minutes: int
    no_show_minutes: int | None


@dataclass(frozen=True, slots=True)
class VenueView:
    """One venue with its hours, none at all meaning open at any time, its special days, layouts, rights and parts.

    `days` begin with the oldest; `layouts` come with their seats, by the order of the words; with no `book` or
    `request` among the `rights` everybody may ask. The contact and the access note are None, and `is_masked`
    true, for those who lead nobody. `access_code` is for those who manage venues, None for everybody else.
    """

    venue: VenueRow
    terms: VenueTerms
    hours: tuple[OpeningSpan, ...]
    days: tuple[DaysRow, ...]
    layouts: tuple[LayoutRow, ...]
    rights: tuple[RightRow, ...]
    parts: tuple[VenueRow, ...]
    contact_name: str | None
    contact_phone: str | None
    contact_email: str | None
    access_kind: AccessKind
    access_note: str | None
    access_code: str | None
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
    may_change = tx.actor.has(access.MANAGING)
    return VenueView(
        venue=venue_row(found[venue_id]),
        terms=_terms(venue),
        hours=hours_of(tx, [venue_id]).get(venue_id, ()),
        days=days_of(tx, venue_id),
        layouts=layouts_of(tx, venue_id),
        rights=rights_of(tx, venue_id),
        parts=tuple(venue_row(row) for key, row in found.items() if key != venue_id),
        contact_name=None if is_masked else venue.contact_name,
        contact_phone=None if is_masked else venue.contact_phone,
        contact_email=None if is_masked else venue.contact_email,
        access_kind=venue.access_kind,
        access_note=None if is_masked else venue.access_note,
        access_code=venue.access_code if may_change else None,
        is_masked=is_masked,
        may_change=may_change,
    )


def _terms(venue: Venue) -> VenueTerms:
    return VenueTerms(
        holiday_rule=venue.holiday_rule,
        shortest_minutes=venue.shortest_minutes,
        longest_minutes=venue.longest_minutes,
        notice_minutes=venue.notice_minutes,
        notice_workdays=venue.notice_workdays,
        horizon_days=venue.horizon_days,
        team_quota=venue.team_quota,
        quota_period=venue.quota_period,
        hold_minutes=venue.hold_minutes,
        no_show_minutes=venue.no_show_minutes,
    )


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
