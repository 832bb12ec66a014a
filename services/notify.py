"""Decide to tell people something: one notification, one delivery a person and channel. Sends nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import col, select

from models.enums import AttemptOutcome, ChannelKind, DeliveryPhase, DeliveryState, NotificationKind
from models.rules import delivery as rules
from models.tables.activities import Activity
from models.tables.deliveries import Delivery, DeliveryAttempt
from models.tables.notifications import Notification
from models.tables.people import Person
from models.tables.users import User
from models.values import TimeWindow
from muster.ids import digest
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody with an address; `person_id` or `user_id` says who."""

    address: str
    locale: str
    person_id: int | None = None
    user_id: int | None = None


def person(tx: Tx, person_id: int) -> list[Recipient]:
    """Return a person as recipient; nobody where they have no address and must be called."""
    row = tx.session.exec(select(Person).where(col(Person.id) == person_id)).first()
    if row is None or not row.email:
        return []
    return [Recipient(address=row.email, locale=row.locale, person_id=row.id)]


def user(tx: Tx, user_id: int | None) -> list[Recipient]:
    """Return a user as recipient; nobody where the login is switched off."""
    if user_id is None:
        return []
    row = tx.session.exec(select(User).where(col(User.id) == user_id)).first()
    if row is None or not row.is_active:
        return []
    return [Recipient(address=row.email, locale=row.locale, user_id=row.id, person_id=row.person_id)]


def request(
    tx: Tx,
    *,
    kind: NotificationKind,
    recipients: Sequence[Recipient],
    dedupe_key: str,
    payload: dict[str, Any] | None = None,
    activity: Activity | None = None,
    assignment_id: int | None = None,
    booking_id: int | None = None,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> int | None:
    """Write a notification and its deliveries; return its id, or None where the key is known or nobody can be reached.

    `due_at` defaults to now and `expires_at` to what `models.rules.delivery.expires_at` says of
    the kind. The dedupe key makes a repetition do nothing.
    """
    if not recipients:
        return None
    values = {
        "kind": kind,
        "activity_id": activity.id if activity else None,
        "assignment_id": assignment_id,
        "booking_id": booking_id,
        "schedule_rev": activity.schedule_rev if activity else 0,
        "sequence": activity.sequence if activity else 0,
        "payload": payload or {},
        "dedupe_key": dedupe_key,
        "created_at": tx.now,
    }
    if not tx.insert_missing(Notification, values):
        return None
    notification_id = tx.session.exec(select(Notification.id).where(col(Notification.dedupe_key) == dedupe_key)).one()
    due_at = due_at or tx.now
    window = TimeWindow(activity.starts_at, activity.ends_at) if activity else None
    for recipient in recipients:
        tx.session.add(
            Delivery(
                notification_id=notification_id,
                person_id=recipient.person_id,
                user_id=recipient.user_id,
                channel=ChannelKind.mail,
                address=recipient.address,
                locale=recipient.locale,
                token=tx.ids.token(),
                due_at=due_at,
                next_try_at=due_at,
                expires_at=expires_at or rules.expires_at(kind, tx.now, window),
                created_at=tx.now,
            )
        )
    tx.session.flush()
    return notification_id


def was_told(tx: Tx, assignment_id: int) -> bool:
    """Tell whether a message about the assignment has gone out, or may have."""
    tx.session.flush()
    perhaps = select(col(DeliveryAttempt.delivery_id)).where(
        col(DeliveryAttempt.delivery_id) == col(Delivery.id),
        col(DeliveryAttempt.outcome) == AttemptOutcome.uncertain,
    )
    gone = select(Delivery.id).where(
        col(Delivery.notification_id).in_(
            select(col(Notification.id)).where(
                col(Notification.assignment_id) == assignment_id,
                col(Notification.kind) != NotificationKind.answer_received,
            )
        ),
        or_(
            col(Delivery.state).in_([DeliveryState.sent, DeliveryState.uncertain]),
            col(Delivery.phase) == DeliveryPhase.data,
            col(Delivery.id).in_(perhaps),  # waiting to go out again, or withdrawn since
        ),
    )
    return tx.session.exec(gone.limit(1)).first() is not None


def request_sign_in(tx: Tx, *, user_id: int, url_path: str, expires_at: datetime) -> None:
    """Ask for a mailed one-time link; the path carries the secret and stays out of history."""
    request(
        tx,
        kind=NotificationKind.sign_in,
        recipients=user(tx, user_id),
        dedupe_key=f"sign_in:{digest(url_path)}",
        payload={"path": url_path, "expires_at": expires_at.isoformat()},
        expires_at=expires_at,
    )
