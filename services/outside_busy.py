"""Read a calendar that somebody keeps elsewhere: when they are busy, and nothing of what it is about.

Left out are entries that are free (TRANSP), cancelled, or without length. All-day entries and times without a zone
are those of the house. Rules that repeat are worked out in the entry's own zone (`models.rules.recurrence`); one that
cannot be read counts once. Files come from strangers: what is malformed is passed over, and work is bounded.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, vBroken

from models.rules import recurrence
from models.values import TimeWindow
from muster.localtime import day_bounds, settle

AHEAD = timedelta(days=90)
#: No entry lasts longer; and so many windows of one calendar are plenty.
LONGEST, MOST_WINDOWS = timedelta(days=366), 1000
#: Dates that one rule may pass before the last one that matters.
MOST_STEPS = 20_000
ONE_DAY = timedelta(days=1)
_STEPS = {"DAILY": ONE_DAY, "WEEKLY": 7 * ONE_DAY}
_EARLIEST, _LATEST_YEAR = datetime(1900, 1, 1), 2200  # noqa: DTZ001 - local times


class NotACalendar(ValueError):
    """What was read is no iCalendar file."""


class TooMuch(ValueError):
    """The file takes longer to work out than a calendar may."""


@dataclass(frozen=True, slots=True)
class Busy:
    """One stretch of time; `uid` is the entry's own, by which entries of ours are known again."""

    uid: str
    window: TimeWindow


@dataclass(frozen=True, slots=True)
class _When:
    """A moment as a calendar names it: a local time, in which zone, and whether it is a whole day."""

    wall: datetime
    zone: tzinfo
    is_day: bool

    def at(self, wall: datetime) -> datetime:
        """Return the instant of another local time in the same zone."""
        if self.is_day and isinstance(self.zone, ZoneInfo):
            return day_bounds(wall.date(), self.zone)[0]
        if isinstance(self.zone, ZoneInfo):
            return settle(wall, self.zone)
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

    @property
    def instant(self) -> datetime:
        """This moment itself."""
        return self.at(self.wall)


@dataclass(slots=True)
class _Entry:
    """Everything of one UID: what repeats, and dates of it that were changed by themselves."""

    masters: list[Component] = field(default_factory=list)
    changed: dict[datetime, Component] = field(default_factory=dict)


def read(data: bytes, *, house: ZoneInfo, now: datetime, is_late: Callable[[], bool]) -> tuple[Busy, ...]:
    """Return when the owner of a calendar is busy in the next 90 days, by start.

    Raises:
        NotACalendar: it is none. TooMuch: `is_late` became true on the way.
    """
    try:
        calendars = Calendar.from_ical(data, multiple=True)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise NotACalendar from error
    if not calendars or any(one.name != "VCALENDAR" for one in calendars):
        raise NotACalendar
    entries: dict[str, _Entry] = defaultdict(_Entry)
    for number, event in enumerate(event for one in calendars for event in one.walk("VEVENT")):
        uid = str(event.get("UID", "")) or f"#{number}"
        about = _when(_value(event, "RECURRENCE-ID"), house)
        if about is None:
            entries[uid].masters.append(event)
        else:
            entries[uid].changed[about.instant] = event
    span = TimeWindow(now, now + AHEAD)
    found = {Busy(uid, window) for uid, entry in entries.items() for window in _windows(entry, span, house, is_late)}
    return tuple(sorted(found, key=lambda one: (one.window, one.uid)))


def merged(windows: Iterable[TimeWindow]) -> tuple[TimeWindow, ...]:
    """Return windows as few as possible: those that overlap or touch become one; no more than a thousand, the first."""
    found: list[TimeWindow] = []
    for window in sorted(windows):
        if found and window.starts_at <= found[-1].ends_at:
            found[-1] = TimeWindow(found[-1].starts_at, max(found[-1].ends_at, window.ends_at))
        else:
            found.append(window)
    return tuple(found[:MOST_WINDOWS])


def _windows(entry: _Entry, span: TimeWindow, house: ZoneInfo, is_late: Callable[[], bool]) -> Iterator[TimeWindow]:
    for event in entry.masters:
        if is_late():
            raise TooMuch
        start = _when(_value(event, "DTSTART"), house)
        length = None if start is None else _length(event, start, house)
        if start is None or length is None or not _counts(event):
            continue
        for wall in _walls(event, start, length, span, house):
            at = start.at(wall)
            if at not in entry.changed:
                yield from _kept(at, _end(start, wall, length), span)
    for event in entry.changed.values():
        start = _when(_value(event, "DTSTART"), house)
        length = None if start is None else _length(event, start, house)
        if start is not None and length is not None and _counts(event):
            yield from _kept(start.instant, _end(start, start.wall, length), span)


def _kept(starts_at: datetime, ends_at: datetime, span: TimeWindow) -> Iterator[TimeWindow]:
    if starts_at < ends_at and starts_at < span.ends_at and ends_at > span.starts_at:
        yield TimeWindow(starts_at, min(ends_at, span.ends_at))


def _end(start: _When, wall: datetime, length: timedelta) -> datetime:
    """Return when an instance ends: whole days by the calendar, anything else by the clock."""
    return start.at(wall + length) if start.is_day else start.at(wall) + length


def _counts(event: Component) -> bool:
    words = (("STATUS", "CANCELLED"), ("TRANSP", "TRANSPARENT"), ("X-MICROSOFT-CDO-BUSYSTATUS", "FREE"))
    return not any(str(event.get(name, "")).strip().upper() == word for name, word in words)


def _walls(event: Component, start: _When, length: timedelta, span: TimeWindow, house: ZoneInfo) -> Iterator[datetime]:
    """Yield the local times at which an entry begins, near the span; what it leaves out is left out."""
    out = list(_listed(event, "EXDATE", house))
    instants = {one.instant for one in out if not one.is_day or start.is_day}
    days = {one.wall.date() for one in out if one.is_day}
    first, last = (at.astimezone(start.zone).replace(tzinfo=None) for at in (span.starts_at, span.ends_at))
    found = {start.wall}
    found |= {one.instant.astimezone(start.zone).replace(tzinfo=None) for one in _listed(event, "RDATE", house)}
    for rule in _many(event.get("RRULE")):
        found |= set(_repeated(rule, start, first - length - ONE_DAY, last + ONE_DAY))
    yield from (
        wall for wall in sorted(found) if wall.date() not in days and (not instants or start.at(wall) not in instants)
    )


def _repeated(rule: Any, start: _When, near: datetime, last: datetime) -> Iterator[datetime]:
    """Yield the local times of one rule up to `last`; those long before `near` may be left out."""
    parts = dict(part.partition("=")[::2] for part in rule.to_ical().decode().upper().split(";"))
    text = parts.pop("COUNT", "")
    count = int(text) if text.isdecimal() else None
    until = _until(rule, start)
    read_as = ";".join(f"{name}={value}" for name, value in (parts | {"UNTIL": "99991231"}).items())
    try:
        known = recurrence.read(read_as)
    except recurrence.RuleRefused:
        return
    first = start.wall
    step = _STEPS.get(known.frequency)
    if count is None and step is not None and "BYSETPOS" not in known.lists and near > first:
        first += (near - first) // (step * known.interval) * (step * known.interval)
    for wall in islice(recurrence.walls(known, first), min(count or MOST_STEPS, MOST_STEPS)):
        if wall > last or (until is not None and wall > until):
            return
        yield wall


def _until(rule: Any, start: _When) -> datetime | None:
    """Return the last local time of a rule; a day counts to its end."""
    given = next(iter(_many(rule.get("UNTIL"))), None)
    if not isinstance(given, date):
        return None
    if not isinstance(given, datetime):
        return datetime.combine(given, time.max)
    return given if given.tzinfo is None else given.astimezone(start.zone).replace(tzinfo=None)


def _length(event: Component, start: _When, house: ZoneInfo) -> timedelta | None:
    """Return how long an entry lasts; None for one without length or with an impossible one."""
    end, given = _when(_value(event, "DTEND"), house), _value(event, "DURATION")
    if end is not None:
        length = end.wall - start.wall if start.is_day else end.instant - start.instant
    elif isinstance(given, timedelta):
        length = given
    else:
        length = ONE_DAY if start.is_day else timedelta(0)
    return length if timedelta(0) < length <= LONGEST else None


def _listed(event: Component, name: str, house: ZoneInfo) -> Iterator[_When]:
    for several in _many(event.get(name)):
        for one in getattr(several, "dts", ()):
            value = one.dt
            when = _when(value[0] if isinstance(value, tuple) else value, house)
            if when is not None:
                yield when


def _value(event: Component, name: str) -> Any:
    return next((getattr(one, "dt", None) for one in _many(event.get(name))), None)


def _when(value: Any, house: ZoneInfo) -> _When | None:
    """Return a date or time as a moment; None where it is neither, or in no time that people plan for."""
    if not isinstance(value, date):
        return None
    is_day = not isinstance(value, datetime)
    wall = value if isinstance(value, datetime) else datetime.combine(value, time())
    plain = wall.replace(tzinfo=None, microsecond=0)
    if plain < _EARLIEST or plain.year > _LATEST_YEAR:
        return None
    return _When(plain, wall.tzinfo or house, is_day)


def _many(value: Any) -> list[Any]:
    """Return the values of a property that can be there more than once; those that make no sense are left out."""
    several = value if isinstance(value, list) else [value]
    return [one for one in several if one is not None and not isinstance(one, vBroken)]
