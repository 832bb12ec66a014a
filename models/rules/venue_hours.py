"""When a venue is open: the hours of the weekday, closures and extra openings, holidays and make-up workdays.

What decides over a day: its closures and extra openings, else the working calendar where the venue keeps
it, else the weekday. Hours that run past midnight belong to the day on which they begin.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from models.enums import HolidayRule
from models.rules.venues import DaysFacts, VenueFacts
from models.rules.verdicts import Reason
from models.values import TimeWindow
from muster.localtime import day_bounds, local_day, settle, to_local
from muster.workcalendar import DayKind
from muster.workcalendar import day as calendar_day

_ONE_DAY = timedelta(days=1)
_MOMENT = timedelta(microseconds=1)
_MIDNIGHT = time(0)
_MONDAY = 0

Hours = tuple[time, time]


def open_windows(venue: VenueFacts, first_on: date, last_on: date) -> list[TimeWindow]:
    """Return when the venue is open on the local days, both included: sorted, touching stretches joined.

    A stretch that began the evening before is given in full.
    """
    start, end = day_bounds(first_on, venue.zone)[0], day_bounds(last_on, venue.zone)[1]
    if venue.is_always_open:
        return [TimeWindow(start, end)] if start < end else []
    days = (first_on + timedelta(days=number) for number in range(-1, (last_on - first_on).days + 1))
    return joined([window for day in days for window in day_stretches(venue, day) if window.ends_at > start])


def day_stretches(venue: VenueFacts, day: date) -> tuple[TimeWindow, ...]:
    """Return the stretches that begin on a local day; worked out once for each venue and day."""
    found = venue.opening.get(day)
    if found is None:
        found = venue.opening[day] = tuple(sorted(_stretches(venue, day)))
    return found


def joined(windows: Sequence[TimeWindow]) -> list[TimeWindow]:
    """Return the windows sorted, with overlapping and touching ones made one."""
    result: list[TimeWindow] = []
    for window in sorted(windows):
        if result and window.starts_at <= result[-1].ends_at:
            result[-1] = TimeWindow(result[-1].starts_at, max(result[-1].ends_at, window.ends_at))
        else:
            result.append(window)
    return result


def deciding(days: Sequence[DaysFacts], day: date) -> tuple[DaysFacts, ...]:
    """Return the entries that decide over a day: one closure, or the openings that hold together; none mostly."""
    over = [entry for entry in days if entry.from_on <= day < entry.until_on]
    if not over:
        return ()
    shortest = min(entry.until_on - entry.from_on for entry in over)
    last = [entry for entry in over if entry.until_on - entry.from_on == shortest][-1]
    alike = [entry for entry in over if entry.from_on == last.from_on and entry.until_on == last.until_on]
    if last.opens is None:
        return (last,)
    closures = [number for number, entry in enumerate(alike) if entry.opens is None]
    return tuple(alike[closures[-1] + 1 if closures else 0 :])


def hours_reasons(venue: VenueFacts, window: TimeWindow) -> list[Reason]:
    """Return why the venue is not open through a window: each cause once, with the first day that it is true of."""
    if venue.is_always_open:
        return []
    first_on, last_on = local_day(window.starts_at, venue.zone), local_day(window.ends_at - _MOMENT, venue.zone)
    if any(_holds(stretch, window) for stretch in day_stretches(venue, first_on)):
        return []
    stretches = open_windows(venue, first_on, last_on)
    found: dict[tuple[object, ...], Reason] = {}
    for day in _days_left_open(venue, window, stretches):
        reason = _day_reason(venue, day, stretches)
        found.setdefault((reason.code, reason.params.get("why"), reason.params.get("holiday")), reason)
    return list(found.values())


def _holds(stretch: TimeWindow, window: TimeWindow) -> bool:
    return stretch.starts_at <= window.starts_at and window.ends_at <= stretch.ends_at


def _days_left_open(venue: VenueFacts, window: TimeWindow, stretches: Sequence[TimeWindow]) -> Iterator[date]:
    """Yield each local day of a window on which some of it lies outside the stretches, sorted and apart."""
    starts_at = window.starts_at
    gaps: list[TimeWindow] = []
    for stretch in stretches:
        if stretch.overlaps(window):
            if stretch.starts_at > starts_at:
                gaps.append(TimeWindow(starts_at, stretch.starts_at))
            starts_at = stretch.ends_at
    if starts_at < window.ends_at:
        gaps.append(TimeWindow(starts_at, window.ends_at))
    for gap in gaps:
        first, last = local_day(gap.starts_at, venue.zone), local_day(gap.ends_at - _MOMENT, venue.zone)
        for number in range((last - first).days + 1):
            yield first + timedelta(days=number)


def _day_reason(venue: VenueFacts, day: date, stretches: Sequence[TimeWindow]) -> Reason:
    """Return why some of a day lies outside the stretches; what closes it comes before the hours it has."""
    entries = deciding(venue.days, day)
    if entries and entries[0].opens is None:
        if entries[0].note:
            return Reason("venue_closed_for_a_reason", {"day": day, "why": entries[0].note})
        return Reason("venue_closed", {"day": day})
    known = calendar_day(day)
    if not entries and venue.holiday_rule is HolidayRule.working_calendar and known.kind is DayKind.holiday:
        params = {"day": day, "holiday": known.name}
        if known.is_confirmed:
            return Reason("venue_closed_on_holiday", params)
        return Reason("venue_closed_on_likely_holiday", params)
    starts_at, ends_at = day_bounds(day, venue.zone)
    today = [one for one in stretches if one.starts_at < ends_at and one.ends_at > starts_at]
    if not today:
        return Reason("venue_closed", {"day": day})
    spans = ", ".join(_spelled(stretch, venue.zone) for stretch in today)
    return Reason("outside_opening_hours", {"day": day, "hours": spans})


def _spelled(stretch: TimeWindow, zone: ZoneInfo) -> str:
    opens_at, closes_at = to_local(stretch.starts_at, zone), to_local(stretch.ends_at, zone)
    closes = "24:00" if closes_at.time() == _MIDNIGHT else f"{closes_at:%H:%M}"
    return f"{opens_at:%H:%M}–{closes}"


def _stretches(venue: VenueFacts, day: date) -> Iterator[TimeWindow]:
    hours = _hours_of(venue, day)
    if hours is None:
        starts_at, ends_at = day_bounds(day, venue.zone)
        if starts_at < ends_at:  # a zone may leave a day out
            yield TimeWindow(starts_at, ends_at)
        return
    for opens, closes in hours:
        window = _stretch(day, opens, closes, venue.zone)
        if window is not None:
            yield window


def _hours_of(venue: VenueFacts, day: date) -> Sequence[Hours] | None:
    """Return the hours that begin on a day; None means all of it."""
    entries = deciding(venue.days, day)
    if entries:
        return [(one.opens, one.closes) for one in entries if one.opens is not None and one.closes is not None]
    weekday = day.weekday()
    if venue.holiday_rule is HolidayRule.working_calendar:
        kind = calendar_day(day).kind
        if kind is DayKind.holiday:
            return ()
        weekday = _MONDAY if kind is DayKind.make_up_workday else weekday
    if not venue.hours:
        return None
    return [(hours.opens, hours.closes) for hours in venue.hours if hours.weekday == weekday]


@lru_cache(maxsize=50_000)
def _stretch(day: date, opens: time, closes: time, zone: ZoneInfo) -> TimeWindow | None:
    """Return hours of a day as instants; kept, since most halls of a house share zone and hours."""
    closing_day = day if closes > opens else day + _ONE_DAY
    opens_at = settle(datetime.combine(day, opens), zone)
    closes_at = settle(datetime.combine(closing_day, closes), zone)
    # Where the clocks skip the whole stretch, it does not happen that day.
    return TimeWindow(opens_at, closes_at) if opens_at < closes_at else None
