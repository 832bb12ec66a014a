"""What becomes of an activity, from draft to closed."""

from dataclasses import dataclass
from datetime import datetime

from models.events.base import Event, RowChanged, RowCreated


class ActivityCreated(RowCreated):
    """An activity was planned."""

    key = "activity.created"


class ActivityChanged(RowChanged):
    """An activity was edited without touching its window."""

    key = "activity.changed"


@dataclass(frozen=True, kw_only=True)
class ActivityReleased(Event):
    """An activity became public; offers go out."""

    key = "activity.released"


@dataclass(frozen=True, kw_only=True)
class ActivityReleaseUndone(Event):
    """The release was taken back before anybody was written to."""

    key = "activity.release_undone"


@dataclass(frozen=True, kw_only=True)
class ActivityMoved(Event):
    """An activity got another window."""

    key = "activity.moved"
    old_starts_at: datetime
    old_ends_at: datetime
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class ActivityPostponed(Event):
    """An activity was taken off its date without a new one."""

    key = "activity.postponed"
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ActivityCancelled(Event):
    """An activity will not happen."""

    key = "activity.cancelled"
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ActivityHeld(Event):
    """An activity took place."""

    key = "activity.held"


@dataclass(frozen=True, kw_only=True)
class ActivityClosed(Event):
    """An activity was signed and counted; `manifest_sha256` binds the rows behind it."""

    key = "activity.closed"
    closing_id: int
    manifest_sha256: str
    manifest_version: int = 1
