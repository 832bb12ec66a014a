"""The ledger of timers and messages as programs get it."""

from collections.abc import Sequence

from api.schemas.common import Instant, ListOf, Output
from models.enums import (
    AttemptOutcome,
    ChannelKind,
    DeliveryPhase,
    DeliveryState,
    NotificationKind,
    ReminderKind,
    ReminderState,
)


class AttemptOut(Output):
    """One try: when, how it ended, what the other side said, and a code where it was not sent."""

    at: Instant
    outcome: AttemptOutcome
    reply: str
    reason: str


class DeliveryOut(Output):
    """One message to one person; `reason` is a code that says why it was not, or not yet, sent.

    With `is_perhaps_twice` an earlier copy may have arrived too. `address` is masked where `is_masked`.
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
    is_perhaps_twice: bool
    created_at: Instant
    due_at: Instant
    next_try_at: Instant | None
    expires_at: Instant
    sent_at: Instant | None
    settled_at: Instant | None
    attempts_count: int
    reason: str
    reply: str
    attempts: list[AttemptOut]


class ReminderOut(Output):
    """One timer; `settled_at` is when it fired or was let go, `reason` a code that says why it was let go."""

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
    due_at: Instant
    settled_at: Instant | None
    reason: str


class LedgerOut(ListOf[DeliveryOut]):
    """Messages, and the newest timers behind those of one activity, assignment or person.

    A timer says why nobody was written to: it was skipped or cancelled, with a code, or is still to come.
    """

    timers: Sequence[ReminderOut] = ()
