"""Roster files taken in and taken back."""

from dataclasses import dataclass

from models.events.base import Event


@dataclass(frozen=True, kw_only=True)
class ImportApplied(Event):
    """A roster file was taken over; `subject_id` is the batch."""

    key = "import.applied"
    kind: str
    sha256: str
    created_count: int
    changed_count: int


@dataclass(frozen=True, kw_only=True)
class ImportUndone(Event):
    """A batch was taken back."""

    key = "import.undone"
    kind: str
