"""Ask a person, take an answer, let somebody go."""

from datetime import date

import pytest

from models.enums import ActivityKind, ActivityState, AnswerWord, AssignmentRole, AssignmentState
from models.rules.assignment import (
    ANSWERED_STATE,
    LECTURE_ROLES,
    first_clash,
    may_answer,
    may_assign,
    may_replace,
    may_withdraw,
)
from models.rules.person_conflicts import Conflict
from models.rules.verdicts import Reason, Refused
from models.values import DayWindow, TimeWindow
from tests.unit.rules.samples import LATER, NOW, OVER, RUNNING, activity, codes, local, params, person, window

VOLUNTEER = AssignmentRole.volunteer
YES, NO = AnswerWord.yes, AnswerWord.no
BEFORE = window("2026-03-05 13:00", "14:00")
INSIDE = window("2026-03-05 14:30", "15:00")


BUSY = Conflict("busy", True, Reason("person_busy", {"is_hard": True}))
TIRED = Conflict("rest", False, Reason("person_rest", {"is_hard": False}))


def test_assign_is_allowed_to_a_free_person() -> None:
    assert may_assign(person(), activity(), VOLUNTEER, [], NOW)


def test_assign_keeps_every_reason_and_says_how_hard_it_is() -> None:
    gone = DayWindow(date(2020, 1, 1), date(2026, 3, 5))
    answer = may_assign(person(valid=gone, is_assigned=True), activity(), AssignmentRole.model_demo, [BUSY, TIRED], NOW)
    assert codes(answer) == ["person_left", "lacks_role", "already_assigned", "person_busy", "person_rest"]
    assert isinstance(answer, Refused)
    assert [reason.params["is_hard"] for reason in answer.reasons] == [True, True, True, True, False]
    assert params(answer, "lacks_role")["conflict"] == "not_qualified"


def test_only_soft_conflicts_are_overridden() -> None:
    assert codes(may_assign(person(), activity(), VOLUNTEER, [TIRED], NOW)) == ["person_rest"]
    assert may_assign(person(), activity(), VOLUNTEER, [TIRED], NOW, is_overriding=True)
    answer = may_assign(person(is_assigned=True), activity(), VOLUNTEER, [BUSY, TIRED], NOW, is_overriding=True)
    assert codes(answer) == ["already_assigned", "person_busy"]


def test_person_left_counts_the_local_day_of_the_activity() -> None:
    last_day = DayWindow(date(2020, 1, 1), date(2026, 3, 6))
    assert may_assign(person(valid=last_day), activity(), VOLUNTEER, [], NOW)
    dawn = TimeWindow(local("2026-03-06 00:10"), local("2026-03-06 01:00"))  # still 5 March in UTC
    assert codes(may_assign(person(valid=last_day), activity(when=dawn), VOLUNTEER, [], NOW)) == ["person_left"]


@pytest.mark.parametrize("role", sorted(LECTURE_ROLES))
def test_lecture_roles_need_their_trait(role: AssignmentRole) -> None:
    assert may_assign(person(roles=frozenset({role})), activity(), role, [], NOW)
    others = LECTURE_ROLES - {role}
    assert codes(may_assign(person(roles=others), activity(), role, [], NOW)) == ["lacks_role"]


def test_lecture_roles_are_free_at_other_kinds() -> None:
    culture = activity(kind=ActivityKind.culture)
    assert may_assign(person(), culture, AssignmentRole.model_demo, [], NOW)


@pytest.mark.parametrize(
    ("state", "when", "code"),
    [
        (ActivityState.cancelled, LATER, "activity_cancelled"),
        (ActivityState.closed, OVER, "closed_for_good"),
        (ActivityState.held, RUNNING, "activity_over"),
        (ActivityState.released, OVER, "activity_over"),
    ],
)
def test_assign_is_refused_once_the_activity_ended(state: ActivityState, when: TimeWindow, code: str) -> None:
    assert codes(may_assign(person(), activity(state, when), VOLUNTEER, [], NOW)) == [code]


@pytest.mark.parametrize("state", [ActivityState.draft, ActivityState.postponed])
def test_assign_is_allowed_before_the_release(state: ActivityState) -> None:
    assert may_assign(person(), activity(state), VOLUNTEER, [], NOW)


def test_assign_to_a_postponed_activity_forgets_its_old_date() -> None:
    assert may_assign(person(), activity(ActivityState.postponed, OVER), VOLUNTEER, [], NOW)


@pytest.mark.parametrize("state", [AssignmentState.offered, AssignmentState.accepted, AssignmentState.declined])
@pytest.mark.parametrize("word", [YES, NO])
def test_newest_answer_wins(state: AssignmentState, word: AnswerWord) -> None:
    assert may_answer(state, word, activity(), NOW)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (AssignmentState.replaced, "assignment_replaced"),
        (AssignmentState.withdrawn, "assignment_withdrawn"),
        (AssignmentState.served, "assignment_served"),
    ],
)
def test_answer_is_refused_once_the_person_was_let_go(state: AssignmentState, code: str) -> None:
    assert codes(may_answer(state, YES, activity(), NOW)) == [code]


@pytest.mark.parametrize(
    ("state", "when", "code"),
    [
        (ActivityState.draft, LATER, "activity_not_released"),
        (ActivityState.postponed, OVER, "activity_postponed"),
        (ActivityState.cancelled, LATER, "activity_cancelled"),
        (ActivityState.released, OVER, "activity_over"),
        (ActivityState.closed, OVER, "closed_for_good"),
    ],
)
def test_answer_is_refused_by_the_activity(state: ActivityState, when: TimeWindow, code: str) -> None:
    assert codes(may_answer(AssignmentState.offered, NO, activity(state, when), NOW)) == [code]


def test_answer_is_allowed_while_it_runs() -> None:
    assert may_answer(AssignmentState.accepted, NO, activity(when=RUNNING), NOW)


def test_yes_needs_a_free_person_and_no_does_not() -> None:
    assert codes(may_answer(AssignmentState.offered, YES, activity(), NOW, busy=[INSIDE])) == ["person_busy"]
    assert may_answer(AssignmentState.offered, NO, activity(), NOW, busy=[INSIDE])
    assert may_answer(AssignmentState.offered, YES, activity(), NOW, busy=[BEFORE])


def test_answer_of_somebody_who_left_is_refused() -> None:
    assert codes(may_answer(AssignmentState.offered, NO, activity(), NOW, has_left=True)) == ["person_left"]


def test_both_words_have_a_state() -> None:
    assert set(ANSWERED_STATE) == set(AnswerWord)


def test_replace_and_withdraw_end_what_still_stands() -> None:
    for may in (may_replace, may_withdraw):
        assert may(AssignmentState.accepted, activity(), NOW)
        assert codes(may(AssignmentState.served, activity(), NOW)) == ["wrong_state"]
        assert codes(may(AssignmentState.replaced, activity(when=OVER), NOW)) == ["wrong_state", "activity_over"]


def test_first_clash_is_the_earliest_whatever_the_order() -> None:
    early, late = window("2026-03-05 13:50", "14:10"), window("2026-03-05 15:00", "16:00")
    assert first_clash([late, BEFORE, early], LATER) == early
    assert first_clash([BEFORE], LATER) is None
