"""What stands against one more duty of a person, over every kind of activity, as coded conflicts.

A hard conflict stands whatever anybody says: nobody is in two places at once. A soft one is
something to know and to weigh; it may be overridden with a reason that is kept.

==================  =====  ============================================================
busy                hard   an accepted duty overlaps
travel              soft   the road between this duty and the one before or after is too long
rest                soft   the night between two days' duties is too short
day_limit           soft   too many duties on one local day
week_limit          soft   too many duties in one ISO week
unavailable         soft   the person said that they are away, or their own calendar does
other_organisation  soft   the person is promised to somebody outside the house
asked_elsewhere     soft   an overlapping duty waits for the person's answer
==================  =====  ============================================================
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from models.enums import AbsenceKind
from models.rules.absences import part_of
from models.rules.travel import travel_minutes
from models.rules.verdicts import Reason
from models.values import Place, TimeWindow
from muster.localtime import day_bounds, local_day

#: Elapsed time between the end of one day's last duty and the start of the next one's first.
REST = timedelta(hours=10)
#: The house's own limits, for people who have none of their own.
DAY_LIMIT, WEEK_LIMIT = 2, 5
#: No road from one duty to the next takes longer, tear-down and set-up included.
LONGEST_WAY = timedelta(days=10)
WEEK = timedelta(days=7)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A part in an activity. `place` is None where nobody knows it, `venue_name` also where the reader may not.

    Set-up comes before the window, tear-down after it.
    """

    activity_id: int
    window: TimeWindow
    zone: ZoneInfo
    venue_id: int | None = None
    venue_name: str | None = None
    place: Place | None = None
    set_up: timedelta = timedelta(0)
    tear_down: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Away:
    """A window in which a person cannot be had."""

    kind: AbsenceKind
    window: TimeWindow
    is_from_calendar: bool = False  #: read from a calendar of their own, not said


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLoad:
    """What a person has promised, is asked and has said of themselves, around the duty in question.

    Duties of the very activity in question do not count, whether they are here or not.
    """

    person_id: int
    accepted: tuple[Duty, ...] = ()
    asked: tuple[Duty, ...] = ()
    absences: tuple[Away, ...] = ()
    day_limit: int = DAY_LIMIT
    week_limit: int = WEEK_LIMIT


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing that stands against a duty. `about` tells conflicts of one code apart: another activity, a day, a window."""

    code: str
    is_hard: bool
    reason: Reason
    about: Hashable = None

    @property
    def params(self) -> dict[str, Any]:
        """The values that the reason speaks of, with its code as `conflict` and `is_hard`."""
        return self.reason.params


Check = Callable[[PersonLoad, Duty], Iterator[Conflict]]


def conflicts(person: PersonLoad, wanted: Duty) -> tuple[Conflict, ...]:
    """Return everything that stands against a duty, hard first; days and weeks are those of the duty's zone."""
    return tuple(found for check in CHECKS for found in check(person, wanted))


def standing(reasons: Iterable[Reason], *, is_overriding: bool) -> list[Reason]:
    """Return the reasons that still refuse: with `is_overriding` only those that are not soft."""
    return [reason for reason in reasons if not (is_overriding and is_soft(reason))]


def is_soft(reason: Reason) -> bool:
    """Tell whether a reason may be overridden; one that does not say so may not."""
    return reason.params.get("is_hard") is False


def reach(wanted: Duty) -> TimeWindow:
    """Return the window outside of which no duty of a person matters to this one."""
    first, last = _days(wanted.window, wanted.zone)
    starts_at = day_bounds(_monday(first), wanted.zone)[0]
    ends_at = day_bounds(_monday(last) + WEEK, wanted.zone)[0]
    return TimeWindow(starts_at, ends_at).widened(LONGEST_WAY, LONGEST_WAY)


def _busy(person: PersonLoad, wanted: Duty) -> Iterator[Conflict]:
    clash = _first(duty for duty in _others(person.accepted, wanted) if duty.window.overlaps(wanted.window))
    if clash is not None:
        reason = Reason("person_busy", {"starts_at": clash.window.starts_at, "ends_at": clash.window.ends_at})
        yield _conflict("busy", person, reason, clash.activity_id, is_hard=True)


def _travel(person: PersonLoad, wanted: Duty) -> Iterator[Conflict]:
    before, after = _neighbours(person, wanted)
    if before is not None and (way := _way(before, wanted)) is not None:
        reason = Reason("person_travel", way)
        if before.venue_name:
            reason = Reason("person_travel_from", way | {"at": before.window.ends_at, "place": before.venue_name})
        yield _conflict("travel", person, reason, ("before", before.activity_id))
    if after is not None and (way := _way(wanted, after)) is not None:
        reason = Reason("person_travel", way)
        if after.venue_name:
            reason = Reason("person_travel_to", way | {"at": after.window.starts_at, "place": after.venue_name})
        yield _conflict("travel", person, reason, ("after", after.activity_id))


def _way(first: Duty, then: Duty) -> dict[str, Any] | None:
    """Return the road, what is needed and what there is, where that is not enough.

    None too where a place is not known, or where nobody has to go anywhere.
    """
    if first.place is None or then.place is None or (first.venue_id is not None and first.venue_id == then.venue_id):
        return None
    minutes = travel_minutes(first.place, then.place)
    needed = first.tear_down + timedelta(minutes=minutes) + then.set_up
    gap = then.window.starts_at - first.window.ends_at
    if minutes == 0 or gap >= needed:
        return None
    return {"way": timedelta(minutes=minutes), "needed": needed, "gap": gap}


def _rest(person: PersonLoad, wanted: Duty) -> Iterator[Conflict]:
    before, after = _neighbours(person, wanted)
    if before is not None:
        yield from _short_night(person, before, wanted, other=before)
    if after is not None:
        yield from _short_night(person, wanted, after, other=after)


def _short_night(person: PersonLoad, first: Duty, then: Duty, *, other: Duty) -> Iterator[Conflict]:
    """Yield the conflict of two duties in a row with a night between them that is too short.

    A duty past midnight belongs to the day on which it began; one of several days ends on its last.
    """
    zone = (then if other is first else first).zone
    gap = then.window.starts_at - first.window.ends_at
    evening = _days(first.window, zone)[0 if first.window.length <= ONE_DAY else 1]
    if gap < REST and evening != local_day(then.window.starts_at, zone):
        reason = Reason("person_rest", {"other": other.window, "gap": gap, "least": REST})
        yield _conflict("rest", person, reason, other.activity_id)


def _day_limit(person: PersonLoad, wanted: Duty) -> Iterator[Conflict]:
    spans = [_days(duty.window, wanted.zone) for duty in _others(person.accepted, wanted)]
    first, last = _days(wanted.window, wanted.zone)
    for number in range((last - first).days + 1):
        day = first + number * ONE_DAY
        count = sum(begins <= day <= ends for begins, ends in spans)
        if count >= person.day_limit:
            reason = Reason("person_day_limit", {"day": day, "count": count, "limit": person.day_limit})
            yield _conflict("day_limit", person, reason, day)
            return


def _week_limit(person: PersonLoad, wanted: Duty) -> Iterator[Conflict]:
    spans = [_days(duty.window, wanted.zone) for duty in _others(person.accepted, wanted)]
    first, last = _days(wanted.window, wanted.zone)
    monday = _monday(first)
    while monday <= last:
        count = sum(begins < monday + WEEK and monday <= ends for begins, ends in spans)
        if count >= person.week_limit:
            reason = Reason("person_week_limit", {"day": monday, "count": count, "limit": person.week_limit})
            yield _conflict("week_limit", person, reason, monday)
            return
        monday += WEEK


def _absent(person: PersonLoad, wanted: Duty) -> Iterator[Conflict]:
    """Yield the earliest absence of each kind that overlaps, told by the day on which it does; what was said comes first."""
    for kind in AbsenceKind:
        found = [away for away in person.absences if away.kind is kind and away.window.overlaps(wanted.window)]
        clash = min(found, key=lambda away: (away.is_from_calendar, away.window), default=None)
        if clash is not None:
            yield _conflict(kind.value, person, _absence_reason(clash, wanted), clash.window)


def _absence_reason(clash: Away, wanted: Duty) -> Reason:
    day = local_day(max(clash.window.starts_at, wanted.window.starts_at), wanted.zone)
    part = part_of(clash.window, day, wanted.zone)
    is_ours = clash.kind is AbsenceKind.unavailable
    told = {"window": clash.window} if part is None else {"day": day, "part": part}
    if clash.is_from_calendar:
        return Reason("person_calendar" if part is None else "person_calendar_on", told)
    if part is None:
        return Reason("person_away" if is_ours else "person_lent", told)
    return Reason("person_away_on" if is_ours else "person_lent_on", told)


def _asked_elsewhere(person: PersonLoad, wanted: Duty) -> Iterator[Conflict]:
    clash = _first(duty for duty in _others(person.asked, wanted) if duty.window.overlaps(wanted.window))
    if clash is not None:
        reason = Reason("person_asked_elsewhere", {"other": clash.window})
        yield _conflict("asked_elsewhere", person, reason, clash.activity_id)


#: In the order in which people read them.
CHECKS: tuple[Check, ...] = (_busy, _travel, _rest, _day_limit, _week_limit, _absent, _asked_elsewhere)


def _conflict(code: str, person: PersonLoad, reason: Reason, about: Hashable, *, is_hard: bool = False) -> Conflict:
    told = {"person_id": person.person_id, "conflict": code, "is_hard": is_hard}
    return Conflict(code, is_hard, Reason(reason.code, reason.params | told), about)


def _others(duties: Sequence[Duty], wanted: Duty) -> Iterator[Duty]:
    return (duty for duty in duties if duty.activity_id != wanted.activity_id)


def _first(duties: Iterable[Duty]) -> Duty | None:
    return min(duties, key=_order, default=None)


def _neighbours(person: PersonLoad, wanted: Duty) -> tuple[Duty | None, Duty | None]:
    """Return the last duty that ends before this one begins, and the first that begins after it ends."""
    others = list(_others(person.accepted, wanted))
    before = [duty for duty in others if duty.window.ends_at <= wanted.window.starts_at]
    after = [duty for duty in others if duty.window.starts_at >= wanted.window.ends_at]
    return max(before, key=lambda duty: (duty.window.ends_at, duty.activity_id), default=None), _first(after)


def _order(duty: Duty) -> tuple[datetime, int]:
    return duty.window.starts_at, duty.activity_id


def _days(window: TimeWindow, zone: ZoneInfo) -> tuple[date, date]:
    """Return the first and the last local day that a window touches; one that ends at midnight does not touch the next."""
    return local_day(window.starts_at, zone), local_day(window.ends_at - datetime.resolution, zone)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
