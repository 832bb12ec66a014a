"""What the rows of the start page tell beside the activity itself; one statement each, for all of them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from models.enums import AssignmentState, BookingState, DeliveryState, NotificationKind
from models.tables.assignments import Assignment
from models.tables.bookings import Booking
from models.tables.deliveries import Delivery
from models.tables.notifications import Notification
from models.tables.people import Person
from services import access
from services.unit_of_work import Tx

ASKING = (NotificationKind.call_up, NotificationKind.changed, NotificationKind.reminder)


@dataclass(frozen=True, slots=True)
class Contact:
    """A person by name; `phone` only for those who may call them."""

    name: str
    phone: str | None


def people(tx: Tx, ids: Collection[int], state: AssignmentState) -> dict[int, tuple[Contact, ...]]:
    """Return those whose assignments stand so, by activity, as far as the actor may see them."""
    found = tx.session.execute(
        select(
            col(Assignment.activity_id),
            col(Person.name),
            col(Person.phone),
            access.may_contact(tx.actor).label("may_call"),
        )
        .join(Person, col(Person.id) == col(Assignment.person_id))
        .where(col(Assignment.activity_id).in_(ids), col(Assignment.state) == state, access.may_see_person(tx.actor))
        .order_by(col(Assignment.id))
    )
    contacts: dict[int, tuple[Contact, ...]] = defaultdict(tuple)
    for row in found:
        contacts[row.activity_id] += (Contact(row.name, row.phone if row.may_call else None),)
    return contacts


def sent(tx: Tx, ids: Collection[int]) -> dict[int, tuple[int, datetime | None]]:
    """Return how often the most asked person of each activity who is still silent was written to, and when last."""
    per_person: Any = (
        select(
            col(Notification.activity_id).label("activity_id"),
            func.count().label("times"),
            func.max(col(Delivery.settled_at)).label("last_at"),
        )
        .join(Delivery, col(Delivery.notification_id) == col(Notification.id))
        .join(Assignment, col(Assignment.id) == col(Notification.assignment_id))
        .where(
            col(Notification.activity_id).in_(ids),
            col(Notification.kind).in_(ASKING),
            col(Delivery.state) == DeliveryState.sent,
            col(Assignment.state) == AssignmentState.offered,
        )
        .group_by(col(Notification.activity_id), col(Notification.assignment_id))
    )
    sent: dict[int, tuple[int, datetime | None]] = defaultdict(lambda: (0, None))
    for row in tx.session.execute(per_person):
        times, last_at = sent[row.activity_id]
        sent[row.activity_id] = (max(times, row.times), max(filter(None, (last_at, row.last_at)), default=None))
    return sent


def newest_bookings(tx: Tx, ids: Collection[int]) -> dict[int, Booking]:
    """Return the booking of each activity that tells most: one still open, else the newest."""
    found = tx.session.execute(
        select(Booking)
        .where(col(Booking.activity_id).in_(ids), col(Booking.state) != BookingState.cancelled)
        .order_by(col(Booking.id))
    ).scalars()
    newest: dict[int, Booking] = {}
    for booking in found:
        if booking.activity_id is not None:
            newest[booking.activity_id] = booking
    return newest


def state_counts(tx: Tx, ids: Collection[int]) -> dict[int, dict[AssignmentState, int]]:
    """Return how many people of each activity said yes, no, or nothing yet."""
    asked = (AssignmentState.offered, AssignmentState.accepted, AssignmentState.declined)
    found = tx.session.execute(
        select(col(Assignment.activity_id), col(Assignment.state), func.count())
        .where(col(Assignment.activity_id).in_(ids), col(Assignment.state).in_(asked))
        .group_by(col(Assignment.activity_id), col(Assignment.state))
    )
    counts: dict[int, dict[AssignmentState, int]] = defaultdict(dict)
    for activity_id, state, count in found:
        counts[activity_id][state] = count
    return counts
