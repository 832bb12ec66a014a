"""When a reminder is due, and when it is too late for it.

What is promised is "the day before" or "two working days before at nine". What is
due is that instant or a little earlier, never later: sends are spread away from
full and half hours, and nothing is due in quiet hours. Rules that count from the
end on (asking for the closing) mirror this: never earlier than promised.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from models.enums import ActivityKind, AssignmentRole, ReminderKind
from models.rules.quiet import QuietHours
from models.values import TimeWindow
from muster.localtime import local_day, settle, shift_days, to_local
from muster.workcalendar import add_workdays

#: Nobody is moved further than this by the spreading of sends.
SPREAD = timedelta(minutes=7)
#: Short offsets are spread less: by at most a tenth of themselves.
SPREAD_PART = 10
#: For this long after it was due, an organiser is still asked to close an activity.
CLOSE_LATENESS = timedelta(days=30)
#: What nobody needs once the activity has begun.
BEFORE_START = frozenset({ReminderKind.reminder, ReminderKind.chase, ReminderKind.call, ReminderKind.reconfirm})

_DAY = timedelta(days=1)
_MINUTE = 60
_UNITS = {"d": _DAY, "h": timedelta(hours=1), "m": timedelta(minutes=1), "s": timedelta(seconds=1)}
_TEXT = re.compile(r"(start|end)([+-])(\d{1,9})(wd|d|h|m|s)(?:@([01]\d|2[0-3]):([0-5]\d))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderRule:
    """A promise relative to an activity: an offset, or a number of working days.

    A negative `offset` lies before the anchor. Whole days are wall-clock days in the
    zone ("the day before at the same time"), with `at` instead of the same time where
    given; everything else is elapsed time. `workdays_before` counts days of the working
    calendar, negative ones after the anchor, and needs `at`.
    """

    offset: timedelta | None = None
    workdays_before: int | None = None
    at: time | None = None
    anchor: Literal["start", "end"] = "start"

    def __post_init__(self) -> None:
        if (self.offset is None) == (self.workdays_before is None):
            message = "a rule has either an offset or a number of working days"
            raise ValueError(message)
        if self.workdays_before is not None and (self.at is None or self.workdays_before == 0):
            message = "working days need a time of day, and at least one day"
            raise ValueError(message)
        if self.at is not None and self.offset is not None and (self.offset % _DAY or not self.offset):
            message = "a time of day needs an offset of whole days"
            raise ValueError(message)

    @property
    def is_after(self) -> bool:
        """Tell whether the promise is not to come earlier; otherwise it is not to come later."""
        if self.workdays_before is not None:
            return self.workdays_before < 0
        offset = self.offset or timedelta(0)
        return offset > timedelta(0) or (not offset and self.anchor == "end")

    def spelled(self) -> str:
        """Return the rule as one stable word, e.g. `start-1d`, `start-2wd@09:00`, for rows and dedupe keys."""
        if self.workdays_before is not None:
            amount, unit = -self.workdays_before, "wd"
        else:
            amount, unit = _largest_unit(self.offset or timedelta(0))
        at = "" if self.at is None else f"@{self.at:%H:%M}"
        return f"{self.anchor}{'+' if self.is_after else '-'}{abs(amount)}{unit}{at}"

    @classmethod
    def parse(cls, text: str) -> "ReminderRule":
        """Read what `spelled` wrote.

        Raises:
            ValueError: the text is no such word.
        """
        match = _TEXT.fullmatch(text)
        if match is None:
            message = f"no reminder rule: {text!r}"
            raise ValueError(message)
        anchor_word, sign, digits, unit, hour, minute = match.groups()
        anchor: Literal["start", "end"] = "start" if anchor_word == "start" else "end"
        at = None if hour is None else time(int(hour), int(minute))
        amount = int(digits) if sign == "+" else -int(digits)
        if unit == "wd":
            return cls(workdays_before=-amount, at=at, anchor=anchor)
        return cls(offset=amount * _UNITS[unit], at=at, anchor=anchor)


DAY_BEFORE = ReminderRule(offset=-_DAY)
EVENING_BEFORE = ReminderRule(offset=-_DAY, at=time(18, 0))
WEEK_BEFORE = ReminderRule(offset=-7 * _DAY)
TWO_WORKDAYS_BEFORE = ReminderRule(workdays_before=2, at=time(9, 0))
TWO_HOURS_BEFORE = ReminderRule(offset=-timedelta(hours=2))
WORKDAY_AFTER = ReminderRule(workdays_before=-1, at=time(9, 0), anchor="end")

#: One reminder each unless the organiser wants more; what is not listed gets `DAY_BEFORE`.
#: Drivers and duty learn the evening before what tomorrow looks like.
_BY_ROLE: dict[tuple[ActivityKind, AssignmentRole], tuple[ReminderRule, ...]] = {
    (ActivityKind.rights, AssignmentRole.duty): (EVENING_BEFORE,),
    (ActivityKind.childcare, AssignmentRole.duty): (EVENING_BEFORE,),
    (ActivityKind.lecture, AssignmentRole.driver): (EVENING_BEFORE,),
    (ActivityKind.relief, AssignmentRole.driver): (EVENING_BEFORE,),
}


def default_rules(kind: ActivityKind, role: AssignmentRole) -> tuple[ReminderRule, ...]:
    """Return the rules for somebody who accepted, where the organiser chose none."""
    return _BY_ROLE.get((kind, role), (DAY_BEFORE,))


def closing_rules(kind: ActivityKind) -> tuple[ReminderRule, ...]:
    """Return the rules for asking the organiser to close: the working day after; meetings are not counted."""
    return () if kind is ActivityKind.meeting else (WORKDAY_AFTER,)


def promised_at(rule: ReminderRule, window: TimeWindow, zone: ZoneInfo) -> datetime:
    """Return the instant that the rule promises, in UTC, before any spreading."""
    anchor = window.starts_at if rule.anchor == "start" else window.ends_at
    if rule.workdays_before is not None:
        day = add_workdays(local_day(anchor, zone), -rule.workdays_before)
        return settle(datetime.combine(day, rule.at or time.min), zone)
    offset = rule.offset or timedelta(0)
    if offset % _DAY:
        return anchor + offset
    shifted = shift_days(anchor, offset // _DAY, zone)
    if rule.at is None:
        return shifted
    return settle(datetime.combine(local_day(shifted, zone), rule.at), zone)


def due_at(
    rule: ReminderRule,
    window: TimeWindow,
    zone: ZoneInfo,
    quiet_hours: QuietHours | None,
    seed: int | str,
    *,
    now: datetime | None = None,
) -> datetime:
    """Return the instant at which to send, in UTC; the same for the same seed (say, an assignment's id).

    Before the anchor it is never later than promised, and a promise inside quiet hours
    is kept shortly before they begin. After the anchor it is never earlier, and quiet
    hours are waited out. The clocks never show a quiet time at the result.
    With `now`, a promise that still lies ahead is not spread back into the past.
    """
    promised = promised_at(rule, window, zone)
    due = _due_at(rule, promised, zone, quiet_hours, seed)
    is_missed = now is not None and due <= now < promised
    if is_missed and (quiet_hours is None or not quiet_hours.covers(promised, zone)):
        return promised
    return due


def _due_at(
    rule: ReminderRule, promised: datetime, zone: ZoneInfo, quiet_hours: QuietHours | None, seed: int | str
) -> datetime:
    step = 1 if rule.is_after else -1
    shifted = (promised + timedelta(seconds=s) for s in _shifts(promised, step, _spread(rule), zone, seed))
    if quiet_hours is None:
        return next(shifted)
    if not quiet_hours.covers(promised, zone):
        return next(due for due in shifted if not quiet_hours.covers(due, zone))
    due = promised
    while quiet_hours.covers(due, zone):
        edge = quiet_hours.after(due, zone) if rule.is_after else quiet_hours.before(due, zone)
        due = edge + timedelta(seconds=next(_shifts(edge, step, SPREAD, zone, seed)))
    return due


def is_too_late(
    due_at: datetime, now: datetime, starts_at: datetime, kind: ReminderKind, lateness: timedelta | None = None
) -> bool:
    """Tell whether a reminder that could not go out in time must be skipped.

    What is asked of people before the start helps until then, however long after it was due; the
    request to close an activity and the digest help for thirty days. `lateness` shortens that.
    """
    if kind in BEFORE_START and now >= starts_at:
        return True
    longest = lateness if lateness is not None or kind in BEFORE_START else CLOSE_LATENESS
    return longest is not None and now - due_at > longest


def _spread(rule: ReminderRule) -> timedelta:
    if rule.offset is None or rule.at is not None:
        return SPREAD
    return min(SPREAD, abs(rule.offset) / SPREAD_PART)


def _shifts(at: datetime, step: int, spread: timedelta, zone: ZoneInfo, seed: int | str) -> Iterator[int]:
    """Yield shifts in seconds, best first: seeded and off the full and half hour, then ever smaller ones, then 0."""
    most = int(spread.total_seconds())
    least = min(_MINUTE, most)
    seconds = least + _number(seed) % (most - least + 1)
    if to_local(at + timedelta(seconds=step * seconds), zone).minute % 30 == 0:
        seconds = seconds + _MINUTE if seconds + _MINUTE <= most else max(seconds - _MINUTE, 0)
    while seconds:
        yield step * seconds
        seconds //= 2
    yield 0


def _number(seed: int | str) -> int:
    return int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:8])


def _largest_unit(offset: timedelta) -> tuple[int, str]:
    for unit, size in _UNITS.items():
        if offset % size == timedelta(0):
            return offset // size, unit
    message = "an offset is whole seconds"
    raise ValueError(message)
