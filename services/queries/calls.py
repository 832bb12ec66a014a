"""Call lists as leaders and organisers read them: whom to telephone, and what to ask."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.enums import ActivityKind, AssignmentRole, CallReason, CallState
from models.errors import NotFound
from models.rules.calls import is_off
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.calls import Call
from models.tables.people import Person
from models.tables.venues import Venue
from services import access
from services.queries.paging import DEFAULT_LIMIT, AnyRow, AnySelect, Key, Page, fetch
from services.unit_of_work import Tx

Leader = aliased(Person)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """One line: who is called, what about, and who ought to call (the organiser where `leader_name` is None).

    With `is_off` the person is told that they need not come; nothing is asked.
    """

    id: int
    assignment_id: int
    activity_id: int
    activity_ref: str
    activity_kind: ActivityKind
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    venue_name: str | None
    role: AssignmentRole
    person_id: int
    person_name: str
    phone: str | None
    leader_name: str | None
    reason: CallReason
    state: CallState
    due_at: datetime
    done_at: datetime | None
    note: str
    is_off: bool
    version: int


def list_calls(
    tx: Tx,
    *,
    is_mine: bool = False,
    state: CallState | None = None,
    activity_id: int | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[CallRow]:
    """Return calls to people whom the actor leads, the nearest activity first; with `is_mine` those left to the actor.

    Raises:
        SignInNeeded, Forbidden: for leaders and organisers only. Invalid: limit or cursor.
    """
    access.require_role(tx.actor, access.LEADING)
    query = _rows(tx)
    if is_mine:
        query = query.where(_mine(tx))
    if state is not None:
        query = query.where(col(Call.state) == state)
    if activity_id is not None:
        query = query.where(col(Call.activity_id) == activity_id)
    found, after = fetch(tx, query, keys=(Key(col(Activity.starts_at)), Key(col(Call.id))), limit=limit, cursor=cursor)
    return Page(tuple(map(_row, found)), after)


def read_call(tx: Tx, call_id: int) -> CallRow:
    """Return one call.

    Raises:
        SignInNeeded, Forbidden; NotFound: no such call for this actor.
    """
    access.require_role(tx.actor, access.LEADING)
    found = tx.session.execute(_rows(tx).where(col(Call.id) == call_id)).first()
    if found is None:
        raise NotFound("call", call_id)
    return _row(found)


def open_count(tx: Tx) -> int:
    """Return how many calls are left to the actor; 0 for those who lead nobody."""
    if not tx.actor.has(access.LEADING):
        return 0
    query = select(func.count()).select_from(_rows(tx).where(_mine(tx), col(Call.state) == CallState.open).subquery())
    return int(tx.session.execute(query).scalar_one())


def _mine(tx: Tx) -> ColumnElement[bool]:
    return or_(
        col(Call.leader_id) == (tx.actor.person_id or 0),
        col(Call.leader_id).is_(None) & (col(Activity.organiser_id) == (tx.actor.user_id or 0)),
    )


def _rows(tx: Tx) -> AnySelect:
    return (
        select(
            Call, Activity, Assignment, Person, col(Leader.name).label("leader_name"), col(Venue.name).label("venue")
        )
        .join(Activity, col(Activity.id) == col(Call.activity_id))
        .join(Assignment, col(Assignment.id) == col(Call.assignment_id))
        .join(Person, col(Person.id) == col(Call.person_id))
        .join(Leader, col(Leader.id) == col(Call.leader_id), isouter=True)
        .join(Venue, col(Venue.id) == col(Activity.venue_id), isouter=True)
        .where(access.may_contact(tx.actor))
    )


def _row(found: AnyRow) -> CallRow:
    row, activity, person = found.Call, found.Activity, found.Person
    return CallRow(
        id=row.id,
        assignment_id=row.assignment_id,
        activity_id=activity.id,
        activity_ref=activity.ref,
        activity_kind=activity.kind,
        title=activity.title,
        starts_at=activity.starts_at,
        ends_at=activity.ends_at,
        zone=activity.zone,
        venue_name=found.venue,
        role=found.Assignment.role,
        person_id=person.id,
        person_name=person.name,
        phone=person.phone,
        leader_name=found.leader_name,
        reason=row.reason,
        state=row.state,
        due_at=row.due_at,
        done_at=row.done_at,
        note=row.note,
        is_off=is_off(found.Assignment.state, activity.state),
        version=row.version,
    )
