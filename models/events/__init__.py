"""Domain events: facts in the past tense, with ids and values, never rows or names of people.

Every event has a stable `key`, `noun.verb`; the key, never a Python path, is what
history stores. `subject_id` is the id of the row that the noun names.
`changes` holds `{column: [old, new]}` for plain edits; columns with personal data
carry `["*", "*"]` there, so that history can outlive an erasure.
"""

from models.events.accounts import (
    SignedIn,
    SignedOut,
    SignInRefused,
    TokenCreated,
    TokenRevoked,
    UserAdded,
    UserChanged,
)
from models.events.activities import (
    ActivityCancelled,
    ActivityChanged,
    ActivityClosed,
    ActivityCreated,
    ActivityHeld,
    ActivityMoved,
    ActivityPostponed,
    ActivityReleased,
)
from models.events.assignments import AssignmentAnswered, AssignmentOffered, AssignmentReplaced, AssignmentWithdrawn
from models.events.base import Event, RowChanged, RowCreated, RowEnded
from models.events.bookings import BookingCancelled, BookingConfirmed, BookingDeclined, BookingMoved, BookingRequested
from models.events.counting import AttendanceReversed, CheckedIn, EvidenceAdded, TallyRecorded, TallyReversed
from models.events.imports import ImportApplied, ImportUndone
from models.events.registers import (
    MembershipChanged,
    MembershipCreated,
    MembershipEnded,
    OrgChanged,
    OrgCreated,
    OrgEnded,
    PersonChanged,
    PersonCreated,
    PersonEnded,
    ProgrammeChanged,
    ProgrammeCreated,
    ProgrammeEnded,
    TeamChanged,
    TeamCreated,
    TeamEnded,
    TopicChanged,
    TopicCreated,
    TopicEnded,
    TourChanged,
    TourCreated,
    VenueChanged,
    VenueCreated,
    VenueEnded,
)

__all__ = [
    "ActivityCancelled",
    "ActivityChanged",
    "ActivityClosed",
    "ActivityCreated",
    "ActivityHeld",
    "ActivityMoved",
    "ActivityPostponed",
    "ActivityReleased",
    "AssignmentAnswered",
    "AssignmentOffered",
    "AssignmentReplaced",
    "AssignmentWithdrawn",
    "AttendanceReversed",
    "BookingCancelled",
    "BookingConfirmed",
    "BookingDeclined",
    "BookingMoved",
    "BookingRequested",
    "CheckedIn",
    "Event",
    "EvidenceAdded",
    "ImportApplied",
    "ImportUndone",
    "MembershipChanged",
    "MembershipCreated",
    "MembershipEnded",
    "OrgChanged",
    "OrgCreated",
    "OrgEnded",
    "PersonChanged",
    "PersonCreated",
    "PersonEnded",
    "ProgrammeChanged",
    "ProgrammeCreated",
    "ProgrammeEnded",
    "RowChanged",
    "RowCreated",
    "RowEnded",
    "SignInRefused",
    "SignedIn",
    "SignedOut",
    "TallyRecorded",
    "TallyReversed",
    "TeamChanged",
    "TeamCreated",
    "TeamEnded",
    "TokenCreated",
    "TokenRevoked",
    "TopicChanged",
    "TopicCreated",
    "TopicEnded",
    "TourChanged",
    "TourCreated",
    "UserAdded",
    "UserChanged",
    "VenueChanged",
    "VenueCreated",
    "VenueEnded",
    "all_events",
]


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
