"""Pack a message into the bytes that go over the wire, written by hand.

The standard library builds the same in thirty times the time, nearly all of it spent on
parsing headers that we have just made. Bodies are base64, so that no server on the way
has a reason to touch a line, and headers are ASCII, so that none needs SMTPUTF8. The
same arguments give the same bytes.
"""

import hashlib
import re
from binascii import b2a_base64
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache

from notifications.addresses import Mailbox, ascii_address
from notifications.message import Message
from notifications.octets import whole_characters

MAX_ENCODED_WORD = 75  # RFC 2047 2
MAX_ENCODED_LINE = 76
MAX_LINE = 998  # RFC 5322 2.1.1, without CRLF
WORD_START, WORD_END = "=?utf-8?b?", "?="

_FORBIDDEN = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+>")
_TOKEN = re.compile(r"[A-Za-z0-9._:-]+")
_URL = re.compile(r"https?://[!-;=?-~]+")
#: Words that may stand unquoted before an address.
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


class BadHeader(ValueError):
    """A header value that would break the message, or smuggle in another header."""


@dataclass(frozen=True, slots=True)
class Posting:
    """What stands on the envelope side of a message."""

    sender: Mailbox
    recipient: Mailbox
    #: With its angle brackets; the same at every attempt.
    message_id: str
    #: Instant of writing.
    date: datetime
    #: Name of the delivery, by which it is found again where a provider replaces the Message-ID.
    delivery: str
    #: Where one POST stops this kind of mail (RFC 8058); None leaves the headers out.
    unsubscribe_url: str | None = None


def compose(message: Message, posting: Posting) -> bytes:
    """Return the whole message with CRLF line ends.

    Raises:
        BadHeader: a value holds CR, LF, NUL or another control character, or is malformed.
        BadAddress: an address cannot be written (`NeedsSmtpUtf8` where only SMTPUTF8 could).
    """
    boundary = "=_" + hashlib.sha256(posting.message_id.encode()).hexdigest()[:32]
    lines = [
        address_header("From", posting.sender),
        address_header("To", posting.recipient),
        text_header("Subject", message.subject),
        f"Date: {format_datetime(_aware(posting.date))}",
        f"Message-ID: {_matching(_MESSAGE_ID, posting.message_id, 'Message-ID')}",
        "MIME-Version: 1.0",
        "Auto-Submitted: auto-generated",
        f"X-Muster-Delivery: {_matching(_TOKEN, posting.delivery, 'X-Muster-Delivery')}",
    ]
    if posting.unsubscribe_url is not None:
        lines.append(f"List-Unsubscribe: <{_matching(_URL, posting.unsubscribe_url, 'List-Unsubscribe')}>")
        lines.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    lines += [f'Content-Type: multipart/alternative; boundary="{boundary}"', ""]
    lines += _part(boundary, "text/plain; charset=utf-8", message.text)
    lines += _part(boundary, "text/html; charset=utf-8", message.html)
    if message.ics is not None and message.ics_method is not None:
        method = _matching(_TOKEN, message.ics_method, "method")
        lines += _part(boundary, f"text/calendar; method={method}; charset=utf-8", message.ics)
    lines += [f"--{boundary}--", ""]
    return "\r\n".join(lines).encode("ascii")


def text_header(name: str, value: str) -> str:
    """Return a header of free text, folded, in encoded words where it needs them."""
    _refuse_control(value, name)
    room = MAX_ENCODED_LINE - len(name) - 2
    is_plain = value.isascii() and len(value) <= room and "=?" not in value and value == value.strip(" \t")
    return f"{name}: {value if is_plain else _encoded_words(value, room)}"


@lru_cache(maxsize=256)
def address_header(name: str, mailbox: Mailbox) -> str:
    """Return a header with one name and address; only the name is ever encoded, never the address."""
    _refuse_control(mailbox.name, name)
    address = ascii_address(mailbox.address)
    display = " ".join(mailbox.name.split())
    if not display:
        return f"{name}: {address}"
    room = MAX_ENCODED_LINE - len(name) - 2
    phrase = _phrase(display, room)
    last = phrase.rpartition("\r\n")[2]
    used = len(last) if "\r\n" in phrase else len(last) + len(name) + 2
    gap = " " if used + len(address) + 3 <= MAX_ENCODED_LINE else "\r\n "
    return f"{name}: {phrase}{gap}<{address}>"


def _phrase(display: str, room: int) -> str:
    if display.isascii() and "=?" not in display and len(display) < room - 2:
        if _ATOMS.fullmatch(display):
            return display
        quoted = display.replace("\\", "\\\\").replace('"', '\\"')
        if len(quoted) + 2 <= room and "\t" not in display:
            return f'"{quoted}"'
    return _encoded_words(display, room)


def _encoded_words(value: str, room: int) -> str:
    """Return base64 encoded words; the first has `room` octets at most, the others 75, none splits a character."""
    words, start, data = [], 0, value.encode("utf-8")
    limit = min(room, MAX_ENCODED_WORD)
    while start < len(data):
        stop = whole_characters(data, start + (limit - len(WORD_START) - len(WORD_END)) // 4 * 3)
        words.append(f"{WORD_START}{b2a_base64(data[start:stop], newline=False).decode('ascii')}{WORD_END}")
        start, limit = stop, MAX_ENCODED_WORD
    return "\r\n ".join(words)


def _part(boundary: str, content_type: str, body: str) -> list[str]:
    canonical = "\r\n".join(body.split("\n")) if "\r" not in body else _crlf(body)
    encoded = b2a_base64(canonical.encode("utf-8"), newline=False).decode("ascii")
    return [
        f"--{boundary}",
        f"Content-Type: {content_type}",
        "Content-Transfer-Encoding: base64",
        "",
        *(encoded[start : start + MAX_ENCODED_LINE] for start in range(0, len(encoded), MAX_ENCODED_LINE)),
    ]


def _crlf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        message = "the date of a message needs a zone"
        raise ValueError(message)
    return instant.astimezone(UTC)


def _refuse_control(value: str, name: str) -> None:
    if _FORBIDDEN.search(value):
        message = f"{name} holds a line break or another control character"
        raise BadHeader(message)


def _matching(pattern: re.Pattern[str], value: str, name: str) -> str:
    if not pattern.fullmatch(value) or len(value) > MAX_LINE - len(name) - 4:
        message = f"{name} is malformed"
        raise BadHeader(message)
    return value
