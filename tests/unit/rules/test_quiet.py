"""Reading quiet hours, and finding their edges on days when the clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules.quiet import QuietHours, QuietHoursError
from muster.localtime import zone
from tests.unit.rules.samples import DAYE, ODD_ZONES, instants, local

BERLIN = zone("Europe/Berlin")
NIGHT = QuietHours(time(21, 30), time(7, 30))
SIESTA = QuietHours(time(12, 0), time(14, 0))


def test_parse_reads_two_times() -> None:
    assert QuietHours.parse(" 21:30-07:30 ") == NIGHT
    assert QuietHours.parse("12:00-14:00") == SIESTA
    assert NIGHT.spelled() == "21:30-07:30"


@pytest.mark.parametrize("text", ["", "  "])
def test_empty_turns_quiet_hours_off(text: str) -> None:
    assert QuietHours.parse(text) is None


@pytest.mark.parametrize(
    "text", ["21:30", "21.30-07.30", "24:00-07:00", "9:30-10:00", "21:30-07:30-09:00", "２１:30-07:30"]
)
def test_other_texts_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(QuietHoursError, match="look like 21:30-07:30"):
        QuietHours.parse(text)


@pytest.mark.parametrize("text", ["08:00-07:30", "00:00-23:59", "07:30-07:30"])
def test_an_hour_of_the_day_must_be_left(text: str) -> None:
    with pytest.raises(QuietHoursError, match="less than an hour"):
        QuietHours.parse(text)


@pytest.mark.parametrize(
    ("hours", "at", "is_covered"),
    [
        (NIGHT, "21:29:59", False),
        (NIGHT, "21:30", True),
        (NIGHT, "00:00", True),
        (NIGHT, "07:29:59", True),
        (NIGHT, "07:30", False),
        (SIESTA, "11:59:59", False),
        (SIESTA, "12:00", True),
        (SIESTA, "14:00", False),
    ],
)
def test_covers_is_half_open(hours: QuietHours, at: str, is_covered: bool) -> None:
    assert hours.covers(local(f"2026-03-05 {at}"), DAYE) is is_covered


def test_edges_of_an_ordinary_night() -> None:
    for at in ("2026-03-05 23:00", "2026-03-06 07:29"):
        assert NIGHT.before(local(at), DAYE) == local("2026-03-05 21:30")
        assert NIGHT.after(local(at), DAYE) == local("2026-03-06 07:30")
    assert SIESTA.before(local("2026-03-05 13:00"), DAYE) == local("2026-03-05 12:00")
    assert SIESTA.after(local("2026-03-05 13:00"), DAYE) == local("2026-03-05 14:00")


def test_edges_that_the_clocks_skip() -> None:
    skipped = QuietHours(time(2, 30), time(6, 0))
    at = datetime(2026, 3, 29, 1, 10, tzinfo=UTC)  # 03:10 in Berlin, ten minutes after the jump
    assert skipped.before(at, BERLIN) == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    until = QuietHours(time(22, 0), time(2, 30))
    assert until.after(datetime(2026, 3, 29, 0, 50, tzinfo=UTC), BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


_bounds = st.integers(0, 24 * 60 - 1).map(lambda m: time(m // 60, m % 60))


@settings(max_examples=200)
@given(instants(), st.sampled_from(ODD_ZONES), _bounds, st.integers(1, 23 * 60))
def test_edges_enclose_a_covered_instant(at: datetime, place: ZoneInfo, begins: time, length: int) -> None:
    ends_minute = (begins.hour * 60 + begins.minute + length) % (24 * 60)
    hours = QuietHours(begins, time(ends_minute // 60, ends_minute % 60))
    if hours.covers(at, place):
        assert at - timedelta(hours=26) <= hours.before(at, place) <= at
        assert at <= hours.after(at, place) <= at + timedelta(hours=26)
