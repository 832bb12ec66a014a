"""What facts in mails are made of: text on one line, instants with a zone, links that are web addresses.

Text is put on one line when a payload is made (only `description` keeps its line
breaks): a name with a line break in it can then never forge a line of a mail.
"""

import re
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from models.enums import ActivityKind, NotificationKind
from models.values import Place

#: Control and direction-changing characters and lone surrogates: with them a mail could read otherwise than it is.
_HIDDEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Base of all facts: text on one line, instants with a zone."""

    #: Names of text fields that may keep their line breaks.
    long_texts: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str) and not isinstance(value, StrEnum):
                tidy = long_text(value) if field.name in self.long_texts else one_line(value)
                object.__setattr__(self, field.name, tidy)
                if field.name.endswith("_url") and tidy and not tidy.startswith(("https://", "http://")):
                    message = f"{field.name} must be a web address"
                    raise ValueError(message)
            elif isinstance(value, datetime) and value.tzinfo is None:
                message = f"{field.name} needs a zone"
                raise ValueError(message)


@dataclass(frozen=True, kw_only=True)
class Recipient(Facts):
    """Whom a message goes to; `locale` is "zh-CN" or "en"."""

    name: str
    address: str
    locale: str


@dataclass(frozen=True, kw_only=True)
class ActivityFacts(Facts):
    """What a mail about an activity may say."""

    long_texts: ClassVar[frozenset[str]] = frozenset({"description"})

    activity_id: int
    #: The short name by which people quote the activity.
    ref: str
    title: str
    starts_at: datetime
    ends_at: datetime
    #: IANA key of the zone whose wall clock the mail speaks.
    zone: str
    #: Stable name in calendars, `uuid4@service`; never a host or user name.
    uid: str
    #: Version of the calendar entry; higher after every change and for a cancellation.
    sequence: int
    kind: ActivityKind = ActivityKind.lecture
    venue_name: str = ""
    venue_address: str = ""
    #: Town or street for subjects and headlines, e.g. 陈贵镇; empty: the venue's name serves.
    locality: str = ""
    place: Place | None = None
    contact_name: str = ""
    contact_phone: str = ""
    organisation_name: str = ""
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Payload(Facts):
    """Base of what a notification carries."""

    kind: ClassVar[NotificationKind]

    #: Page that explains why this came; empty: the line is left out.
    why_url: str = ""
    #: Page where this kind can be switched off; empty: the line is left out.
    stop_url: str = ""


def one_line(text: str) -> str:
    """Return the text without control characters, every run of white space one space."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(_HIDDEN.sub("", text).split())


def long_text(text: str) -> str:
    """Return the text with its lines kept, each one tidied."""
    return "\n".join(one_line(line) for line in text.splitlines()).strip()
