"""The columns of a venue: how each is cleaned, and what of them contradicts another."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypedDict

from models.enums import AccessKind, Datum, HolidayRule, HostKind, Layout, QuotaPeriod, VenueRightKind
from models.events import VenueChanged, VenueCreated
from models.rules import fields
from models.rules.hours import opening_spans
from models.rules.venue_lists import MOST_HEADS, SpecialDays, layouts, rights, special_days
from models.rules.verdicts import Reason
from models.tables.orgs import Org
from models.tables.venues import Venue
from services import collation, registers

MINUTES_A_DAY = 1440
#: The bounds that the table sets: 31 days, a year, 30 days, two years.
LONGEST_MINUTES, LONGEST_NOTICE_MINUTES, LONGEST_HOLD_MINUTES, LONGEST_HORIZON_DAYS = 44_640, 525_600, 43_200, 731
MOST_NOTICE_WORKDAYS, MOST_BOOKINGS = 60, 1000
SHORTEST_MINUTES, SHORTEST_NO_SHOW_MINUTES = 5, 10

#: On what terms a venue may be had, and how one gets in.
TERMS: Mapping[str, fields.Cleaner] = {
    "needs_approval": fields.flag,
    "holiday_rule": fields.word(HolidayRule),
    "shortest_minutes": fields.whole(SHORTEST_MINUTES, MINUTES_A_DAY),
    "longest_minutes": fields.whole(SHORTEST_MINUTES, LONGEST_MINUTES),
    "notice_minutes": fields.whole(0, LONGEST_NOTICE_MINUTES),
    "notice_workdays": fields.whole(0, MOST_NOTICE_WORKDAYS),
    "horizon_days": fields.whole(1, LONGEST_HORIZON_DAYS),
    "team_quota": fields.optional(fields.whole(1, MOST_BOOKINGS)),
    "quota_period": fields.optional(fields.word(QuotaPeriod)),
    "hold_minutes": fields.whole(SHORTEST_MINUTES, LONGEST_HOLD_MINUTES),
    "no_show_minutes": fields.optional(fields.whole(SHORTEST_NO_SHOW_MINUTES, MINUTES_A_DAY)),
    "access_kind": fields.word(AccessKind),
    "access_note": fields.text(200),
    "access_code": fields.optional(fields.text(40)),
}
#: What hangs on the row as lists; a new list replaces the old one.
LISTS: Mapping[str, fields.Cleaner] = {
    "hours": opening_spans,
    "days": special_days,
    "layouts": layouts,
    "rights": rights,
}
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
    "contact_name": fields.optional(fields.contact_name),
    "contact_phone": fields.optional(fields.phone),
    "contact_email": fields.optional(fields.email),
    "valid_from_on": fields.day,
    "valid_until_on": fields.optional(fields.day),
    **TERMS,
    **LISTS,
}
REGISTER = registers.Register(
    noun="venue",
    cleaners=CLEANERS,
    created=VenueCreated,
    changed=VenueChanged,
    references={"org_id": Org, "parent_id": Venue},
    personal=frozenset({"contact_name", "contact_phone", "contact_email", "access_note", "access_code"}),
    derived=collation.place_keys,
)


class VenueFields(TypedDict, total=False):
    """What a venue may have besides its name, kind, capacity and hours; lengths of time in minutes.

    `days` are `SpecialDays` or (from_on, until_on, opens, closes, note), `layouts` the seats of each,
    `rights` pairs of a team's id and a kind.
    """

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
    access_kind: AccessKind
    access_note: str
    access_code: str | None
    days: Iterable[SpecialDays | tuple[Any, ...]]
    layouts: Mapping[Layout, int]
    rights: Iterable[tuple[int, VenueRightKind]]
    valid_from_on: date
    valid_until_on: date | None


def contradictions(given: Mapping[str, Any], row: Venue | None = None) -> list[Reason]:
    """Return what of the given values contradicts another of them, or what the row holds; wrong ones are passed over."""
    lat, lon = (given.get(name, getattr(row, name, None)) for name in ("lat", "lon"))
    return [*_half_a_place(lat, lon), *_odd_terms(given, row)]


def _half_a_place(lat: object, lon: object) -> list[Reason]:
    is_half = (lat in (None, "")) != (lon in (None, ""))
    return [Reason("place_incomplete", {"field": "lat" if lat in (None, "") else "lon"})] if is_half else []


def _odd_terms(given: Mapping[str, Any], row: Venue | None) -> list[Reason]:
    found, _ = fields.clean(TERMS, {name: value for name, value in given.items() if name in TERMS})
    start = {"shortest_minutes": SHORTEST_MINUTES, "longest_minutes": LONGEST_MINUTES}

    def after(name: str) -> Any:
        return found[name] if name in found else getattr(row, name, start.get(name))

    reasons = []
    if after("longest_minutes") < after("shortest_minutes"):
        reasons.append(Reason("longest_below_shortest", {"field": "longest_minutes"}))
    quota, period = after("team_quota"), after("quota_period")
    if (quota is None) != (period is None):
        reasons.append(Reason("quota_incomplete", {"field": "team_quota" if quota is None else "quota_period"}))
    return reasons
