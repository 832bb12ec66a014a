"""Ways out when a venue cannot be had: another hour, a part of it, another venue near, another working day.

A pure search over facts. What it offers was free when the facts were read; the guard
in the database still has the last word.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import chain, islice

from models.rules.alternatives import (
    DAY_COST,
    DAYS_AHEAD,
    MINUTE,
    MOST,
    PART_COST,
    UNKNOWN_ROAD_COST,
    VENUE_COST,
    Alternative,
    VenueOption,
    Wanted,
    delay_cost,
)
from models.rules.booking import VenueFacts, may_book, open_windows
from models.rules.free_time import Taken, starts_between
from models.rules.travel import distance_km, travel_minutes
from models.rules.venue_terms import equipment_reasons, room_reasons
from models.rules.verdicts import Reason
from models.values import TimeWindow
from muster.localtime import day_bounds, local_day, settle, shift_days
from muster.workcalendar import is_workday

#: Of each sort, no more than this are found before they are ranked.
MOST_PER_SORT = 5
#: So many other venues are looked at on other hours and days, where the plain ways out are too few.
NEAREST = 10
#: Where a venue is always open, nobody is sent there at night unless the wanted window is.
EARLIEST, LATEST = time(8, 0), time(21, 0)

#: Whether something that these rules do not know stands against having a venue then.
StandsAgainst = Callable[[VenueOption, TimeWindow], bool]


class Search:
    """Ways out over the facts of one reading.

    `busy` holds the taken windows of each resource, in any order: those of the wanted venue for
    `REACH` around the wanted window, those of the others for that window alone, buffers included.
    """

    def __init__(
        self,
        options: Iterable[VenueOption],
        busy: Mapping[int, Sequence[TimeWindow]],
        wanted: Wanted,
        now: datetime,
        stands_against: StandsAgainst = lambda _option, _window: False,
    ) -> None:
        self._wanted = wanted
        self._now = now
        self._options = {option.venue.venue_id: option for option in options}
        self._busy = busy
        self._taken: dict[int, Taken] = {}
        self._stands_against = stands_against

    def plain(self) -> list[Alternative]:
        """Return at most five ways out that differ in one thing only; at least one of each sort where there is one.

        Those that can be had at once come before those that can only be asked for, then the least trouble first.
        Every way out keeps the length and the head-count, overlaps nothing and passes `may_book`.
        """
        own = self._options.get(self._wanted.venue_id)
        parts = {option.venue.venue_id for option in self._options.values() if _is_part(option, own)}
        sorts = [
            sorted(found, key=_rank)
            for found in (
                self._other_hours(own) if own else [],
                self._others(parts, is_part=True),
                self._others(self._options.keys() - parts - {self._wanted.venue_id}, is_part=False),
                list(islice(self._other_days(own), MOST_PER_SORT)) if own else [],
            )
        ]
        return _chosen(sorts)

    def nearest(self) -> list[VenueOption]:
        """Return the other venues that are the least trouble and would do at some time, to look at more closely."""
        fitting = (key for key in self._options if key != self._wanted.venue_id and self.fits(self._options[key]))
        ranked = sorted((self._venue_way(self._options[key], self._wanted.window) for key in fitting), key=_rank)
        return [self._options[way.alternative.venue_id] for way in ranked[:NEAREST]]

    def elsewhere(self, options: Iterable[VenueOption], most: int) -> list[Alternative]:
        """Return the best other hour or day of each venue; `busy` must hold their windows for `REACH`."""
        found = []
        for option in options:
            ways = chain(self._other_hours(option), islice(self._other_days(option), 1))
            windows = [TimeWindow(way.alternative.starts_at, way.alternative.ends_at) for way in ways]
            found += sorted((self._venue_way(option, window) for window in windows), key=_rank)[:1]
        return [way.alternative for way in sorted(found, key=_rank)[:most]]

    def is_possible(self, option: VenueOption, window: TimeWindow) -> bool:
        """Tell whether nothing known stands against having the venue then."""
        occupied = self._wanted.occupied(option, window)
        if not self._taken_of(option).is_free(occupied):
            return False
        wanted = self._wanted
        answer = may_book(
            option.venue, window, occupied, self._now, wanted.people_count, layout=wanted.layout, needs=wanted.needs
        )
        return bool(answer) and not self._stands_against(option, window)

    def fits(self, option: VenueOption) -> bool:
        """Tell whether the people and what they need have a place there at all."""
        venue, wanted = option.venue, self._wanted
        may_have = venue.terms is None or venue.terms.may_have
        lacks = room_reasons(venue, wanted.people_count, wanted.layout) + equipment_reasons(venue, wanted.needs)
        return may_have and not lacks

    def _other_hours(self, option: VenueOption) -> list["_Way"]:
        """Find, in each gap of the venue's day, the nearest start that is possible."""
        wanted = self._wanted.window
        day_from, day_until = day_bounds(local_day(wanted.starts_at, option.venue.zone), option.venue.zone)
        not_before = max(day_from, _minute_after(self._now, option.venue.notice))
        found = []
        for gap in self._gaps(option):
            first, last = max(gap.starts_at, not_before), min(gap.ends_at - wanted.length, day_until - MINUTE)
            starts = starts_between(first, last, wanted.starts_at) if first <= last else ()
            windows = (TimeWindow(start, start + wanted.length) for start in starts if start != wanted.starts_at)
            possible = (window for window in windows if self.is_possible(option, window))
            found += [self._hour_way(option, window) for window in islice(possible, 1)]
        return found

    def _gaps(self, option: VenueOption) -> Iterator[TimeWindow]:
        """Yield the stretches of the wanted day that are open and free, less what buffers take of them."""
        wanted = self._wanted.window
        for stretch in self._stretches(option.venue):
            reach = self._wanted.occupied(option, stretch)
            before, after = stretch.starts_at - reach.starts_at, reach.ends_at - stretch.ends_at
            for gap in self._taken_of(option).gaps(reach):
                starts_at, ends_at = gap.starts_at + before, gap.ends_at - after
                if ends_at - starts_at >= wanted.length:
                    yield TimeWindow(starts_at, ends_at)

    def _stretches(self, venue: VenueFacts) -> list[TimeWindow]:
        """Return the stretches of the wanted day that may be offered."""
        wanted = self._wanted.window
        day = local_day(wanted.starts_at, venue.zone)
        stretches = open_windows(venue, day, local_day(wanted.ends_at, venue.zone))
        if venue.hours:
            return stretches
        earliest, latest = (settle(datetime.combine(day, at), venue.zone) for at in (EARLIEST, LATEST))
        earliest, latest = min(earliest, wanted.starts_at), max(latest, wanted.ends_at)
        cut = ((max(one.starts_at, earliest), min(one.ends_at, latest)) for one in stretches)
        return [TimeWindow(start, end) for start, end in cut if start < end]

    def _others(self, venue_ids: Iterable[int], *, is_part: bool) -> list["_Way"]:
        """Find the venues that could have the wanted window, the least trouble first."""
        make = self._part_way if is_part else self._venue_way
        ways = sorted((make(self._options[key], self._wanted.window) for key in venue_ids), key=_rank)
        free = (way for way in ways if self.is_possible(self._options[way.alternative.venue_id], self._wanted.window))
        return list(islice(free, MOST_PER_SORT))

    def _other_days(self, option: VenueOption) -> Iterator["_Way"]:
        """Find days, the nearest first, on which the venue has the same local time: working days, as the wanted one is."""
        wanted, venue = self._wanted.window, option.venue
        is_any_day = not is_workday(local_day(wanted.starts_at, venue.zone))
        for days in sorted(range(-DAYS_AHEAD // 2, DAYS_AHEAD + 1), key=lambda n: (abs(n), n < 0)):
            starts_at = shift_days(wanted.starts_at, days, venue.zone)
            window = TimeWindow(starts_at, starts_at + wanted.length)
            is_offered = is_any_day or is_workday(local_day(starts_at, venue.zone))
            if days and is_offered and self.is_possible(option, window):
                yield self._way(option, window, DAY_COST * abs(days), Reason("other_day", {"days": days}))

    def _hour_way(self, option: VenueOption, window: TimeWindow) -> "_Way":
        minutes = round((window.starts_at - self._wanted.window.starts_at).total_seconds() / 60)
        return self._way(option, window, abs(minutes), Reason("other_hour", {"minutes": minutes}))

    def _part_way(self, option: VenueOption, window: TimeWindow) -> "_Way":
        return self._way(option, window, PART_COST, Reason("part_of_venue", {"capacity": option.venue.capacity}))

    def _venue_way(self, option: VenueOption, window: TimeWindow) -> "_Way":
        own = self._options.get(self._wanted.venue_id)
        origin, place = self._wanted.origin or (own.venue.place if own else None), option.venue.place
        km = minutes = None
        if origin is not None and place is not None:
            km, minutes = round(distance_km(origin, place), 1), travel_minutes(origin, place)
        delay = window.starts_at - self._wanted.window.starts_at
        cost = VENUE_COST + (UNKNOWN_ROAD_COST if minutes is None else minutes) + delay_cost(delay)
        params = {"km": km, "minutes": minutes, "capacity": option.venue.capacity}
        reason = Reason("other_venue_and_time", params) if delay else Reason("other_venue", params)
        return self._way(option, window, cost, reason)

    def _way(self, option: VenueOption, window: TimeWindow, cost: float, reason: Reason) -> "_Way":
        occupied = self._wanted.occupied(option, window)
        found = Alternative(
            option.venue.venue_id,
            window.starts_at,
            window.ends_at,
            reason,
            set_up_minutes=(window.starts_at - occupied.starts_at) // MINUTE,
            tear_down_minutes=(occupied.ends_at - window.ends_at) // MINUTE,
            needs_approval=option.needs_approval,
        )
        return _Way(cost, found)

    def _taken_of(self, option: VenueOption) -> Taken:
        key = option.venue.venue_id
        if key not in self._taken:
            self._taken[key] = Taken(window for part in option.resource_ids for window in self._busy.get(part, ()))
        return self._taken[key]


@dataclass(frozen=True, slots=True)
class _Way:
    cost: float
    alternative: Alternative


def _rank(way: _Way) -> tuple[bool, float, datetime, int]:
    found = way.alternative
    return found.needs_approval, way.cost, found.starts_at, found.venue_id


def _chosen(sorts: Sequence[Sequence[_Way]]) -> list[Alternative]:
    """Return the best of each sort and then the best of the rest, ranked."""
    best = [found[0] for found in sorts if found]
    rest = sorted((way for found in sorts for way in found[1:]), key=_rank)
    return [way.alternative for way in sorted([*best, *rest[: MOST - len(best)]], key=_rank)]


def _is_part(option: VenueOption, whole: VenueOption | None) -> bool:
    return whole is not None and set(option.resource_ids) < set(whole.resource_ids)


def _minute_after(now: datetime, notice: timedelta) -> datetime:
    """Return the first whole minute at which a booking with this notice may start."""
    whole = (now + notice).replace(second=0, microsecond=0)
    return whole if whole > now and whole >= now + notice else whole + MINUTE
