"""Opening hours: spans of a weekday, in minutes of the local day."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from models.rules.fields import FieldRefused
from models.rules.identifiers import half_width
from models.rules.verdicts import Reason

MINUTES_A_DAY = 1440
SUNDAY = 6
_SPAN_PARTS = 3
_TIME = re.compile(r"(\d{1,2}):(\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class OpeningSpan:
    """Open `[opens_minute, closes_minute)` on a weekday, 0 for Monday; a day ends at minute 1440."""

    weekday: int
    opens_minute: int
    closes_minute: int

    def __str__(self) -> str:
        return f"{self.weekday} {clock(self.opens_minute)}-{clock(self.closes_minute)}"

    @property
    def opens(self) -> str:
        """The local time as people write it, `08:30`."""
        return clock(self.opens_minute)

    @property
    def closes(self) -> str:
        """The local time as people write it; the end of the day is `24:00`."""
        return clock(self.closes_minute)


def clock(minute: int) -> str:
    """Return a minute of the day as `08:30`; minute 1440 is `24:00`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def minute_of(text: str) -> int | None:
    """Return the minute of the day of a time, `8:30` or `24:00`; None where it is none."""
    found = _TIME.fullmatch(half_width(text))
    if found is None:
        return None
    minute = int(found.group(1)) * 60 + int(found.group(2))
    return minute if int(found.group(2)) < 60 and minute <= MINUTES_A_DAY else None  # noqa: PLR2004 - minutes an hour


def opening_spans(value: object) -> tuple[OpeningSpan, ...]:
    """Clean a list of (weekday, opens, closes): sorted, repeats left out.

    Raises:
        FieldRefused: not such a list, no such time, a span that ends before it begins, or two that overlap.
    """
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise FieldRefused(Reason("hours_wrong", {"span": str(value)}))
    spans = sorted({_span(item) for item in value})
    for one, next_one in pairwise(spans):
        if one.weekday == next_one.weekday and next_one.opens_minute < one.closes_minute:
            raise FieldRefused(Reason("hours_overlap", {"span": str(next_one)}))
    return tuple(spans)


def _span(item: object) -> OpeningSpan:
    if isinstance(item, OpeningSpan):
        return item
    refusal = FieldRefused(Reason("hours_wrong", {"span": str(item)}))
    if isinstance(item, str) or not isinstance(item, Iterable) or len(parts := tuple(item)) != _SPAN_PARTS:
        raise refusal
    weekday, opens, closes = parts
    opens_minute, closes_minute = minute_of(str(opens)), minute_of(str(closes))
    if not isinstance(weekday, int) or not 0 <= weekday <= SUNDAY or opens_minute is None or closes_minute is None:
        raise refusal
    if closes_minute <= opens_minute:
        raise refusal
    return OpeningSpan(weekday, opens_minute, closes_minute)
