"""The working calendar of China: holidays, and the weekends worked to make up for them.

The State Council announces each year's days in the autumn before. Until then nobody knows
the long breaks and the make-up workdays, so such days are marked as not confirmed; a caller
that promises something on one of them has to say so.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from chinese_calendar import constants

from muster.catalogue import mark


class DayKind(StrEnum):
    """What sort of day it is for people who work."""

    workday = "workday"
    weekend = "weekend"
    holiday = "holiday"  #: off, on a weekday or not; shown as 休
    make_up_workday = "make_up_workday"  #: a weekend day that is worked; shown as 班


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar.

    `name` is the holiday that a day off, or a make-up workday, belongs to: a message id of
    the catalogue. `is_confirmed` is false where the year's notice is not known to us.
    """

    on: dt.date
    kind: DayKind
    name: str | None
    is_confirmed: bool

    @property
    def is_workday(self) -> bool:
        """Tell whether people work on this day."""
        return self.kind in {DayKind.workday, DayKind.make_up_workday}


#: Years whose notice `chinese_calendar` holds.
_FIRST_KNOWN: int = min(constants.holidays).year
_LAST_KNOWN: int = max(constants.holidays).year
#: A notice may reach back into the December before its year; since 2004 as far as the 29th.
_NEXT_NOTICE_FROM = (12, 25)
#: Years for which the law's rules are worked out where the notice is unknown.
_FIRST_EXPECTED, _LAST_EXPECTED = 1990, 2100
_SATURDAY = 5

#: What a holiday's name contains in either source, most telling first, and its message id.
_NAMES = (
    ("Chinese New Year", mark("Spring Festival")),
    ("Spring Festival", mark("Spring Festival")),
    ("New Year", mark("New Year's Day")),
    ("Tomb", mark("Tomb-Sweeping Day")),
    ("Labo", mark("Labour Day")),
    ("Dragon Boat", mark("Dragon Boat Festival")),
    ("National", mark("National Day")),
    ("Mid-", mark("Mid-Autumn Festival")),
    ("70th", mark("Victory Day")),
)
_IN_LIEU = mark("Day off in lieu")


def day(on: dt.date) -> Day:
    """Return what is known of a day; outside 1990 to 2100 only weekends are, unconfirmed.

    Raises:
        TypeError: a `datetime` was given, whose day depends on a zone.
    """
    if isinstance(on, dt.datetime):
        message = "a day of the calendar is a date, not a datetime"
        raise TypeError(message)
    if is_confirmed(on.year):
        return _announced(on)
    return _expected(on)


def is_workday(on: dt.date) -> bool:
    """Tell whether people work on a day, as far as is known."""
    return day(on).is_workday


def is_confirmed(year: int) -> bool:
    """Tell whether the notice of a year is known.

    The last days of the last such year stay unconfirmed one by one: see `Day.is_confirmed`.
    """
    return _FIRST_KNOWN <= year <= _LAST_KNOWN


def add_workdays(on: dt.date, n: int) -> dt.date:
    """Return the n-th workday after a day, or before it where n is negative; 0 gives the day itself."""
    step = dt.timedelta(days=1 if n > 0 else -1)
    left = abs(n)
    while left:
        on += step
        left -= is_workday(on)
    return on


def _announced(on: dt.date) -> Day:
    """Look a day up in the notices."""
    is_known = on.year < _LAST_KNOWN or (on.month, on.day) < _NEXT_NOTICE_FROM
    if on in constants.holidays:
        return Day(on, DayKind.holiday, _name(constants.holidays[on]), is_confirmed=True)
    if on in constants.workdays:
        return Day(on, DayKind.make_up_workday, _name(constants.workdays[on]), is_confirmed=True)
    return Day(on, _plain_kind(on), None, is_known)


def _expected(on: dt.date) -> Day:
    """Say what the law lets one expect of a day whose notice is not known."""
    days_off, days_on = _by_law(on.year)
    if on in days_off:
        return Day(on, DayKind.holiday, _name(days_off[on]), is_confirmed=False)
    kind = DayKind.make_up_workday if on in days_on else _plain_kind(on)
    return Day(on, kind, None, is_confirmed=False)


@lru_cache(maxsize=32)
def _by_law(year: int) -> tuple[dict[dt.date, str], frozenset[dt.date]]:
    """Return the holidays with their English names, and the weekends worked, as the rules alone give them."""
    if not _FIRST_EXPECTED <= year <= _LAST_EXPECTED:
        return {}, frozenset()
    # `holidays` takes 250 ms to import and warm up, and years with a notice never need it.
    from holidays import country_holidays  # noqa: PLC0415 - see the line above

    calendar = country_holidays("CN", years=year, expand=False, language="en_US")
    return dict(calendar.items()), frozenset(calendar.weekend_workdays)


def _plain_kind(on: dt.date) -> DayKind:
    return DayKind.weekend if on.weekday() >= _SATURDAY else DayKind.workday


def _name(name: str) -> str:
    """Bring the two sources' names of a holiday to one message id."""
    return next((msgid for part, msgid in _NAMES if part in name), _IN_LIEU)
