"""What hangs on a venue's row as lists: special days, layouts with their seats, rights of teams."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from models.enums import Layout, VenueRightKind
from models.rules import fields
from models.rules.fields import FieldRefused
from models.rules.hours import clock, minute_of
from models.rules.verdicts import Reason

MOST_HEADS = 1_000_000
#: A hall has a handful of each; more is a mistake of a program.
MOST_DAYS, MOST_RIGHTS = 500, 200
_ONE_DAY = timedelta(days=1)
_DAYS_PARTS = ("from_on", "until_on", "opens", "closes", "note")


def _minute(value: object) -> int:
    found = minute_of(str(value))
    if found is None:
        raise FieldRefused(Reason("day_hours_wrong", {"span": str(value)}))
    return found


DAYS_CLEANERS: Mapping[str, fields.Cleaner] = {
    "from_on": fields.day,
    "until_on": fields.day,
    "opens": fields.optional(_minute),
    "closes": fields.optional(_minute),
    "note": fields.text(200),
}
LAYOUT_CLEANERS: Mapping[str, fields.Cleaner] = {"layout": fields.word(Layout), "capacity": fields.whole(1, MOST_HEADS)}
RIGHT_CLEANERS: Mapping[str, fields.Cleaner] = {"team_id": fields.reference, "kind": fields.word(VenueRightKind)}


@dataclass(frozen=True, slots=True)
class SpecialDays:
    """Local days `[from_on, until_on)` with hours of their own, in minutes of the day; closed where there are none."""

    from_on: date
    until_on: date
    opens_minute: int | None = None
    closes_minute: int | None = None
    note: str = ""

    def __str__(self) -> str:
        """Return the days as history tells them, the last one included: `2026-10-01..2026-10-07 国庆节`."""
        hours = "" if self.opens_minute is None else f" {self.opens}-{self.closes}"
        note = f" {self.note}" if self.note else ""
        return f"{self.from_on}..{self.until_on - _ONE_DAY}{hours}{note}"

    @property
    def parts(self) -> tuple[date, date, str | None, str | None, str]:
        """The entry as `special_days` takes it."""
        return self.from_on, self.until_on, self.opens, self.closes, self.note

    @property
    def opens(self) -> str | None:
        """The local time as people write it, `08:30`; None where it is closed."""
        return None if self.opens_minute is None else clock(self.opens_minute)

    @property
    def closes(self) -> str | None:
        """The local time as people write it, `24:00` for the end of the day; None where it is closed."""
        return None if self.closes_minute is None else clock(self.closes_minute)


def special_day(**given: object) -> SpecialDays | list[Reason]:
    """Clean one entry, by `from_on`, `until_on`, `opens`, `closes` and `note`; return it or every reason against it.

    `until_on` is the first day that is as usual again; without `opens` and `closes` the venue is closed.
    """
    found, reasons = fields.clean(DAYS_CLEANERS, given)
    if reasons:
        return reasons
    opens, closes = found["opens"], found["closes"]
    if found["until_on"] <= found["from_on"]:
        reasons.append(Reason("days_end_before_they_begin", {"field": "until_on", "from_on": found["from_on"]}))
    if (opens is None) != (closes is None) or (opens is not None and closes <= opens):
        span = f"{given['opens'] or ''}-{given['closes'] or ''}"
        reasons.append(Reason("day_hours_wrong", {"field": "closes", "span": span}))
    return reasons or SpecialDays(found["from_on"], found["until_on"], opens, closes, found["note"])


def special_days(value: object) -> tuple[SpecialDays, ...]:
    """Clean a list of `SpecialDays` or (from_on, until_on, opens, closes, note), order kept: the later one decides.

    `until_on` is the first day that is as usual again; without `opens` and `closes` the venue is closed.

    Raises:
        FieldRefused: not such a list, or too long a one; the first wrong item says why.
    """
    return tuple(dict.fromkeys(map(_special_days, _items(value, MOST_DAYS))))


def layouts(value: object) -> dict[Layout, int]:
    """Clean a mapping, or pairs, of layouts and how many people fit; in the order in which layouts are listed.

    Raises:
        FieldRefused: no such layout or number, or a layout that is there twice.
    """
    found: dict[Layout, int] = {}
    for item in _items(value.items() if isinstance(value, Mapping) else value, len(Layout)):
        layout, seats = _parts(item, 2)
        word = LAYOUT_CLEANERS["layout"](layout)
        if word in found:
            raise FieldRefused(Reason("layout_twice", {"layout": word}))
        found[word] = LAYOUT_CLEANERS["capacity"](seats)
    return {layout: found[layout] for layout in Layout if layout in found}


def rights(value: object) -> tuple[tuple[int, VenueRightKind], ...]:
    """Clean a list of (team id, kind of right): sorted, repeats left out.

    Raises:
        FieldRefused: not such a list, or too long a one.
    """
    pairs = (_parts(item, 2) for item in _items(value, MOST_RIGHTS))
    clean_team, clean_kind = RIGHT_CLEANERS["team_id"], RIGHT_CLEANERS["kind"]
    return tuple(sorted({(clean_team(team_id), clean_kind(kind)) for team_id, kind in pairs}))


def _special_days(item: object) -> SpecialDays:
    if isinstance(item, SpecialDays):
        return item
    found = special_day(**dict(zip(_DAYS_PARTS, _parts(item, len(_DAYS_PARTS)), strict=True)))
    if isinstance(found, list):
        first = found[0]
        raise FieldRefused(Reason(first.code, {name: value for name, value in first.params.items() if name != "field"}))
    return found


def _items(value: object, most: int) -> tuple[object, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise FieldRefused(Reason("list_wrong"))
    found = tuple(value)
    if len(found) > most:
        raise FieldRefused(Reason("too_many_items", {"limit": most}))
    return found


def _parts(item: object, count: int) -> tuple[object, ...]:
    if isinstance(item, str) or not isinstance(item, Iterable) or len(parts := tuple(item)) != count:
        raise FieldRefused(Reason("list_wrong"))
    return parts
