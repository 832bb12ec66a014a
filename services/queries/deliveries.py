"""The ledger that answers "why did I, or did I not, get this?": timers, deliveries, tries and reasons.

Managers, leaders and auditors see what concerns activities of their teams, everybody sees their
own. Addresses are whole only for whoever may contact the person; for others they are masked, in
the replies of mail servers too. What a message says is not shown here, and its links never are.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlmodel import col

from models.enums import (
    AttemptOutcome,
    ChannelKind,
    DeliveryPhase,
    DeliveryState,
    NotificationKind,
    ReminderKind,
    ReminderState,
    UserRole,
)
from models.errors import NotFound
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.deliveries import Delivery, DeliveryAttempt
from models.tables.notifications import Notification
from models.tables.people import Person
from models.tables.reminders import Reminder
from models.tables.users import User
from services import access
from services.access import Actor
from services.queries import filters
from services.queries.paging import DEFAULT_LIMIT, AnyRow, AnySelect, Key, Page, fetch
from services.unit_of_work import Tx

LEDGER_READERS = access.LEADING | {UserRole.auditor}
_ADDRESS = re.compile(r"([\w.+-])[\w.+-]*@([\w-]+(?:\.[\w-]+)*)")
_MOBILE = re.compile(r"(?<!\d)(\+\d{2}|1[3-9])\d{6,}(\d\d)(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """One try: when, how it ended, what the other side said, and a code where it was not sent."""

    at: datetime
    outcome: AttemptOutcome
    reply: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """One message to one person.

    `next_try_at` is None once it is settled, `sent_at` None unless it was sent. `reason` is a code
    that says why it was not, or not yet, sent. With `is_perhaps_twice` an earlier copy may have
    arrived too. `address` is masked where `is_masked`.
    """

    id: int
    kind: NotificationKind
    channel: ChannelKind
    state: DeliveryState
    phase: DeliveryPhase
    activity_id: int | None
    activity_ref: str | None
    activity_title: str | None
    assignment_id: int | None
    booking_id: int | None
    person_id: int | None
    recipient_name: str | None
    address: str
    is_masked: bool
    created_at: datetime
    due_at: datetime
    next_try_at: datetime | None
    expires_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None
    attempts_count: int
    reason: str
    reply: str
    attempts: tuple[AttemptRow, ...]

    @property
    def is_perhaps_twice(self) -> bool:
        """Tell whether the same message may have arrived more than once."""
        return self.state is DeliveryState.sent and any(
            attempt.outcome is AttemptOutcome.uncertain for attempt in self.attempts
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderRow:
    """One timer; `reason` is a code that says why it was cancelled or skipped, `person_id` whom it is for."""

    id: int
    kind: ReminderKind
    state: ReminderState
    activity_id: int
    activity_ref: str
    activity_title: str
    assignment_id: int | None
    person_id: int | None
    person_name: str | None
    rule: str
    due_at: datetime
    settled_at: datetime | None
    reason: str


def list_deliveries(
    tx: Tx,
    *,
    activity_id: int | None = None,
    assignment_id: int | None = None,
    person_id: int | None = None,
    kind: NotificationKind | None = None,
    state: DeliveryState | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[DeliveryRow]:
    """Return deliveries that the actor may see, the latest due first, each with its tries.

    Raises:
        Invalid: limit or cursor.
    """
    query = _delivery_query(tx)
    wanted = (
        (Notification.activity_id, activity_id),
        (Notification.assignment_id, assignment_id),
        (Delivery.person_id, person_id),
        (Notification.kind, kind),
        (Delivery.state, state),
    )
    for column, value in wanted:
        if value is not None:
            query = query.where(col(column) == value)
    keys = (Key(col(Delivery.due_at), is_descending=True), Key(col(Delivery.id), is_descending=True))
    found, after = fetch(tx, query, keys=keys, limit=limit, cursor=cursor)
    return Page(_delivery_rows(tx, found), after)


def read_delivery(tx: Tx, delivery_id: int) -> DeliveryRow:
    """Return one delivery with its tries.

    Raises:
        NotFound: no such delivery for this actor.
    """
    known = filters.known_id("delivery", delivery_id)
    found = tx.session.execute(_delivery_query(tx).where(col(Delivery.id) == known)).first()
    if found is None:
        raise NotFound("delivery", delivery_id)
    return _delivery_rows(tx, [found])[0]


def list_reminders(
    tx: Tx,
    *,
    activity_id: int | None = None,
    assignment_id: int | None = None,
    person_id: int | None = None,
    state: ReminderState | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[ReminderRow]:
    """Return timers that the actor may see, the latest due first.

    Raises:
        Invalid: limit or cursor.
    """
    own = col(Assignment.person_id) == tx.actor.person_id if tx.actor.person_id is not None else false()
    columns: list[Any] = [Reminder, col(Activity.ref), col(Activity.title), col(Person.id), col(Person.name)]
    query: AnySelect = (
        select(*columns)
        .join(Activity, col(Activity.id) == col(Reminder.activity_id))
        .join(Assignment, col(Assignment.id) == col(Reminder.assignment_id), isouter=True)
        .join(Person, col(Person.id) == col(Assignment.person_id), isouter=True)
        .where(or_(access.team_in_reach(tx.actor, col(Activity.team_id), LEDGER_READERS), own))
    )
    wanted = (
        (Reminder.activity_id, activity_id),
        (Reminder.assignment_id, assignment_id),
        (Assignment.person_id, person_id),
        (Reminder.state, state),
    )
    for column, value in wanted:
        if value is not None:
            query = query.where(col(column) == value)
    keys = (Key(col(Reminder.due_at), is_descending=True), Key(col(Reminder.id), is_descending=True))
    found, after = fetch(tx, query, keys=keys, limit=limit, cursor=cursor)
    return Page(tuple(_reminder_row(row) for row in found), after)


def mask(text: str) -> str:
    """Return a text with little left of the addresses in it: first character and domain, first and last digits."""
    return _MOBILE.sub(r"\1***\2", _ADDRESS.sub(r"\1***@\2", text))


def _own(actor: Actor) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [false()]
    if actor.person_id is not None:
        conditions.append(col(Delivery.person_id) == actor.person_id)
    if actor.user_id is not None:
        conditions.append(col(Delivery.user_id) == actor.user_id)
    return or_(*conditions)


def _delivery_query(tx: Tx) -> AnySelect:
    own = _own(tx.actor)
    team = col(Activity.team_id)
    may_contact = or_(
        own,
        access.team_in_reach(tx.actor, team, access.MANAGING),
        and_(col(Person.id).is_not(None), access.may_contact(tx.actor)),
    )
    columns: list[Any] = [
        Delivery,
        Notification,
        col(Activity.ref),
        col(Activity.title),
        func.coalesce(col(Person.name), col(User.name)),
        func.coalesce(may_contact, false()),
    ]
    return (
        select(*columns)
        .join(Notification, col(Notification.id) == col(Delivery.notification_id))
        .join(Activity, col(Activity.id) == col(Notification.activity_id), isouter=True)
        .join(Person, col(Person.id) == col(Delivery.person_id), isouter=True)
        .join(User, col(User.id) == col(Delivery.user_id), isouter=True)
        .where(or_(own, access.team_in_reach(tx.actor, team, LEDGER_READERS)))
    )


def _delivery_rows(tx: Tx, found: Sequence[AnyRow]) -> tuple[DeliveryRow, ...]:
    tries: dict[int, list[DeliveryAttempt]] = defaultdict(list)
    wanted = select(DeliveryAttempt).where(col(DeliveryAttempt.delivery_id).in_([row[0].id for row in found]))
    for attempt in tx.session.execute(wanted.order_by(col(DeliveryAttempt.id))).scalars():
        tries[attempt.delivery_id].append(attempt)
    return tuple(_delivery_row(row, tries[row[0].id]) for row in found)


def _delivery_row(row: AnyRow, tries: Sequence[DeliveryAttempt]) -> DeliveryRow:
    delivery, notification, ref, title, name, may_contact = row[:6]
    shown = str if may_contact else mask
    return DeliveryRow(
        id=delivery.id,
        kind=notification.kind,
        channel=delivery.channel,
        state=delivery.state,
        phase=delivery.phase,
        activity_id=notification.activity_id,
        activity_ref=ref,
        activity_title=title,
        assignment_id=notification.assignment_id,
        booking_id=notification.booking_id,
        person_id=delivery.person_id,
        recipient_name=name,
        address=shown(delivery.address),
        is_masked=not may_contact,
        created_at=delivery.created_at,
        due_at=delivery.due_at,
        next_try_at=delivery.next_try_at if delivery.settled_at is None else None,
        expires_at=delivery.expires_at,
        sent_at=delivery.settled_at if delivery.state is DeliveryState.sent else None,
        settled_at=delivery.settled_at,
        attempts_count=delivery.attempts_count,
        reason=delivery.reason,
        reply=shown(delivery.reply),
        attempts=tuple(
            AttemptRow(at=one.at, outcome=one.outcome, reply=shown(one.reply), reason=one.reason) for one in tries
        ),
    )


def _reminder_row(row: AnyRow) -> ReminderRow:
    reminder, ref, title, person_id, person_name = row[:5]
    return ReminderRow(
        id=reminder.id,
        kind=reminder.kind,
        state=reminder.state,
        activity_id=reminder.activity_id,
        activity_ref=ref,
        activity_title=title,
        assignment_id=reminder.assignment_id,
        person_id=person_id,
        person_name=person_name,
        rule=reminder.rule,
        due_at=reminder.due_at,
        settled_at=reminder.settled_at,
        reason=reminder.reason,
    )
