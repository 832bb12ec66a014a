"""Decide to tell people something: one notification, one delivery a person and channel. Sends nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import col, select

from models.enums import AttemptOutcome, CallReason, ChannelKind, DeliveryPhase, DeliveryState, NotificationKind
from models.rules import delivery as rules
from models.rules.digests import can_wait
from models.tables.activities import Activity
from models.tables.deliveries import Delivery, DeliveryAttempt
from models.tables.notifications import Notification
from models.tables.people import Person
from models.tables.users import User
from models.values import TimeWindow
from muster.ids import digest
from services import call_lines, channel_routes, opt_outs, personal_digests
from services.channel_routes import Route
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
    return as_recipients(tx.session.exec(select(Person).where(col(Person.id) == person_id)).first())


def people(tx: Tx, person_ids: Sequence[int]) -> dict[int, list[Recipient]]:
    """Return people as recipients, by person; one statement."""
    rows = tx.session.exec(select(Person).where(col(Person.id).in_(person_ids))).all()
    return {row.id: as_recipients(row) for row in rows}


def user(tx: Tx, user_id: int | None) -> list[Recipient]:
    """Return a user as recipient; nobody where the login is switched off."""
    if user_id is None:
        return []
    return as_recipients(tx.session.exec(select(User).where(col(User.id) == user_id)).first())


def as_recipients(row: Person | User | None) -> list[Recipient]:
    """Return a row that is at hand as recipient; nobody where it has no address or its login is switched off."""
    if isinstance(row, User) and row.is_active:
        return [Recipient(address=row.email, locale=row.locale, user_id=row.id, person_id=row.person_id)]
    if isinstance(row, Person) and row.email:
        return [Recipient(address=row.email, locale=row.locale, person_id=row.id)]
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One fact to tell, and to whom. `due_at` is now and `expires_at` what the kind's rule says, where None."""

    kind: NotificationKind
    recipients: Sequence[Recipient]
    dedupe_key: str
    payload: dict[str, Any] | None = None
    activity: Activity | None = None
    assignment_id: int | None = None
    booking_id: int | None = None
    due_at: datetime | None = None
    expires_at: datetime | None = None


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

    See `Wanted`. The dedupe key makes a repetition do nothing.
    """
    wanted = Wanted(
        kind=kind,
        recipients=recipients,
        dedupe_key=dedupe_key,
        payload=payload,
        activity=activity,
        assignment_id=assignment_id,
        booking_id=booking_id,
        due_at=due_at,
        expires_at=expires_at,
    )
    return request_all(tx, [wanted]).get(dedupe_key)


def request_all(tx: Tx, wanted: Sequence[Wanted]) -> dict[str, int]:
    """Write many notifications and their deliveries in a few statements; return the ids of the new ones by key.

    Which ways a message takes is for `channel_routes` to say; whom none reaches goes on a call list. To somebody
    who switched the kind off on a channel nothing is sent there: the delivery is settled at once as `opted_out`,
    so that the ledger can say why. What can wait is kept for the letter of those who want one (see
    `personal_digests`).
    """
    ways = channel_routes.plan(tx, wanted)
    call_lines.write_all(tx, ways.calls, CallReason.no_channel)
    reachable = [one for one in wanted if ways.by_key[one.dedupe_key]]
    if not reachable:
        return {}
    written = tx.insert_all_missing(Notification, [_notification(tx, one) for one in reachable])
    new = {one.dedupe_key: one for one in reachable if one.dedupe_key in written}
    routed = [(one, to) for key, one in new.items() for to in ways.by_key[key]]
    off = {
        channel: opt_outs.off_among(
            tx,
            [(to.person_id, one.kind) for one, to in routed if to.channel is channel and to.person_id is not None],
            channel,
        )
        for channel in sorted({to.channel for _, to in routed})
    }
    letters = personal_digests.letter_times(tx, [(one, to.person_id) for one, to in routed])
    deliveries: list[dict[str, Any]] = []
    kept: dict[str, Wanted] = {}
    for one, to in routed:
        is_off = (to.person_id, one.kind) in off[to.channel]
        row = _delivery(tx, one, to, written[one.dedupe_key], is_off=is_off)
        at = letters.get(to.person_id or 0) if can_wait(one.kind) else None
        if at is not None and not is_off and to.channel is ChannelKind.mail:
            row |= _kept(tx, at)
            kept[personal_digests.key_of(to.person_id or 0, at)] = _letter(to, at)
        deliveries.append(row)
    tx.insert_all_missing(Delivery, deliveries, key="token")
    request_all(tx, list(kept.values()))
    return written


def _kept(tx: Tx, at: datetime) -> dict[str, Any]:
    """Return what becomes of a delivery that comes with a person's letter."""
    reason = personal_digests.IN_DIGEST
    return {"state": DeliveryState.obsolete, "settled_at": tx.now, "due_at": at, "next_try_at": at, "reason": reason}


def _letter(to: Route, at: datetime) -> Wanted:
    person_id = to.person_id or 0
    return Wanted(
        kind=NotificationKind.digest,
        recipients=[Recipient(address=to.address, locale=to.locale, person_id=person_id)],
        dedupe_key=personal_digests.key_of(person_id, at),
        payload={"person_id": person_id, "at": at.isoformat()},
        due_at=at,
        expires_at=at + rules.LONGEST_LIFE,
    )


def _notification(tx: Tx, one: Wanted) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "activity_id": one.activity.id if one.activity else None,
        "assignment_id": one.assignment_id,
        "booking_id": one.booking_id,
        "schedule_rev": one.activity.schedule_rev if one.activity else 0,
        "sequence": one.activity.sequence if one.activity else 0,
        "payload": one.payload or {},
        "dedupe_key": one.dedupe_key,
        "created_at": tx.now,
    }


def _delivery(tx: Tx, one: Wanted, recipient: Route, notification_id: int, *, is_off: bool) -> dict[str, Any]:
    due_at = one.due_at or tx.now
    window = TimeWindow(one.activity.starts_at, one.activity.ends_at) if one.activity else None
    return {
        "notification_id": notification_id,
        "person_id": recipient.person_id,
        "user_id": recipient.user_id,
        "channel": recipient.channel,
        "endpoint_id": recipient.endpoint_id,
        "address": recipient.address,
        "locale": recipient.locale,
        "token": tx.ids.token(),
        "state": DeliveryState.obsolete if is_off else DeliveryState.waiting,
        "settled_at": tx.now if is_off else None,
        "phase": DeliveryPhase.none,
        "due_at": due_at,
        "next_try_at": due_at,
        "expires_at": one.expires_at or rules.expires_at(one.kind, tx.now, window),
        "attempts_count": 0,
        "lease_token": 0,
        "reply": "",
        "reason": opt_outs.OPTED_OUT if is_off else "",
        "created_at": tx.now,
    }


def was_told(tx: Tx, assignment_id: int) -> bool:
    """Tell whether a message about the assignment has gone out, or may have."""
    return assignment_id in told_among(tx, [assignment_id])


def told_among(tx: Tx, assignment_ids: Sequence[int]) -> frozenset[int]:
    """Return those of the assignments about which a message has gone out, or may have; one statement."""
    tx.session.flush()
    perhaps = select(col(DeliveryAttempt.delivery_id)).where(
        col(DeliveryAttempt.delivery_id) == col(Delivery.id),
        col(DeliveryAttempt.outcome) == AttemptOutcome.uncertain,
    )
    gone = (
        select(col(Notification.assignment_id))
        .join(Delivery, col(Delivery.notification_id) == col(Notification.id))
        .where(
            col(Notification.assignment_id).in_(assignment_ids),
            col(Notification.kind) != NotificationKind.answer_received,
            or_(
                col(Delivery.state).in_([DeliveryState.sent, DeliveryState.uncertain]),
                col(Delivery.phase) == DeliveryPhase.data,
                col(Delivery.id).in_(perhaps),  # waiting to go out again, or withdrawn since
            ),
        )
        .distinct()
    )
    return frozenset(one for one in tx.session.exec(gone).all() if one is not None)


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
