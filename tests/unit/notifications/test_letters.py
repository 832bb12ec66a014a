"""Letters as real servers and calendars write them, and as nobody should."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.letters import Bounce, CalendarReply, OtherLetter, Partstat, read_letter

POSTFIX = b"""\
Return-Path: <>
Message-ID: <20260301@mx.example>
From: MAILER-DAEMON@mx.example
To: notice@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Sun,  1 Mar 2026 10:00:00 +0800 (CST)

Final-Recipient: rfc822; li@example.com
Original-Recipient: rfc822;li@example.com
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.example.com
Diagnostic-Code: smtp; 550 5.1.1 <li@example.com>: Recipient address
    rejected: User unknown

Final-Recipient: rfc822; wang@example.com
Action: delayed
Status: 4.4.1

--B
Content-Type: text/rfc822-headers

Message-ID: <token-1@muster.example>
X-Muster-Delivery: token-1
Subject: =?utf-8?b?5rWL6K+V?=

--B--
"""
EXCHANGE = POSTFIX.replace(b"text/rfc822-headers", b"message/rfc822").replace(
    b"Final-Recipient: rfc822; wang@example.com\nAction: delayed\nStatus: 4.4.1\n\n", b""
)
REPLY = """\
Message-ID: <reply-1@phone.example>
From: =?utf-8?b?5p2O5qC35pys?= <li@example.com>
To: notice@example.org
Subject: Accepted
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="A"

--A
Content-Type: text/plain

yes
--A
Content-Type: text/calendar; charset=utf-8; method=REPLY

BEGIN:VCALENDAR
PRODID:-//Example//Phone//EN
VERSION:2.0
METHOD:REPLY
BEGIN:VEVENT
UID:6f1@muster
SEQUENCE:2
DTSTAMP:20260301T020000Z
ATTENDEE;PARTSTAT={partstat};CN=Li:MAILTO:Li@Example.com
ORGANIZER:mailto:notice@example.org
COMMENT:{comment}
END:VEVENT
END:VCALENDAR
--A--
"""


def test_a_bounce_names_each_address_what_was_said_and_the_message() -> None:
    found = read_letter(POSTFIX)
    assert isinstance(found, Bounce)
    assert [(one.address, one.status, one.is_final) for one in found.failed] == [
        ("li@example.com", "5.1.1", True),
        ("wang@example.com", "4.4.1", False),
    ]
    assert found.failed[0].diagnostic == "550 5.1.1 <li@example.com>: Recipient address rejected: User unknown"
    assert (found.message_id, found.about_id, found.delivery) == (
        "<20260301@mx.example>",
        "<token-1@muster.example>",
        "token-1",
    )
    whole = read_letter(EXCHANGE)
    assert isinstance(whole, Bounce)
    assert (whole.about_id, whole.delivery, len(whole.failed)) == ("<token-1@muster.example>", "token-1", 1)


def test_a_final_word_about_a_full_mailbox_for_now_is_not_final() -> None:
    found = read_letter(POSTFIX.replace(b"Status: 5.1.1", b"Status: 4.2.2"))
    assert isinstance(found, Bounce)
    assert not found.failed[0].is_final


def test_a_calendar_answers_for_its_owner() -> None:
    for word, partstat in (("ACCEPTED", Partstat.accepted), ("DECLINED", Partstat.declined)):
        found = read_letter(REPLY.format(partstat=word, comment="家里有事").encode())
        assert found == CalendarReply(
            "<reply-1@phone.example>",
            "6f1@muster",
            "li@example.com",
            partstat,
            2,
            datetime(2026, 3, 1, 2, tzinfo=UTC),
            "家里有事",
            "li@example.com",
        )


def test_what_is_no_answer_is_something_else() -> None:
    for change in (("METHOD:REPLY", "METHOD:REQUEST"), ("{partstat}", "NEEDS-ACTION"), ("UID:6f1@muster\n", "")):
        letter = REPLY.replace(*change).format(partstat="ACCEPTED", comment="")
        assert isinstance(read_letter(letter.encode()), OtherLetter)
    away = b"Message-ID: <a@b.example>\nAuto-Submitted: auto-replied\nSubject: away\n\nback on Monday\n"
    assert read_letter(away) == OtherLetter("<a@b.example>", is_automatic=True)
    assert read_letter(b"x" * 3_000_000) == OtherLetter("", is_automatic=False)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([POSTFIX, REPLY.format(partstat="ACCEPTED", comment="x").encode()]), st.data())
def test_no_letter_is_too_broken_to_be_put_aside(letter: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(letter) - 1))
    until = data.draw(st.integers(at, min(len(letter), at + 60)))
    broken = letter[:at] + data.draw(st.binary(max_size=20)) + letter[until:]
    assert isinstance(read_letter(broken), Bounce | CalendarReply | OtherLetter)
    assert isinstance(read_letter(data.draw(st.binary(max_size=300))), OtherLetter)
