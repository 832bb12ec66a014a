"""Every kind of notification: the facts it carries and the manners it has.

A payload holds everything that the words need, so that rendering asks nobody.
Text is put on one line when a payload is made (only `description` keeps its line
breaks): a name with a line break in it can then never forge a line of a mail.
"""

import re
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from models.enums import ActivityKind, AnswerVia, AnswerWord, AssignmentRole, ChannelKind, NotificationKind
from models.values import Place, TimeWindow

#: Control and direction-changing characters and lone surrogates: with them a mail could read otherwise than it is.
_HIDDEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

#: After this a mail server gives up as well (RFC 5321 4.5.4.1).
GIVE_UP_AFTER = timedelta(days=5)


class CancelledHow(StrEnum):
    """Why a person need not come."""

    activity = "activity"  #: the activity is cancelled
    postponed = "postponed"  #: it is taken off its date and has no new one yet
    assignment = "assignment"  #: it takes place, but without this person


@dataclass(frozen=True, slots=True)
class KindSpec:
    """How a kind is sent."""

    kind: NotificationKind
    channels: tuple[ChannelKind, ...]
    #: How long after its due instant it may still go out; None: as long as the fact holds.
    lateness: timedelta | None
    #: May a person switch this kind off?
    may_opt_out: bool
    #: Does a calendar part travel with it?
    has_calendar: bool


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


@dataclass(frozen=True, kw_only=True)
class DutyPayload(Payload):
    """Base of what goes to a person about a duty of theirs."""

    activity: ActivityFacts
    role: AssignmentRole
    #: Personal page where the person answers; opening it changes nothing.
    answer_url: str
    #: How to get there, in the organiser's words.
    travel_note: str = ""


@dataclass(frozen=True, kw_only=True)
class CallUp(DutyPayload):
    """A person is asked to take a duty."""

    kind = NotificationKind.call_up
    #: Until when an answer helps.
    answer_by: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Reminder(DutyPayload):
    """A person who said yes is reminded."""

    kind = NotificationKind.reminder


@dataclass(frozen=True, kw_only=True)
class Changed(DutyPayload):
    """The time or the place of a duty changed; `activity` holds what is true now."""

    kind = NotificationKind.changed
    #: The window as it was; None where the time did not change.
    old_window: TimeWindow | None = None
    #: The venue as it was; empty where it did not change.
    old_venue_name: str = ""
    #: Must the person answer anew?
    is_answer_wanted: bool = True


@dataclass(frozen=True, kw_only=True)
class Cancelled(DutyPayload):
    """A person need not come; carries a calendar cancellation.

    `activity.sequence` must be higher than in every invitation sent before.
    """

    kind = NotificationKind.cancelled
    how: CancelledHow = CancelledHow.activity
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class AnswerReceived(Payload):
    """The organiser learns who answered what."""

    kind = NotificationKind.answer_received
    activity: ActivityFacts
    role: AssignmentRole
    person_name: str
    word: AnswerWord
    via: AnswerVia
    reason: str = ""
    #: Who wrote the answer down, where it was not the person.
    answered_by_name: str = ""
    #: How many duties of the activity still have nobody who said yes.
    open_duty_count: int = 0
    page_url: str


@dataclass(frozen=True, kw_only=True)
class CloseActivity(Payload):
    """The organiser is asked to close an activity that is over."""

    kind = NotificationKind.close_activity
    activity: ActivityFacts
    #: People seen at the door so far.
    attendance_count: int = 0
    close_url: str


@dataclass(frozen=True, kw_only=True)
class SignIn(Payload):
    """A one-time link that signs a person in."""

    kind = NotificationKind.sign_in
    sign_in_url: str
    expires_at: datetime
    zone: str
    organisation_name: str = ""


@dataclass(frozen=True, kw_only=True)
class BookingPayload(Payload):
    """Base of what is said about a booking."""

    booking_id: int
    venue_name: str
    #: The window asked for, without set-up and tear-down.
    window: TimeWindow
    #: The window in which the venue is taken.
    occupied: TimeWindow
    zone: str
    purpose: str
    asked_by_name: str
    asked_by_phone: str = ""
    organisation_name: str = ""


@dataclass(frozen=True, kw_only=True)
class BookingAsked(BookingPayload):
    """The approver of a venue is asked to decide."""

    kind = NotificationKind.booking_asked
    #: Heads expected; 0 where nobody said.
    people_count: int = 0
    decide_url: str
    decide_by: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class BookingDecided(BookingPayload):
    """Whoever asked for a venue learns the answer."""

    kind = NotificationKind.booking_decided
    is_confirmed: bool
    reason: str = ""
    page_url: str


PAYLOADS: dict[NotificationKind, type[Payload]] = {
    payload.kind: payload
    for payload in (
        CallUp,
        Reminder,
        Changed,
        Cancelled,
        AnswerReceived,
        CloseActivity,
        SignIn,
        BookingAsked,
        BookingDecided,
    )
}

_MAIL = (ChannelKind.mail,)

CATALOG: dict[NotificationKind, KindSpec] = {
    spec.kind: spec
    for spec in (
        KindSpec(NotificationKind.call_up, _MAIL, GIVE_UP_AFTER, may_opt_out=True, has_calendar=True),
        KindSpec(NotificationKind.reminder, _MAIL, GIVE_UP_AFTER, may_opt_out=True, has_calendar=True),
        KindSpec(NotificationKind.changed, _MAIL, GIVE_UP_AFTER, may_opt_out=False, has_calendar=True),
        KindSpec(NotificationKind.cancelled, _MAIL, GIVE_UP_AFTER, may_opt_out=False, has_calendar=True),
        KindSpec(NotificationKind.answer_received, _MAIL, timedelta(days=2), may_opt_out=True, has_calendar=False),
        KindSpec(NotificationKind.close_activity, _MAIL, None, may_opt_out=False, has_calendar=False),
        KindSpec(NotificationKind.sign_in, _MAIL, timedelta(minutes=15), may_opt_out=False, has_calendar=False),
        KindSpec(NotificationKind.booking_asked, _MAIL, GIVE_UP_AFTER, may_opt_out=False, has_calendar=False),
        KindSpec(NotificationKind.booking_decided, _MAIL, GIVE_UP_AFTER, may_opt_out=False, has_calendar=False),
    )
}


def spec_of(kind: NotificationKind) -> KindSpec:
    """Return how a kind is sent."""
    return CATALOG[kind]


def one_line(text: str) -> str:
    """Return the text without control characters, every run of white space one space."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(_HIDDEN.sub("", text).split())


def long_text(text: str) -> str:
    """Return the text with its lines kept, each one tidied."""
    return "\n".join(one_line(line) for line in text.splitlines()).strip()
