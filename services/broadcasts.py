"""Broadcasts: an organiser's words to an audience. They wait a little, can be taken back, and then go out once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from models.enums import BroadcastState, ChannelKind, DeliveryPhase, DeliveryState, NotificationKind
from models.errors import Conflict
from models.events import BroadcastQueued, BroadcastSent, BroadcastUndone
from models.rules import audiences as audience_rules
from models.rules import broadcasts as rules
from models.rules.audiences import Audience
from models.rules.delivery import LONGEST_LIFE
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.broadcasts import Broadcast
from models.tables.deliveries import Delivery
from models.tables.notifications import Notification
from models.tables.people import Person
from models.tables.users import User
from services import audiences, notify, previews
from services.notify import Wanted
from services.previews import Line
from services.queries import broadcasts as queries
from services.unit_of_work import Tx

#: Broadcasts that are written in one transaction; each may have thousands of deliveries.
BATCH = 1
PEOPLE_A_STATEMENT = 5000
NOT_ALLOWED = Reason("role_missing")


def send(tx: Tx, *, audience: Audience, subject: str, body: str, mark: str = "") -> int:
    """Send plain words to an audience and return the broadcast's id; for the wait of the settings it can be taken back.

    `mark` is the mark of the preview that was shown: other people than it showed are never written to. Repetition
    sends another one.

    Raises:
        Invalid: the words or the audience; all reasons.
        Conflict: nobody would get it, or the audience has changed since the preview.
        Forbidden, NotFound: see `audiences.resolve`.
    """
    preview = previews.of_broadcast(tx, audience, subject, body)
    if mark and mark != preview.mark:
        raise Conflict(Reason("audience_changed"))
    if not preview.going:
        raise Conflict(Reason("nobody_reached"))
    subject, body = rules.tidy(subject, body)
    row = tx.add(
        Broadcast(
            activity_id=audience.activity_id,
            team_id=audiences.require_may_write(tx, audience),
            audience=audience_rules.spelled(audience),
            person_ids=list(dict.fromkeys(line.person_id for line in preview.lines)),
            subject=subject,
            body=body,
            release_at=tx.now + tx.settings.undo_wait,
            people_count=len({line.person_id for line in preview.going}),
            by_user_id=tx.actor.user_id,
            created_at=tx.now,
        )
    )
    tx.record(
        BroadcastQueued(
            subject_id=row.id, activity_id=row.activity_id, team_id=row.team_id, people_count=row.people_count
        )
    )
    return row.id


def undo(tx: Tx, broadcast_id: int) -> None:
    """Take a broadcast back before anybody is written to; repetition changes nothing.

    Raises:
        Conflict: it has gone out.
        NotFound, Forbidden: the actor neither sent it nor manages those whom it is for.
    """
    queries.require_undoable(tx, broadcast_id)
    row = tx.get(Broadcast, broadcast_id, noun="broadcast")
    against = rules.may_undo(row.state)
    if against is not None:
        raise Conflict(against)
    if row.state is BroadcastState.undone:
        return
    row.state = BroadcastState.undone
    tx.touch(row)
    tx.record(BroadcastUndone(subject_id=row.id, activity_id=row.activity_id))


def send_due(tx: Tx, limit: int = BATCH) -> int:
    """Write the deliveries of broadcasts whose wait is over; return how many broadcasts that were.

    Several workers may call it side by side: a row in the hands of one is passed over by the others, and what a dead
    worker had not committed is done anew.
    """
    due = (
        select(Broadcast)
        .where(col(Broadcast.state) == BroadcastState.waiting, col(Broadcast.release_at) <= tx.now)
        .order_by(col(Broadcast.release_at), col(Broadcast.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = tx.session.execute(due).scalars().all()
    for row in rows:
        _write(tx, row)
    return len(rows)


def next_due_at(tx: Tx) -> datetime | None:
    """Return when the next wait is over, past instants included; None where nothing waits."""
    query = select(func.min(col(Broadcast.release_at))).where(col(Broadcast.state) == BroadcastState.waiting)
    found: datetime | None = tx.session.execute(query).scalar()
    return found


def _write(tx: Tx, row: Broadcast) -> None:
    """Write one notification and its deliveries a person; who cannot be reached any more is noted with the reason."""
    people = _people(tx, row.person_ids)
    preview = previews.of_people(tx, people, at=tx.now)
    activity = tx.get(Activity, row.activity_id, noun="activity", for_update=False) if row.activity_id else None
    payload = payload_of(tx, row)
    recipients = notify.people(tx, [person.id for person in people])
    due = {line.person_id: line.due_at or tx.now for line in preview.lines}
    notify.request_all(
        tx,
        [
            Wanted(
                kind=NotificationKind.broadcast,
                recipients=recipients[person.id],
                activity=activity,
                payload=payload,
                due_at=due[person.id],
                expires_at=due[person.id] + LONGEST_LIFE,
                dedupe_key=f"broadcast:{row.id}:{person.id}",
            )
            for person in people
        ],
    )
    _note_unreached(tx, row, [line for line in preview.lines if line.channel is None])
    row.state = BroadcastState.sent
    tx.touch(row)
    going = {line.person_id for line in preview.going}
    skipped_count = len(row.person_ids) - len(going)
    tx.record(
        BroadcastSent(
            subject_id=row.id, activity_id=row.activity_id, people_count=len(going), skipped_count=skipped_count
        )
    )


def payload_of(tx: Tx, row: Broadcast) -> dict[str, Any]:
    """Return what the words of a broadcast need."""
    return payload(tx, row.subject, row.body, row.by_user_id) | {"broadcast_id": row.id}


def payload(tx: Tx, subject: str, body: str, by_user_id: int | None) -> dict[str, Any]:
    """Return what the words need of a broadcast that is not written yet."""
    subject, body = rules.tidy(subject, body)
    sender = tx.session.get(User, by_user_id) if by_user_id is not None else None
    return {"subject": subject, "body": body, "sender_name": sender.name if sender else ""}


def _people(tx: Tx, person_ids: Sequence[int]) -> list[Person]:
    found: list[Person] = []
    for start in range(0, len(person_ids), PEOPLE_A_STATEMENT):
        part = person_ids[start : start + PEOPLE_A_STATEMENT]
        found += tx.session.execute(select(Person).where(col(Person.id).in_(part)).order_by(col(Person.id))).scalars()
    return found


def _note_unreached(tx: Tx, row: Broadcast, lines: Sequence[Line]) -> None:
    """Settle at once what has nowhere to go, so that the ledger can say why these people did not get it."""
    notes = [
        {
            "kind": NotificationKind.broadcast,
            "activity_id": row.activity_id,
            "payload": {"broadcast_id": row.id},
            "dedupe_key": f"broadcast:{row.id}:{line.person_id}",
            "schedule_rev": 0,
            "sequence": 0,
            "created_at": tx.now,
        }
        for line in lines
    ]
    written = tx.insert_all_missing(Notification, notes)
    rows = [
        _unreached(tx, line, written[key])
        for line in lines
        if (key := f"broadcast:{row.id}:{line.person_id}") in written
    ]
    tx.insert_all_missing(Delivery, rows, key="token")


def _unreached(tx: Tx, line: Line, notification_id: int) -> dict[str, Any]:
    return {
        "notification_id": notification_id,
        "person_id": line.person_id,
        "channel": ChannelKind.mail,
        "address": "",
        "locale": line.locale,
        "token": tx.ids.token(),
        "state": DeliveryState.obsolete,
        "phase": DeliveryPhase.none,
        "due_at": tx.now,
        "next_try_at": tx.now,
        "expires_at": tx.now + LONGEST_LIFE,
        "attempts_count": 0,
        "lease_token": 0,
        "reply": "",
        "reason": line.reason.code if line.reason else "",
        "settled_at": tx.now,
        "created_at": tx.now,
    }
