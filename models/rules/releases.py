"""Taking a release back before anybody has been written to. Pure."""

from datetime import datetime, timedelta

from models.enums import ActivityState
from models.rules.verdicts import Reason


def undo_until(state: ActivityState, released_at: datetime | None, wait: timedelta) -> datetime | None:
    """Return until when a release can be taken back; None where the activity is not released."""
    return released_at + wait if state is ActivityState.released and released_at is not None else None


def may_undo(until: datetime | None, now: datetime, *, has_answers: bool) -> tuple[Reason, ...]:
    """Return everything that stands against taking a release back; `has_answers` since it was released."""
    if until is None:
        return (Reason("release_not_there"),)
    late = (Reason("release_gone_out"),) if now >= until else ()
    return (*late, Reason("release_answered")) if has_answers else late
