"""Rules that repeat, as RFC 5545 3.3.10 writes them: read strictly, worked out in the local wall time of a zone.

A rule names local days; every date has the local time of the first one, whatever the clocks do
in between, and is settled to an instant as the standard reads any local time: one that the clocks
skip counts with the offset from before the gap, of a repeated one the first is meant.

A rule must end, by COUNT or UNTIL, with no more than `MOST` dates and none behind `SPAN`. Parts
that name another time of day, and frequencies shorter than a day, are refused.
"""

import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil import rrule as engine

from models.rules.verdicts import Reason
from muster.localtime import settle, to_local

#: More dates than this are no series but a venue of one's own.
MOST = 400
#: Nobody books further ahead, so no date lies further behind the first.
SPAN = timedelta(days=731)
#: As many characters as the column holds.
LONGEST = 300

FREQUENCIES = {"DAILY": engine.DAILY, "WEEKLY": engine.WEEKLY, "MONTHLY": engine.MONTHLY, "YEARLY": engine.YEARLY}
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
#: The lists of numbers, each with its least and its most; below 0 counts from the end.
_LISTS = {
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYSETPOS": (-366, 366),
}
#: Lists that a frequency does not go with, and how far its ordinals of weekdays reach.
_UNKNOWN = {
    "DAILY": {"BYWEEKNO", "BYYEARDAY"},
    "WEEKLY": {"BYWEEKNO", "BYYEARDAY", "BYMONTHDAY"},
    "MONTHLY": {"BYWEEKNO", "BYYEARDAY"},
    "YEARLY": set[str](),
}
_ORDINALS = {"DAILY": 0, "WEEKLY": 0, "MONTHLY": 5, "YEARLY": 53}
_NUMBER = re.compile(r"[+-]?[0-9]{1,3}")
_COUNT = re.compile(r"[0-9]{1,6}")
_WEEKDAY = re.compile(r"(?:[+-]?0?[1-9]|[+-]?[1-5][0-9])?(?:MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"[0-9]{8}(?:T[0-9]{6}Z?)?")
#: The calendar repeats itself after so many years, weekdays included; dates are sought before the last one.
_CYCLE, _LAST_YEAR = 400, 9996


class RuleRefused(ValueError):
    """A rule cannot be read, never ends, or names too many dates, or none; `reasons` holds all that is wrong."""

    def __init__(self, *reasons: Reason) -> None:
        super().__init__(*(reason.code for reason in reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule as it was read; `text` in capitals.

    `until` is the last local day, local time (naive) or instant (aware), itself included.
    `weekdays` are pairs of an ordinal, 0 for every one, and a weekday, 0 for Monday; `lists`
    holds the other BY parts by name.
    """

    text: str
    frequency: str
    interval: int = 1
    count: int | None = None
    until: date | datetime | None = None
    weekdays: tuple[tuple[int, int], ...] = ()
    lists: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    week_start: int = 0


def read(text: str) -> Rule:
    """Read a rule such as `FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=12`, with or without `RRULE:` before it.

    Raises:
        RuleRefused: `rrule_invalid` for every part that is wrong, `rrule_without_end`, `rrule_too_many`, `too_long`.
    """
    plain = text.strip().upper().removeprefix("RRULE:")
    if len(plain) > LONGEST:
        raise RuleRefused(Reason("too_long", {"limit": LONGEST}))
    parts, wrong = _split(plain)
    wrong += [f"{name}={value}" for name, value in parts.items() if not _GRAMMAR[name](value)]
    if not wrong:
        wrong = [f"{name}={parts[name]}" for name in _at_odds(parts)]
    reasons = [Reason("rrule_invalid", {"part": part}) for part in wrong]
    if not reasons and not parts.keys() & {"COUNT", "UNTIL"}:
        reasons.append(Reason("rrule_without_end"))
    if not reasons and int(parts.get("COUNT", 1)) > MOST:
        reasons.append(Reason("rrule_too_many", {"limit": MOST}))
    if reasons:
        raise RuleRefused(*reasons)
    return Rule(
        text=plain,
        frequency=parts["FREQ"],
        interval=int(parts.get("INTERVAL", 1)),
        count=int(parts["COUNT"]) if "COUNT" in parts else None,
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
        weekdays=tuple(map(_weekday, parts["BYDAY"].split(","))) if "BYDAY" in parts else (),
        lists={name: tuple(map(int, parts[name].split(","))) for name in _LISTS if name in parts},
        week_start=WEEKDAYS.index(parts.get("WKST", "MO")),
    )


def dates(rule: Rule, starts_at: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return the instants, in UTC and in order, at which the windows of a series start: from `starts_at` on.

    Where `starts_at` itself does not follow the rule, the series begins with the first date that does.
    Parts of a second are dropped.

    Raises:
        RuleRefused: `rrule_without_dates`, `rrule_too_many`, or `rrule_too_far` where one lies behind `SPAN`.
    """
    starts_at = starts_at.astimezone(UTC).replace(microsecond=0)
    first = to_local(starts_at, zone).replace(tzinfo=None, fold=0)
    found: list[datetime] = []
    for local in walls(rule, first):
        instant = starts_at if local == first else settle(local, zone)
        if _is_over(rule.until, local, instant):
            break
        if local - first > SPAN:
            raise RuleRefused(Reason("rrule_too_far", {"days": SPAN.days}))
        if len(found) == MOST:
            raise RuleRefused(Reason("rrule_too_many", {"limit": MOST}))
        found.append(instant)
    if not found:
        raise RuleRefused(Reason("rrule_without_dates"))
    return tuple(found)


def walls(rule: Rule, first: datetime) -> Iterator[datetime]:
    """Yield the local times (naive) of a rule from `first` on, its UNTIL left out of account, for 400 years and more."""
    # In search of a date that never comes, dateutil goes on to the year 9999. From the last cycle of the
    # calendar that is not far, and its days are the same.
    ahead = (_LAST_YEAR - first.year) // _CYCLE * _CYCLE
    for late in _walls(rule, first.replace(year=first.year + ahead)):
        yield late.replace(year=late.year - ahead)


def with_count(rule: Rule, count: int) -> str:
    """Return the text of the rule with another end: after so many dates."""
    kept = [part for part in rule.text.split(";") if not part.startswith(("COUNT=", "UNTIL="))]
    return ";".join([*kept, f"COUNT={count}"])


def _walls(rule: Rule, first: datetime) -> Iterator[datetime]:
    """Yield the local times of the rule from `first` on, its end by COUNT in sight."""
    weekdays = _weekdays(rule, first)
    # dateutil begins to count places within the first week at the first date, not where that week begins.
    is_placed = rule.frequency == "WEEKLY" and "BYSETPOS" in rule.lists
    since_week = timedelta(days=(first.weekday() - rule.week_start) % 7)
    found = engine.rrule(
        FREQUENCIES[rule.frequency],
        dtstart=first - since_week if is_placed else first,
        interval=rule.interval,
        wkst=rule.week_start,
        byweekday=[engine.weekdays[day](ordinal or None) for ordinal, day in weekdays] or None,
        **{name.lower(): numbers for name, numbers in rule.lists.items()},
    )
    return islice((wall for wall in found if wall >= first), rule.count)


def _weekdays(rule: Rule, first: datetime) -> list[tuple[int, int]]:
    """Return the weekdays that a rule means, spelled out where dateutil would read it otherwise."""
    if not rule.weekdays:
        # What a rule does not name comes from the first date; dateutil would take each day of the numbered week.
        is_numbered = "BYWEEKNO" in rule.lists and not rule.lists.keys() & {"BYMONTHDAY", "BYYEARDAY"}
        return [(0, first.weekday())] if is_numbered or rule.frequency == "WEEKLY" else []
    if not any(ordinal for ordinal, _ in rule.weekdays):
        return list(rule.weekdays)
    # Of a Monday and a first Tuesday, dateutil would take the days that are both.
    every = range(1, _most_ordinal(rule.frequency, rule.lists) + 1)
    return [(one, day) for ordinal, day in rule.weekdays for one in ([ordinal] if ordinal else every)]


def _is_over(until: date | datetime | None, local: datetime, instant: datetime) -> bool:
    if until is None:
        return False
    if not isinstance(until, datetime):
        return local.date() > until
    return local > until if until.tzinfo is None else instant > until


def _split(text: str) -> tuple[dict[str, str], list[str]]:
    """Return the parts by name, and what is no part, or there twice, or lacking."""
    parts: dict[str, str] = {}
    wrong = []
    for part in text.split(";"):
        name, _, value = part.partition("=")
        if name in parts or name not in _GRAMMAR:
            wrong.append(part or ";")
        else:
            parts[name] = value
    return parts, wrong if "FREQ" in parts else [*wrong, "FREQ"]


def _at_odds(parts: Mapping[str, str]) -> Iterator[str]:
    """Yield the parts that do not go with the others."""
    frequency = parts["FREQ"]
    if {"COUNT", "UNTIL"} <= parts.keys():
        yield "UNTIL"
    yield from sorted(_UNKNOWN[frequency] & parts.keys())
    if "BYSETPOS" in parts and not parts.keys() & (_LISTS.keys() - {"BYSETPOS"} | {"BYDAY"}):
        yield "BYSETPOS"
    highest = max(abs(_weekday(item)[0]) for item in parts.get("BYDAY", "MO").split(","))
    if highest > _most_ordinal(frequency, parts):
        yield "BYDAY"


def _most_ordinal(frequency: str, parts: Container[str]) -> int:
    """Return how often a weekday may come in what its ordinals count through: a month, a year, or nothing."""
    if "BYWEEKNO" in parts:
        return 0
    return _ORDINALS["MONTHLY" if "BYMONTH" in parts else frequency] if _ORDINALS[frequency] else 0


def _numbers(least: int, most: int) -> Callable[[str], bool]:
    def are_numbers(value: str) -> bool:
        items = value.split(",")
        return all(_NUMBER.fullmatch(item) and least <= int(item) <= most and int(item) for item in items)

    return are_numbers


def _is_count(value: str) -> bool:
    return bool(_COUNT.fullmatch(value)) and int(value) > 0


def _are_weekdays(value: str) -> bool:
    return all(map(_WEEKDAY.fullmatch, value.split(",")))


def _weekday(item: str) -> tuple[int, int]:
    return int(item[:-2] or 0), WEEKDAYS.index(item[-2:])


def _is_until(value: str) -> bool:
    try:
        _until(value)
    except ValueError:
        return False
    return True


def _until(value: str) -> date | datetime:
    if not _UNTIL.fullmatch(value):
        raise ValueError(value)
    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)


_GRAMMAR: Mapping[str, Callable[[str], bool]] = {
    "FREQ": FREQUENCIES.__contains__,
    "INTERVAL": lambda value: _is_count(value) and int(value) <= SPAN.days,
    "COUNT": _is_count,
    "UNTIL": _is_until,
    "WKST": WEEKDAYS.__contains__,
    "BYDAY": _are_weekdays,
    **{name: _numbers(*limits) for name, limits in _LISTS.items()},
}
