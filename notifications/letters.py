"""Letters that come back: bounces (RFC 3464), answers of a calendar (RFC 5546 REPLY, RFC 6047), and everything else.

Reads bytes and says what they are; who they are about is for the caller to find. What is malformed is an
`OtherLetter`, never an error: anybody may write to a mailbox.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.utils import getaddresses
from enum import StrEnum

import icalendar

#: Larger letters are not opened; a bounce quotes at most the message it is about.
LARGEST = 2_000_000
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
DELIVERY_HEADER = "X-Muster-Delivery"


class Partstat(StrEnum):
    """What a calendar answered (RFC 5545 3.2.12); a delegation is told apart nowhere else in the house."""

    accepted = "ACCEPTED"
    declined = "DECLINED"
    tentative = "TENTATIVE"


@dataclass(frozen=True, slots=True)
class FailedAddress:
    """One recipient of a bounce; `is_final` where trying again is in vain, `status` is RFC 3463's or empty."""

    address: str
    status: str
    is_final: bool
    diagnostic: str


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report that something did not arrive; `about_id` is the Message-ID, `delivery` our own name of it, if quoted."""

    message_id: str
    failed: tuple[FailedAddress, ...]
    about_id: str
    delivery: str


@dataclass(frozen=True, slots=True)
class CalendarReply:
    """What somebody pressed in their calendar. `stamped_at` orders two answers; `sequence` says of which version."""

    message_id: str
    uid: str
    address: str
    partstat: Partstat
    sequence: int
    stamped_at: datetime | None
    comment: str
    #: Who sent the letter, by its own account; empty where it names nobody, or several.
    sender: str = ""


@dataclass(frozen=True, slots=True)
class OtherLetter:
    """Anything else, e.g. an out-of-office note; `is_automatic` where a machine wrote it (RFC 3834)."""

    message_id: str
    is_automatic: bool


Letter = Bounce | CalendarReply | OtherLetter


def read_letter(raw: bytes) -> Letter:
    """Say what a letter is; never raises."""
    other = OtherLetter("", is_automatic=False)
    if len(raw) > LARGEST:
        return other
    try:
        mail = message_from_bytes(raw, policy=policy.default)
        message_id = _first_id(str(mail.get("Message-ID", "")))
        other = OtherLetter(message_id, is_automatic=_is_automatic(mail))
        return _bounce(mail, message_id) or _reply(mail, message_id) or other
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # The parsers of mail and calendars meet whatever strangers send; what they stumble over is nothing to us.
        return other


def _is_automatic(mail: EmailMessage) -> bool:
    return str(mail.get("Auto-Submitted", "no")).strip().lower() != "no" or "X-Autoreply" in mail


def _bounce(mail: EmailMessage, message_id: str) -> Bounce | None:
    failed: list[FailedAddress] = []
    about_id = delivery = ""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            failed += [found for fields in _blocks(part) if (found := _failed(fields)) is not None]
        elif kind in {"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"}:
            quoted = _quoted(part)
            about_id = about_id or _first_id(str(quoted.get("Message-ID", "")))
            delivery = delivery or str(quoted.get(DELIVERY_HEADER, "")).strip()
    return Bounce(message_id, tuple(failed), about_id, delivery) if failed else None


def _blocks(part: Message) -> list[Message]:
    """Return the groups of fields of a delivery-status part: first of the message, then one a recipient."""
    payload = part.get_payload()
    return [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []


def _quoted(part: Message) -> Message:
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        return payload[0]
    content = part.get_payload(decode=True)
    return message_from_bytes(content if isinstance(content, bytes) else b"", policy=policy.default)


def _failed(fields: Message) -> FailedAddress | None:
    action = str(fields.get("Action", "")).strip().lower()
    recipient = str(fields.get("Original-Recipient") or fields.get("Final-Recipient") or "")
    address = recipient.partition(";")[2].strip().strip("<>")
    if not address or action not in {"failed", "delayed"}:
        return None
    match = _STATUS.search(str(fields.get("Status", ""))) or _STATUS.search(str(fields.get("Diagnostic-Code", "")))
    status = match.group(0) if match else ""
    diagnostic = " ".join(str(fields.get("Diagnostic-Code", "")).partition(";")[2].split())
    return FailedAddress(
        address, status, is_final=action == "failed" and not status.startswith("4"), diagnostic=diagnostic
    )


def _reply(mail: EmailMessage, message_id: str) -> CalendarReply | None:
    for part in mail.walk():
        if part.get_content_type() not in {"text/calendar", "application/ics"}:
            continue
        content = part.get_payload(decode=True)
        calendar = icalendar.Calendar.from_ical(content if isinstance(content, bytes) else b"")
        if str(calendar.get("METHOD", "")).upper() != "REPLY":
            continue
        for event in calendar.walk("VEVENT"):
            found = _answer(event, message_id, _sender(mail))
            if found is not None:
                return found
    return None


def _sender(mail: EmailMessage) -> str:
    senders = [address for _, address in getaddresses([str(value) for value in mail.get_all("From", [])]) if address]
    return senders[0].strip().lower() if len(senders) == 1 else ""


def _answer(event: icalendar.Component, message_id: str, sender: str) -> CalendarReply | None:
    attendees = event.get("ATTENDEE", [])
    first = attendees[0] if isinstance(attendees, list) and attendees else attendees
    partstat = str(getattr(first, "params", {}).get("PARTSTAT", "")).upper()
    uid = str(event.get("UID", "")).strip()
    if not uid or partstat not in set(Partstat):
        return None
    stamp = event.decoded("DTSTAMP") if "DTSTAMP" in event else None
    return CalendarReply(
        message_id=message_id,
        uid=uid,
        address=str(first).partition(":")[2].strip().lower(),
        sender=sender,
        partstat=Partstat(partstat),
        sequence=int(event.get("SEQUENCE", 0)),
        stamped_at=stamp if isinstance(stamp, datetime) and stamp.tzinfo else None,
        comment=" ".join(str(event.get("COMMENT", "")).split())[:500],
    )


def _first_id(text: str) -> str:
    found = _MESSAGE_ID.search(text)
    return found.group(0) if found else ""
