"""When people are away: from days and parts of days, as they say it, to windows and back."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from models.rules.verdicts import Reason
from models.values import TimeWindow
from muster.localtime import day_bounds, settle

NOON, SIX = time(12), time(18)
ONE_DAY = timedelta(days=1)
#: Nobody says today when they will be away in three years.
FARTHEST = timedelta(days=731)
#: Parts of days are written down one by one, so they are said of a month at a time.
MOST_DAYS, MOST_PARTS = 366, 31


class DayPart(StrEnum):
    """A part of a local day as people speak of it; together the last three make the first."""

    all_day = "all_day"
    morning = "morning"  #: until noon
    afternoon = "afternoon"  #: from noon to six
    evening = "evening"  #: from six on


def windows(from_on: date, until_on: date, part: DayPart, zone: ZoneInfo) -> tuple[TimeWindow, ...]:
    """Return the windows of a part of every local day in `[from_on, until_on)`; whole days in a row are one window.

    A part that the clocks of a zone skipped is left out.
    """
    if part is DayPart.all_day:
        return _window(day_bounds(from_on, zone)[0], day_bounds(until_on, zone)[0])
    days = (from_on + number * ONE_DAY for number in range((until_on - from_on).days))
    return tuple(found for day in days for found in _window(*_bounds(day, part, zone)))


def part_of(window: TimeWindow, day: date, zone: ZoneInfo) -> DayPart | None:
    """Return the largest part of a local day that a window covers exactly; the whole day also where it covers more."""
    starts_at, ends_at = day_bounds(day, zone)
    if window.starts_at <= starts_at and ends_at <= window.ends_at:
        return DayPart.all_day
    parts = (DayPart.morning, DayPart.afternoon, DayPart.evening)
    said = (window.starts_at, window.ends_at)
    return next((part for part in parts if _bounds(day, part, zone) == said), None)


def refusals(from_on: date, until_on: date, part: DayPart, today: date) -> list[Reason]:
    """Return what is wrong with days that somebody says they are away."""
    if until_on <= from_on:
        return [Reason("absence_ends_early", {"field": "last_on"})]
    reasons = []
    if until_on <= today:
        reasons.append(Reason("absence_over", {"field": "last_on"}))
    if from_on - today > FARTHEST:
        reasons.append(Reason("absence_too_far", {"field": "from_on", "days": FARTHEST.days}))
    most = MOST_DAYS if part is DayPart.all_day else MOST_PARTS
    if (until_on - from_on).days > most:
        reasons.append(Reason("absence_too_long", {"field": "last_on", "days": most}))
    return reasons


def _bounds(day: date, part: DayPart, zone: ZoneInfo) -> tuple[datetime, datetime]:
    starts_at, ends_at = day_bounds(day, zone)
    # Kept inside of the day, for days that a zone left out or began late.
    noon, six = (min(max(settle(datetime.combine(day, at), zone), starts_at), ends_at) for at in (NOON, SIX))
    return {
        DayPart.all_day: (starts_at, ends_at),
        DayPart.morning: (starts_at, noon),
        DayPart.afternoon: (noon, six),
        DayPart.evening: (six, ends_at),
    }[part]


def _window(starts_at: datetime, ends_at: datetime) -> tuple[TimeWindow, ...]:
    return (TimeWindow(starts_at, ends_at),) if starts_at < ends_at else ()
