"""The working calendar: announced years, expected years, and what lies outside."""

import subprocess
import sys
import warnings
from datetime import UTC, date, datetime, timedelta

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from muster.i18n import load_translator
from muster.workcalendar import Day, DayKind, add_workdays, day, is_confirmed, is_workday


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def of_kind(kind: DayKind, year: int) -> list[date]:
    return [on for on in days_of(year) if day(on).kind is kind]


def test_the_notice_of_2026_moves_six_workdays_to_weekends() -> None:
    assert [f"{on:%m-%d}" for on in of_kind(DayKind.make_up_workday, 2026)] == [
        "01-04",
        "02-14",
        "02-28",
        "05-09",
        "09-20",
        "10-10",
    ]


def test_a_make_up_workday_is_worked_and_names_its_holiday() -> None:
    assert day(date(2026, 2, 14)) == Day(date(2026, 2, 14), DayKind.make_up_workday, "Spring Festival", True)
    assert is_workday(date(2026, 2, 14))


def test_a_holiday_is_off_and_named_on_weekdays_and_weekends() -> None:
    assert day(date(2026, 2, 16)) == Day(date(2026, 2, 16), DayKind.holiday, "Spring Festival", True)
    assert day(date(2026, 2, 15)).kind is DayKind.holiday  # a Sunday
    assert not is_workday(date(2026, 2, 16))


def test_plain_days_are_workdays_and_weekends_without_a_name() -> None:
    assert day(date(2026, 3, 4)) == Day(date(2026, 3, 4), DayKind.workday, None, True)
    assert day(date(2026, 3, 7)) == Day(date(2026, 3, 7), DayKind.weekend, None, True)


@pytest.mark.parametrize("year", range(2010, 2027))
def test_two_independent_sources_agree_on_announced_years(year: int) -> None:
    other = country_holidays("CN", years=year, expand=False)
    differences = [on for on in days_of(year) if is_workday(on) != other.is_working_day(on)]
    assert differences == []


def test_years_without_a_notice_are_never_confirmed() -> None:
    assert is_confirmed(2026)
    assert not is_confirmed(2027)
    assert not is_confirmed(2003)
    assert not any(day(on).is_confirmed for on in days_of(2027))


def test_an_expected_year_has_the_feasts_but_no_make_up_workdays() -> None:
    names = {on: day(on).name for on in of_kind(DayKind.holiday, 2027)}
    assert names[date(2027, 1, 1)] == "New Year's Day"
    assert names[date(2027, 2, 6)] == "Spring Festival"
    assert names[date(2027, 4, 5)] == "Tomb-Sweeping Day"
    assert names[date(2027, 5, 1)] == "Labour Day"
    assert names[date(2027, 6, 9)] == "Dragon Boat Festival"
    assert names[date(2027, 9, 15)] == "Mid-Autumn Festival"
    assert names[date(2027, 10, 1)] == "National Day"
    assert of_kind(DayKind.make_up_workday, 2027) == []


def test_the_last_days_before_an_unknown_notice_are_not_confirmed() -> None:
    assert day(date(2026, 12, 24)).is_confirmed
    assert not day(date(2026, 12, 25)).is_confirmed
    assert not day(date(2026, 12, 31)).is_confirmed
    assert day(date(2025, 12, 31)).is_confirmed


def test_no_notice_yet_reached_further_back_than_the_margin() -> None:
    """The margin in late December holds for every year that is known."""
    for year in range(2004, 2026):
        early = [on for on in days_of(year)[-31:] if day(on).name is not None and on < date(year, 12, 25)]
        assert early == []


def test_outside_the_years_of_the_rules_only_weekends_are_known() -> None:
    assert day(date(1989, 10, 2)) == Day(date(1989, 10, 2), DayKind.workday, None, False)
    assert day(date(2101, 1, 1)) == Day(date(2101, 1, 1), DayKind.weekend, None, False)
    assert day(date(1, 1, 1)).kind is DayKind.workday
    assert day(date(9999, 12, 31)).kind is DayKind.workday


def test_no_day_in_living_memory_raises_or_warns_and_every_name_is_translated() -> None:
    names: set[str] = set()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for year in range(1985, 2106):
            names |= {name for on in days_of(year) if (name := day(on).name) is not None}
    chinese = load_translator("zh-CN")
    assert {name for name in names if chinese.gettext(name) == name} == set()
    assert len(names) >= 8


def test_a_datetime_is_refused_because_its_day_depends_on_a_zone() -> None:
    with pytest.raises(TypeError, match="a date, not a datetime"):
        day(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("on", "n", "expected"),
    [
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # Friday, then a Saturday worked
        (date(2026, 2, 14), 1, date(2026, 2, 24)),  # over the Spring Festival
        (date(2026, 2, 24), -1, date(2026, 2, 14)),
        (date(2026, 3, 6), 1, date(2026, 3, 9)),
        (date(2026, 3, 7), 0, date(2026, 3, 7)),
        (date(2026, 3, 7), 2, date(2026, 3, 10)),
        (date(2026, 3, 7), -2, date(2026, 3, 5)),
    ],
)
def test_add_workdays_counts_only_days_that_are_worked(on: date, n: int, expected: date) -> None:
    assert add_workdays(on, n) == expected


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(1, 60))
def test_add_workdays_lands_on_the_nth_workday_in_both_directions(on: date, n: int) -> None:
    later = add_workdays(on, n)
    between = [on + timedelta(days=k) for k in range(1, (later - on).days + 1)]
    assert is_workday(later)
    assert sum(map(is_workday, between)) == n
    earlier = add_workdays(on, -n)
    before = [earlier + timedelta(days=k) for k in range((on - earlier).days)]
    assert is_workday(earlier)
    assert sum(map(is_workday, before)) == n


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 30), st.integers(0, 30))
def test_add_workdays_adds_up(on: date, first: int, second: int) -> None:
    assert add_workdays(add_workdays(on, first), second) == add_workdays(on, first + second)


def test_announced_years_do_not_load_the_slow_source() -> None:
    program = (
        "import sys; from datetime import date; from muster.workcalendar import day; "
        "day(date(2026, 3, 4)); sys.exit('holidays' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
