"""What a digest is about, read anew at the moment of sending: who is coming now, activity by activity."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from models.enums import ActivityKind, ActivityState, AssignmentState, NotificationKind
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.people import Person
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestPart:
    """One activity with the names of those who said yes."""

    title: str
    kind: ActivityKind
    starts_at: datetime
    zone: str
    names: tuple[str, ...]
    open_duty_count: int


def digest_parts(tx: Tx, kind: NotificationKind, payload: Mapping[str, Any]) -> tuple[DigestPart, ...]:
    """Return the activities of a digest, the earliest first; whoever took their yes back since is left out."""
    if kind is not NotificationKind.digest or "assignment_ids" not in payload:
        return ()
    rows = tx.session.execute(
        select(Activity, col(Person.name))
        .join(Assignment, col(Assignment.activity_id) == col(Activity.id))
        .join(Person, col(Person.id) == col(Assignment.person_id))
        .where(
            col(Assignment.id).in_(payload["assignment_ids"]),
            col(Assignment.state) == AssignmentState.accepted,
            col(Activity.state).in_((ActivityState.released, ActivityState.held)),
        )
        .order_by(col(Activity.starts_at), col(Activity.id), col(Person.sort_key), col(Person.id))
    ).all()
    names: dict[int, list[str]] = defaultdict(list)
    for activity, name in rows:
        names[activity.id].append(name)
    still_open = _open_duties(tx, list(names))
    return tuple(
        DigestPart(
            title=activity.title,
            kind=activity.kind,
            starts_at=activity.starts_at,
            zone=activity.zone,
            names=tuple(names[activity.id]),
            open_duty_count=still_open.get(activity.id, 0),
        )
        for activity in {activity.id: activity for activity, _ in rows}.values()
    )


def _open_duties(tx: Tx, activity_ids: list[int]) -> dict[int, int]:
    open_states = (AssignmentState.offered, AssignmentState.declined)
    counted = (
        select(col(Assignment.activity_id), func.count())
        .where(col(Assignment.activity_id).in_(activity_ids), col(Assignment.state).in_(open_states))
        .group_by(col(Assignment.activity_id))
    )
    return dict(tuple(row) for row in tx.session.execute(counted))
