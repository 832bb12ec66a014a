"""Venues: halls and rooms with their hours, and the parts that a booking of each takes."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypedDict, Unpack

from sqlalchemy import delete, insert
from sqlmodel import col, func, select

from models.enums import BookingState, Datum, HostKind
from models.errors import Conflict
from models.events import VenueChanged, VenueCreated, VenueEnded
from models.rules import fields
from models.rules.hours import OpeningSpan, opening_spans
from models.rules.verdicts import Reason
from models.tables.base import table_of
from models.tables.bookings import Booking
from models.tables.orgs import Org
from models.tables.venues import Venue, VenueHours
from muster.localtime import day_bounds, zone
from services import access, collation, registers, venue_parts
from services.unit_of_work import Tx

MINUTES_A_DAY = 1440
MOST_HEADS = 1_000_000
OPEN_STATES = (BookingState.requested, BookingState.held, BookingState.confirmed)

CLEANERS: dict[str, fields.Cleaner] = {
    "name": fields.text(100, is_required=True),
    "kind": fields.word(HostKind),
    "capacity": fields.whole(1, MOST_HEADS),
    "org_id": fields.optional(fields.reference),
    "parent_id": fields.optional(fields.reference),
    "code": fields.optional(fields.code),
    "address": fields.text(200),
    "division_code": fields.optional(fields.division_code),
    "zone": fields.zone_key,
    "lat": fields.optional(fields.decimal(-90, 90)),
    "lon": fields.optional(fields.decimal(-180, 180)),
    "datum": fields.word(Datum),
    "equipment": fields.text(200),
    "set_up_minutes": fields.whole(0, MINUTES_A_DAY),
    "tear_down_minutes": fields.whole(0, MINUTES_A_DAY),
    "needs_approval": fields.flag,
    "contact_name": fields.optional(fields.contact_name),
    "contact_phone": fields.optional(fields.phone),
    "contact_email": fields.optional(fields.email),
    "access_note": fields.text(200),
    "valid_from_on": fields.day,
    "valid_until_on": fields.optional(fields.day),
    "hours": opening_spans,
}
REGISTER = registers.Register(
    noun="venue",
    cleaners=CLEANERS,
    created=VenueCreated,
    changed=VenueChanged,
    references={"org_id": Org, "parent_id": Venue},
    personal=frozenset({"contact_name", "contact_phone", "contact_email", "access_note"}),
    derived=collation.place_keys,
)


class VenueFields(TypedDict, total=False):
    """What a venue may have besides its name, kind, capacity and hours."""

    org_id: int | None
    parent_id: int | None
    code: str | None
    address: str
    division_code: str | None
    zone: str
    lat: float | None
    lon: float | None
    datum: Datum
    equipment: str
    set_up_minutes: int
    tear_down_minutes: int
    needs_approval: bool
    contact_name: str | None
    contact_phone: str | None
    contact_email: str | None
    access_note: str
    valid_from_on: date
    valid_until_on: date | None


def create(
    tx: Tx,
    *,
    name: str,
    kind: HostKind,
    capacity: int,
    hours: Iterable[tuple[int, str, str]] = (),
    **others: Unpack[VenueFields],
) -> int:
    """Write a venue and return its id; `others` are the fields of `VenueFields`.

    `hours` are (weekday, opens, closes) with 0 for Monday and local times as "08:30", "24:00" for
    the end of the day; none at all means open at any time. A venue with a parent is a part of it:
    who books the whole takes the part too. The zone is the house's unless told otherwise.

    Raises:
        Forbidden: the actor manages nothing.
        Invalid: wrong values or unknown references, all of them listed.
        Conflict: the code is another venue's.
    """
    access.require_role(tx.actor, access.MANAGING)
    given: dict[str, Any] = {
        **_defaults(tx),
        **others,
        "name": name,
        "kind": kind,
        "capacity": capacity,
        "hours": hours,
    }
    values = registers.cleaned(tx, REGISTER, given, *_half_a_place(given.get("lat"), given.get("lon")))
    registers.require_validity(values["valid_from_on"], values["valid_until_on"])
    spans = values.pop("hours")
    row = registers.write(tx, REGISTER, Venue, values, **({"hours": _told(spans)} if spans else {}))
    _add_hours(tx, row.id, spans)
    venue_parts.add_leaf(tx, row)
    return row.id


def change(tx: Tx, venue_id: int, changes: Mapping[str, Any], expected_version: int | None = None) -> None:
    """Edit a venue; keys are the arguments of `create`. A list of hours replaces the old one.

    Raises:
        Forbidden, NotFound, Invalid, LostRace.
        Conflict: the code is another venue's, the venue would become a part of another, or it is
            booked or has parts beyond its new end.
    """
    access.require_role(tx.actor, access.MANAGING)
    row = tx.get(Venue, venue_id, noun="venue")
    half = _half_a_place(changes.get("lat", row.lat), changes.get("lon", row.lon))
    values = registers.cleaned(tx, REGISTER, changes, *half)
    registers.require_change_of_validity(row, values)
    if values.get("parent_id", row.parent_id) != row.parent_id:
        raise Conflict(Reason("venue_parent_fixed", {"field": "parent_id"}))
    if (until_on := values.get("valid_until_on")) and until_on != row.valid_until_on:
        _require_nothing_after(tx, row, until_on)
    others = _replace_hours(tx, row.id, values.pop("hours")) if "hours" in values else {}
    registers.edit(tx, REGISTER, row, values, expected_version=expected_version, others=others)


def end(tx: Tx, venue_id: int, until_on: date) -> None:
    """Give a venue's validity an end: `until_on` is the first day without it. Repetition changes nothing.

    Raises:
        Forbidden, NotFound.
        Invalid: it would end before it begins.
        Conflict: it is booked, or has parts, beyond that day; all counted.
    """
    access.require_role(tx.actor, access.MANAGING)
    row = tx.get(Venue, venue_id, noun="venue")
    registers.require_validity(row.valid_from_on, until_on)
    if row.valid_until_on == until_on:
        return
    _require_nothing_after(tx, row, until_on)
    row.valid_until_on = until_on
    tx.touch(row)
    tx.record(VenueEnded(subject_id=row.id, until_on=until_on))


def _defaults(tx: Tx) -> VenueFields:
    return {
        "org_id": None,
        "parent_id": None,
        "code": None,
        "address": "",
        "division_code": None,
        "zone": tx.settings.zone,
        "lat": None,
        "lon": None,
        "datum": Datum.wgs84,
        "equipment": "",
        "set_up_minutes": 0,
        "tear_down_minutes": 0,
        "needs_approval": False,
        "contact_name": None,
        "contact_phone": None,
        "contact_email": None,
        "access_note": "",
        "valid_from_on": registers.today(tx),
        "valid_until_on": None,
    }


def _half_a_place(lat: object, lon: object) -> list[Reason]:
    is_half = (lat in (None, "")) != (lon in (None, ""))
    return [Reason("place_incomplete", {"field": "lat" if lat in (None, "") else "lon"})] if is_half else []


def _told(spans: Iterable[OpeningSpan]) -> list[str]:
    """Return opening hours as history tells them, `1 08:30-11:30`."""
    return [str(span) for span in spans]


def _add_hours(tx: Tx, venue_id: int, spans: Iterable[OpeningSpan]) -> None:
    rows = [
        {
            "venue_id": venue_id,
            "weekday": span.weekday,
            "opens_minute": span.opens_minute,
            "closes_minute": span.closes_minute,
        }
        for span in spans
    ]
    if rows:
        tx.session.execute(insert(table_of(VenueHours)), rows)


def _replace_hours(tx: Tx, venue_id: int, spans: tuple[OpeningSpan, ...]) -> dict[str, list[Any]]:
    """Bring the opening hours to the given spans; return what differed, as history tells it."""
    found = select(VenueHours.weekday, VenueHours.opens_minute, VenueHours.closes_minute).where(
        col(VenueHours.venue_id) == venue_id
    )
    old = tuple(sorted(OpeningSpan(*span) for span in tx.session.exec(found)))
    if old == spans:
        return {}
    tx.session.execute(delete(VenueHours).where(col(VenueHours.venue_id) == venue_id))
    _add_hours(tx, venue_id, spans)
    return {"hours": [_told(old), _told(spans)]}


def _require_nothing_after(tx: Tx, row: Venue, until_on: date) -> None:
    starts_at, _ = day_bounds(until_on, zone(row.zone))
    booked = (
        select(func.count())
        .select_from(Booking)
        .where(
            col(Booking.venue_id) == row.id,
            col(Booking.state).in_(OPEN_STATES),
            col(Booking.ends_at) > starts_at,
        )
    )
    reasons = []
    if count := tx.session.exec(booked).one():
        reasons.append(Reason("venue_has_bookings", {"count": count}))
    if count := registers.count_after(tx, Venue, col(Venue.parent_id) == row.id, until_on):
        reasons.append(Reason("venue_has_parts", {"count": count}))
    if reasons:
        raise Conflict(*reasons)
