"""Hand-written messages against the standard library's parser."""

import base64
import re
from datetime import UTC, datetime, timedelta, timezone
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser, HeaderParser
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.addresses import BadAddress, Mailbox, NeedsSmtpUtf8
from notifications.message import Message
from notifications.mime import BadHeader, Posting, address_header, compose, text_header

SENDER = Mailbox("大冶市总工会", "notice@example.org")
RECIPIENT = Mailbox("李样本", "li@example.org")
DATE = datetime(2026, 2, 25, 9, 30, tzinfo=timezone(timedelta(hours=8)))
CONTROL = "".join(map(chr, (*range(9), *range(10, 32), *range(127, 160), 0x2028, 0x2029)))

printable = st.text(st.characters(exclude_categories=("Cs",), exclude_characters=CONTROL + "\t"))
header_text = printable.map(str.strip)
name_text = printable.map(lambda text: " ".join(text.split()))
body_text = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r"))


def posting(**changes) -> Posting:
    values = {
        "sender": SENDER,
        "recipient": RECIPIENT,
        "message_id": "<d-17@muster.example>",
        "date": DATE,
        "delivery": "d-17",
    }
    return Posting(**{**values, **changes})


def parsed(content: bytes) -> EmailMessage:
    message = BytesParser(policy=policy.default).parsebytes(content)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    assert not [defect for part in message.walk() for defect in part.defects]
    return message


def check_wire_form(content: bytes) -> None:
    """Check what every server on the way relies on."""
    content.decode("ascii")
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 998
    head = content.partition(b"\r\n\r\n")[0].decode("ascii")
    for word in re.findall(r"=\?utf-8\?b\?[^?]*\?=", head):
        assert len(word) <= 75
        base64.b64decode(word[10:-2]).decode("utf-8")  # whole characters only
    for line in head.split("\r\n"):
        assert "=?" not in line or len(line) <= 76


@given(header_text)
def test_subject_comes_back(subject):
    content = compose(Message(subject, "text\n", "<p>html</p>\n"), posting())
    check_wire_form(content)
    assert parsed(content)["Subject"] == subject


@given(name_text, name_text)
def test_names_come_back_and_addresses_stay_plain(sender_name, recipient_name):
    sender, recipient = Mailbox(sender_name, "a@example.org"), Mailbox(recipient_name, "b@example.org")
    content = compose(Message("s", "t\n", "h\n"), posting(sender=sender, recipient=recipient))
    check_wire_form(content)
    message = parsed(content)
    for name, mailbox in (("From", sender), ("To", recipient)):
        (address,) = message[name].addresses
        assert address.addr_spec == mailbox.address
        # The modern parser of Python 3.11 puts spaces between the encoded words of a name; the old one reads RFC 2047.
        display, plain = parseaddr(HeaderParser().parsestr(content.decode("ascii"))[name])
        assert str(make_header(decode_header(display))) == mailbox.name
        assert plain == mailbox.address


@given(body_text, body_text, body_text)
def test_bodies_come_back_with_crlf(text, html, ics):
    content = compose(Message("s", text, html, ics, "REQUEST"), posting())
    check_wire_form(content)
    parts = list(parsed(content).iter_parts())
    assert [part.get_payload(decode=True).decode("utf-8") for part in parts] == [
        body.replace("\n", "\r\n") for body in (text, html, ics)
    ]


def test_headers_and_structure_are_what_clients_key_on():
    message = parsed(compose(Message("s", "t\n", "h\n", "BEGIN:VCALENDAR\r\n", "CANCEL"), posting()))
    assert message.get_content_type() == "multipart/alternative"
    assert [
        (p.get_content_type(), p.get_content_charset(), p.get_content_disposition()) for p in message.iter_parts()
    ] == [
        ("text/plain", "utf-8", None),
        ("text/html", "utf-8", None),
        ("text/calendar", "utf-8", None),
    ]
    assert list(message.iter_parts())[2].get_param("method") == "CANCEL"
    assert {part["Content-Transfer-Encoding"] for part in message.iter_parts()} == {"base64"}
    assert message["Message-ID"] == "<d-17@muster.example>"
    assert message["MIME-Version"] == "1.0"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Muster-Delivery"] == "d-17"
    assert message["Date"] == "Wed, 25 Feb 2026 01:30:00 +0000"
    assert message["Date"].datetime == DATE
    assert "List-Unsubscribe" not in message


def test_no_calendar_part_where_there_is_none():
    message = parsed(compose(Message("s", "t\n", "h\n"), posting()))
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_one_click_unsubscribe_headers():
    url = "https://muster.example/stop/" + "x" * 200
    message = parsed(compose(Message("s", "t\n", "h\n"), posting(unsubscribe_url=url)))
    assert message["List-Unsubscribe"] == f"<{url}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_same_arguments_give_the_same_bytes():
    message = Message("题", "t\n", "h\n", "i\r\n", "REQUEST")
    assert compose(message, posting()) == compose(message, posting())
    assert compose(message, posting()) != compose(message, posting(message_id="<d-18@muster.example>"))


def test_boundary_never_stands_in_a_body():
    first = compose(Message("s", "t\n", "h\n"), posting()).decode("ascii")
    boundary = re.search(r'boundary="([^"]+)"', first)
    assert boundary
    content = compose(Message("s", f"\n--{boundary[1]}--\n", "h\n"), posting())
    assert len(list(parsed(content).iter_parts())) == 2


def test_plain_ascii_stays_readable():
    assert text_header("Subject", "Please answer: Fri 27 Feb") == "Subject: Please answer: Fri 27 Feb"
    assert address_header("To", Mailbox("Li Yangben", "li@example.org")) == "To: Li Yangben <li@example.org>"
    assert address_header("To", Mailbox("", "li@example.org")) == "To: li@example.org"
    assert address_header("To", Mailbox('Li, "B." Y', "li@example.org")) == r'To: "Li, \"B.\" Y" <li@example.org>'


def test_what_looks_encoded_is_encoded_again():
    content = compose(Message("=?utf-8?b?5aSn?=", "t\n", "h\n"), posting())
    assert parsed(content)["Subject"] == "=?utf-8?b?5aSn?="


@pytest.mark.parametrize("bad", ["\r", "\n", "\r\n", "\0", "\x1b", "\x7f", "\u2028"])
def test_control_characters_in_headers_are_refused(bad):
    for changes in (
        {"sender": Mailbox(f"a{bad}b", "a@example.org")},
        {"recipient": Mailbox(f"a{bad}b", "a@example.org")},
    ):
        with pytest.raises(BadHeader):
            compose(Message("s", "t", "h"), posting(**changes))
    with pytest.raises(BadHeader):
        compose(Message(f"s{bad}Bcc: x@example.org", "t", "h"), posting())
    for changes in (
        {"message_id": f"<a{bad}@b>"},
        {"delivery": f"a{bad}b"},
        {"unsubscribe_url": f"https://a/{bad}b"},
    ):
        with pytest.raises(BadHeader):
            compose(Message("s", "t", "h"), posting(**changes))
    with pytest.raises(BadHeader):
        compose(Message("s", "t", "h", "i", f"REQUEST{bad}"), posting())
    with pytest.raises(BadAddress):
        compose(Message("s", "t", "h"), posting(recipient=Mailbox("a", f"a{bad}@example.org")))


@pytest.mark.parametrize("changes", [{"message_id": "d-17"}, {"delivery": ""}, {"unsubscribe_url": "mailto:a@b"}])
def test_malformed_identifiers_are_refused(changes):
    with pytest.raises(BadHeader):
        compose(Message("s", "t", "h"), posting(**changes))


def test_naive_date_is_refused():
    with pytest.raises(ValueError, match="zone"):
        compose(Message("s", "t", "h"), posting(date=datetime(2026, 1, 1)))


def test_address_that_needs_smtputf8_is_refused_clearly():
    with pytest.raises(NeedsSmtpUtf8, match="SMTPUTF8"):
        compose(Message("s", "t", "h"), posting(recipient=Mailbox("李", "李@example.org")))


def test_chinese_domain_is_written_in_ascii():
    content = compose(Message("s", "t", "h"), posting(recipient=Mailbox("李", "li@工会.中国")))
    assert b"<li@xn--" in content


def test_instant_is_written_in_utc():
    message = parsed(compose(Message("s", "t", "h"), posting(date=DATE.astimezone(UTC))))
    assert message["Date"] == "Wed, 25 Feb 2026 01:30:00 +0000"
