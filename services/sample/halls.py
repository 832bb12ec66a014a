"""Writes the sample's halls with their hours, terms, layouts, rights and closed days; `venues.toml` tells them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from models.enums import AccessKind, HolidayRule, HostKind, VenueRightKind
from models.rules.hours import minute_of
from models.rules.venue_lists import SpecialDays
from services import venues
from services.sample import data
from services.unit_of_work import Tx

#: The story begins in the year before now at the earliest, and nobody books beyond the year after next.
YEARS_BEFORE, YEARS_AFTER = 1, 2
#: Terms that stand in a row under their own names.
TERMS = (
    *("shortest_minutes", "longest_minutes", "notice_workdays", "horizon_days", "team_quota", "quota_period"),
    *("no_show_minutes", "access_code"),
)


@dataclass(slots=True)
class Halls:
    """The halls by their codes: ids, what each is a part of, which ask somebody, when each is closed."""

    ids: dict[str, int] = field(default_factory=dict)
    wholes: dict[str, str] = field(default_factory=dict)
    asking: set[str] = field(default_factory=set)
    closed: dict[str, tuple[SpecialDays, ...]] = field(default_factory=dict)


def write_halls(tx: Tx, orgs: Mapping[str, int], teams: Mapping[str, int], today: date) -> Halls:
    """Write every hall; closed days lie around `today`."""
    halls = Halls()
    for number, row in enumerate(data.read("venues")["venue"], start=1):
        code, whole = row["code"], row.get("within")
        days = tuple(_special_days(row, today))
        halls.wholes[code] = whole or code
        closed = tuple(one for one in days if one.opens_minute is None)
        halls.closed[code] = (halls.closed[whole] if whole else ()) + closed
        if row.get("asks"):
            halls.asking.add(code)
        halls.ids[code] = venues.create(
            tx,
            name=row["name"],
            kind=HostKind(row["kind"]),
            capacity=row["seats"],
            code=code,
            org_id=orgs[row.get("host", f"T-{row['place']}")],
            parent_id=halls.ids[whole] if whole else None,
            days=days,
            rights=[(teams[team], VenueRightKind(kind)) for team, kind in row.get("rights", ())],
            **_place(row, number),
            **_terms(row),
        )
    return halls


def _place(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    bones = data.read("house")
    place_name, lat, lon = bones["places"][row["place"]]
    return {
        "hours": [(day, *span) for days, *span in bones["hours"][row["hours"]] for day in days],
        "address": f"{place_name}示例路{number}号",
        "division_code": f"{bones['division']}{row['place']}",
        "lat": round(lat + number % 5 * 0.0011, 4),
        "lon": round(lon + number % 7 * 0.0013, 4),
        "contact_name": "何样张",
        "contact_phone": "0714-8720000",
        "contact_email": f"{row['code'].lower()}@example.org",
        "valid_from_on": bones["since"],
    }


def _terms(row: Mapping[str, Any]) -> dict[str, Any]:
    terms = {name: row[name] for name in TERMS if name in row}
    keeps_calendar = row["hours"] in data.read("house")["by_calendar"]
    return {
        "equipment": row["equipment"],
        "layouts": row.get("layouts", {}),
        "set_up_minutes": row.get("set_up", 10),
        "tear_down_minutes": row.get("tear_down", 10),
        "needs_approval": row.get("asks", False),
        "holiday_rule": HolidayRule.working_calendar if keeps_calendar else HolidayRule.by_weekday,
        "access_kind": AccessKind(row.get("way_in", "key")),
        "access_note": row.get("way_in_note", "钥匙在门卫处（示例）"),
        **terms,
    }


def _special_days(row: Mapping[str, Any], today: date) -> Iterator[SpecialDays]:
    """Yield what a row closes each year, around now, and what it closes or opens so many days from now."""
    for first, last, note in row.get("yearly", ()):
        for year in range(today.year - YEARS_BEFORE, today.year + YEARS_AFTER):
            until_on = date.fromisoformat(f"{year}-{last}") + timedelta(days=1)
            yield SpecialDays(date.fromisoformat(f"{year}-{first}"), until_on, note=note)
    for one in row.get("soon", ()):
        from_on = today + timedelta(days=one["in"])
        until_on = from_on + timedelta(days=one["days"])
        opens, closes = (minute_of(one[name]) if name in one else None for name in ("opens", "closes"))
        yield SpecialDays(from_on, until_on, opens, closes, one["note"])
