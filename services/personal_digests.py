"""What can wait for people who want one letter a day: kept back when it is asked for, and told together.

Each message keeps its line in the ledger, settled as `in_digest` and due when its letter is. The letter is a
`digest` as organisers get it, and reads anew what belongs to it when it goes out.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlmodel import col

from models.enums import DeliveryState, NotificationKind
from models.rules import digests as rules
from models.rules.quiet import QuietHours
from models.tables.deliveries import Delivery
from models.tables.notifications import Notification
from models.tables.people import Person
from muster.localtime import zone
from services import opt_outs
from services.unit_of_work import Tx

IN_DIGEST = "in_digest"
#: SQLite binds 32,766 values at the most.
A_STATEMENT = 5000


class Message(Protocol):
    """One fact to tell as `notify.Wanted` has it."""

    @property
    def kind(self) -> NotificationKind: ...
    @property
    def due_at(self) -> datetime | None: ...


def letter_times(tx: Tx, routed: Sequence[tuple[Message, int | None]]) -> Mapping[int, datetime]:
    """Return when the next letter goes to those of the people, by id, who want what can wait in one letter.

    `routed` are messages and to whom they go. Nobody is read where no message can wait. Whoever switched digests
    off gets each message by itself.
    """
    wanted = sorted({to for one, to in routed if to is not None and rules.can_wait(one.kind)})
    found: dict[int, datetime] = {}
    for start in range(0, len(wanted), A_STATEMENT):
        part = wanted[start : start + A_STATEMENT]
        rows = tx.session.execute(
            select(col(Person.id), col(Person.quiet_hours)).where(
                col(Person.id).in_(part), col(Person.wants_digest).is_(True)
            )
        ).all()
        off = opt_outs.off_among(tx, [(person_id, NotificationKind.digest) for person_id, _ in rows])
        for person_id, own in rows:
            if (person_id, NotificationKind.digest) not in off:
                quiet = QuietHours.parse(own or tx.settings.quiet_hours)
                found[person_id] = rules.letter_at(tx.now, zone(tx.settings.zone), quiet, person_id)
    return found


def key_of(person_id: int, at: datetime) -> str:
    """Return the dedupe key of a person's letter: one for each instant."""
    return f"{NotificationKind.digest.value}:person:{person_id}:{at.isoformat()}"


def notes_of(tx: Tx, kind: NotificationKind, payload: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Return what the messages carry that wait for a person's letter, in the order in which they were asked for."""
    if kind is not NotificationKind.digest or "person_id" not in payload:
        return ()
    kept = (
        select(col(Notification.payload))
        .join(Delivery, col(Delivery.notification_id) == col(Notification.id))
        .where(
            col(Delivery.person_id) == payload["person_id"],
            col(Delivery.due_at) == datetime.fromisoformat(payload["at"]),
            col(Delivery.state) == DeliveryState.obsolete,
            col(Delivery.reason) == IN_DIGEST,
        )
        .order_by(col(Delivery.id))
    )
    return tuple(tx.session.execute(kept).scalars())
