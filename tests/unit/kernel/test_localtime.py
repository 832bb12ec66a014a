"""Wall time and UTC, around every kind of clock change."""

import zoneinfo
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.localtime import (
    AmbiguousTime,
    LocalTimeError,
    MissingTime,
    UnknownZone,
    day_bounds,
    local_day,
    localise,
    settle,
    shift_days,
    to_local,
    tzdb_version,
    zone,
)

BERLIN = zone("Europe/Berlin")
SHANGHAI = zone("Asia/Shanghai")
ZONES = sorted(zoneinfo.available_timezones() - {"Factory", "localtime"})
STEPS = [timedelta(minutes=minutes) for minutes in (-1441, -181, -61, -31, -1, 0, 1, 29, 59, 121, 1439)]


def naive(instant: datetime, place: ZoneInfo) -> datetime:
    return to_local(instant, place).replace(tzinfo=None, fold=0)


def offset(instant: datetime, place: ZoneInfo) -> timedelta:
    found = instant.astimezone(place).utcoffset()
    assert found is not None
    return found


def refusal(wall: datetime, place: ZoneInfo) -> LocalTimeError | None:
    try:
        localise(wall, place)
    except LocalTimeError as error:
        return error
    return None


def transitions(place: ZoneInfo, year: int) -> Iterator[datetime]:
    """Yield the first instants of new offsets in a year, to the second; of two within a month, one."""
    months = [datetime(year + n // 12, n % 12 + 1, 1, tzinfo=UTC) for n in range(13)]
    for before, after in pairwise(months):
        old = offset(before, place)
        if offset(after, place) == old:
            continue
        low, high = 0, int((after - before).total_seconds())
        while high - low > 1:
            middle = (low + high) // 2
            is_old = offset(before + timedelta(seconds=middle), place) == old
            low, high = (middle, high) if is_old else (low, middle)
        yield before + timedelta(seconds=high)


def check_reading(instant: datetime, place: ZoneInfo) -> None:
    """A time read off a clock leads back to its instant, or is refused as ambiguous with it among the choices."""
    wall = naive(instant, place)
    refused = refusal(wall, place)
    if refused is None:
        assert localise(wall, place) == settle(wall, place) == instant
        return
    assert isinstance(refused, AmbiguousTime)
    assert instant in refused.choices
    assert refused.choices[0] < refused.choices[1]
    assert [naive(choice, place) for choice in refused.choices] == [wall, wall]
    assert settle(wall, place) == refused.choices[0]


def check_gap(first: datetime, place: ZoneInfo) -> None:
    """Every time that the clocks skip at a change is refused, with an instant on either side of it."""
    length = offset(first, place) - offset(first - timedelta(seconds=1), place)
    if length <= timedelta(0):
        return
    for part in (0, 0.5, 0.999):
        wall = naive(first, place) - length + length * part
        with pytest.raises(MissingTime) as caught:
            localise(wall, place)
        after, before = caught.value.choices
        assert before < first <= after
        assert naive(before, place) < wall < naive(after, place)
        assert settle(wall, place) == after


def check_day(instant: datetime, place: ZoneInfo) -> None:
    """A day's bounds touch the next day's, and its first instant is on it."""
    day = local_day(instant, place)
    start, end = day_bounds(day, place)
    assert end == day_bounds(day + timedelta(days=1), place)[0]
    assert start < end
    assert local_day(start, place) == day
    assert local_day(end - timedelta(seconds=1), place) <= day


def check_shift(instant: datetime, days: int, place: ZoneInfo) -> None:
    """A shift by days keeps the time on the clock, unless the clocks skip it on that day."""
    wanted = naive(instant, place) + timedelta(days=days)
    shifted = shift_days(instant, days, place)
    if isinstance(refusal(wanted, place), MissingTime):
        assert shifted == settle(wanted, place)
    else:
        assert naive(shifted, place) == wanted


def test_every_zone_holds_the_rules_around_this_years_changes() -> None:
    changes = [(name, change) for name in ZONES for change in transitions(zone(name), 2026)]
    assert len(changes) > 150
    for name, change in changes:
        place = zone(name)
        check_gap(change, place)
        for step in STEPS:
            check_reading(change + step, place)
            check_day(change + step, place)
            check_shift(change + step, 1, place)


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(ZONES),
    year=st.integers(1970, 2060),
    pick=st.integers(0, 5),
    step=st.timedeltas(timedelta(days=-2), timedelta(days=2)),
    days=st.integers(-400, 400),
)
def test_any_zone_holds_the_rules_around_any_change(
    name: str, year: int, pick: int, step: timedelta, days: int
) -> None:
    place = zone(name)
    changes = list(transitions(place, year))
    instant = changes[pick % len(changes)] if changes else datetime(year, 6, 15, 12, tzinfo=UTC)
    if changes:
        check_gap(instant, place)
    check_reading(instant + step, place)
    check_day(instant + step, place)
    check_shift(instant + step, days, place)


@settings(max_examples=100, deadline=None)
@given(st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1)), st.sampled_from(ZONES))
def test_settle_answers_for_every_wall_time_and_localise_agrees_or_refuses(wall: datetime, name: str) -> None:
    place = zone(name)
    refused = refusal(wall, place)
    assert settle(wall, place) == (refused.choices[0] if refused else localise(wall, place))


def test_localise_reads_a_plain_time() -> None:
    assert localise(datetime(2026, 2, 27, 14), SHANGHAI) == datetime(2026, 2, 27, 6, tzinfo=UTC)


def test_localise_returns_utc_itself() -> None:
    assert localise(datetime(2026, 7, 1), BERLIN).tzinfo is UTC


def test_localise_refuses_a_skipped_time_and_offers_both_readings() -> None:
    with pytest.raises(MissingTime) as caught:
        localise(datetime(2026, 3, 29, 2, 30), BERLIN)
    assert caught.value.choices == (
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),  # 03:30, the RFC 5545 reading
        datetime(2026, 3, 29, 0, 30, tzinfo=UTC),  # 01:30
    )
    assert caught.value.wall == datetime(2026, 3, 29, 2, 30)
    assert caught.value.zone is BERLIN
    assert str(caught.value) == "2026-03-29 02:30:00 in Europe/Berlin"


def test_localise_refuses_a_repeated_time_and_offers_both() -> None:
    with pytest.raises(AmbiguousTime) as caught:
        localise(datetime(2026, 10, 25, 2, 30), BERLIN)
    assert caught.value.choices == (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    )


def test_localise_refuses_a_wall_time_that_carries_a_zone() -> None:
    with pytest.raises(ValueError, match="no zone of its own"):
        localise(datetime(2026, 3, 1, tzinfo=UTC), BERLIN)


@pytest.mark.parametrize("read", [to_local, local_day])
def test_instants_without_a_zone_are_refused(read: Callable[[datetime, ZoneInfo], object]) -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        read(datetime(2026, 3, 1), BERLIN)


@pytest.mark.parametrize("days", [0, 1])
def test_shift_days_refuses_an_instant_without_a_zone(days: int) -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        shift_days(datetime(2026, 3, 1), days, BERLIN)


def test_local_day_differs_from_the_day_in_utc() -> None:
    assert local_day(datetime(2026, 2, 27, 16, tzinfo=UTC), SHANGHAI) == date(2026, 2, 28)


def test_shift_days_keeps_the_clock_over_a_change() -> None:
    noon = datetime(2026, 3, 29, 10, tzinfo=UTC)  # 12:00 in Berlin, summer time since 03:00
    day_before = shift_days(noon, -1, BERLIN)
    assert day_before == datetime(2026, 3, 28, 11, tzinfo=UTC)
    assert noon - day_before == timedelta(hours=23)


def test_shift_days_by_none_keeps_the_second_of_two_equal_times() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert shift_days(second, 0, BERLIN) == second


def test_day_bounds_of_a_plain_day() -> None:
    assert day_bounds(date(2026, 2, 27), SHANGHAI) == (
        datetime(2026, 2, 26, 16, tzinfo=UTC),
        datetime(2026, 2, 27, 16, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("key", "day", "first", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), "00:00:00", 23),
        ("Europe/Berlin", date(2026, 10, 25), "00:00:00", 25),
        ("Asia/Beirut", date(2026, 3, 29), "01:00:00", 23),  # midnight is skipped
        ("America/Havana", date(2024, 11, 3), "00:00:00", 25),  # midnight comes twice
        ("America/Toronto", date(1919, 3, 31), "00:30:00", 23.5),  # the gap lies around midnight
        ("Pacific/Apia", date(2011, 12, 30), "00:00:00", 0),  # a day left out
    ],
)
def test_day_bounds_of_odd_days(key: str, day: date, first: str, hours: float) -> None:
    place = zone(key)
    start, end = day_bounds(day, place)
    assert end - start == timedelta(hours=hours)
    assert to_local(start, place).time().isoformat() == first


def test_zones_come_from_the_pinned_package() -> None:
    assert zoneinfo.TZPATH == ()
    assert tzdb_version()[:4].isdigit()


@pytest.mark.parametrize(
    "key", ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Asia", "Asia/", "a\0b", "北京"]
)
def test_unknown_zones_are_refused_by_name(key: str) -> None:
    with pytest.raises(UnknownZone) as caught:
        zone(key)
    assert caught.value.key == key
    assert repr(key) in str(caught.value)
