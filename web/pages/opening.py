"""Opening hours in words: days with the same hours told together."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from models.rules.hours import OpeningSpan
from muster.i18n import Translator
from muster.phrasing import WEEKDAYS


@dataclass(frozen=True, slots=True)
class OpenDays:
    """Days of the week in a row that have the same hours."""

    days: str
    hours: str


def opening(spans: Sequence[OpeningSpan], translator: Translator) -> tuple[OpenDays, ...]:
    """Return opening hours by days; none at all where a venue is open at any time."""
    by_day = {
        weekday: tuple((span.opens, span.closes) for span in found)
        for weekday, found in groupby(sorted(spans), key=lambda span: span.weekday)
    }
    rows: list[OpenDays] = []
    days = sorted(by_day)
    while days:
        first = last = days.pop(0)
        while days and days[0] == last + 1 and by_day[days[0]] == by_day[first]:
            last = days.pop(0)
        hours = ", ".join(f"{opens}–{closes}" for opens, closes in by_day[first])
        rows.append(OpenDays(_days(first, last, translator), hours))
    return tuple(rows)


def _days(first: int, last: int, translator: Translator) -> str:
    start, end = (translator.gettext(WEEKDAYS[weekday]) for weekday in (first, last))
    return start if first == last else translator.gettext("%(start)s–%(end)s", start=start, end=end)
