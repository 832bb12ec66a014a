"""How messages flow today: what went out, what came back, what is still to go."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from models.enums import DeliveryState, ReminderState
from models.rules.quiet import QuietHours
from models.tables.activities import Activity
from models.tables.deliveries import Delivery
from models.tables.notifications import Notification
from models.tables.reminders import Reminder
from muster.localtime import day_bounds, zone
from services import access, registers
from services.unit_of_work import Tx

UNDER_WAY = (DeliveryState.waiting, DeliveryState.leased)


@dataclass(frozen=True, slots=True)
class MessagesToday:
    """Messages about activities that the actor may see, on the house's own day.

    `waiting_count` are those still to go out until midnight; `next_at` is the next batch, perhaps
    on a later day, and None where nothing waits. `quiet_hours` is None where they are turned off.
    """

    sent_count: int
    returned_count: int
    waiting_count: int
    next_at: datetime | None
    quiet_hours: QuietHours | None


def read_messages_today(tx: Tx) -> MessagesToday:
    """Return how messages flow today; two statements."""
    starts_at, ends_at = day_bounds(registers.today(tx), zone(tx.settings.zone))
    state, settled_at, next_try_at = col(Delivery.state), col(Delivery.settled_at), col(Delivery.next_try_at)
    is_today = (settled_at >= starts_at) & (settled_at < ends_at)
    under_way = state.in_(UNDER_WAY)
    sums: list[Any] = [
        func.count().filter(is_today & (state == DeliveryState.sent)),
        func.count().filter(is_today & (state == DeliveryState.refused)),
        func.count().filter(under_way & (next_try_at < ends_at)),
        func.min(next_try_at).filter(under_way),
    ]
    sent, returned, queued, next_queued_at = tx.session.execute(
        select(*sums)
        .select_from(Delivery)
        .join(Notification, col(Notification.id) == col(Delivery.notification_id))
        .join(Activity, col(Activity.id) == col(Notification.activity_id))
        .where(access.may_see_activity(tx.actor))
    ).one()
    timers, next_timer_at = tx.session.execute(
        select(func.count().filter(col(Reminder.due_at) < ends_at), func.min(col(Reminder.due_at)))
        .select_from(Reminder)
        .join(Activity, col(Activity.id) == col(Reminder.activity_id))
        .where(access.may_see_activity(tx.actor), col(Reminder.state) == ReminderState.waiting)
    ).one()
    next_at = min(filter(None, (next_queued_at, next_timer_at)), default=None)
    return MessagesToday(
        sent_count=sent,
        returned_count=returned,
        waiting_count=queued + timers,
        next_at=max(next_at, tx.now) if next_at else None,
        quiet_hours=QuietHours.parse(tx.settings.quiet_hours),
    )
