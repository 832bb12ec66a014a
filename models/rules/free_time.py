"""Stretches of time that are free: what is left of a venue's parts between what is taken."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from models.rules.booking import joined
from models.values import TimeWindow

#: Starts are offered on quarter hours of local time where the gap allows it.
GRID = timedelta(minutes=15)


class Taken:
    """Windows that are taken, joined and sorted, so that a look-up is a bisection."""

    def __init__(self, windows: Iterable[TimeWindow]) -> None:
        self._windows = joined(list(windows))
        self._starts = [window.starts_at for window in self._windows]

    def is_free(self, wanted: TimeWindow) -> bool:
        """Tell whether nothing overlaps; only the last window that starts before the end could."""
        index = bisect_left(self._starts, wanted.ends_at) - 1
        return index < 0 or self._windows[index].ends_at <= wanted.starts_at

    def gaps(self, within: TimeWindow) -> Iterator[TimeWindow]:
        """Yield the free stretches inside a window."""
        free_from = within.starts_at
        first = max(bisect_left(self._starts, free_from) - 1, 0)
        for taken in islice(self._windows, first, bisect_left(self._starts, within.ends_at)):
            if taken.starts_at > free_from:
                yield TimeWindow(free_from, taken.starts_at)
            free_from = max(free_from, taken.ends_at)
        if free_from < within.ends_at:
            yield TimeWindow(free_from, within.ends_at)


def starts_between(first: datetime, last: datetime, wanted: datetime) -> Iterator[datetime]:
    """Yield starts in `[first, last]`, the nearest to the wanted one first, then the quarter hours ever further away."""
    nearest = _nearest(wanted, first, last)
    yield nearest
    later, earlier = _next_quarter(nearest), _last_quarter(nearest)
    while later <= last or earlier >= first:
        if later <= last and (earlier < first or later - wanted <= wanted - earlier):
            yield later
            later += GRID
        else:
            yield earlier
            earlier -= GRID
    yield from (edge for edge in (first, last) if _past(edge) and edge != nearest)


def _nearest(wanted: datetime, first: datetime, last: datetime) -> datetime:
    """Return the start in `[first, last]` nearest to the wanted one, on the quarter hour where one lies inside."""
    if first <= wanted <= last:
        return wanted
    if wanted < first:
        snapped = first + (GRID - _past(first)) % GRID
        return snapped if snapped <= last else first
    snapped = last - _past(last)
    return snapped if snapped >= first else last


def _past(instant: datetime) -> timedelta:
    """Return how long ago the last quarter hour was."""
    return timedelta(minutes=instant.minute % 15, seconds=instant.second, microseconds=instant.microsecond)


def _next_quarter(instant: datetime) -> datetime:
    return instant - _past(instant) + GRID


def _last_quarter(instant: datetime) -> datetime:
    return instant - (_past(instant) or GRID)
