"""What is said on the telephone: a question, or that nobody need come."""

from models.enums import ActivityState, AssignmentState

#: States in which there is nothing left to ask.
LET_GO = frozenset({AssignmentState.withdrawn, AssignmentState.replaced})
OFF = frozenset({ActivityState.cancelled, ActivityState.postponed})


def is_off(assignment: AssignmentState, activity: ActivityState) -> bool:
    """Tell whether a person is to be told that they need not come, instead of being asked whether they can."""
    return assignment in LET_GO or activity in OFF
