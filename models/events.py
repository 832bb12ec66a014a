"""Domain events: facts in the past tense, with ids and values, never rows or names of people.

Every event has a stable `key`, `noun.verb`; the key, never a Python path, is what
history stores. `subject_id` is the id of the row that the noun names.
`changes` holds `{column: [old, new]}` for plain edits; columns with personal data
carry `["*", "*"]` there, so that history can outlive an erasure.
"""

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import Enum
from typing import Any, ClassVar

from models.enums import AnswerVia, AnswerWord, UserRole


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events."""

    key: ClassVar[str] = ""
    subject_id: int

    @property
    def noun(self) -> str:
        """The glossary term of the row that the event is about."""
        return self.key.partition(".")[0]

    def payload(self) -> dict[str, Any]:
        """Return the fields but `subject_id` as plain JSON values; instants as RFC 3339 in UTC."""
        return {f.name: plain(getattr(self, f.name)) for f in fields(self) if f.name != "subject_id"}


def plain(value: Any) -> Any:
    """Return the JSON form of a field value."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return value


@dataclass(frozen=True, kw_only=True)
class RowCreated(Event):
    """A register row was written; concrete kinds set `key`."""

    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RowChanged(Event):
    """A register row was edited; concrete kinds set `key`."""

    changes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RowEnded(Event):
    """A register row's validity was given an end."""

    until_on: date


class OrgCreated(RowCreated):
    """An org was written."""

    key = "org.created"


class OrgChanged(RowChanged):
    """An org was edited."""

    key = "org.changed"


class OrgEnded(RowEnded):
    """An org's validity got an end."""

    key = "org.ended"


class TeamCreated(RowCreated):
    """A team was written."""

    key = "team.created"


class TeamChanged(RowChanged):
    """A team was edited."""

    key = "team.changed"


class TeamEnded(RowEnded):
    """A team's validity got an end."""

    key = "team.ended"


class PersonCreated(RowCreated):
    """A person was written."""

    key = "person.created"


class PersonChanged(RowChanged):
    """A person was edited."""

    key = "person.changed"


class PersonEnded(RowEnded):
    """A person left."""

    key = "person.ended"


class MembershipCreated(RowCreated):
    """A person joined a team."""

    key = "membership.created"


class MembershipChanged(RowChanged):
    """A membership was edited."""

    key = "membership.changed"


class MembershipEnded(RowEnded):
    """A membership got an end."""

    key = "membership.ended"


class VenueCreated(RowCreated):
    """A venue was written."""

    key = "venue.created"


class VenueChanged(RowChanged):
    """A venue was edited."""

    key = "venue.changed"


class VenueEnded(RowEnded):
    """A venue's validity got an end."""

    key = "venue.ended"


class ProgrammeCreated(RowCreated):
    """A programme was written."""

    key = "programme.created"


class ProgrammeChanged(RowChanged):
    """A programme was edited."""

    key = "programme.changed"


class TopicCreated(RowCreated):
    """A topic was written."""

    key = "topic.created"


class TopicChanged(RowChanged):
    """A topic was edited."""

    key = "topic.changed"


class ProgrammeEnded(RowEnded):
    """A programme's validity got an end."""

    key = "programme.ended"


class TopicEnded(RowEnded):
    """A topic's validity got an end."""

    key = "topic.ended"


class TourCreated(RowCreated):
    """A tour was written."""

    key = "tour.created"


class TourChanged(RowChanged):
    """A tour or the order of its stops was edited."""

    key = "tour.changed"


@dataclass(frozen=True, kw_only=True)
class UserAdded(Event):
    """A login was made, with its role."""

    key = "user.added"
    role: UserRole
    team_id: int | None = None


class UserChanged(RowChanged):
    """A login got other rights, another password, or was closed."""

    key = "user.changed"


@dataclass(frozen=True, kw_only=True)
class TokenCreated(Event):
    """An API token was made for a user."""

    key = "token.created"
    user_id: int
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event):
    """An API token was ended before its time."""

    key = "token.revoked"
    user_id: int


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event):
    """A user signed in."""

    key = "user.signed_in"
    way: str = "password"


@dataclass(frozen=True, kw_only=True)
class SignInRefused(Event):
    """A sign-in failed; `subject_id` is the user, or 0 where the address is unknown."""

    key = "user.sign_in_refused"


@dataclass(frozen=True, kw_only=True)
class SignedOut(Event):
    """A user signed out."""

    key = "user.signed_out"


class ActivityCreated(RowCreated):
    """An activity was planned."""

    key = "activity.created"


class ActivityChanged(RowChanged):
    """An activity was edited without touching its window."""

    key = "activity.changed"


@dataclass(frozen=True, kw_only=True)
class ActivityReleased(Event):
    """An activity became public; offers go out."""

    key = "activity.released"


@dataclass(frozen=True, kw_only=True)
class ActivityMoved(Event):
    """An activity got another window."""

    key = "activity.moved"
    old_starts_at: datetime
    old_ends_at: datetime
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class ActivityPostponed(Event):
    """An activity was taken off its date without a new one."""

    key = "activity.postponed"
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ActivityCancelled(Event):
    """An activity will not happen."""

    key = "activity.cancelled"
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ActivityHeld(Event):
    """An activity took place."""

    key = "activity.held"


@dataclass(frozen=True, kw_only=True)
class ActivityClosed(Event):
    """An activity was signed and counted; `manifest_sha256` binds the rows behind it."""

    key = "activity.closed"
    closing_id: int
    manifest_sha256: str
    manifest_version: int = 1


@dataclass(frozen=True, kw_only=True)
class BookingRequested(Event):
    """A venue was asked for."""

    key = "booking.requested"
    venue_id: int
    activity_id: int | None
    occupied_from: datetime
    occupied_until: datetime


@dataclass(frozen=True, kw_only=True)
class BookingConfirmed(Event):
    """A venue was booked; from now on it is taken."""

    key = "booking.confirmed"
    venue_id: int
    activity_id: int | None
    occupied_from: datetime
    occupied_until: datetime


@dataclass(frozen=True, kw_only=True)
class BookingDeclined(Event):
    """A request for a venue was declined."""

    key = "booking.declined"
    venue_id: int
    activity_id: int | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class BookingCancelled(Event):
    """A booking was given back."""

    key = "booking.cancelled"
    venue_id: int
    activity_id: int | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class BookingMoved(Event):
    """A booking got another window or venue."""

    key = "booking.moved"
    venue_id: int
    activity_id: int | None
    occupied_from: datetime
    occupied_until: datetime


@dataclass(frozen=True, kw_only=True)
class AssignmentOffered(Event):
    """A person was asked; the call-up goes out once the activity is released."""

    key = "assignment.offered"
    activity_id: int
    person_id: int
    role: str


@dataclass(frozen=True, kw_only=True)
class AssignmentAnswered(Event):
    """A person answered, or somebody answered for them."""

    key = "assignment.answered"
    activity_id: int
    person_id: int
    word: AnswerWord
    via: AnswerVia
    has_reason: bool = False


@dataclass(frozen=True, kw_only=True)
class AssignmentReplaced(Event):
    """Somebody else was asked in a person's place."""

    key = "assignment.replaced"
    activity_id: int
    person_id: int
    by_assignment_id: int


@dataclass(frozen=True, kw_only=True)
class AssignmentWithdrawn(Event):
    """An offer or an acceptance was taken back by the organiser."""

    key = "assignment.withdrawn"
    activity_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class CheckedIn(Event):
    """A person was seen coming or going; `subject_id` is the attendance row."""

    key = "attendance.recorded"
    activity_id: int
    person_id: int
    at: datetime
    direction: str
    source: str


@dataclass(frozen=True, kw_only=True)
class AttendanceReversed(Event):
    """An attendance row was taken back by another row."""

    key = "attendance.reversed"
    activity_id: int
    reverses_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class TallyRecorded(Event):
    """Heads without names were counted."""

    key = "tally.recorded"
    activity_id: int
    count: int
    method: str


@dataclass(frozen=True, kw_only=True)
class TallyReversed(Event):
    """A tally was taken back by another row."""

    key = "tally.reversed"
    activity_id: int
    reverses_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class EvidenceAdded(Event):
    """A document was filed."""

    key = "evidence.added"
    activity_id: int
    sha256: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class ImportApplied(Event):
    """A roster file was taken over; `subject_id` is the batch."""

    key = "import.applied"
    kind: str
    sha256: str
    created_count: int
    changed_count: int


@dataclass(frozen=True, kw_only=True)
class ImportUndone(Event):
    """A batch was taken back."""

    key = "import.undone"
    kind: str


def all_events() -> tuple[type[Event], ...]:
    """Return every concrete event kind, sorted by key."""
    found: dict[str, type[Event]] = {}
    waiting = list(Event.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if kind.key:
            found[kind.key] = kind
    return tuple(found[key] for key in sorted(found))
