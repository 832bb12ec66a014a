"""May a venue be booked for a window; may a booking be confirmed, declined, cancelled.

Whether the venue is free is not asked here: the guard in the database decides that.
These rules say everything that can be said beforehand, all reasons at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from models.enums import BookingState
from models.rules.transitions import BOOKING_MOVES, move_reasons
from models.rules.verdicts import Reason, Verdict, verdict
from models.values import DayWindow, Place, TimeWindow
from muster.localtime import day_bounds, local_day, settle, to_local
from muster.workcalendar import add_workdays

#: Bookings are shorter than this unless the venue says otherwise ...
LONGEST = timedelta(days=14)
#: ... and longer than this.
SHORTEST = timedelta(minutes=5)
#: Nobody books further ahead than two years.
HORIZON = timedelta(days=731)

#: States in which a booking takes the venue.
OCCUPYING_STATES = frozenset({BookingState.held, BookingState.confirmed, BookingState.used})


class OpeningHours(NamedTuple):
    """Open on a weekday (0 is Monday) from `opens` until `closes`, local time.

    `closes` at or before `opens` means the day after; 00:00 is midnight at the end of the day.
    """

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueFacts:
    """What rules need to know of a venue.

    No `hours` means always open; no `capacity` means it is not known. `valid` is in
    local days. A booking must be asked for `notice` of elapsed time ahead, and with
    `notice_workdays` whole working days between the day of asking and its own.
    """

    venue_id: int
    zone: ZoneInfo
    capacity: int | None = None
    hours: tuple[OpeningHours, ...] = ()
    valid: DayWindow | None = None
    notice: timedelta = timedelta(0)
    notice_workdays: int = 0
    shortest: timedelta = SHORTEST
    longest: timedelta = LONGEST
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFacts:
    """A booking as it stands; the window is the purpose's own, without set-up and tear-down."""

    state: BookingState
    window: TimeWindow


def occupied_window(
    starts_at: datetime, ends_at: datetime, set_up: timedelta = timedelta(0), tear_down: timedelta = timedelta(0)
) -> TimeWindow:
    """Return what the booking takes from the venue: its window with set-up and tear-down around it.

    Raises:
        ValueError: an instant without a zone, an end not after the start, a negative buffer.
    """
    if set_up < timedelta(0) or tear_down < timedelta(0):
        message = "set-up and tear-down take time or none, never less"
        raise ValueError(message)
    return TimeWindow(starts_at, ends_at).widened(set_up, tear_down)


def may_book(
    venue: VenueFacts, window: TimeWindow, occupied: TimeWindow, now: datetime, people_count: int | None = None
) -> Verdict:
    """Say everything that stands against booking the venue, whoever else has it.

    Opening hours bind the window itself; set-up and tear-down may lie outside them,
    but they count towards the longest time that the venue may be taken.
    """
    return verdict(
        [
            *_length_reasons(venue, window, occupied),
            *_start_reasons(venue, window, now),
            *_validity_reasons(venue, window),
            *_hours_reasons(venue, window),
            *_capacity_reasons(venue, people_count),
        ]
    )


def may_confirm(booking: BookingFacts, now: datetime) -> Verdict:
    """Say whether the host may say yes: to a request or a hold that still lies ahead."""
    return _move(booking, BookingState.confirmed, now)


def may_decline(booking: BookingFacts, now: datetime) -> Verdict:
    """Say whether the host may say no: to a request or a hold that still lies ahead."""
    return _move(booking, BookingState.declined, now)


def may_cancel(booking: BookingFacts, now: datetime) -> Verdict:
    """Say whether the booking may be given back: until its window is over."""
    return _move(booking, BookingState.cancelled, now)


def may_use(booking: BookingFacts, now: datetime) -> Verdict:
    """Say whether a confirmed booking may be marked as used: from its start on."""
    reasons = move_reasons(BOOKING_MOVES, "booking", booking.state, BookingState.used)
    if now < booking.window.starts_at:
        reasons.append(Reason("not_started", {"starts_at": booking.window.starts_at}))
    return verdict(reasons)


def open_windows(venue: VenueFacts, first_on: date, last_on: date) -> list[TimeWindow]:
    """Return when the venue is open on the local days, both included: sorted, touching stretches joined.

    A stretch that began the evening before is given in full.
    """
    days = [first_on + timedelta(days=n) for n in range((last_on - first_on).days + 1)]
    if not venue.hours:
        return [TimeWindow(day_bounds(first_on, venue.zone)[0], day_bounds(last_on, venue.zone)[1])]
    stretches = [
        window
        for day in (first_on - timedelta(days=1), *days)
        for hours in venue.hours
        if hours.weekday == day.weekday() and (window := _stretch(day, hours, venue.zone)) is not None
    ]
    start = day_bounds(first_on, venue.zone)[0]
    return [window for window in joined(stretches) if window.ends_at > start]


def joined(windows: Sequence[TimeWindow]) -> list[TimeWindow]:
    """Return the windows sorted, with overlapping and touching ones made one."""
    result: list[TimeWindow] = []
    for window in sorted(windows):
        if result and window.starts_at <= result[-1].ends_at:
            result[-1] = TimeWindow(result[-1].starts_at, max(result[-1].ends_at, window.ends_at))
        else:
            result.append(window)
    return result


def _stretch(day: date, hours: OpeningHours, zone: ZoneInfo) -> TimeWindow | None:
    closing_day = day if hours.closes > hours.opens else day + timedelta(days=1)
    opens_at = settle(datetime.combine(day, hours.opens), zone)
    closes_at = settle(datetime.combine(closing_day, hours.closes), zone)
    # Where the clocks skip the whole stretch, it does not happen that day.
    return TimeWindow(opens_at, closes_at) if opens_at < closes_at else None


def _length_reasons(venue: VenueFacts, window: TimeWindow, occupied: TimeWindow) -> list[Reason]:
    if window.length < venue.shortest:
        return [Reason("window_too_short", {"minutes": _minutes(venue.shortest)})]
    if occupied.length > venue.longest:
        return [Reason("window_too_long", {"minutes": _minutes(venue.longest)})]
    return []


def _start_reasons(venue: VenueFacts, window: TimeWindow, now: datetime) -> list[Reason]:
    starts_at = window.starts_at
    if starts_at <= now:
        return [Reason("starts_in_past", {"starts_at": starts_at})]
    if starts_at > now + HORIZON:
        return [Reason("beyond_horizon", {"days": HORIZON.days})]
    reasons = []
    if starts_at < now + venue.notice:
        reasons.append(Reason("notice_too_short", {"minutes": _minutes(venue.notice)}))
    if venue.notice_workdays:
        today = local_day(now, venue.zone)
        if local_day(starts_at, venue.zone) <= add_workdays(today, venue.notice_workdays):
            reasons.append(Reason("notice_workdays_too_short", {"days": venue.notice_workdays}))
    return reasons


def _validity_reasons(venue: VenueFacts, window: TimeWindow) -> list[Reason]:
    if venue.valid is None:
        return []
    last = local_day(window.ends_at - timedelta(microseconds=1), venue.zone)
    if local_day(window.starts_at, venue.zone) < venue.valid.from_on:
        return [Reason("venue_not_yet_open", {"from_on": venue.valid.from_on})]
    if not venue.valid.contains(last):
        return [Reason("venue_ended", {"until_on": venue.valid.until_on})]
    return []


def _hours_reasons(venue: VenueFacts, window: TimeWindow) -> list[Reason]:
    first_on, last_on = local_day(window.starts_at, venue.zone), local_day(window.ends_at, venue.zone)
    stretches = open_windows(venue, first_on, last_on)
    if any(stretch.starts_at <= window.starts_at and window.ends_at <= stretch.ends_at for stretch in stretches):
        return []
    day_ends_at = day_bounds(first_on, venue.zone)[1]
    today = [stretch for stretch in stretches if stretch.starts_at < day_ends_at]
    if not today:
        return [Reason("venue_closed", {"day": first_on})]
    return [Reason("outside_opening_hours", {"hours": ", ".join(_spelled(stretch, venue.zone) for stretch in today)})]


def _spelled(stretch: TimeWindow, zone: ZoneInfo) -> str:
    return "–".join(f"{to_local(at, zone):%H:%M}" for at in (stretch.starts_at, stretch.ends_at))


def _capacity_reasons(venue: VenueFacts, people_count: int | None) -> list[Reason]:
    if people_count is None or venue.capacity is None or people_count <= venue.capacity:
        return []
    return [Reason("too_many_people", {"capacity": venue.capacity, "wanted": people_count})]


def _move(booking: BookingFacts, new: BookingState, now: datetime) -> Verdict:
    reasons = move_reasons(BOOKING_MOVES, "booking", booking.state, new)
    if now >= booking.window.ends_at:
        reasons.append(Reason("already_over", {"ends_at": booking.window.ends_at}))
    return verdict(reasons)


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)
