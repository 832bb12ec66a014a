"""Calls: when a person is told that they need not come, and when they are asked."""

import pytest

from models.enums import ActivityState, AssignmentState
from models.rules.calls import is_off


@pytest.mark.parametrize(
    ("assignment", "activity", "answer"),
    [
        (AssignmentState.offered, ActivityState.released, False),
        (AssignmentState.accepted, ActivityState.released, False),
        (AssignmentState.withdrawn, ActivityState.released, True),
        (AssignmentState.replaced, ActivityState.released, True),
        (AssignmentState.accepted, ActivityState.postponed, True),
        (AssignmentState.withdrawn, ActivityState.cancelled, True),
    ],
)
def test_nothing_is_asked_of_those_who_need_not_come(
    assignment: AssignmentState, activity: ActivityState, answer: bool
) -> None:
    assert is_off(assignment, activity) is answer
