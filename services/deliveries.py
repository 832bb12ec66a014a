"""Deliveries, the outbox: what becomes of a try, and what is taken back before it goes out.

`prepare` is the last look before sending, `record` the note after it. Taking, holding and
giving back rows is in `services.leases`; what a dead worker left behind in `services.recovery`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import and_, func, insert, or_, select, update

from models.enums import AttemptOutcome, DeliveryPhase, DeliveryState, NotificationKind
from models.rules import delivery as rules
from models.tables.base import table_of
from models.tables.deliveries import DeliveryAttempt
from models.tables.notifications import Notification
from services import dead_addresses
from services.delivery_facts import DeliveryFacts, load_facts
from services.leases import DELIVERIES, FREE, Lease, held
from services.unit_of_work import Tx

ATTEMPTS = table_of(DeliveryAttempt)
NOTIFICATIONS = table_of(Notification)
REPLY_LENGTH = 500
REASON_LENGTH = 60
LEASE_LOST = "lease_lost"


@dataclass(frozen=True, slots=True)
class Settled:
    """A delivery that is not to be sent (any more); `state` None where it is no longer ours to say."""

    state: DeliveryState | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How a try ended. `reply` is the other side's answer, `reason` a code; see `rules.OutcomeFacts`.

    With `is_address_dead` nothing more is sent to the address.
    """

    outcome: AttemptOutcome
    reply: str = ""
    reason: str = ""
    is_charged: bool = True
    retry_after: timedelta | None = None
    is_address_dead: bool = False

    @property
    def is_answer(self) -> bool:
        """Tell whether the other side dealt with this very message, whatever it said."""
        return self.outcome in {AttemptOutcome.sent, AttemptOutcome.refused} or (
            self.outcome is AttemptOutcome.retry and self.is_charged and bool(self.reply)
        )


def withdraw(
    tx: Tx,
    *,
    kinds: Collection[NotificationKind],
    reason: str,
    activity_id: int | None = None,
    assignment_id: int | None = None,
    booking_id: int | None = None,
) -> int:
    """Take back messages of these kinds that have not begun to go out; return how many.

    Rows that a worker holds are taken from it too, as long as it has not passed the point from
    which the message may have been accepted: its next step then finds the lease lost. `reason`
    is a code. Repetition changes nothing.
    """
    about = {"activity_id": activity_id, "assignment_id": assignment_id, "booking_id": booking_id}
    conditions = [NOTIFICATIONS.c[name] == key for name, key in about.items() if key is not None]
    if not conditions:
        message = "withdrawing needs an activity, an assignment or a booking"
        raise ValueError(message)
    row = DELIVERIES.c
    meant = select(NOTIFICATIONS.c.id).where(*conditions, NOTIFICATIONS.c.kind.in_(sorted(kinds)))
    not_begun = or_(
        row.state == DeliveryState.waiting,
        and_(row.state == DeliveryState.leased, row.phase == DeliveryPhase.none),
    )
    tx.session.flush()
    withdrawn = (
        update(DELIVERIES)
        .where(row.notification_id.in_(meant), not_begun)
        .values(FREE | {"state": DeliveryState.obsolete, "reason": reason[:REASON_LENGTH], "settled_at": tx.now})
        .returning(row.id)
    )
    return len(tx.session.execute(withdrawn).all())


def prepare(
    tx: Tx, lease: Lease, *, lateness: Mapping[NotificationKind, timedelta | None] | None = None
) -> DeliveryFacts | Settled:
    """Read everything anew and check whether the message still makes sense.

    Returns what its words need, or settles it as obsolete or expired. `lateness` says per kind
    how long after its due instant a message may still go out.
    """
    facts = load_facts(tx, lease)
    if facts is None:
        return Settled(None, LEASE_LOST)
    reason = rules.is_obsolete(facts.rule_facts(), tx.now)
    code = facts.refusal or (reason.code if reason else None)
    if code is not None:
        return _not_sent(tx, lease, AttemptOutcome.obsolete, code)
    longest = None if lateness is None else lateness.get(facts.kind)
    if tx.now >= facts.expires_at or (longest is not None and tx.now - facts.due_at > longest):
        return _not_sent(tx, lease, AttemptOutcome.expired, "delivery_expired")
    return facts


def record(tx: Tx, lease: Lease, tried: Tried) -> DeliveryState | None:
    """Note a try and what follows from it; return the new state.

    Where the lease is lost nothing follows, and None is returned, with one exception: a message
    that was certainly accepted is settled as sent, unless it has already begun to go out again.
    """
    if tried.outcome is AttemptOutcome.sent:
        return _record_sent(tx, lease, tried)
    row = DELIVERIES.c
    found = tx.session.execute(
        select(
            row.token,
            row.attempts_count,
            row.expires_at,
            NOTIFICATIONS.c.kind,
            _uncertain_count(),
            row.channel,
            row.address,
        )
        .join_from(DELIVERIES, NOTIFICATIONS, row.notification_id == NOTIFICATIONS.c.id)
        .where(held(lease))
        .with_for_update(of=DELIVERIES)
    ).first()
    if found is None:
        return None
    token, attempts_count, expires_at, kind, uncertain_count, channel, address = found
    if tried.is_address_dead:
        dead_addresses.mark(tx, channel, address, tried.reply, lease.delivery_id)
    attempts_count += tried.is_charged
    facts = rules.OutcomeFacts(
        outcome=tried.outcome,
        is_charged=tried.is_charged,
        retry_after=tried.retry_after,
        resends_count=uncertain_count,
    )
    jitter = Random(f"{token}:{attempts_count}")  # noqa: S311 - spreads retries, guards nothing
    step = rules.next_step(facts, attempts_count, kind, tx.now, expires_at, jitter)
    values = _after(tx, step, tried) | {"attempts_count": attempts_count}
    _add_attempt(tx, lease, tried)
    tx.session.execute(update(DELIVERIES).where(row.id == lease.delivery_id).values(values))
    state: DeliveryState = values["state"]
    return state


def _record_sent(tx: Tx, lease: Lease, tried: Tried) -> DeliveryState | None:
    """Settle what was accepted.

    Where the lease was lost meanwhile it is certain all the same that this person has the
    message: it is written down, and unless it has begun to go out once more it does not.
    """
    _add_attempt(tx, lease, tried)
    row = DELIVERIES.c
    not_begun_again = and_(
        row.id == lease.delivery_id, row.phase == DeliveryPhase.none, row.state != DeliveryState.sent
    )
    settled = (
        update(DELIVERIES)
        .where(or_(held(lease), not_begun_again))
        .values(
            FREE
            | {
                "state": DeliveryState.sent,
                "attempts_count": row.attempts_count + 1,
                "reply": tried.reply[:REPLY_LENGTH],
                "reason": "",
                "settled_at": tx.now,
            }
        )
        .returning(row.id)
    )
    return DeliveryState.sent if tx.session.execute(settled).first() else None


def _uncertain_count() -> Any:
    attempt = ATTEMPTS.c
    counted = select(func.count()).where(
        attempt.delivery_id == DELIVERIES.c.id, attempt.outcome == AttemptOutcome.uncertain
    )
    return counted.scalar_subquery()


def _add_attempt(tx: Tx, lease: Lease, tried: Tried) -> None:
    """Write a try down."""
    tx.session.execute(
        insert(ATTEMPTS).values(
            delivery_id=lease.delivery_id,
            at=tx.now,
            worker=lease.worker_id,
            outcome=tried.outcome,
            reply=tried.reply[:REPLY_LENGTH],
            reason=tried.reason[:REASON_LENGTH],
        )
    )


def _after(tx: Tx, step: rules.NextStep, tried: Tried) -> dict[str, Any]:
    """Return the columns of a delivery after a try."""
    values: dict[str, Any] = FREE | {"reply": tried.reply[:REPLY_LENGTH], "reason": tried.reason[:REASON_LENGTH]}
    match step:
        case rules.Retry(at=at):
            return values | {"state": DeliveryState.waiting, "next_try_at": at}
        case rules.Finish(state=state):
            return values | {"state": state, "settled_at": tx.now}
        case rules.GiveUp(state=state, reason=reason):
            code = tried.reason if state is DeliveryState.refused and tried.reason else reason.code
            return values | {"state": state, "reason": code[:REASON_LENGTH], "settled_at": tx.now}


def _not_sent(tx: Tx, lease: Lease, outcome: AttemptOutcome, reason: str) -> Settled:
    return Settled(record(tx, lease, Tried(outcome=outcome, reason=reason, is_charged=False)), reason)
