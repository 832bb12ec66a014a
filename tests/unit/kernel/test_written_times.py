"""Instants, wall times and days as programs and forms write them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.localtime import BadTime, NaiveTime, parse_day, parse_instant, parse_wall


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-02-27T14:00:00+08:00", datetime(2026, 2, 27, 6, tzinfo=UTC)),
        ("2026-02-27T14:00+08:00", datetime(2026, 2, 27, 6, tzinfo=UTC)),
        ("2026-02-27 06:00:00Z", datetime(2026, 2, 27, 6, tzinfo=UTC)),
        ("2026-02-27t06:00:00.25z", datetime(2026, 2, 27, 6, 0, 0, 250000, tzinfo=UTC)),
        ("2026-02-27T06:00:00.123456789Z", datetime(2026, 2, 27, 6, 0, 0, 123456, tzinfo=UTC)),
        ("2026-02-27T06:00:00-00:00", datetime(2026, 2, 27, 6, tzinfo=UTC)),
    ],
)
def test_parse_instant_reads_rfc_3339_and_returns_utc(text: str, instant: datetime) -> None:
    found = parse_instant(text)
    assert found == instant
    assert found.tzinfo is UTC


@pytest.mark.parametrize("text", ["2026-02-27T14:00:00", "2026-02-27 14:00", "2026-02-27T14:00:00.5"])
def test_parse_instant_refuses_a_time_without_an_offset_by_its_own_name(text: str) -> None:
    with pytest.raises(NaiveTime) as caught:
        parse_instant(text)
    assert caught.value.text == text


BAD_IN_ANY_FORM = [
    "",
    "tomorrow",
    "2026-02-27",
    "20260227T140000Z",
    "2026-W09-5T14:00Z",
    "2026-02-30T14:00:00",
    "2026-02-27T24:00:00",
    "2026-02-27T14:00:60",
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59",
    "２０２６-02-27T14:00:00",
    "2026-02-27T14:00:00\n",
]


@pytest.mark.parametrize(
    "text",
    [
        *(f"{text}Z" for text in BAD_IN_ANY_FORM),
        "2026-02-27T14:00:00+24:00",
        "2026-02-27T14:00:00 08:00",
        "2026-02-27T14:00:00+0800",
        "2026-02-27T14:00:00+08:00\n",
    ],
)
def test_parse_instant_refuses_everything_else(text: str) -> None:
    with pytest.raises(BadTime):
        parse_instant(text)


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("2026-03-10T08:30", datetime(2026, 3, 10, 8, 30)),
        ("2026-03-10 08:30:15", datetime(2026, 3, 10, 8, 30, 15)),
    ],
)
def test_parse_wall_reads_what_forms_send(text: str, wall: datetime) -> None:
    assert parse_wall(text) == wall


@pytest.mark.parametrize("text", [*BAD_IN_ANY_FORM, "2026-03-10T08:30+08:00", "2026-03-10T08:30Z"])
def test_parse_wall_refuses_everything_else(text: str) -> None:
    with pytest.raises(BadTime):
        parse_wall(text)


def test_parse_day_reads_one_form_only() -> None:
    assert parse_day("2026-03-10") == date(2026, 3, 10)
    for text in ("20260310", "2026-W11-2", "2026-02-30", "2026-03-10T00:00", "1899-12-31", "2200-01-01", ""):
        with pytest.raises(BadTime):
            parse_day(text)


@given(st.datetimes(datetime(1900, 1, 3), datetime(2199, 12, 29)), st.integers(-23 * 60, 23 * 60))
def test_parse_instant_reads_back_what_was_written(wall: datetime, minutes: int) -> None:
    sign = "-" if minutes < 0 else "+"
    text = f"{wall.isoformat()}{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    assert parse_instant(text) == (wall - timedelta(minutes=minutes)).replace(tzinfo=UTC)
