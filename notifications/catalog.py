"""Every kind of notification: the facts it carries and the manners it has.

A payload holds everything that the words need, so that rendering asks nobody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.enums import AnswerVia, AnswerWord, AssignmentRole, ChannelKind, NotificationKind
from models.rules.digests import can_wait
from models.values import TimeWindow
from notifications.booking_payloads import BookingAsked, BookingDecided, BookingEnded, NoShow, PlaceOffered
from notifications.broadcast_payloads import Broadcast
from notifications.digest import Digest
from notifications.facts import ActivityFacts, Payload

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

    @property
    def can_wait(self) -> bool:
        """May it come with the letter of the day, to people who want one?"""
        return can_wait(self.kind)


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
class Chase(CallUp):
    """A person who has not answered is asked a second time."""

    kind = NotificationKind.chase


@dataclass(frozen=True, kw_only=True)
class StandIn(CallUp):
    """A person is asked to take the place of somebody who cannot come; `answer_by` is when somebody else is asked."""

    kind = NotificationKind.stand_in


@dataclass(frozen=True, kw_only=True)
class Reminder(DutyPayload):
    """A person who said yes is reminded."""

    kind = NotificationKind.reminder


@dataclass(frozen=True, kw_only=True)
class Reconfirm(DutyPayload):
    """A person who said yes early is asked whether it still holds."""

    kind = NotificationKind.reconfirm


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
    #: Was everybody asked who could stand in, and nobody can?
    is_exhausted: bool = False
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


PAYLOADS: dict[NotificationKind, type[Payload]] = {
    payload.kind: payload
    for payload in (
        CallUp,
        Chase,
        StandIn,
        Reminder,
        Reconfirm,
        Changed,
        Cancelled,
        AnswerReceived,
        Digest,
        Broadcast,
        CloseActivity,
        SignIn,
        BookingAsked,
        BookingDecided,
        BookingEnded,
        NoShow,
        PlaceOffered,
    )
}

_MAIL = (ChannelKind.mail,)

CATALOG: dict[NotificationKind, KindSpec] = {
    spec.kind: spec
    for spec in (
        KindSpec(NotificationKind.call_up, _MAIL, GIVE_UP_AFTER, may_opt_out=True, has_calendar=True),
        KindSpec(NotificationKind.chase, _MAIL, GIVE_UP_AFTER, may_opt_out=True, has_calendar=True),
        KindSpec(NotificationKind.stand_in, _MAIL, None, may_opt_out=True, has_calendar=True),
        KindSpec(NotificationKind.reminder, _MAIL, GIVE_UP_AFTER, may_opt_out=True, has_calendar=True),
        KindSpec(NotificationKind.reconfirm, _MAIL, GIVE_UP_AFTER, may_opt_out=True, has_calendar=True),
        KindSpec(NotificationKind.changed, _MAIL, GIVE_UP_AFTER, may_opt_out=False, has_calendar=True),
        KindSpec(NotificationKind.cancelled, _MAIL, GIVE_UP_AFTER, may_opt_out=False, has_calendar=True),
        KindSpec(NotificationKind.answer_received, _MAIL, timedelta(days=2), may_opt_out=True, has_calendar=False),
        KindSpec(NotificationKind.digest, _MAIL, timedelta(days=2), may_opt_out=True, has_calendar=False),
        KindSpec(NotificationKind.broadcast, _MAIL, GIVE_UP_AFTER, may_opt_out=True, has_calendar=False),
        KindSpec(NotificationKind.close_activity, _MAIL, None, may_opt_out=False, has_calendar=False),
        KindSpec(NotificationKind.sign_in, _MAIL, timedelta(minutes=15), may_opt_out=False, has_calendar=False),
        KindSpec(NotificationKind.booking_asked, _MAIL, GIVE_UP_AFTER, may_opt_out=False, has_calendar=False),
        KindSpec(NotificationKind.booking_decided, _MAIL, GIVE_UP_AFTER, may_opt_out=False, has_calendar=False),
        KindSpec(NotificationKind.booking_ended, _MAIL, GIVE_UP_AFTER, may_opt_out=False, has_calendar=False),
        KindSpec(NotificationKind.no_show, _MAIL, None, may_opt_out=False, has_calendar=False),
        KindSpec(NotificationKind.place_offered, _MAIL, None, may_opt_out=False, has_calendar=False),
    )
}


def spec_of(kind: NotificationKind) -> KindSpec:
    """Return how a kind is sent."""
    return CATALOG[kind]
