"""Venues: halls and rooms with their hours, and the parts that a booking of each takes."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Unpack

from sqlmodel import col, func, select

from models.enums import BookingState, Datum, HostKind
from models.errors import Conflict
from models.events import VenueEnded
from models.rules import fields
from models.rules.verdicts import Reason
from models.tables.bookings import Booking
from models.tables.venues import Venue
from muster.localtime import day_bounds, zone
from services import access, registers, venue_lists, venue_locks, venue_parts, venue_rights
from services.unit_of_work import Tx
from services.venue_fields import LISTS, REGISTER, VenueFields, contradictions

OPEN_STATES = (BookingState.requested, BookingState.held, BookingState.confirmed)


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
    who books the whole takes the part too. The zone is the house's unless told otherwise. The code
    that opens the door never shows in history.

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
    values = _cleaned(tx, given)
    registers.require_validity(values["valid_from_on"], values["valid_until_on"])
    lists = {name: values.pop(name) for name in LISTS if name in values}
    row = registers.write(tx, REGISTER, Venue, values, **venue_lists.told(lists))
    venue_lists.write(tx, row.id, lists)
    venue_parts.add_leaf(tx, row)
    return row.id


def change(tx: Tx, venue_id: int, changes: Mapping[str, Any], expected_version: int | None = None) -> None:
    """Edit a venue; keys are the arguments of `create`. Lists of hours, days, layouts and rights replace the old ones.

    Raises:
        Forbidden, NotFound, Invalid, LostRace.
        Conflict: the code is another venue's, the venue would become a part of another, or it is
            booked or has parts beyond its new end.
    """
    access.require_role(tx.actor, access.MANAGING)
    row = venue_locks.lock(tx, venue_id)
    values = _cleaned(tx, changes, row)
    registers.require_change_of_validity(row, values)
    if values.get("parent_id", row.parent_id) != row.parent_id:
        raise Conflict(Reason("venue_parent_fixed", {"field": "parent_id"}))
    if (until_on := values.get("valid_until_on")) and until_on != row.valid_until_on:
        _require_nothing_after(tx, row, until_on)
    lists = {name: values.pop(name) for name in LISTS if name in values}
    others = venue_lists.replace(tx, row.id, lists)
    registers.edit(tx, REGISTER, row, values, expected_version=expected_version, others=others)


def end(tx: Tx, venue_id: int, until_on: date) -> None:
    """Give a venue's validity an end: `until_on` is the first day without it. Repetition changes nothing.

    Raises:
        Forbidden, NotFound.
        Invalid: it would end before it begins.
        Conflict: it is booked, or has parts, beyond that day; all counted.
    """
    access.require_role(tx.actor, access.MANAGING)
    row = venue_locks.lock(tx, venue_id)
    registers.require_validity(row.valid_from_on, until_on)
    registers.end(tx, row, until_on, VenueEnded, before=lambda: _require_nothing_after(tx, row, until_on))


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


def _cleaned(tx: Tx, given: Mapping[str, Any], row: Venue | None = None) -> dict[str, Any]:
    reasons = contradictions(given, row)
    if "rights" in given:
        found, _ = fields.clean(LISTS, {"rights": given["rights"]})
        reasons += venue_rights.unknown_teams(tx, [team_id for team_id, _ in found.get("rights", ())], "rights")
    return registers.cleaned(tx, REGISTER, given, *reasons)


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
