"""What rules need to know of a venue: when it is open, on what terms it may be had, what is in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from models.enums import HolidayRule, Layout, QuotaPeriod
from models.values import DayWindow, Place, TimeWindow

#: Bookings are shorter than this unless the venue says otherwise ...
LONGEST = timedelta(days=14)
#: ... and longer than this.
SHORTEST = timedelta(minutes=5)
#: Nobody books further ahead than two years.
HORIZON = timedelta(days=731)


class OpeningHours(NamedTuple):
    """Open on a weekday (0 is Monday) from `opens` until `closes`, local time.

    `closes` at or before `opens` means the day after; 00:00 is midnight at the end of the day.
    """

    weekday: int
    opens: time
    closes: time


class DaysFacts(NamedTuple):
    """Local days `[from_on, until_on)` with hours of their own: closed, or with `opens` and `closes` open then.

    Times as in `OpeningHours`. Of several entries over a day that over the fewest days decides, of equals
    the last one; openings over just the same days, and after the last closure over them, hold together.
    """

    from_on: date
    until_on: date
    opens: time | None = None
    closes: time | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamTerms:
    """What a venue is for the team that asks: whether it may at all, who is asked, what it has had of its quota.

    `used` counts the team's bookings by the first local day of the week or month that they begin in.
    """

    may_have: bool = True
    needs_approval: bool = False
    quota: int | None = None
    period: QuotaPeriod | None = None
    used: Mapping[date, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueFacts:
    """What rules need to know of a venue.

    No `hours` means always open, but for closed `days` and holidays; no `capacity` means it is not known.
    `valid` is in local days. A booking must be asked for `notice` of elapsed time ahead, and with
    `notice_workdays` whole working days between the day of asking and its own. `layouts` tells how many
    people fit in each; with none at all any layout will do. `equipment` are the names of what is built in.
    `terms` are those of the team that asks, None where that is asked elsewhere.
    """

    venue_id: int
    zone: ZoneInfo
    capacity: int | None = None
    hours: tuple[OpeningHours, ...] = ()
    days: tuple[DaysFacts, ...] = ()
    holiday_rule: HolidayRule = HolidayRule.by_weekday
    valid: DayWindow | None = None
    notice: timedelta = timedelta(0)
    notice_workdays: int = 0
    shortest: timedelta = SHORTEST
    longest: timedelta = LONGEST
    horizon: timedelta = HORIZON
    layouts: Mapping[Layout, int] = field(default_factory=dict)
    equipment: frozenset[str] = frozenset()
    terms: TeamTerms | None = None
    place: Place | None = None
    #: When it opens on each day that was asked for so far: searches ask for the same days again and again.
    opening: dict[date, tuple[TimeWindow, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def is_always_open(self) -> bool:
        """Tell whether neither hours nor days nor holidays ever close it."""
        return not self.hours and not self.days and self.holiday_rule is HolidayRule.by_weekday
