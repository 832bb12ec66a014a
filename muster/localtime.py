"""Local wall time and UTC: the only place where one becomes the other.

Instants are aware and in UTC; wall times are naive and mean nothing without a zone.
A wall time that the clocks skip or repeat is refused by `localise` and read as
RFC 5545 reads it (Python's `fold=0`) by `settle`.

LocalTimeError(ValueError)   a wall time that is no single instant
├── AmbiguousTime            the clocks show it twice
└── MissingTime              the clocks skip it
BadTime(ValueError)          a text or a moment that is no time we can keep
└── NaiveTime                an instant written without its offset
UnknownZone(ValueError)      no zone of that name in the pinned database
"""

import re
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]  # the package ships no types

# Without this, zoneinfo prefers the machine's own database, which may be years older than
# the pinned package: two machines would then disagree about the same future appointment.
zoneinfo.reset_tzpath(to=[])
ZoneInfo.clear_cache()

#: Years that a written time may lie in; the margin to year 1 and 9999 keeps every shift representable.
FIRST_YEAR, LAST_YEAR = 1900, 2199

_WALL = r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)"
_WALL_TEXT = re.compile(_WALL, re.ASCII)
_INSTANT_TEXT = re.compile(_WALL + r"([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DAY_TEXT = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class LocalTimeError(ValueError):
    """A wall time is no single instant in its zone.

    `choices` holds the two instants it could mean, in UTC; the first is the RFC 5545 reading.
    """

    def __init__(self, wall: datetime, zone: ZoneInfo, choices: tuple[datetime, datetime]) -> None:
        super().__init__(f"{wall.isoformat(sep=' ')} in {zone.key}")
        self.wall = wall
        self.zone = zone
        self.choices = choices


class AmbiguousTime(LocalTimeError):
    """The clocks show this wall time twice; `choices` are the first and the second."""


class MissingTime(LocalTimeError):
    """The clocks skip this wall time; `choices` are the instants just after and just before the gap."""


class BadTime(ValueError):
    """A text is not a time in the form we read, or lies outside the years we keep."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class NaiveTime(BadTime):
    """An instant was written without an offset, so nobody can know which instant it is."""


class UnknownZone(ValueError):
    """The pinned database has no zone of this name."""

    def __init__(self, key: str) -> None:
        super().__init__(f"no zone named {key!r}")
        self.key = key


def tzdb_version() -> str:
    """Return the release of the zone database in use, e.g. `2026b`."""
    return str(tzdata.IANA_VERSION)


def zone(key: str) -> ZoneInfo:
    """Return a zone by its IANA name.

    Raises:
        UnknownZone: no such zone; also for names that try to leave the database's folder.
    """
    try:
        return ZoneInfo(key)
    except (KeyError, ValueError, OSError) as error:
        raise UnknownZone(key) from error


def localise(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which the clocks of a zone show a wall time.

    Raises:
        AmbiguousTime: the clocks show it twice.
        MissingTime: the clocks skip it.
        ValueError: the wall time carries a zone of its own.
    """
    first, second = _readings(wall, zone)
    if first < second:
        raise AmbiguousTime(wall, zone, (first, second))
    if first > second:
        raise MissingTime(wall, zone, (first, second))
    return first


def settle(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of a wall time, reading skipped and repeated times as RFC 5545 does.

    A repeated time means its first occurrence; a skipped one is counted with the offset
    from before the gap, so 02:30 becomes 03:30 where the clocks jump from 2 to 3.
    """
    return _readings(wall, zone)[0]


def to_local(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return an instant as the aware local time of a zone.

    Raises:
        ValueError: the instant has no zone.
    """
    return _aware(instant).astimezone(zone)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day that an instant falls on in a zone."""
    return to_local(instant, zone).date()


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the half-open window, in UTC, of a local day; bounds of consecutive days touch.

    The day starts with its first instant, also where the clocks skip midnight. A day that a
    zone left out (Apia, 2011-12-30) has two equal bounds.
    """
    return _day_start(day, zone), _day_start(day + timedelta(days=1), zone)


def shift_days(instant: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the instant at the same local time some days later, or earlier, in UTC.

    "The day before at the same time" is not always 24 hours away. Where the clocks skip
    or repeat that time on the other day, it is read as `settle` does.
    """
    if days == 0:
        return _aware(instant).astimezone(UTC)
    return settle(to_local(instant, zone).replace(tzinfo=None) + timedelta(days=days), zone)


def parse_instant(text: str) -> datetime:
    """Read an RFC 3339 instant and return it in UTC; seconds may be left out.

    Raises:
        NaiveTime: the offset is missing.
        BadTime: anything else is wrong.
    """
    if _WALL_TEXT.fullmatch(text):
        raise NaiveTime(text)
    match = _INSTANT_TEXT.fullmatch(text)
    if match is None:
        raise BadTime(text)
    day, clock, offset = match.groups()
    return _read(f"{day}T{clock}{offset.upper()}", text).astimezone(UTC)


def parse_wall(text: str) -> datetime:
    """Read a local date and time without an offset, as forms and tour files write it.

    Raises:
        BadTime: not of the form `2026-03-10T08:30`, or an offset was given.
    """
    match = _WALL_TEXT.fullmatch(text)
    if match is None:
        raise BadTime(text)
    return _read("T".join(match.groups()), text)


def parse_day(text: str) -> date:
    """Read a calendar day of the form `2026-03-10`.

    Raises:
        BadTime: not of that form, no such day, or outside the years we keep.
    """
    if not _DAY_TEXT.fullmatch(text):
        raise BadTime(text)
    return _read(text, text).date()


def _read(iso: str, text: str) -> datetime:
    try:
        value = datetime.fromisoformat(iso)
    except ValueError as error:
        raise BadTime(text) from error
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise BadTime(text)
    return value


def _readings(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the instants of a wall time under both folds; they differ in gaps and folds only.

    A repeated time puts the smaller instant first, a skipped one the greater.
    """
    if wall.tzinfo is not None:
        message = "a wall time carries no zone of its own"
        raise ValueError(message)
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return first, second


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        message = "an instant needs a zone"
        raise ValueError(message)
    return instant


def _day_start(day: date, zone: ZoneInfo) -> datetime:
    after, before = _readings(datetime.combine(day, time.min), zone)
    if after <= before:
        return after
    # Midnight lies in a gap: the day starts where the gap ends, somewhere between the two readings.
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if local_day(middle, zone) >= day:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)
