"""Ways out when a venue cannot be had: another hour, another venue near, another working day.

A pure search over facts. What it offers was free when the facts were read; the guard
in the database still has the last word.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice

from models.rules.booking import VenueFacts, joined, may_book, open_windows
from models.rules.travel import distance_km, travel_minutes
from models.rules.verdicts import Reason
from models.values import Place, TimeWindow
from muster.localtime import local_day, settle, shift_days
from muster.workcalendar import is_workday

#: No more ways out than one can take in at a glance.
MOST = 5
#: Other days are looked for up to this far ahead, and half as far back.
DAYS_AHEAD = 28
#: Of each sort, no more than this are found before they are ranked.
MOST_PER_SORT = 5
#: Where a venue is always open, nobody is sent there at night unless the wanted window is.
EARLIEST, LATEST = time(8, 0), time(21, 0)
#: Starts are offered on quarter hours of local time where the gap allows it.
GRID = timedelta(minutes=15)

#: What a way out costs, in minutes of trouble, so that unlike ones can be ranked.
DAY_COST = 180
VENUE_COST = 30
UNKNOWN_ROAD_COST = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueOption:
    """A venue with the resources that booking it takes: its smallest parts."""

    venue: VenueFacts
    resource_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for. `origin` is where the people come from; the wanted venue's place where None."""

    venue_id: int
    window: TimeWindow
    set_up: timedelta = timedelta(0)
    tear_down: timedelta = timedelta(0)
    people_count: int | None = None
    origin: Place | None = None


@dataclass(frozen=True, slots=True)
class Alternative:
    """A window at a venue that was free, with the reason for offering it.

    Reasons: `other_hour` (minutes; negative is earlier), `other_venue` (km and minutes
    of road, None where a place is not known; capacity), `other_day` (days).
    """

    venue_id: int
    starts_at: datetime
    ends_at: datetime
    reason: Reason


def alternatives(
    options: Sequence[VenueOption], busy: Mapping[int, Sequence[TimeWindow]], wanted: Wanted, now: datetime
) -> list[Alternative]:
    """Return at most five ways out, least trouble first; at least one of each sort where there is one.

    `busy` holds the occupied windows of each resource, in any order. Every way out
    keeps the length, the buffers, the capacity and all rules of `may_book`, and
    overlaps nothing in `busy`.
    """
    search = _Search(options, busy, wanted, now)
    sorts = [sorted(found, key=_rank) for found in (search.other_hours(), search.other_venues(), search.other_days())]
    chosen = [found[0] for found in sorts if found]
    rest = sorted((way for found in sorts for way in found[1:]), key=_rank)
    return [way.alternative for way in sorted([*chosen, *rest[: MOST - len(chosen)]], key=_rank)]


@dataclass(frozen=True, slots=True)
class _Way:
    cost: float
    alternative: Alternative


def _rank(way: _Way) -> tuple[float, datetime, int]:
    return way.cost, way.alternative.starts_at, way.alternative.venue_id


class _Busy:
    """Busy windows of one venue's parts, joined and sorted, so that a look-up is a bisection."""

    def __init__(self, option: VenueOption, busy: Mapping[int, Sequence[TimeWindow]]) -> None:
        self._windows = joined([window for part in option.resource_ids for window in busy.get(part, ())])
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


class _Search:
    def __init__(
        self, options: Sequence[VenueOption], busy: Mapping[int, Sequence[TimeWindow]], wanted: Wanted, now: datetime
    ) -> None:
        self._wanted = wanted
        self._now = now
        self._options = {option.venue.venue_id: option for option in options}
        self._busy = {venue_id: _Busy(option, busy) for venue_id, option in self._options.items()}

    def other_hours(self) -> list[_Way]:
        """Find the nearest start in each gap of the wanted venue's day."""
        option = self._options.get(self._wanted.venue_id)
        if option is None:
            return []
        length = self._wanted.window.length
        found = []
        for stretch in self._hours(option.venue):
            reach = stretch.widened(self._wanted.set_up, self._wanted.tear_down)
            for gap in self._busy[self._wanted.venue_id].gaps(reach):
                first = max(stretch.starts_at, gap.starts_at + self._wanted.set_up)
                last = min(stretch.ends_at, gap.ends_at - self._wanted.tear_down) - length
                if first <= last:
                    found.append(self._hour(option.venue, _nearest(self._wanted.window.starts_at, first, last)))
        return [way for way in found if way is not None]

    def other_venues(self) -> list[_Way]:
        """Find the venues that could have the wanted window."""
        return [
            self._venue(option.venue)
            for venue_id, option in self._options.items()
            if venue_id != self._wanted.venue_id and self._is_possible(option.venue, self._wanted.window)
        ]

    def other_days(self) -> list[_Way]:
        """Find working days, the nearest first, on which the wanted venue has the same local time."""
        option = self._options.get(self._wanted.venue_id)
        if option is None:
            return []
        return list(islice(self._days(option.venue), MOST_PER_SORT))

    def _days(self, venue: VenueFacts) -> Iterator[_Way]:
        for days in sorted(range(-DAYS_AHEAD // 2, DAYS_AHEAD + 1), key=lambda n: (abs(n), n < 0)):
            starts_at = shift_days(self._wanted.window.starts_at, days, venue.zone)
            window = TimeWindow(starts_at, starts_at + self._wanted.window.length)
            if days and is_workday(local_day(starts_at, venue.zone)) and self._is_possible(venue, window):
                yield self._way(venue, window, DAY_COST * abs(days), Reason("other_day", {"days": days}))

    def _hours(self, venue: VenueFacts) -> list[TimeWindow]:
        """Return the stretches of the wanted day that may be offered."""
        wanted = self._wanted.window
        day = local_day(wanted.starts_at, venue.zone)
        if venue.hours:
            return open_windows(venue, day, day)
        earliest, latest = (settle(datetime.combine(day, at), venue.zone) for at in (EARLIEST, LATEST))
        return [TimeWindow(min(earliest, wanted.starts_at), max(latest, wanted.ends_at))]

    def _hour(self, venue: VenueFacts, starts_at: datetime) -> _Way | None:
        window = TimeWindow(starts_at, starts_at + self._wanted.window.length)
        is_same_day = local_day(starts_at, venue.zone) == local_day(self._wanted.window.starts_at, venue.zone)
        if window == self._wanted.window or not is_same_day or not self._is_possible(venue, window):
            return None
        minutes = round((starts_at - self._wanted.window.starts_at).total_seconds() / 60)
        return self._way(venue, window, abs(minutes), Reason("other_hour", {"minutes": minutes}))

    def _venue(self, venue: VenueFacts) -> _Way:
        wanted_option = self._options.get(self._wanted.venue_id)
        origin = self._wanted.origin or (None if wanted_option is None else wanted_option.venue.place)
        km = minutes = None
        if origin is not None and venue.place is not None:
            km, minutes = round(distance_km(origin, venue.place), 1), travel_minutes(origin, venue.place)
        reason = Reason("other_venue", {"km": km, "minutes": minutes, "capacity": venue.capacity})
        cost = VENUE_COST + (UNKNOWN_ROAD_COST if minutes is None else minutes)
        return self._way(venue, self._wanted.window, cost, reason)

    def _is_possible(self, venue: VenueFacts, window: TimeWindow) -> bool:
        occupied = window.widened(self._wanted.set_up, self._wanted.tear_down)
        if not self._busy[venue.venue_id].is_free(occupied):
            return False
        return bool(may_book(venue, window, occupied, self._now, self._wanted.people_count))

    @staticmethod
    def _way(venue: VenueFacts, window: TimeWindow, cost: float, reason: Reason) -> _Way:
        return _Way(cost, Alternative(venue.venue_id, window.starts_at, window.ends_at, reason))


def _nearest(wanted: datetime, first: datetime, last: datetime) -> datetime:
    """Return the start in `[first, last]` nearest to the wanted one, on the quarter hour where one lies inside."""
    if first <= wanted <= last:
        return wanted
    past = timedelta(
        minutes=(first if wanted < first else last).minute % 15,
        seconds=(first if wanted < first else last).second,
        microseconds=(first if wanted < first else last).microsecond,
    )
    if wanted < first:
        snapped = first + (GRID - past) % GRID
        return snapped if snapped <= last else first
    return last - past if last - past >= first else last
