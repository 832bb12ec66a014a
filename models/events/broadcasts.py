"""What becomes of an organiser's message to many."""

from dataclasses import dataclass

from models.events.base import Event


@dataclass(frozen=True, kw_only=True)
class BroadcastQueued(Event):
    """An organiser sent a message to many; it can still be taken back."""

    key = "broadcast.queued"
    activity_id: int | None
    team_id: int | None
    people_count: int


@dataclass(frozen=True, kw_only=True)
class BroadcastUndone(Event):
    """It was taken back before anybody was written to."""

    key = "broadcast.undone"
    activity_id: int | None


@dataclass(frozen=True, kw_only=True)
class BroadcastSent(Event):
    """Its wait was over; `skipped_count` people could not be reached or did not want it."""

    key = "broadcast.sent"
    activity_id: int | None
    people_count: int
    skipped_count: int
