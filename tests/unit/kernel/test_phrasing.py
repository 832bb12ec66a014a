"""Days and times in both languages, as volunteers and as organisers read them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.i18n import load_translator
from muster.localtime import localise, parse_wall, zone

DAYE = zone("Asia/Shanghai")
ZH = load_translator("zh-CN")
EN = load_translator("en")
FRIDAY = date(2026, 2, 27)


def at(text: str) -> datetime:
    return localise(parse_wall(text), DAYE)


@pytest.mark.parametrize(
    ("clock", "zh", "en"),
    [
        ("00:00", "零点", "midnight"),
        ("00:10", "凌晨0点10分", "12:10 am"),
        ("04:59", "凌晨4点59分", "4:59 am"),
        ("05:00", "早上5点", "5 am"),
        ("07:30", "早上7点半", "7:30 am"),
        ("08:00", "上午8点", "8 am"),
        ("09:10", "上午9点10分", "9:10 am"),
        ("11:05", "上午11点零5分", "11:05 am"),
        ("12:00", "中午12点", "12 noon"),
        ("12:30", "中午12点半", "12:30 pm"),
        ("13:00", "下午1点", "1 pm"),
        ("14:00", "下午2点", "2 pm"),
        ("14:30", "下午2点半", "2:30 pm"),
        ("17:45", "下午5点45分", "5:45 pm"),
        ("18:00", "晚上6点", "6 pm"),
        ("23:59", "晚上11点59分", "11:59 pm"),
    ],
)
def test_spoken_time_is_what_people_say(clock: str, zh: str, en: str) -> None:
    instant = at(f"2026-02-27T{clock}")
    assert ZH.spoken_time(instant, DAYE) == zh
    assert EN.spoken_time(instant, DAYE) == en


def test_spoken_moment_joins_day_and_time() -> None:
    assert ZH.spoken_moment(at("2026-02-27T14:00"), DAYE) == "2月27日周五下午2点"
    assert EN.spoken_moment(at("2026-02-27T14:00"), DAYE) == "Fri 27 Feb, 2 pm"


def test_spoken_window_names_the_second_day_only_where_it_differs() -> None:
    start = at("2026-02-27T14:00")
    assert ZH.spoken_window(start, at("2026-02-27T15:30"), DAYE) == "2月27日周五下午2点到下午3点半"
    assert EN.spoken_window(start, at("2026-02-27T15:30"), DAYE) == "Fri 27 Feb, 2 pm to 3:30 pm"
    assert ZH.spoken_window(start, at("2026-02-28T11:00"), DAYE) == "2月27日周五下午2点到2月28日周六上午11点"


def test_times_are_said_in_the_zone_asked_for() -> None:
    instant = datetime(2026, 2, 27, 16, 30, tzinfo=UTC)
    assert ZH.moment(instant, DAYE) == "2月28日 周六 0:30"
    assert ZH.moment(instant, zone("Europe/Berlin")) == "2月27日 周五 17:30"


def test_organisers_read_the_24_hour_clock() -> None:
    assert ZH.time(at("2026-02-27T09:05"), DAYE) == "9:05"
    assert ZH.moment(at("2026-02-27T14:00"), DAYE) == "2月27日 周五 14:00"
    assert EN.moment(at("2026-02-27T14:00"), DAYE) == "Fri 27 Feb, 14:00"
    assert EN.moment(at("2026-02-27T14:00"), DAYE, year=True) == "Fri 27 Feb 2026, 14:00"


def test_instants_of_the_past_carry_the_year() -> None:
    assert ZH.instant(at("2026-02-25T07:40"), DAYE) == "2026年2月25日 07:40"
    assert EN.instant(at("2026-02-25T07:40"), DAYE) == "25 Feb 2026, 07:40"


@pytest.mark.parametrize(
    ("start", "end", "zh", "en"),
    [
        ("2026-03-05T14:30", "2026-03-05T16:00", "3月5日 周四 14:30–16:00", "Thu 5 Mar, 14:30–16:00"),
        ("2026-03-05T22:00", "2026-03-06T00:00", "3月5日 周四 22:00–24:00", "Thu 5 Mar, 22:00–24:00"),
        ("2026-03-05T00:00", "2026-03-06T00:00", "3月5日 周四 0:00–24:00", "Thu 5 Mar, 0:00–24:00"),
        (
            "2026-03-05T22:00",
            "2026-03-06T01:00",
            "3月5日 周四 22:00 至 3月6日 周五 1:00",
            "Thu 5 Mar, 22:00 to Fri 6 Mar, 1:00",
        ),
        (
            "2026-03-05T09:00",
            "2026-03-07T00:00",
            "3月5日 周四 9:00 至 3月6日 周五 24:00",
            "Thu 5 Mar, 9:00 to Fri 6 Mar, 24:00",
        ),
    ],
)
def test_window_says_one_day_once_and_midnight_as_24(start: str, end: str, zh: str, en: str) -> None:
    assert ZH.window(at(start), at(end), DAYE) == zh
    assert EN.window(at(start), at(end), DAYE) == en


def test_window_with_the_year() -> None:
    start, end = at("2026-02-24T09:30"), at("2026-02-24T11:00")
    assert ZH.window(start, end, DAYE, year=True) == "2026年2月24日 周二 9:30–11:00"
    assert EN.window(start, end, DAYE, year=True) == "Tue 24 Feb 2026, 9:30–11:00"


def test_days() -> None:
    assert (ZH.day(FRIDAY), EN.day(FRIDAY)) == ("2月27日", "27 Feb")
    assert (ZH.day(FRIDAY, year=True), EN.day(FRIDAY, year=True)) == ("2026年2月27日", "27 Feb 2026")
    assert (ZH.day_with_weekday(FRIDAY), EN.day_with_weekday(FRIDAY)) == ("2月27日 周五", "Fri 27 Feb")
    assert (ZH.weekday(FRIDAY), EN.weekday(FRIDAY)) == ("周五", "Fri")


@pytest.mark.parametrize(
    ("days", "zh", "en"),
    [
        (0, "今天", "today"),
        (1, "明天", "tomorrow"),
        (-1, "昨天", "yesterday"),
        (2, "3月1日 周日", "Sun 1 Mar"),
        (-60, "2025年12月29日 周一", "Mon 29 Dec 2025"),
    ],
)
def test_near_day_is_named_by_its_distance(days: int, zh: str, en: str) -> None:
    on = FRIDAY + timedelta(days=days)
    assert ZH.near_day(on, FRIDAY) == zh
    assert EN.near_day(on, FRIDAY) == en


@pytest.mark.parametrize(
    ("minutes", "zh", "en"),
    [
        (0, "0分钟", "0 minutes"),
        (1, "1分钟", "1 minute"),
        (30, "半小时", "half an hour"),
        (60, "1小时", "1 hour"),
        (80, "1小时20分钟", "1 hour 20 minutes"),
        (90, "1小时半", "1½ hours"),
        (120, "2小时", "2 hours"),
        (26 * 60, "26小时", "26 hours"),
    ],
)
def test_length_is_in_hours_and_minutes(minutes: int, zh: str, en: str) -> None:
    assert ZH.length(timedelta(minutes=minutes)) == zh
    assert EN.length(timedelta(minutes=minutes)) == en


@given(st.datetimes(datetime(1991, 12, 31), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_no_instant_is_left_half_said(instant: datetime) -> None:
    for speaker in (ZH, EN):
        for text in (speaker.spoken_moment(instant, DAYE), speaker.moment(instant, DAYE)):
            assert "…" not in text
            assert "%" not in text
            assert "." not in text


@given(st.dates(), st.dates())
def test_no_two_days_are_said_alike(one: date, other: date) -> None:
    for speaker in (ZH, EN):
        assert (speaker.day(one, year=True) == speaker.day(other, year=True)) is (one == other)
