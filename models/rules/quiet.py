"""Quiet hours: the part of the night in which nothing of ours makes a phone ring."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from muster.localtime import LocalTimeError, localise, to_local

_TEXT = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
#: Less than this outside the quiet hours would leave no time to send in.
SHORTEST_LOUD = timedelta(hours=1)


class QuietHoursError(ValueError):
    """The text is no pair of times; the message says what is expected."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A half-open stretch `[begins, ends)` of local time, usually across midnight."""

    begins: time
    ends: time

    def __post_init__(self) -> None:
        loud = (_minutes(self.begins) - _minutes(self.ends)) % (24 * 60)
        if timedelta(minutes=loud) < SHORTEST_LOUD:
            message = f"quiet hours {self.spelled()} leave less than an hour of the day to send in"
            raise QuietHoursError(message)

    @classmethod
    def parse(cls, text: str) -> "QuietHours | None":
        """Read `21:30-07:30`; an empty text turns quiet hours off and gives None.

        Raises:
            QuietHoursError: not two times of day, or hardly an hour a day is left.
        """
        if not text.strip():
            return None
        match = _TEXT.fullmatch(text.strip())
        if match is None:
            message = f"quiet hours look like 21:30-07:30, not {text!r}"
            raise QuietHoursError(message)
        from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
        return cls(time(from_hour, from_minute), time(to_hour, to_minute))

    def spelled(self) -> str:
        """Return the text that `parse` reads."""
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"

    def covers(self, instant: datetime, zone: ZoneInfo) -> bool:
        """Tell whether the clocks of the zone show a quiet time at the instant."""
        at = to_local(instant, zone).time()
        if self.begins < self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends

    def before(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """Return when the quiet stretch around a covered instant began; never later than the instant.

        Where the clocks skip that time it is taken from before the gap.
        """
        local = to_local(instant, zone)
        day = local.date() if local.time() >= self.begins else local.date() - timedelta(days=1)
        return max((r for r in _readings(day, self.begins, zone) if r <= instant), default=instant)

    def after(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """Return when the quiet stretch around a covered instant ends; never earlier than the instant."""
        local = to_local(instant, zone)
        day = local.date() if local.time() < self.ends else local.date() + timedelta(days=1)
        return min((r for r in _readings(day, self.ends, zone) if r >= instant), default=instant)


def _readings(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, ...]:
    try:
        return (localise(datetime.combine(day, at), zone),)
    except LocalTimeError as error:
        return error.choices


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
