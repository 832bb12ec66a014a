"""What stands against booking a venue."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.booking import (
    HORIZON,
    LONGEST,
    OpeningHours,
    VenueFacts,
    joined,
    may_book,
    occupied_window,
    open_windows,
)
from models.rules.verdicts import Verdict
from models.values import DayWindow, TimeWindow
from muster.localtime import zone
from tests.unit.rules.samples import DAYE, LATER, NOW, OVER, codes, instants, local, minutes, params, window

BERLIN = zone("Europe/Berlin")
OFFICE = tuple(OpeningHours(day, time(8, 30), time(17, 30)) for day in range(5))
SPLIT = (OpeningHours(3, time(14, 0), time(18, 0)), OpeningHours(3, time(8, 0), time(12, 0)))  # Thursday
ALL_DAY = tuple(OpeningHours(day, time(0, 0), time(0, 0)) for day in range(7))
LATE_NIGHT = (OpeningHours(4, time(18, 0), time(2, 0)),)  # Friday evening into Saturday


def venue(**changes: Any) -> VenueFacts:
    base: dict[str, Any] = {"venue_id": 3, "zone": DAYE}
    return VenueFacts(**(base | changes))


def ask(place: VenueFacts, when: TimeWindow, now: datetime = NOW, people_count: int | None = None) -> Verdict:
    return may_book(place, when, when, now, people_count)


def test_occupied_window_has_set_up_and_tear_down_around_it() -> None:
    taken = occupied_window(LATER.starts_at, LATER.ends_at, timedelta(minutes=20), timedelta(minutes=10))
    assert taken == window("2026-03-05 13:40", "15:40")
    assert occupied_window(LATER.starts_at, LATER.ends_at) == LATER


@pytest.mark.parametrize("buffers", [(-1, 0), (0, -1)])
def test_negative_buffer_is_an_error(buffers: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="never less"):
        occupied_window(LATER.starts_at, LATER.ends_at, *(timedelta(minutes=m) for m in buffers))


def test_plain_venue_may_be_booked() -> None:
    assert ask(venue(), LATER)


def test_every_reason_is_given_at_once() -> None:
    place = venue(
        hours=OFFICE, capacity=50, valid=DayWindow(date(2020, 1, 1), date(2026, 3, 1)), longest=timedelta(minutes=60)
    )
    answer = ask(place, OVER, people_count=55)
    assert codes(answer) == ["window_too_long", "starts_in_past", "venue_ended", "venue_closed", "too_many_people"]
    assert params(answer, "too_many_people") == {"capacity": 50, "wanted": 55}


def test_length_is_bounded_at_both_ends() -> None:
    start = LATER.starts_at
    assert codes(ask(venue(), TimeWindow(start, start + timedelta(minutes=4)))) == ["window_too_short"]
    assert ask(venue(), TimeWindow(start, start + timedelta(minutes=5)))
    assert ask(venue(), TimeWindow(start, start + LONGEST))
    too_long = TimeWindow(start, start + LONGEST + timedelta(seconds=1))
    assert codes(ask(venue(), too_long)) == ["window_too_long"]


def test_buffers_count_towards_the_longest_time_only() -> None:
    taken = LATER.widened(timedelta(minutes=30), timedelta(minutes=1))
    place = venue(longest=timedelta(minutes=120), shortest=timedelta(minutes=100))
    assert codes(may_book(place, LATER, taken, NOW)) == ["window_too_short"]
    assert codes(may_book(venue(longest=timedelta(minutes=120)), LATER, taken, NOW)) == ["window_too_long"]


def test_start_lies_ahead_but_not_beyond_the_horizon() -> None:
    assert codes(ask(venue(), TimeWindow(NOW, NOW + timedelta(hours=1)))) == ["starts_in_past"]
    far = NOW + HORIZON
    assert ask(venue(), TimeWindow(far, far + timedelta(hours=1)))
    farther = far + timedelta(seconds=1)
    assert codes(ask(venue(), TimeWindow(farther, farther + timedelta(hours=1)))) == ["beyond_horizon"]


def test_notice_in_elapsed_time() -> None:
    place = venue(notice=timedelta(hours=48))
    assert ask(place, LATER, LATER.starts_at - timedelta(hours=48))
    assert codes(ask(place, LATER, LATER.starts_at - timedelta(hours=47))) == ["notice_too_short"]


def test_notice_in_working_days_knows_make_up_workdays() -> None:
    place = venue(notice_workdays=7)
    now = local("2026-02-25 07:40")  # Wednesday; Saturday 28 February is worked
    assert codes(ask(place, LATER, now)) == ["notice_workdays_too_short"]
    assert ask(place, window("2026-03-06 14:00", "15:30"), now)


def test_validity_is_counted_in_local_days() -> None:
    place = venue(valid=DayWindow(date(2026, 3, 5), date(2026, 3, 6)))
    assert ask(place, LATER)
    whole_day = TimeWindow(local("2026-03-05 00:00"), local("2026-03-06 00:00"))
    assert ask(place, whole_day)
    assert codes(ask(place, window("2026-03-04 14:00", "15:00"))) == ["venue_not_yet_open"]
    over_midnight = TimeWindow(local("2026-03-05 23:00"), local("2026-03-06 00:01"))
    assert codes(ask(place, over_midnight)) == ["venue_ended"]
    assert ask(venue(valid=DayWindow(date(2026, 3, 5))), LATER)


@pytest.mark.parametrize("people_count", [None, 0, 50])
def test_capacity_is_enough(people_count: int | None) -> None:
    assert ask(venue(capacity=50), LATER, people_count=people_count)
    assert ask(venue(), LATER, people_count=5000)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-05 08:00", "12:00", None),
        ("2026-03-05 14:30", "15:00", None),
        ("2026-03-05 07:59", "12:00", "08:00–12:00, 14:00–18:00"),
        ("2026-03-05 11:30", "14:30", "08:00–12:00, 14:00–18:00"),
        ("2026-03-05 18:00", "18:30", "08:00–12:00, 14:00–18:00"),
    ],
)
def test_window_lies_whole_in_one_stretch(start: str, end: str, hours: str | None) -> None:
    answer = ask(venue(hours=SPLIT), window(start, end))
    assert codes(answer) == ([] if hours is None else ["outside_opening_hours"])
    if hours is not None:
        assert params(answer, "outside_opening_hours") == {"day": date(2026, 3, 5), "hours": hours}


def test_closed_day_is_said_as_such() -> None:
    answer = ask(venue(hours=OFFICE), window("2026-03-07 09:00", "10:00"))  # Saturday
    assert codes(answer) == ["venue_closed"]
    assert params(answer, "venue_closed") == {"day": date(2026, 3, 7)}


def test_hours_are_local_to_the_venue() -> None:
    noon_in_berlin = TimeWindow(local("2026-03-05 12:00", BERLIN), local("2026-03-05 13:00", BERLIN))
    assert ask(venue(hours=OFFICE, zone=BERLIN), noon_in_berlin)
    assert not ask(venue(hours=OFFICE), noon_in_berlin)  # 19:00 in Daye


def test_night_stretches_run_past_midnight() -> None:
    place = venue(hours=LATE_NIGHT)
    assert ask(place, TimeWindow(local("2026-03-06 23:00"), local("2026-03-07 02:00")))
    assert ask(place, window("2026-03-07 00:30", "01:30"))
    answer = ask(place, TimeWindow(local("2026-03-07 01:00"), local("2026-03-07 02:01")))
    assert codes(answer) == ["outside_opening_hours"]


def test_days_open_round_the_clock_touch() -> None:
    assert ask(venue(hours=ALL_DAY), TimeWindow(local("2026-03-05 20:00"), local("2026-03-08 03:00")))


def test_day_without_clock_change_has_its_own_hours_only() -> None:
    found = open_windows(venue(hours=SPLIT), date(2026, 3, 5), date(2026, 3, 5))
    assert found == [window("2026-03-05 08:00", "12:00"), window("2026-03-05 14:00", "18:00")]
    assert open_windows(venue(hours=SPLIT), date(2026, 3, 6), date(2026, 3, 8)) == []


def test_always_open_venue_is_open_whole_days() -> None:
    found = open_windows(venue(zone=BERLIN), date(2026, 3, 29), date(2026, 3, 29))
    assert [stretch.length for stretch in found] == [timedelta(hours=23)]


def test_stretch_that_the_clocks_skip_does_not_happen() -> None:
    hours = (OpeningHours(6, time(2, 30), time(3, 15)),)
    assert open_windows(venue(hours=hours, zone=BERLIN), date(2026, 3, 29), date(2026, 3, 29)) == []
    assert len(open_windows(venue(hours=hours, zone=BERLIN), date(2026, 4, 5), date(2026, 4, 5))) == 1


windows = st.builds(lambda at, length: TimeWindow(at, at + length), instants(), minutes(1, 5000))


@given(st.lists(windows, max_size=12))
def test_joined_windows_are_apart_and_cover_the_same_instants(taken: list[TimeWindow]) -> None:
    found = joined(taken)
    assert all(one.ends_at < other.starts_at for one, other in pairwise(found))
    edges = {edge for one in taken for edge in (one.starts_at, one.ends_at)}
    for edge in edges:
        assert any(one.contains(edge) for one in taken) == any(one.contains(edge) for one in found)


@given(instants(), minutes(1, 3000))
def test_always_open_hours_allow_every_window(at: datetime, length: timedelta) -> None:
    when = TimeWindow(at, at + length)
    days = (at.astimezone(BERLIN).date(), when.ends_at.astimezone(BERLIN).date())
    found = open_windows(venue(zone=BERLIN, hours=ALL_DAY), *days)
    assert any(one.starts_at <= when.starts_at and when.ends_at <= one.ends_at for one in found)
