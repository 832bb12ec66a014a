"""When a venue is taken and when it could be had, for calendars that are kept elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.errors import Invalid, NotFound
from models.rules.booking import VenueFacts, joined, open_windows
from models.rules.verdicts import Reason
from models.values import TimeWindow
from muster.localtime import day_bounds, local_day
from services import access, busy, venue_facts
from services.queries import filters
from services.unit_of_work import Tx

LONGEST = timedelta(days=62)


@dataclass(frozen=True, slots=True)
class FreeBusy:
    """A stretch of time at a venue; `busy` includes set-up and tear-down, `free` lies within opening hours.

    Both are sorted and cut to `[starts_at, ends_at)`; touching windows are joined.
    """

    venue_id: int
    starts_at: datetime
    ends_at: datetime
    busy: tuple[TimeWindow, ...]
    free: tuple[TimeWindow, ...]


def free_busy(tx: Tx, venue_id: int, *, starts_at: datetime, ends_at: datetime) -> FreeBusy:
    """Return when a venue, or a part or whole that shares room with it, is taken, and when it could be had.

    Raises:
        SignInNeeded, NotFound.
        Invalid: the end is not after the start, or the stretch is longer than `LONGEST`.
    """
    access.require_signed_in(tx.actor)
    if reasons := wrong_window(starts_at, ends_at):
        raise Invalid(*reasons)
    option = venue_facts.options(tx, filters.known_id("venue", venue_id)).get(venue_id)
    if option is None:
        raise NotFound("venue", venue_id)
    window = TimeWindow(starts_at, ends_at)
    by_part = busy.windows(tx, window, option.resource_ids)
    taken = tuple(_cut(joined([one for found in by_part.values() for one in found]), window))
    free = tuple(without(_open(option.venue, window), taken))
    return FreeBusy(venue_id, window.starts_at, window.ends_at, taken, free)


def wrong_window(starts_at: datetime, ends_at: datetime) -> list[Reason]:
    """Return what stands against looking at a stretch of time: it has no length, or more than `LONGEST`."""
    if ends_at <= starts_at:
        return [Reason("ends_before_start", {"field": "ends_at"})]
    if ends_at - starts_at > LONGEST:
        return [Reason("too_long_a_window", {"field": "ends_at", "days": LONGEST.days})]
    return []


def without(windows: Iterable[TimeWindow], taken: Sequence[TimeWindow]) -> list[TimeWindow]:
    """Return what is left of windows; `taken` is sorted and touches nothing of itself."""
    left = []
    for window in windows:
        start = window.starts_at
        for one in taken:
            if not one.overlaps(window):
                continue
            if one.starts_at > start:
                left.append(TimeWindow(start, one.starts_at))
            start = max(start, one.ends_at)
        if start < window.ends_at:
            left.append(TimeWindow(start, window.ends_at))
    return left


def _open(venue: VenueFacts, window: TimeWindow) -> list[TimeWindow]:
    """Return when the venue is open and valid within a window."""
    hours = open_windows(venue, local_day(window.starts_at, venue.zone), local_day(window.ends_at, venue.zone))
    found = list(_cut(hours, window))
    if venue.valid is None:
        return found
    from_at = day_bounds(venue.valid.from_on, venue.zone)[0]
    until_at = day_bounds(venue.valid.until_on, venue.zone)[0] if venue.valid.until_on else window.ends_at
    return list(_cut(found, TimeWindow(from_at, until_at))) if from_at < until_at else []


def _cut(windows: Iterable[TimeWindow], by: TimeWindow) -> Iterable[TimeWindow]:
    for one in windows:
        if one.overlaps(by):
            yield TimeWindow(max(one.starts_at, by.starts_at), min(one.ends_at, by.ends_at))
