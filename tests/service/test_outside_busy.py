"""Files of other calendars: when somebody is busy, in every way in which such files say it."""

from datetime import UTC, datetime, timedelta

import pytest

from models.values import TimeWindow
from muster.localtime import zone
from services.outside_busy import MOST_WINDOWS, NotACalendar, TooMuch, merged, read

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
DAYE = zone("Asia/Shanghai")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def file(*events: str) -> bytes:
    told = "".join(f"BEGIN:VEVENT\r\n{event.strip()}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\n{told}END:VCALENDAR\r\n".encode()


def starts(*events: str, months: str = "") -> list[str]:
    """Return when the windows begin, in UTC."""
    found = read(file(*events), house=DAYE, now=NOW, is_late=lambda: False)
    told = [f"{one.window.starts_at:%m-%dT%H:%M}/{one.window.ends_at:%m-%dT%H:%M}" for one in found]
    return [one for one in told if one.startswith(months)]


def test_local_times_stay_where_the_clocks_change() -> None:
    weekly = "UID:a\nDTSTART;TZID=Europe/Berlin:20260323T100000\nDTEND;TZID=Europe/Berlin:20260323T113000\n"
    assert starts(weekly + "RRULE:FREQ=WEEKLY;COUNT=2") == ["03-23T09:00/03-23T10:30", "03-30T08:00/03-30T09:30"]
    assert starts(weekly + "RRULE:FREQ=WEEKLY;UNTIL=20260330T080000Z")[1:] == ["03-30T08:00/03-30T09:30"]
    assert starts(weekly + "RRULE:FREQ=WEEKLY;UNTIL=20260330T075959Z")[1:] == []
    old = weekly.replace("20260323", "20100104") + "RRULE:FREQ=WEEKLY;INTERVAL=2"
    assert starts(old, months="03") == ["03-09T09:00/03-09T10:30", "03-23T09:00/03-23T10:30"]
    assert starts(old, months="04")[0] == "04-06T08:00/04-06T09:30"


def test_whole_days_and_floating_times_are_those_of_the_house() -> None:
    assert starts("UID:a\nDTSTART;VALUE=DATE:20260305\nDTEND;VALUE=DATE:20260307") == ["03-04T16:00/03-06T16:00"]
    assert starts("UID:a\nDTSTART;VALUE=DATE:20260305") == ["03-04T16:00/03-05T16:00"]
    assert starts("UID:a\nDTSTART:20260305T090000\nDURATION:PT45M") == ["03-05T01:00/03-05T01:45"]
    assert starts("UID:a\nDTSTART;TZID=Nowhere/Known:20260305T090000\nDURATION:PT45M") == ["03-05T01:00/03-05T01:45"]
    assert starts("UID:a\nDTSTART;TZID=China Standard Time:20260305T090000\nDURATION:PT1H") == [
        "03-05T01:00/03-05T02:00"
    ]


def test_dates_are_left_out_added_and_moved_one_by_one() -> None:
    daily = "UID:a\nDTSTART:20260305T010000Z\nDTEND:20260305T020000Z\nRRULE:FREQ=DAILY;COUNT=4\n"
    moved = "UID:a\nRECURRENCE-ID:20260306T010000Z\nDTSTART:20260306T050000Z\nDURATION:PT1H"
    off = "UID:a\nRECURRENCE-ID:20260307T010000Z\nDTSTART:20260307T010000Z\nDURATION:PT1H\nSTATUS:CANCELLED"
    added = "EXDATE:20260305T010000Z\nRDATE:20260401T010000Z"
    assert starts(daily + added, moved, off) == [
        "03-06T05:00/03-06T06:00", "03-08T01:00/03-08T02:00", "04-01T01:00/04-01T02:00",
    ]  # fmt: skip
    assert len(starts(daily + "EXDATE;VALUE=DATE:20260306")) == 3


def test_what_is_free_cancelled_over_far_or_malformed_does_not_count() -> None:
    hour = "DTSTART:20260305T010000Z\nDURATION:PT1H\n"
    for event in (
        hour + "UID:a\nTRANSP:TRANSPARENT",
        hour + "UID:a\nSTATUS:CANCELLED",
        hour + "UID:a\nX-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "UID:a\nDTSTART:20260305T010000Z",
        "UID:a\nDTSTART:20260301T010000Z\nDURATION:PT1H",
        "UID:a\nDTSTART:20260901T010000Z\nDURATION:PT1H",
        "UID:a\nDTSTART:garbage\nDURATION:PT1H",
        "UID:a\nDTSTART:20260305T010000Z\nDTEND:20260304T010000Z",
        "UID:a\nDTSTART:00010101T000000Z\nDTEND:20260401T010000Z",
    ):
        assert starts(event) == [], event
    assert starts(hour + "UID:a\nRRULE:FREQ=SECONDLY") == ["03-05T01:00/03-05T02:00"]
    assert starts("UID:a\n" + hour + "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30") == ["03-05T01:00/03-05T02:00"]
    for data in (b"", b"hello", b"<html></html>", b"\xff\xfe\0", b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n"):
        with pytest.raises(NotACalendar):
            read(data, house=DAYE, now=NOW, is_late=lambda: False)
    with pytest.raises(TooMuch):
        read(file("UID:a\n" + hour), house=DAYE, now=NOW, is_late=lambda: True)


def test_windows_that_touch_are_one_and_there_is_an_end_to_them() -> None:
    def window(start: int, length: int) -> TimeWindow:
        return TimeWindow(NOW + start * HOUR, NOW + (start + length) * HOUR)

    assert merged([window(3, 1), window(0, 2), window(2, 1), window(0, 1), window(9, 1)]) == (
        window(0, 4),
        window(9, 1),
    )
    assert len(merged(window(2 * number, 1) for number in range(MOST_WINDOWS + 5))) == MOST_WINDOWS
