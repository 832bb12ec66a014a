"""Calendar text against the rules that real clients enforce, and against another reader."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.values import Place
from notifications.addresses import Mailbox
from notifications.calendar import (
    Entry,
    PartStat,
    Status,
    cancellation,
    escape,
    feed,
    fold,
    invitation,
    parameter,
)

STAMP = datetime(2026, 2, 25, 1, 30, tzinfo=UTC)
ENTRY = Entry(
    uid="6f9f1c1e-6a53-4d0c-9a1c-0d2b6a3c5e01@muster.example",
    sequence=3,
    starts_at=datetime(2026, 2, 27, 6, tzinfo=UTC),
    ends_at=datetime(2026, 2, 27, 7, 30, tzinfo=UTC),
    zone="Asia/Shanghai",
    summary="主讲《从学徒到工匠》",
    organizer=Mailbox("大冶市总工会", "notice@example.org"),
    attendee=Mailbox("李样本", "li@example.org"),
    location="陈贵镇文化站; 报告厅, 二楼",
    description="一行\n又一行 \\ 完",
    url="https://muster.example/x",
    place=Place(30.0312, 114.8021),
)
CHINA_BLOCK = (
    "BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nBEGIN:STANDARD\r\nDTSTART:19920101T000000\r\nTZOFFSETFROM:+0800\r\n"
    "TZOFFSETTO:+0800\r\nTZNAME:CST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)
text = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n"))


def read(content: str) -> icalendar.Event:
    calendar = icalendar.Calendar.from_ical(content.encode())
    (event,) = calendar.walk("VEVENT")
    assert isinstance(event, icalendar.Event)
    return event


def lines(content: str) -> list[str]:
    """Return the unfolded lines."""
    return content.replace("\r\n ", "").split("\r\n")


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\n")))
def test_fold_keeps_lines_short_and_characters_whole(line):
    folded = fold(line)
    pieces = folded.encode().split(b"\r\n")
    assert all(len(piece) <= 75 for piece in pieces)
    assert all(piece.startswith(b" ") for piece in pieces[1:])
    for piece in pieces:
        piece.decode("utf-8")
    assert folded.replace("\r\n ", "") == line


def test_fold_takes_75_octets_and_not_one_more():
    assert fold("x" * 75) == "x" * 75
    assert fold("x" * 76) == "x" * 75 + "\r\n x"
    assert fold("宣" * 26).split("\r\n ") == ["宣" * 25, "宣"]
    assert fold("a" + "宣" * 26).split("\r\n ") == ["a" + "宣" * 24, "宣" * 2]


@given(text)
def test_escaped_text_comes_back(value):
    event = read(invitation(replace(ENTRY, summary="x" + value), stamp=STAMP))
    assert str(event["SUMMARY"]) == "x" + value


def test_invitation_reads_back_whole():
    content = invitation(ENTRY, stamp=STAMP)
    event = read(content)
    assert lines(content)[:5] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Muster//Muster//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:REQUEST",
    ]
    assert CHINA_BLOCK in content
    assert "DTSTART;TZID=Asia/Shanghai:20260227T140000" in lines(content)
    assert "DTEND;TZID=Asia/Shanghai:20260227T153000" in lines(content)
    assert "DTSTAMP:20260225T013000Z" in lines(content)
    assert event.start == ENTRY.starts_at
    assert event.end == ENTRY.ends_at
    assert str(event["UID"]) == ENTRY.uid
    assert event["SEQUENCE"] == 3
    assert str(event["STATUS"]) == "CONFIRMED"
    assert str(event["LOCATION"]) == ENTRY.location
    assert str(event["DESCRIPTION"]) == ENTRY.description
    assert str(event["ORGANIZER"]) == "mailto:notice@example.org"
    assert event["ORGANIZER"].params["CN"] == "大冶市总工会"
    assert str(event["ATTENDEE"]) == "mailto:li@example.org"
    assert event["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert (event["GEO"].latitude, event["GEO"].longitude) == (30.0312, 114.8021)
    assert "VALARM" not in content


def test_cancellation_says_so_three_times():
    content = cancellation(replace(ENTRY, sequence=4), stamp=STAMP)
    event = read(content)
    assert "METHOD:CANCEL" in lines(content)
    assert str(event["STATUS"]) == "CANCELLED"
    assert event["SEQUENCE"] == 4
    assert str(event["UID"]) == ENTRY.uid
    assert {"ORGANIZER", "DTSTAMP", "ATTENDEE"} <= set(event)


@pytest.mark.parametrize("key", ["Asia/Urumqi", "Europe/Berlin", "UTC"])
def test_other_zones_are_written_in_utc_without_a_block(key):
    content = invitation(replace(ENTRY, zone=key), stamp=STAMP)
    assert "DTSTART:20260227T060000Z" in lines(content)
    assert "VTIMEZONE" not in content
    assert "TZID" not in content


def test_before_the_fixed_block_begins_china_is_written_in_utc():
    summer_of_1990 = datetime(1990, 7, 1, 1, tzinfo=UTC)
    old = replace(ENTRY, starts_at=summer_of_1990, ends_at=summer_of_1990 + timedelta(hours=1))
    assert "DTSTART:19900701T010000Z" in lines(invitation(old, stamp=STAMP))
    first = datetime(1991, 12, 31, 16, tzinfo=UTC)
    new = replace(ENTRY, starts_at=first, ends_at=first + timedelta(hours=1))
    assert "DTSTART;TZID=Asia/Shanghai:19920101T000000" in lines(invitation(new, stamp=STAMP))


def test_accepted_is_written_for_who_said_yes():
    content = invitation(replace(ENTRY, partstat=PartStat.accepted), stamp=STAMP)
    assert read(content)["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"


def test_feed_holds_several_without_attendees():
    other = replace(ENTRY, uid="2@muster.example", zone="Europe/Berlin", status=Status.cancelled, place=None, url="")
    content = feed([ENTRY, other], name="李样本的活动, 全部", stamp=STAMP)
    calendar = icalendar.Calendar.from_ical(content.encode())
    events = calendar.walk("VEVENT")
    assert len(events) == 2
    assert [str(event["STATUS"]) for event in events] == ["CONFIRMED", "CANCELLED"]
    assert "ATTENDEE" not in content
    assert {"METHOD:PUBLISH", "REFRESH-INTERVAL;VALUE=DURATION:PT60M", "NAME:李样本的活动\\, 全部"} <= set(
        lines(content)
    )
    assert content.count("BEGIN:VTIMEZONE") == 1
    assert "DTSTART:20260227T060000Z" in lines(content)


def test_empty_feed_is_still_a_calendar():
    assert lines(feed([], name="空", stamp=STAMP))[-2] == "END:VCALENDAR"


@pytest.mark.parametrize("field", ["summary", "location", "description", "uid", "url"])
@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\x0b", "\x00"])
def test_no_field_can_smuggle_in_a_line(field, break_):
    entry = replace(ENTRY, **{field: f"x{break_}BEGIN:VALARM{break_}y"})
    assert "BEGIN:VALARM" not in lines(invitation(entry, stamp=STAMP))
    assert "\x00" not in invitation(entry, stamp=STAMP)


def test_name_with_quotes_and_breaks_stays_one_parameter():
    assert parameter('李"样";本,\n:x') == "\"李'样';本, :x\""
    entry = replace(ENTRY, attendee=Mailbox('李"样";本,\r\n:x', "li@example.org"))
    assert read(invitation(entry, stamp=STAMP))["ATTENDEE"].params["CN"] == "李'样';本,  :x"


def test_mailbox_without_a_name_has_no_parameter():
    content = invitation(replace(ENTRY, organizer=Mailbox("", "notice@example.org"), attendee=None), stamp=STAMP)
    assert "ORGANIZER:mailto:notice@example.org" in lines(content)
    assert "ATTENDEE" not in content


def test_escape_covers_the_four_characters():
    assert escape("a\\b;c,d\ne\r\nf") == "a\\\\b\\;c\\,d\\ne\\nf"


def test_naive_instant_is_refused():
    with pytest.raises(ValueError, match="zone"):
        invitation(ENTRY, stamp=datetime(2026, 1, 1))
