"""Who was asked, and what they said."""

from dataclasses import dataclass

from models.enums import AnswerVia, AnswerWord
from models.events.base import Event


@dataclass(frozen=True, kw_only=True)
class AssignmentOffered(Event):
    """A person was asked; the call-up goes out once the activity is released.

    `overridden` are codes of soft conflicts that were known, `reason` why they were asked all the same.
    """

    key = "assignment.offered"
    activity_id: int
    person_id: int
    role: str
    overridden: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class AssignmentOverridden(Event):
    """An activity went where, or when, it is hard for somebody who had accepted; `reason` says why all the same."""

    key = "assignment.overridden"
    activity_id: int
    person_id: int
    overridden: tuple[str, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class AssignmentAnswered(Event):
    """A person answered, or somebody answered for them."""

    key = "assignment.answered"
    activity_id: int
    person_id: int
    word: AnswerWord
    via: AnswerVia
    has_reason: bool = False


@dataclass(frozen=True, kw_only=True)
class AssignmentReplaced(Event):
    """Somebody else was asked in a person's place."""

    key = "assignment.replaced"
    activity_id: int
    person_id: int
    by_assignment_id: int


@dataclass(frozen=True, kw_only=True)
class AssignmentWithdrawn(Event):
    """An offer or an acceptance was taken back by the organiser."""

    key = "assignment.withdrawn"
    activity_id: int
    person_id: int
