"""When people are reminded: what the house promises, by kind of activity and by role."""

from dataclasses import dataclass

from models.enums import ActivityKind, AssignmentRole, ReminderKind
from models.events.base import Event


@dataclass(frozen=True, kw_only=True)
class ReminderPlanSet(Event):
    """A list of promises replaced what was there; `subject_id` is its first row, `rules` are as spelled."""

    key = "reminder_plan.set"
    reminder_kind: ReminderKind
    activity_kind: ActivityKind | None
    activity_role: AssignmentRole | None
    rules: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ReminderPlanRemoved(Event):
    """A list of promises is gone, so that the next general one holds; `subject_id` was its first row."""

    key = "reminder_plan.removed"
    reminder_kind: ReminderKind
    activity_kind: ActivityKind | None
    activity_role: AssignmentRole | None
