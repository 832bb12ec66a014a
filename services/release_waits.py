"""The wait after a release: the call-ups go out a little later, and until then the release can be taken back."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from models.enums import ActivityState
from models.errors import Conflict
from models.events import ActivityReleaseUndone
from models.rules import broadcasts, releases
from models.tables.activities import Activity
from models.tables.assignments import Answer, Assignment
from muster.localtime import zone
from services import activity_rows, reminders
from services.unit_of_work import Tx


def due_times(tx: Tx, activity: Activity, person_ids: Sequence[int]) -> dict[int, datetime]:
    """Return when each person is asked after a release now: after the wait, and not in their quiet hours.

    Where the start comes first, at once.
    """
    at = sending_at(tx, activity)
    quiet, where = reminders.quiet_hours(tx, person_ids), zone(activity.zone)
    return {one: broadcasts.send_at(at, quiet[one], where, latest=activity.starts_at) for one in person_ids}


def sending_at(tx: Tx, activity: Activity) -> datetime:
    """Return when the call-ups of a release now are due, quiet hours aside."""
    at = tx.now + tx.settings.undo_wait
    return at if at < activity.starts_at else tx.now


def undo(tx: Tx, activity_id: int) -> None:
    """Take a release back, as long as nothing has gone out: the activity is a draft again, what waits is withdrawn.

    Raises:
        Conflict: it is not released, the wait is over, or somebody has answered since; all reasons.
        NotFound, Forbidden: the actor does not manage it.
    """
    row = activity_rows.managed(tx, activity_id)
    until = releases.undo_until(row.state, row.released_at, tx.settings.undo_wait)
    against = releases.may_undo(until, tx.now, has_answers=_has_answers(tx, row))
    if against:
        raise Conflict(*against)
    row.state = ActivityState.draft
    row.released_at = None
    row.schedule_rev += 1  # a second release asks anew, under new keys
    tx.touch(row)
    tx.record(ActivityReleaseUndone(subject_id=row.id))


def _has_answers(tx: Tx, row: Activity) -> bool:
    if row.released_at is None:
        return False
    since = (
        select(Answer.id)
        .join(Assignment, col(Assignment.id) == col(Answer.assignment_id))
        .where(col(Assignment.activity_id) == row.id, col(Answer.at) >= row.released_at)
        .limit(1)
    )
    return tx.session.exec(since).first() is not None
