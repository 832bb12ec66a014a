"""When a venue is taken and when it could be had, for calendars that are kept elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.errors import Invalid, NotFound
from models.rules.booking import VenueFacts, joined, open_windows
from models.rules.verdicts import Reason
from models.values import TimeWindow
from muster.localtime import day_bounds, local_day
from services import access, venue_facts
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
    by_part = venue_facts.busy(tx, window)
    taken = joined([one for part in option.resource_ids for one in by_part.get(part, ())])
    busy = tuple(_cut(taken, window))
    free = tuple(_without(_open(option.venue, window), busy))
    return FreeBusy(venue_id, window.starts_at, window.ends_at, busy, free)


def wrong_window(starts_at: datetime, ends_at: datetime) -> list[Reason]:
    """Return what stands against looking at a stretch of time: it has no length, or more than `LONGEST`."""
    if ends_at <= starts_at:
        return [Reason("ends_before_start", {"field": "ends_at"})]
    if ends_at - starts_at > LONGEST:
        return [Reason("too_long_a_window", {"field": "ends_at", "days": LONGEST.days})]
    return []


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


def _without(windows: Iterable[TimeWindow], taken: Sequence[TimeWindow]) -> Iterable[TimeWindow]:
    for one in windows:
        starts_at = one.starts_at
        for busy in taken:
            if busy.overlaps(TimeWindow(starts_at, one.ends_at)):
                if busy.starts_at > starts_at:
                    yield TimeWindow(starts_at, busy.starts_at)
                starts_at = busy.ends_at
                if starts_at >= one.ends_at:
                    break
        if starts_at < one.ends_at:
            yield TimeWindow(starts_at, one.ends_at)
