"""Broadcasts as those read them who sent them, or who manage or audit whom they are for."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlmodel import col

from models.enums import BroadcastState, DeliveryState, UserRole
from models.errors import Forbidden, NotFound
from models.rules import audiences as rules
from models.rules.audiences import Audience
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.broadcasts import Broadcast
from models.tables.deliveries import Delivery
from models.tables.notifications import Notification
from models.tables.people import Person
from models.tables.teams import Team
from models.tables.users import User
from services import access
from services.queries import filters
from services.queries.paging import DEFAULT_LIMIT, AnyRow, AnySelect, Key, Page, fetch
from services.unit_of_work import Tx

READERS = access.MANAGING | {UserRole.auditor}


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastRow:
    """One broadcast; until `release_at` it can be taken back. `people_count` is how many the preview said get it."""

    id: int
    subject: str
    body: str
    audience: Audience
    state: BroadcastState
    release_at: datetime
    created_at: datetime
    people_count: int
    activity_id: int | None
    activity_title: str | None
    team_id: int | None
    team_name: str | None
    sender_name: str | None
    may_undo: bool
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of a broadcast for one person; `reason` is the code of why it was not sent."""

    person_id: int
    name: str
    state: DeliveryState
    due_at: datetime
    settled_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class BroadcastView:
    """One broadcast with what became of it: how many deliveries stand where, and how many were not sent and why."""

    row: BroadcastRow
    counts: dict[DeliveryState, int]
    reasons: dict[str, int]


def list_broadcasts(
    tx: Tx, *, activity_id: int | None = None, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[BroadcastRow]:
    """Return the broadcasts that the actor may read, the newest first.

    Raises:
        SignInNeeded, Forbidden, Invalid (limit or cursor).
    """
    access.require_role(tx.actor, READERS)
    query = _query(tx)
    if activity_id is not None:
        query = query.where(col(Broadcast.activity_id) == activity_id)
    found, after = fetch(tx, query, keys=(Key(col(Broadcast.id), is_descending=True),), limit=limit, cursor=cursor)
    return Page(tuple(_row(row) for row in found), after)


def read_broadcast(tx: Tx, broadcast_id: int) -> BroadcastView:
    """Return one broadcast.

    Raises:
        SignInNeeded, NotFound.
    """
    found = _one(tx, broadcast_id)
    counted = (
        select(col(Delivery.state), col(Delivery.reason), func.count())
        .join(Notification, col(Notification.id) == col(Delivery.notification_id))
        .where(_of(found[0]))
        .group_by(col(Delivery.state), col(Delivery.reason))
    )
    counts: Counter[DeliveryState] = Counter()
    reasons: Counter[str] = Counter()
    for state, reason, count in tx.session.execute(counted):
        counts[state] += count
        if reason and state is not DeliveryState.sent:
            reasons[reason] += count
    return BroadcastView(_row(found), dict(counts), dict(reasons))


def fates(tx: Tx, broadcast_id: int, *, limit: int = DEFAULT_LIMIT, cursor: str | None = None) -> Page[Fate]:
    """Return what became of a broadcast for each person.

    Raises:
        SignInNeeded, NotFound, Invalid (limit or cursor).
    """
    query = (
        select(Delivery, col(Person.name))
        .join(Notification, col(Notification.id) == col(Delivery.notification_id))
        .join(Person, col(Person.id) == col(Delivery.person_id))
        .where(_of(_one(tx, broadcast_id)[0]))
    )
    found, after = fetch(tx, query, keys=(Key(col(Delivery.id)),), limit=limit, cursor=cursor)
    return Page(
        tuple(
            Fate(
                person_id=delivery.person_id,
                name=name,
                state=delivery.state,
                due_at=delivery.due_at,
                settled_at=delivery.settled_at,
                reason=delivery.reason,
            )
            for delivery, name, *_ in found
        ),
        after,
    )


def require_undoable(tx: Tx, broadcast_id: int) -> None:
    """Check that the actor may take a broadcast back, whether or not it is too late.

    Raises:
        SignInNeeded, NotFound, Forbidden.
    """
    if not read_broadcast(tx, broadcast_id).row.may_undo:
        raise Forbidden(Reason("role_missing"))


def _one(tx: Tx, broadcast_id: int) -> AnyRow:
    access.require_signed_in(tx.actor)
    known = filters.known_id("broadcast", broadcast_id)
    found = tx.session.execute(_query(tx).where(col(Broadcast.id) == known)).first()
    if found is None:
        raise NotFound("broadcast", broadcast_id)
    return found


def _of(row: Broadcast) -> ColumnElement[bool]:
    """Return the condition that a notification belongs to a broadcast, by the unique keys of its people."""
    return col(Notification.dedupe_key).in_([f"broadcast:{row.id}:{person_id}" for person_id in row.person_ids])


def _own(tx: Tx) -> ColumnElement[bool]:
    return col(Broadcast.by_user_id) == tx.actor.user_id if tx.actor.user_id is not None else false()


def _query(tx: Tx) -> AnySelect:
    managed = func.coalesce(access.team_in_reach(tx.actor, col(Broadcast.team_id), access.MANAGING), false())
    columns: list[Any] = [Broadcast, col(Activity.title), col(Team.name), col(User.name), or_(_own(tx), managed)]
    return (
        select(*columns)
        .join(Activity, col(Activity.id) == col(Broadcast.activity_id), isouter=True)
        .join(Team, col(Team.id) == col(Broadcast.team_id), isouter=True)
        .join(User, col(User.id) == col(Broadcast.by_user_id), isouter=True)
        .where(or_(_own(tx), access.team_in_reach(tx.actor, col(Broadcast.team_id), READERS)))
    )


def _row(found: AnyRow) -> BroadcastRow:
    row, title, team, sender, may_undo = found[:5]
    return BroadcastRow(
        id=row.id,
        subject=row.subject,
        body=row.body,
        audience=rules.read(row.audience),
        state=row.state,
        release_at=row.release_at,
        created_at=row.created_at,
        people_count=row.people_count,
        activity_id=row.activity_id,
        activity_title=title,
        team_id=row.team_id,
        team_name=team,
        sender_name=sender,
        may_undo=bool(may_undo),
        version=row.version,
    )
