"""When a venue is open: closures, extra openings, holidays, make-up workdays, clocks that change, and odd windows."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.enums import HolidayRule
from models.rules.booking import DaysFacts, OpeningHours, VenueFacts, may_book, occupied_window, open_windows
from models.rules.verdicts import Verdict
from models.values import TimeWindow
from muster.localtime import local_day, zone
from muster.workcalendar import DayKind
from muster.workcalendar import day as calendar_day
from tests.unit.rules.samples import DAYE, NOW, codes, local, params, window

BERLIN, NEW_YORK, LORD_HOWE, APIA = map(
    zone, ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia")
)
OFFICE = tuple(OpeningHours(day, time(8, 30), time(17, 30)) for day in range(5))
DAILY = tuple(OpeningHours(day, time(8, 0), time(21, 0)) for day in range(7))
EVENING = tuple(OpeningHours(day, time(18, 0), time(0, 0)) for day in range(7))
BY_CALENDAR = HolidayRule.working_calendar
NATIONAL_DAY = DaysFacts(date(2026, 10, 1), date(2026, 10, 8), note="国庆节")
FIFTH = date(2026, 3, 5)  # Thursday


def venue(**changes: Any) -> VenueFacts:
    base: dict[str, Any] = {"venue_id": 3, "zone": DAYE}
    return VenueFacts(**(base | changes))


def ask(place: VenueFacts, when: TimeWindow, now: datetime = NOW) -> Verdict:
    return may_book(place, when, when, now)


def hours_on(place: VenueFacts, day: date) -> list[str]:
    """Return the stretches of a day as wall times."""
    return [
        "–".join(f"{at.astimezone(place.zone):%H:%M}" for at in (one.starts_at, one.ends_at))
        for one in open_windows(place, day, day)
    ]


def test_a_closure_rules_over_the_weekday() -> None:
    place = venue(hours=DAILY, days=(NATIONAL_DAY,))
    assert open_windows(place, date(2026, 10, 1), date(2026, 10, 7)) == []
    assert hours_on(place, date(2026, 9, 30)) == hours_on(place, date(2026, 10, 8)) == ["08:00–21:00"]
    answer = ask(place, window("2026-10-03 09:00", "10:00"))
    assert codes(answer) == ["venue_closed_for_a_reason"]
    assert params(answer, "venue_closed_for_a_reason") == {"day": date(2026, 10, 3), "why": "国庆节"}
    unexplained = venue(hours=DAILY, days=(DaysFacts(FIFTH, date(2026, 3, 6)),))
    assert codes(ask(unexplained, window("2026-03-05 09:00", "10:00"))) == ["venue_closed"]


def test_an_extra_opening_replaces_the_hours_of_its_day() -> None:
    days = (
        DaysFacts(FIFTH, date(2026, 3, 6), time(9), time(11)),
        DaysFacts(FIFTH, date(2026, 3, 6), time(19), time(0)),
        DaysFacts(date(2026, 3, 7), date(2026, 3, 9), time(10), time(12)),
    )
    place = venue(hours=OFFICE, days=days)
    assert hours_on(place, FIFTH) == ["09:00–11:00", "19:00–00:00"]
    assert [hours_on(place, date(2026, 3, day)) for day in (6, 7, 8, 9)] == [
        ["08:30–17:30"],
        ["10:00–12:00"],
        ["10:00–12:00"],
        ["08:30–17:30"],
    ]
    answer = ask(place, window("2026-03-05 14:00", "15:00"))
    assert params(answer, "outside_opening_hours") == {"day": FIFTH, "hours": "09:00–11:00, 19:00–24:00"}


def test_the_entry_over_fewest_days_decides_and_of_equals_the_last() -> None:
    week, one = (date(2026, 3, 2), date(2026, 3, 9)), (FIFTH, date(2026, 3, 6))
    closed, opened = DaysFacts(*week), DaysFacts(*one, time(9), time(10))
    later, over_two = DaysFacts(*one, time(14), time(15)), DaysFacts(FIFTH, date(2026, 3, 7), time(9), time(10))
    for days, wanted in [
        ((closed, opened), ["09:00–10:00"]),
        ((opened, closed), ["09:00–10:00"]),
        ((opened, DaysFacts(*one)), []),
        ((opened, DaysFacts(*one), later), ["14:00–15:00"]),
        ((opened, later, closed), ["09:00–10:00", "14:00–15:00"]),
        ((DaysFacts(date(2026, 3, 4), date(2026, 3, 6)), over_two), ["09:00–10:00"]),
    ]:
        assert hours_on(venue(hours=DAILY, days=days), FIFTH) == wanted


def test_a_hall_that_is_always_open_closes_on_its_days_and_holidays() -> None:
    place = venue(days=(DaysFacts(FIFTH, date(2026, 3, 6)),))
    assert open_windows(place, date(2026, 3, 4), date(2026, 3, 6)) == [
        TimeWindow(local("2026-03-04 00:00"), local("2026-03-05 00:00")),
        TimeWindow(local("2026-03-06 00:00"), local("2026-03-07 00:00")),
    ]
    assert codes(ask(place, TimeWindow(local("2026-03-04 20:00"), local("2026-03-06 08:00")))) == ["venue_closed"]
    assert ask(place, TimeWindow(local("2026-03-06 00:00"), local("2026-03-09 00:00")))
    assert open_windows(venue(holiday_rule=BY_CALENDAR), date(2026, 10, 1), date(2026, 10, 1)) == []


def test_the_working_calendar_closes_holidays_and_opens_make_up_workdays() -> None:
    worked, off = date(2026, 2, 28), date(2026, 2, 19)  # a Saturday that is worked, a Thursday in the Spring Festival
    assert (calendar_day(worked).kind, calendar_day(off).kind) == (DayKind.make_up_workday, DayKind.holiday)
    hours = (OpeningHours(0, time(8, 30), time(12)), OpeningHours(3, time(9), time(17)))
    place = venue(hours=hours, holiday_rule=BY_CALENDAR)
    assert hours_on(place, worked) == ["08:30–12:00"]
    assert hours_on(venue(hours=hours), worked) == []
    assert hours_on(venue(hours=hours), off) == ["09:00–17:00"]
    answer = ask(place, window("2026-02-19 09:00", "10:00"), local("2026-02-01 09:00"))
    assert codes(answer) == ["venue_closed_on_holiday"]
    assert params(answer, "venue_closed_on_holiday") == {"day": off, "holiday": "Spring Festival"}
    opened = venue(hours=hours, holiday_rule=BY_CALENDAR, days=(DaysFacts(off, date(2026, 2, 20), time(9), time(11)),))
    assert hours_on(opened, off) == ["09:00–11:00"]
    closed = venue(hours=hours, holiday_rule=BY_CALENDAR, days=(DaysFacts(off, date(2026, 2, 20)),))
    assert codes(ask(closed, window("2026-02-19 09:00", "10:00"), local("2026-02-01 09:00"))) == ["venue_closed"]


def test_a_holiday_of_a_year_that_is_not_announced_is_kept_but_not_called_known() -> None:
    on = date(2027, 10, 1)
    assert (calendar_day(on).kind, calendar_day(on).is_confirmed) == (DayKind.holiday, False)
    answer = ask(venue(hours=DAILY, holiday_rule=BY_CALENDAR), window("2027-10-01 09:00", "10:00"))
    assert codes(answer) == ["venue_closed_on_likely_holiday"]
    assert params(answer, "venue_closed_on_likely_holiday") == {"day": on, "holiday": "National Day"}


def test_every_cause_of_a_window_over_days_is_told_once() -> None:
    place = venue(hours=OFFICE, days=(DaysFacts(date(2026, 3, 10), date(2026, 3, 12), note="检修"),))
    over_days = TimeWindow(local("2026-03-06 09:00"), local("2026-03-12 17:00"))  # Friday to Thursday
    answer = ask(place, over_days)
    assert codes(answer) == ["outside_opening_hours", "venue_closed", "venue_closed_for_a_reason"]
    assert params(answer, "outside_opening_hours") == {"day": date(2026, 3, 6), "hours": "08:30–17:30"}
    assert params(answer, "venue_closed") == {"day": date(2026, 3, 7)}
    assert params(answer, "venue_closed_for_a_reason")["day"] == date(2026, 3, 10)


def test_hours_before_and_after_midnight_hold_together() -> None:
    place = venue(hours=(*EVENING, *(OpeningHours(day, time(0, 0), time(2, 0)) for day in range(7))))
    assert ask(place, TimeWindow(local("2026-03-05 22:00"), local("2026-03-06 02:00")))
    answer = ask(place, TimeWindow(local("2026-03-05 22:00"), local("2026-03-06 02:01")))
    assert params(answer, "outside_opening_hours")["day"] == date(2026, 3, 6)
    closed = venue(hours=place.hours, days=(DaysFacts(date(2026, 3, 6), date(2026, 3, 7)),))
    assert codes(ask(closed, TimeWindow(local("2026-03-05 22:00"), local("2026-03-06 02:00")))) == ["venue_closed"]
    assert ask(closed, TimeWindow(local("2026-03-05 22:00"), local("2026-03-06 00:00")))


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    night = tuple(OpeningHours(day, time(20, 0), time(4, 0)) for day in range(7))
    place = venue(hours=night, days=(DaysFacts(date(2026, 3, 6), date(2026, 3, 7)),))
    assert ask(place, TimeWindow(local("2026-03-05 23:00"), local("2026-03-06 04:00")))
    answer = ask(place, TimeWindow(local("2026-03-06 23:00"), local("2026-03-07 03:00")))
    assert codes(answer) == ["venue_closed", "outside_opening_hours"]


@pytest.mark.parametrize(
    ("place", "day", "hours"),
    [
        (BERLIN, date(2026, 3, 29), 23),  # clocks forward
        (BERLIN, date(2026, 10, 25), 25),  # and back
        (NEW_YORK, date(2026, 11, 1), 25),
        (LORD_HOWE, date(2026, 4, 5), 24.5),
        (APIA, date(2011, 12, 30), 0),  # a day that never was
    ],
)
def test_a_day_is_as_long_as_its_clocks_make_it(place: Any, day: date, hours: float) -> None:
    plain, kept = venue(zone=place), venue(zone=place, days=(DaysFacts(date(2000, 1, 1), date(2000, 1, 2)),))
    for one in (plain, kept):
        found = open_windows(one, day, day)
        assert sum((stretch.length for stretch in found), timedelta()) == timedelta(hours=hours)


def test_hours_over_a_change_of_clocks_are_wall_hours() -> None:
    hours = tuple(OpeningHours(day, time(1, 0), time(4, 0)) for day in range(7))
    forward, back = date(2026, 3, 29), date(2026, 10, 25)
    lengths = [open_windows(venue(zone=BERLIN, hours=hours), day, day)[0].length for day in (forward, back, FIFTH)]
    assert lengths == [timedelta(hours=2), timedelta(hours=4), timedelta(hours=3)]
    twice = TimeWindow(local("2026-10-25 01:00", BERLIN), local("2026-10-25 04:00", BERLIN))
    assert ask(venue(zone=BERLIN, hours=hours), twice)


@pytest.mark.parametrize("length", [timedelta(0), timedelta(minutes=-30)])
def test_a_window_without_length_is_none(length: timedelta) -> None:
    start = local("2026-03-05 14:00")
    with pytest.raises(ValueError, match="ends after it starts"):
        occupied_window(start, start + length, timedelta(minutes=20), timedelta(minutes=20))


def test_the_far_future_is_refused_for_its_distance_and_looked_at_all_the_same() -> None:
    answer = ask(venue(hours=OFFICE, holiday_rule=BY_CALENDAR), window("2199-12-31 09:00", "10:00"))
    assert codes(answer) == ["beyond_horizon"]  # a Tuesday, and no holiday that anybody knows of
    near = venue(horizon=timedelta(days=30))
    assert ask(near, TimeWindow(NOW + timedelta(days=30), NOW + timedelta(days=30, hours=1)))
    beyond = TimeWindow(NOW + timedelta(days=30, seconds=1), NOW + timedelta(days=30, hours=1))
    assert params(ask(near, beyond), "beyond_horizon") == {"days": 30}


FIRST, LAST = date(2026, 2, 27), date(2026, 3, 1)  # Friday, a worked Saturday, Sunday
times = st.integers(0, 47).map(lambda half: time(half // 2, half % 2 * 30))
spans = st.builds(OpeningHours, st.integers(0, 6), times, times)


@st.composite
def special_days(draw: st.DrawFn) -> DaysFacts:
    from_on = FIRST + timedelta(days=draw(st.integers(-3, 4)))
    until_on = from_on + timedelta(days=draw(st.integers(1, 4)))
    opened = draw(st.one_of(st.none(), st.tuples(times, times)))
    return DaysFacts(from_on, until_on, *(opened or ()))


def naive_hours(place: VenueFacts, on: date) -> list[tuple[time, time]] | None:
    """Return the hours that begin on a day, said the slow way; None for all day."""
    over = [one for one in place.days if one.from_on <= on < one.until_on]
    if over:
        last = over[0]
        for one in over:
            last = one if one.until_on - one.from_on <= last.until_on - last.from_on else last
        found: list[tuple[time, time]] = []
        for one in place.days:
            if (one.from_on, one.until_on) == (last.from_on, last.until_on):
                found = [] if one.opens is None or one.closes is None else [*found, (one.opens, one.closes)]
        return found
    weekday = on.weekday()
    if place.holiday_rule is BY_CALENDAR:
        kind = calendar_day(on).kind
        if kind is DayKind.holiday:
            return []
        weekday = 0 if kind is DayKind.make_up_workday else weekday
    return [(one.opens, one.closes) for one in place.hours if one.weekday == weekday] if place.hours else None


def is_open(place: VenueFacts, wall: datetime) -> bool:
    for on in (wall.date() - timedelta(days=1), wall.date()):
        hours = naive_hours(place, on)
        if hours is None:
            if wall.date() == on:
                return True
            continue
        for opens, closes in hours:
            start = datetime.combine(on, opens)
            end = datetime.combine(on if closes > opens else on + timedelta(days=1), closes)
            if start <= wall < end:
                return True
    return False


@settings(max_examples=40, deadline=None)
@given(
    st.lists(spans, max_size=8),
    st.lists(special_days(), max_size=4, unique=True),
    st.sampled_from(HolidayRule),
    st.sampled_from([DAYE, zone("UTC"), zone("Asia/Kathmandu")]),
)
def test_open_windows_are_what_looking_at_every_minute_finds(
    hours: list[OpeningHours], days: list[DaysFacts], rule: HolidayRule, place: Any
) -> None:
    facts = venue(hours=tuple(hours), days=tuple(days), holiday_rule=rule, zone=place)
    found = open_windows(facts, FIRST, LAST)
    assert all(one.ends_at < other.starts_at for one, other in pairwise(found))
    wall = datetime.combine(FIRST, time())
    while wall.date() <= LAST:
        instant = wall.replace(tzinfo=place).astimezone(UTC)
        assert any(one.contains(instant) for one in found) == is_open(facts, wall), wall
        wall += timedelta(minutes=1)
    assert all(local_day(one.ends_at - timedelta(microseconds=1), place) >= FIRST for one in found)
