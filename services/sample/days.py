"""Days of the sample, counted from today, so that it is always about now."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from muster.localtime import local_day, settle, to_local
from muster.workcalendar import is_workday

SATURDAY = 5
QUARTER = timedelta(minutes=15)
#: How far away what is "soon" begins at least: long enough to look at it first.
SOON = timedelta(minutes=30)


class Days:
    """The calendar of one run: `now` is where the story ends."""

    def __init__(self, now: datetime, zone: ZoneInfo) -> None:
        self.now = now.replace(microsecond=0)
        self.zone = zone
        self.today = local_day(now, zone)

    def workday(self, n: int) -> date:
        """Return the n-th plain working day after today, before it where n is negative."""
        day, left = self.today, abs(n)
        while left:
            day += timedelta(days=1 if n > 0 else -1)
            left -= is_plain_workday(day)
        return day

    def at(self, day: date, clock: time) -> datetime:
        """Return the instant of a local time."""
        return settle(datetime.combine(day, clock), self.zone)

    def day_of(self, instant: datetime) -> date:
        """Return the local day of an instant."""
        return local_day(instant, self.zone)

    def on(self, instant: datetime, days: int, clock: time) -> datetime:
        """Return a local time so many days after an instant's day."""
        return self.at(self.day_of(instant) + timedelta(days=days), clock)

    def soon(self) -> datetime:
        """Return the next quarter of an hour that leaves time to look around."""
        local = to_local(self.now + SOON, self.zone)
        return self.now + SOON + (QUARTER - timedelta(minutes=local.minute % 15, seconds=local.second)) % QUARTER

    def month_before(self) -> tuple[list[date], list[date]]:
        """Return the plain working days and the free days of the month before this one."""
        last = self.today.replace(day=1) - timedelta(days=1)
        days = [last.replace(day=number) for number in range(1, last.day + 1)]
        return [day for day in days if is_plain_workday(day)], [day for day in days if not is_workday(day)]


def is_plain_workday(day: date) -> bool:
    """Tell whether people work and offices are open: make-up Saturdays and Sundays are left out."""
    return day.weekday() < SATURDAY and is_workday(day)


def spread(days: Sequence[date], count: int) -> list[date]:
    """Return so many of the days in order, evenly spread; some come twice where there are too few."""
    return [days[number * len(days) // count] for number in range(count)]
