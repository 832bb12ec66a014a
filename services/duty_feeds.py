"""What the calendars of people and of teams hold.

A duty that ended before it took place stays for 30 days as cancelled, so that calendar programs, which often keep
what merely vanished, take it out. Since when it is, and when anything changed, history says.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlmodel import col

from models.enums import ActivityState, AssignmentState
from models.tables.activities import Activity
from models.tables.history import HistoryEntry
from models.tables.people import Person
from models.tables.venues import Venue
from services import access, feeds
from services.feeds import AHEAD, BEFORE, MOST_ENTRIES
from services.queries import filters
from services.queries.assignments import Duty, duties
from services.unit_of_work import Tx

#: So long a duty that came to nothing is told as cancelled.
KEPT = timedelta(days=30)
OFF = frozenset({ActivityState.cancelled, ActivityState.postponed})
OUT = frozenset({AssignmentState.declined, AssignmentState.replaced, AssignmentState.withdrawn})
FIRM = frozenset({AssignmentState.accepted, AssignmentState.served})
_ENDINGS = {
    "activity": ("activity.cancelled", "activity.postponed"),
    "assignment": ("assignment.answered", "assignment.replaced", "assignment.withdrawn"),
}
#: SQLite binds 32,766 values at the most.
IDS_A_STATEMENT = 5000

Subject = tuple[str, int]


@dataclass(frozen=True, slots=True)
class DutyEntry:
    """A duty in a calendar; its `sequence` is that of the letters about it, without anybody's phone number."""

    duty: Duty
    sequence: int
    is_firm: bool
    is_cancelled: bool


@dataclass(frozen=True, slots=True)
class DutyFeed:
    """A person's duties from a month back to a year ahead, by start; `changed_at` is when the last of them changed."""

    entries: tuple[DutyEntry, ...]
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamEntry:
    """An activity in a team's calendar; instants in UTC."""

    activity_id: int
    uid: str
    sequence: int
    title: str
    description: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    venue_name: str
    venue_address: str
    is_cancelled: bool


@dataclass(frozen=True, slots=True)
class TeamFeed:
    """The public activities of a team and those below it, by start."""

    name: str
    entries: tuple[TeamEntry, ...]
    changed_at: datetime


def person_feed(tx: Tx, person_id: int) -> DutyFeed:
    """Return a person's duties for their calendar; what they never answered is left out once it is over.

    Raises:
        SignInNeeded. NotFound: not the actor's to see.
    """
    near = [
        duty
        for duty in duties(tx, person_id=person_id)
        if tx.now - BEFORE < duty.ends_at and duty.starts_at < tx.now + AHEAD
    ]
    subjects: list[Subject] = [
        subject for one in near for subject in (("activity", one.activity_id), ("assignment", one.assignment_id))
    ]
    changed = _newest(tx, subjects)
    ended = _newest(tx, [_ended(one) for one in near if _is_off(one)], _ENDINGS)
    entries = [
        DutyEntry(
            duty=replace(one, contact_phone=None),
            sequence=one.sequence + (_is_off(one) and one.activity_state not in OFF),
            is_firm=one.state in FIRM,
            is_cancelled=_is_off(one),
        )
        for one in near
        if _is_kept(tx, one, ended)
    ]
    made = tx.session.execute(select(col(Person.created_at)).where(col(Person.id) == person_id)).scalar_one()
    stamps = [
        changed[subject]
        for one in entries
        for subject in (("activity", one.duty.activity_id), ("assignment", one.duty.assignment_id))
        if subject in changed
    ]
    return DutyFeed(tuple(entries[:MOST_ENTRIES]), max(stamps, default=made))


def team_feed(tx: Tx, team_id: int) -> TeamFeed:
    """Return the activities of a team and those below it, as far as the actor may know of them; drafts are left out.

    Raises:
        SignInNeeded, NotFound.
    """
    team = feeds.require_team(tx, team_id)
    rows = tx.session.execute(
        select(Activity, col(Venue.name).label("venue_name"), col(Venue.address).label("venue_address"))
        .outerjoin(Venue, col(Venue.id) == col(Activity.venue_id))
        .where(
            filters.in_subtree(col(Activity.team_id), team_id),
            access.may_see_activity(tx.actor),
            col(Activity.state) != ActivityState.draft,
            col(Activity.ends_at) > tx.now - BEFORE,
            col(Activity.starts_at) < tx.now + AHEAD,
        )
        .order_by(col(Activity.starts_at), col(Activity.id))
        .limit(MOST_ENTRIES)
    ).all()
    changed = _newest(tx, [("activity", row.Activity.id) for row in rows])
    ended = _newest(tx, [("activity", row.Activity.id) for row in rows if row.Activity.state in OFF], _ENDINGS)
    kept = [
        row for row in rows if row.Activity.state not in OFF or _is_recent(tx, ended, ("activity", row.Activity.id))
    ]
    entries = tuple(
        TeamEntry(
            activity_id=row.Activity.id,
            uid=row.Activity.uid,
            sequence=row.Activity.sequence,
            title=row.Activity.title,
            description=row.Activity.description,
            starts_at=row.Activity.starts_at,
            ends_at=row.Activity.ends_at,
            zone=row.Activity.zone,
            venue_name=row.venue_name or "",
            venue_address=row.venue_address or "",
            is_cancelled=row.Activity.state in OFF,
        )
        for row in kept
    )
    stamps = [changed[subject] for one in entries if (subject := ("activity", one.activity_id)) in changed]
    return TeamFeed(team.name, entries, max(stamps, default=team.created_at))


def _is_off(duty: Duty) -> bool:
    return duty.activity_state in OFF or duty.state in OUT


def _ended(duty: Duty) -> Subject:
    """Return what history tells the end of."""
    return ("activity", duty.activity_id) if duty.activity_state in OFF else ("assignment", duty.assignment_id)


def _is_kept(tx: Tx, duty: Duty, ended: Mapping[Subject, datetime]) -> bool:
    if _is_off(duty):
        return _is_recent(tx, ended, _ended(duty))
    return duty.state in FIRM or duty.ends_at > tx.now


def _is_recent(tx: Tx, ended: Mapping[Subject, datetime], subject: Subject) -> bool:
    """Tell whether something ended in the last 30 days; where nobody knows when, it is over."""
    return subject in ended and tx.now - ended[subject] < KEPT


def _newest(
    tx: Tx, subjects: Collection[Subject], events: Mapping[str, Iterable[str]] | None = None
) -> dict[Subject, datetime]:
    """Return when each subject's newest event happened, any or one of those named."""
    found: dict[Subject, datetime] = {}
    for noun in sorted({noun for noun, _ in subjects}):
        ids = sorted({row_id for one, row_id in subjects if one == noun})
        for start in range(0, len(ids), IDS_A_STATEMENT):
            wanted = and_(
                col(HistoryEntry.noun) == noun, col(HistoryEntry.subject_id).in_(ids[start : start + IDS_A_STATEMENT])
            )
            if events is not None:
                wanted &= or_(*(col(HistoryEntry.event) == key for key in events[noun]))
            query = select(col(HistoryEntry.subject_id), col(HistoryEntry.at)).where(wanted)
            for subject_id, at in tx.session.execute(query):
                found[noun, subject_id] = max(at, found.get((noun, subject_id), at))
    return found
