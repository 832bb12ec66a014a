"""iCalendar text (RFC 5545, 5546), written by hand and kept to what real clients read right.

The only time zone block is the one fixed for China: blocks made from the zone database
carry the summer times of 1986 to 1991, and some clients then show an hour too much today.
Every other zone is written as plain UTC. There are no alarms in it: some clients drop
them, some ring twice, and the reminders that count are ours.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from models.values import Place
from muster.localtime import to_local, zone
from notifications.addresses import Mailbox, ascii_address
from notifications.octets import whole_characters

PRODUCT = "-//Muster//Muster//EN"
MAX_LINE_OCTETS = 75  # RFC 5545 3.1, without CRLF
CHINA = "Asia/Shanghai"
#: From here on China has had one offset; the fixed block starts here.
CHINA_FIXED_SINCE = datetime(1991, 12, 31, 16, tzinfo=UTC)

_CHINA_BLOCK = (
    "BEGIN:VTIMEZONE",
    f"TZID:{CHINA}",
    "BEGIN:STANDARD",
    "DTSTART:19920101T000000",
    "TZOFFSETFROM:+0800",
    "TZOFFSETTO:+0800",
    "TZNAME:CST",
    "END:STANDARD",
    "END:VTIMEZONE",
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Method(StrEnum):
    """What a calendar object asks of the program that reads it; upper case, as some read nothing else."""

    request = "REQUEST"
    cancel = "CANCEL"
    publish = "PUBLISH"


class Status(StrEnum):
    """Whether the activity takes place."""

    tentative = "TENTATIVE"
    confirmed = "CONFIRMED"
    cancelled = "CANCELLED"


class PartStat(StrEnum):
    """What the invited person said."""

    needs_action = "NEEDS-ACTION"
    accepted = "ACCEPTED"
    declined = "DECLINED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One activity in a calendar.

    `uid` stays the same for ever; `sequence` grows with every change and for the cancellation.
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    summary: str
    organizer: Mailbox
    status: Status = Status.confirmed
    attendee: Mailbox | None = None
    partstat: PartStat = PartStat.needs_action
    location: str = ""
    description: str = ""
    url: str = ""
    place: Place | None = None


def invitation(entry: Entry, *, stamp: datetime) -> str:
    """Return the text that puts an entry into one person's calendar, or changes it there (REQUEST)."""
    return _calendar(Method.request, (entry,), (), stamp)


def cancellation(entry: Entry, *, stamp: datetime) -> str:
    """Return the text that takes an entry out again (CANCEL); its sequence must be higher than any sent."""
    return _calendar(Method.cancel, (entry,), (), stamp)


def publication(entry: Entry, *, stamp: datetime) -> str:
    """Return the text of one entry for whoever puts it into a calendar by hand (PUBLISH); attendees are left out."""
    return _calendar(Method.publish, (entry,), (), stamp)


def feed(entries: Sequence[Entry], *, name: str, stamp: datetime, refresh: timedelta = timedelta(hours=1)) -> str:
    """Return a calendar to subscribe to (PUBLISH); attendees are left out, as RFC 5546 asks."""
    title = escape(name)
    interval = f"PT{max(1, int(refresh.total_seconds()) // 60)}M"
    head = (
        f"NAME:{title}",
        f"X-WR-CALNAME:{title}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{interval}",
        f"X-PUBLISHED-TTL:{interval}",
    )
    return _calendar(Method.publish, entries, head, stamp)


def escape(text: str) -> str:
    """Return a TEXT value: backslash, semicolon, comma and line break escaped, control characters gone."""
    tidy = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return tidy.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def parameter(text: str) -> str:
    """Return a quoted parameter value; double quotes cannot stand there and become single ones."""
    return '"' + _CONTROL.sub("", text).replace('"', "'").replace("\r", " ").replace("\n", " ") + '"'


def fold(line: str) -> str:
    """Return a content line folded at 75 octets, never inside a character; no line end at the end."""
    data = line.encode("utf-8")
    if len(data) <= MAX_LINE_OCTETS:
        return line
    pieces, start, room = [], 0, MAX_LINE_OCTETS
    while start < len(data):
        stop = whole_characters(data, start + room)
        pieces.append(data[start:stop].decode("utf-8"))
        start, room = stop, MAX_LINE_OCTETS - 1  # the space that marks a continuation counts
    return "\r\n ".join(pieces)


def _calendar(method: Method, entries: Sequence[Entry], head: tuple[str, ...], stamp: datetime) -> str:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        f"METHOD:{method.value}",
        *head,
    ]
    if any(_is_china(entry) for entry in entries):
        lines += _CHINA_BLOCK
    for entry in entries:
        lines += _entry(method, entry, stamp)
    lines.append("END:VCALENDAR")
    return "".join(f"{fold(line)}\r\n" for line in lines)


def _entry(method: Method, entry: Entry, stamp: datetime) -> list[str]:
    status = Status.cancelled if method is Method.cancel else entry.status
    organizer = f"mailto:{ascii_address(entry.organizer.address)}"
    lines = [
        "BEGIN:VEVENT",
        f"UID:{escape(entry.uid)}",
        f"SEQUENCE:{entry.sequence}",
        f"DTSTAMP:{_utc(stamp)}",
        _instant("DTSTART", entry.starts_at, entry),
        _instant("DTEND", entry.ends_at, entry),
        f"SUMMARY:{escape(entry.summary)}",
        f"STATUS:{status.value}",
        f"ORGANIZER{_common_name(entry.organizer)}:{organizer}",
    ]
    if entry.attendee is not None and method is not Method.publish:
        lines.append(_attendee(entry.attendee, entry.partstat))
    lines += [
        f"{name}:{escape(value)}"
        for name, value in (("LOCATION", entry.location), ("DESCRIPTION", entry.description))
        if value
    ]
    if entry.place is not None:
        lines.append(f"GEO:{entry.place.lat:.6f};{entry.place.lon:.6f}")
    if entry.url:
        lines.append(f"URL:{_CONTROL.sub('', entry.url).replace(chr(10), '').replace(chr(13), '')}")
    lines += ["TRANSP:OPAQUE", "END:VEVENT"]
    return lines


def _attendee(attendee: Mailbox, partstat: PartStat) -> str:
    # RSVP=FALSE: nobody reads the replies of calendar programs here, the answer link is the one that counts.
    return (
        f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={partstat.value};RSVP=FALSE"
        f"{_common_name(attendee)}:mailto:{ascii_address(attendee.address)}"
    )


def _common_name(mailbox: Mailbox) -> str:
    return f";CN={parameter(mailbox.name)}" if mailbox.name else ""


def _instant(name: str, instant: datetime, entry: Entry) -> str:
    if _is_china(entry):
        return f"{name};TZID={CHINA}:{to_local(instant, zone(CHINA)):%Y%m%dT%H%M%S}"
    return f"{name}:{_utc(instant)}"


def _is_china(entry: Entry) -> bool:
    return entry.zone == CHINA and entry.starts_at >= CHINA_FIXED_SINCE


def _utc(instant: datetime) -> str:
    if instant.tzinfo is None:
        message = "an instant in a calendar needs a zone"
        raise ValueError(message)
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"
