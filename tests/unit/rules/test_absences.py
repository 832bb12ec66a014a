"""From the days that people name to windows, and back."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.absences import FARTHEST, DayPart, part_of, refusals, windows
from models.values import TimeWindow
from muster.localtime import day_bounds, zone
from tests.unit.rules.samples import DAYE, ODD_ZONES, local, window

THURSDAY, FRIDAY, SATURDAY = date(2026, 3, 5), date(2026, 3, 6), date(2026, 3, 7)
ALL, MORNING, AFTERNOON, EVENING = DayPart


def test_whole_days_in_a_row_are_one_window() -> None:
    assert windows(THURSDAY, SATURDAY, ALL, DAYE) == (TimeWindow(local("2026-03-05 00:00"), local("2026-03-07 00:00")),)


@pytest.mark.parametrize(
    ("part", "starts", "ends"),
    [(MORNING, "00:00", "12:00"), (AFTERNOON, "12:00", "18:00"), (EVENING, "18:00", "24:00")],
)
def test_a_part_is_one_window_a_day(part: DayPart, starts: str, ends: str) -> None:
    found = windows(THURSDAY, SATURDAY, part, DAYE)
    assert [one.starts_at for one in found] == [local(f"2026-03-0{day} {starts}") for day in (5, 6)]
    lengths = {"12:00": 12, "18:00": 6, "24:00": 6}
    assert {one.length for one in found} == {timedelta(hours=lengths[ends])}


def test_a_day_that_a_zone_left_out_has_no_parts() -> None:
    apia = zone("Pacific/Apia")
    skipped = date(2011, 12, 30)
    assert all(windows(skipped, skipped + timedelta(days=1), part, apia) == () for part in DayPart)


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.sampled_from(ODD_ZONES))
def test_the_parts_make_the_day_and_are_known_again(day: date, place: ZoneInfo) -> None:
    """Whatever the clocks do that day."""
    next_day = day + timedelta(days=1)
    parts = [one for part in (MORNING, AFTERNOON, EVENING) for one in windows(day, next_day, part, place)]
    assert parts[0].starts_at == day_bounds(day, place)[0]
    assert [one.ends_at for one in parts] == [*(one.starts_at for one in parts[1:]), day_bounds(day, place)[1]]
    assert [part_of(one, day, place) for one in parts] == [MORNING, AFTERNOON, EVENING]


def test_what_covers_a_day_is_the_whole_day_and_odd_hours_are_no_part() -> None:
    days = windows(THURSDAY, SATURDAY, ALL, DAYE)[0]
    assert part_of(days, THURSDAY, DAYE) is part_of(days, FRIDAY, DAYE) is ALL
    assert part_of(days, SATURDAY, DAYE) is None
    assert part_of(window("2026-03-05 09:00", "12:00"), THURSDAY, DAYE) is None
    assert part_of(window("2026-03-05 00:00", "12:00"), FRIDAY, DAYE) is None


@pytest.mark.parametrize(
    ("from_on", "until_on", "part", "codes"),
    [
        (THURSDAY, FRIDAY, ALL, []),
        (date(2026, 1, 1), SATURDAY, ALL, []),
        (THURSDAY, THURSDAY, ALL, ["absence_ends_early"]),
        (FRIDAY, THURSDAY, MORNING, ["absence_ends_early"]),
        (date(2026, 3, 3), THURSDAY, ALL, ["absence_over"]),
        (THURSDAY + FARTHEST, THURSDAY + FARTHEST + timedelta(days=1), ALL, []),
        (FRIDAY + FARTHEST, FRIDAY + FARTHEST + timedelta(days=400), ALL, ["absence_too_far", "absence_too_long"]),
        (THURSDAY, THURSDAY + timedelta(days=366), ALL, []),
        (THURSDAY, THURSDAY + timedelta(days=31), EVENING, []),
        (THURSDAY, THURSDAY + timedelta(days=32), EVENING, ["absence_too_long"]),
    ],
)
def test_days_that_cannot_be_meant(from_on: date, until_on: date, part: DayPart, codes: list[str]) -> None:
    assert [reason.code for reason in refusals(from_on, until_on, part, THURSDAY)] == codes
