"""Domain events: facts in the past tense, with ids and values, never rows or names of people.

Every event has a stable `key`, `noun.verb`; the key, never a Python path, is what
history stores. `subject_id` is the id of the row that the noun names.
`changes` holds `{column: [old, new]}` for plain edits; columns with personal data
carry `["*", "*"]` there, so that history can outlive an erasure.
"""

from models.events.absences import AbsenceWithdrawn, AbsenceWritten
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
    ActivityReleaseUndone,
)
from models.events.answers import CallDone, StandInSearchEnded, StandInSearchStarted
from models.events.assignments import (
    AssignmentAnswered,
    AssignmentOffered,
    AssignmentOverridden,
    AssignmentReplaced,
    AssignmentWithdrawn,
)
from models.events.base import Event, RowChanged, RowCreated, RowEnded
from models.events.bookings import (
    BookingArrived,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingHeld,
    BookingLapsed,
    BookingMoved,
    BookingReleased,
    BookingRequested,
    BookingUsed,
    BookingWarned,
)
from models.events.broadcasts import BroadcastQueued, BroadcastSent, BroadcastUndone
from models.events.counting import AttendanceReversed, CheckedIn, EvidenceAdded, TallyRecorded, TallyReversed
from models.events.equipment import (
    EquipmentChanged,
    EquipmentCreated,
    EquipmentEnded,
    LoanCancelled,
    LoanMade,
    LoanMoved,
    LoanReturned,
    LoanSwapped,
)
from models.events.feeds import FeedReset, PersonFeedReset, TeamFeedReset
from models.events.imports import ImportApplied, ImportUndone
from models.events.outside_calendars import OutsideCalendarEnded, OutsideCalendarGiven
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
from models.events.reminder_plans import ReminderPlanRemoved, ReminderPlanSet
from models.events.sending import (
    ChannelEndpointChanged,
    ChannelEndpointCreated,
    ChannelEndpointTested,
    PersonAddressCleared,
    PersonAddressFailed,
    PersonOptedIn,
    PersonOptedOut,
)
from models.events.series import (
    SeriesCancelled,
    SeriesChanged,
    SeriesCreated,
    SeriesDateBooked,
    SeriesDateRefused,
    SeriesSplit,
)
from models.events.waits import WaitExpired, WaitJoined, WaitOffered, WaitTaken, WaitWithdrawn

__all__ = [
    "AbsenceWithdrawn",
    "AbsenceWritten",
    "ActivityCancelled",
    "ActivityChanged",
    "ActivityClosed",
    "ActivityCreated",
    "ActivityHeld",
    "ActivityMoved",
    "ActivityPostponed",
    "ActivityReleaseUndone",
    "ActivityReleased",
    "AssignmentAnswered",
    "AssignmentOffered",
    "AssignmentOverridden",
    "AssignmentReplaced",
    "AssignmentWithdrawn",
    "AttendanceReversed",
    "BookingArrived",
    "BookingCancelled",
    "BookingConfirmed",
    "BookingDeclined",
    "BookingHeld",
    "BookingLapsed",
    "BookingMoved",
    "BookingReleased",
    "BookingRequested",
    "BookingUsed",
    "BookingWarned",
    "BroadcastQueued",
    "BroadcastSent",
    "BroadcastUndone",
    "CallDone",
    "ChannelEndpointChanged",
    "ChannelEndpointCreated",
    "ChannelEndpointTested",
    "CheckedIn",
    "EquipmentChanged",
    "EquipmentCreated",
    "EquipmentEnded",
    "Event",
    "EvidenceAdded",
    "FeedReset",
    "ImportApplied",
    "ImportUndone",
    "LoanCancelled",
    "LoanMade",
    "LoanMoved",
    "LoanReturned",
    "LoanSwapped",
    "MembershipChanged",
    "MembershipCreated",
    "MembershipEnded",
    "OrgChanged",
    "OrgCreated",
    "OrgEnded",
    "OutsideCalendarEnded",
    "OutsideCalendarGiven",
    "PersonAddressCleared",
    "PersonAddressFailed",
    "PersonChanged",
    "PersonCreated",
    "PersonEnded",
    "PersonFeedReset",
    "PersonOptedIn",
    "PersonOptedOut",
    "ProgrammeChanged",
    "ProgrammeCreated",
    "ProgrammeEnded",
    "ReminderPlanRemoved",
    "ReminderPlanSet",
    "RowChanged",
    "RowCreated",
    "RowEnded",
    "SeriesCancelled",
    "SeriesChanged",
    "SeriesCreated",
    "SeriesDateBooked",
    "SeriesDateRefused",
    "SeriesSplit",
    "SignInRefused",
    "SignedIn",
    "SignedOut",
    "StandInSearchEnded",
    "StandInSearchStarted",
    "TallyRecorded",
    "TallyReversed",
    "TeamChanged",
    "TeamCreated",
    "TeamEnded",
    "TeamFeedReset",
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
    "WaitExpired",
    "WaitJoined",
    "WaitOffered",
    "WaitTaken",
    "WaitWithdrawn",
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
