"""What groups and other programs learn of an activity: one notification for each fact, a delivery for each endpoint.

Groups hear what concerns everybody: it is on, it changed, it is off; each only of what it was told before, or
could have been. Other programs get ids, times and states as they were when it happened, never a name.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import col

from models.enums import ActivityState, ChannelKind, DeliveryPhase, NotificationKind
from models.events import (
    ActivityCancelled,
    ActivityChanged,
    ActivityClosed,
    ActivityMoved,
    ActivityPostponed,
    ActivityReleased,
    ActivityReleaseUndone,
    AssignmentAnswered,
    Event,
)
from models.rules import broadcasts
from models.rules import delivery as rules
from models.rules.quiet import QuietHours
from models.tables.activities import Activity
from models.tables.deliveries import Delivery
from models.tables.notifications import Notification
from muster.localtime import zone
from services import endpoint_use, facts, release_waits
from services.channel_routes import is_urgent
from services.endpoint_fields import BOTS
from services.endpoint_use import Endpoint
from services.unit_of_work import Reaction, Tx

#: The word that other programs know an event by, and the kind under which the ledger keeps it.
WORDS: Mapping[type[Event], tuple[str, NotificationKind]] = {
    ActivityReleased: ("activity.released", NotificationKind.call_up),
    ActivityChanged: ("activity.changed", NotificationKind.changed),
    ActivityMoved: ("activity.changed", NotificationKind.changed),
    ActivityPostponed: ("activity.changed", NotificationKind.changed),
    ActivityCancelled: ("activity.cancelled", NotificationKind.cancelled),
    ActivityClosed: ("activity.closed", NotificationKind.close_activity),
    AssignmentAnswered: ("assignment.answered", NotificationKind.answer_received),
}
#: What a group is told, and the headline of it.
GROUP_WORDS: Mapping[type[Event], tuple[NotificationKind, str]] = {
    ActivityReleased: (NotificationKind.call_up, NotificationKind.call_up.value),
    ActivityChanged: (NotificationKind.changed, NotificationKind.changed.value),
    ActivityMoved: (NotificationKind.changed, NotificationKind.changed.value),
    ActivityPostponed: (NotificationKind.cancelled, "postponed"),
    ActivityCancelled: (NotificationKind.cancelled, NotificationKind.cancelled.value),
}
#: How the dedupe keys of what programs are told begin.
HOOK_KEY = "webhook"
#: Edits of an activity that those who come must hear of.
TOLD_COLUMNS = frozenset({"title", "venue_id"})


def on_event(tx: Tx, event: Event) -> None:
    """Tell the groups and the programs that serve the activity's team; does nothing where none is on."""
    if not any(one.channel is not ChannelKind.sms for one in endpoint_use.all_on(tx)):
        return
    activity_id = event.activity_id if isinstance(event, AssignmentAnswered) else event.subject_id
    activity = tx.get(Activity, activity_id, noun="activity", for_update=False)
    if activity.state is ActivityState.draft:
        return
    serving = endpoint_use.serving(tx, [activity.team_id], (ChannelKind.webhook, *BOTS))[activity.team_id]
    word = WORDS[type(event)][0]
    hooks = [one for one in serving if one.channel is ChannelKind.webhook and word in one.settings.get("events", ())]
    if hooks:
        _tell_programs(tx, event, activity, hooks)
    groups = [one for one in serving if one.channel in BOTS]
    if groups and type(event) in GROUP_WORDS:
        _tell_groups(tx, event, activity, groups)


def _tell_programs(tx: Tx, event: Event, activity: Activity, hooks: Sequence[Endpoint]) -> None:
    """Write what happened down for other programs; it stays true, so nothing later takes it back."""
    word, kind = WORDS[type(event)]
    payload = {"type": word, "timestamp": tx.now.isoformat(), "data": _data(event, activity)}
    notification_id = _notify(tx, event, kind, payload, HOOK_KEY)
    due_at = release_waits.sending_at(tx, activity) if isinstance(event, ActivityReleased) else tx.now
    _deliver(tx, notification_id, hooks, due_at, rules.expires_at(kind, tx.now, None))


def on_release_undone(tx: Tx, event: ActivityReleaseUndone) -> None:
    """Tell no program of a release that was taken back before anybody heard of it."""
    if not any(one.channel is ChannelKind.webhook for one in endpoint_use.all_on(tx)):
        return
    about = f"{HOOK_KEY}:{ActivityReleased.key}:{event.subject_id}:"
    meant = select(col(Notification.id)).where(col(Notification.dedupe_key).startswith(about, autoescape=True))
    endpoint_use.take_back(tx, col(Delivery.notification_id).in_(meant), "release_undone")


def _data(event: Event, activity: Activity) -> dict[str, Any]:
    data: dict[str, Any] = {
        "activity_id": activity.id,
        "team_id": activity.team_id,
        "venue_id": activity.venue_id,
        "state": activity.state.value,
        "starts_at": activity.starts_at.isoformat(),
        "ends_at": activity.ends_at.isoformat(),
        "schedule_rev": activity.schedule_rev,
    }
    if isinstance(event, AssignmentAnswered):
        data |= {"assignment_id": event.subject_id, "person_id": event.person_id, "word": event.word.value}
    return data


def _tell_groups(tx: Tx, event: Event, activity: Activity, groups: Sequence[Endpoint]) -> None:
    if isinstance(event, ActivityChanged) and not TOLD_COLUMNS & event.changes.keys():
        return
    if isinstance(event, ActivityMoved | ActivityChanged) and activity.state is not ActivityState.released:
        return
    if isinstance(event, ActivityCancelled | ActivityPostponed):
        knowing = _told(tx, activity.id, groups)
        groups = [one for one in groups if one.id in knowing]
    if not groups:
        return
    kind, headline = GROUP_WORDS[type(event)]
    payload: dict[str, Any] = {"say": headline}
    if isinstance(event, ActivityMoved):
        payload |= {"old_starts_at": event.old_starts_at.isoformat(), "old_ends_at": event.old_ends_at.isoformat()}
    notification_id = _notify(tx, event, kind, payload, "group", activity)
    expires_at = rules.expires_at(kind, tx.now, facts.window_of(activity))
    _deliver(tx, notification_id, groups, _at_a_good_time(tx, event, activity, kind), expires_at)


def _at_a_good_time(tx: Tx, event: Event, activity: Activity, kind: NotificationKind) -> datetime:
    """Return when groups are told: what is urgent at once, the rest outside of the house's quiet hours."""
    if is_urgent(kind, activity, tx.now, getattr(event, "old_starts_at", None)):
        return tx.now
    at = release_waits.sending_at(tx, activity) if isinstance(event, ActivityReleased) else tx.now
    quiet = QuietHours.parse(tx.settings.quiet_hours)
    return broadcasts.send_at(at, quiet, zone(activity.zone), latest=activity.starts_at)


def _told(tx: Tx, activity_id: int, groups: Sequence[Endpoint]) -> frozenset[int]:
    """Return the endpoints that were, or may have been, told of an activity."""
    query = (
        select(col(Delivery.endpoint_id))
        .join(Notification, col(Notification.id) == col(Delivery.notification_id))
        .where(
            col(Notification.activity_id) == activity_id,
            col(Notification.assignment_id).is_(None),
            col(Delivery.endpoint_id).in_([one.id for one in groups]),
            or_(col(Delivery.attempts_count) > 0, col(Delivery.phase) == DeliveryPhase.data),
        )
    )
    return frozenset(tx.session.execute(query).scalars())


def _notify(
    tx: Tx,
    event: Event,
    kind: NotificationKind,
    payload: Mapping[str, Any],
    whom: str,
    activity: Activity | None = None,
) -> int:
    values = {
        "kind": kind,
        "activity_id": activity.id if activity else None,
        "assignment_id": None,
        "booking_id": None,
        "payload": dict(payload),
        "dedupe_key": f"{whom}:{event.key}:{event.subject_id}:{tx.ids.token()}",
        "created_at": tx.now,
        "schedule_rev": activity.schedule_rev if activity else 0,
        "sequence": 0,
    }
    (notification_id,) = tx.insert_all_missing(Notification, [values]).values()
    return notification_id


def _deliver(
    tx: Tx, notification_id: int, endpoints: Sequence[Endpoint], due_at: datetime, expires_at: datetime
) -> None:
    rows = [
        endpoint_use.delivery_values(
            tx,
            notification_id,
            channel=one.channel,
            address=one.address,
            endpoint_id=one.id,
            locale=one.locale,
            due_at=due_at,
            next_try_at=due_at,
            expires_at=expires_at,
        )
        for one in endpoints
    ]
    tx.insert_all_missing(Delivery, rows, key="token")


#: Of each event these come after everything that is done for people.
CHANNEL_REACTIONS: Mapping[type[Event], Sequence[Reaction]] = {
    **dict.fromkeys(WORDS, (on_event,)),
    ActivityReleaseUndone: (on_release_undone,),
}
