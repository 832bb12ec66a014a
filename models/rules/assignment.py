"""May this person be asked, may they answer: small checkers, all reasons kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from models.enums import ActivityKind, ActivityState, AnswerWord, AssignmentRole, AssignmentState
from models.rules.activity import ActivityFacts
from models.rules.person_conflicts import Conflict, standing
from models.rules.transitions import ASSIGNMENT_MOVES, move_reasons
from models.rules.verdicts import Reason, Verdict, verdict
from models.values import DayWindow, TimeWindow

#: Roles that need the matching trait of the person, where the activity is a lecture.
LECTURE_ROLES = frozenset({AssignmentRole.cadre_lead, AssignmentRole.model_demo, AssignmentRole.worker_exchange})

#: States in which an assignment stands: the person was asked and has not been let go.
LIVE_STATES = frozenset({AssignmentState.offered, AssignmentState.accepted})

#: What the two words turn an assignment into.
ANSWERED_STATE = {AnswerWord.yes: AssignmentState.accepted, AnswerWord.no: AssignmentState.declined}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """What rules need to know of a person.

    `valid` is the time in which the person belongs to the house, in local days of
    `zone`; None means always. `lecture_roles` are the role traits. `is_assigned`
    tells whether a live assignment to the same activity exists.
    """

    person_id: int
    zone: ZoneInfo
    valid: DayWindow | None = None
    lecture_roles: frozenset[AssignmentRole] = frozenset()
    is_assigned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All facts of one question, for the checkers."""

    person: PersonFacts
    activity: ActivityFacts
    role: AssignmentRole
    now: datetime


Checker = Callable[[Question], Reason | None]


def person_left(question: Question) -> Reason | None:
    """Refuse a person who does not belong to the house on the day of the activity."""
    person = question.person
    day = question.activity.window.starts_at.astimezone(person.zone).date()
    if person.valid is None or person.valid.contains(day):
        return None
    return Reason("person_left", {"person_id": person.person_id, "day": day})


def lacks_role(question: Question) -> Reason | None:
    """Refuse a lecture role for which the person has no role trait."""
    if question.activity.kind is not ActivityKind.lecture or question.role not in LECTURE_ROLES:
        return None
    if question.role in question.person.lecture_roles:
        return None
    told = {"person_id": question.person.person_id, "role": question.role.value, "conflict": "not_qualified"}
    return Reason("lacks_role", told)


def already_assigned(question: Question) -> Reason | None:
    """Refuse to ask a person twice for one activity."""
    if not question.person.is_assigned:
        return None
    return Reason("already_assigned", {"person_id": question.person.person_id})


def activity_ended(question: Question) -> Reason | None:
    """Refuse an activity to which nobody can be asked any more."""
    return _ended(question.activity, question.now)


CHECKERS: tuple[Checker, ...] = (activity_ended, person_left, lacks_role, already_assigned)


def may_assign(
    person: PersonFacts,
    activity: ActivityFacts,
    role: AssignmentRole,
    conflicts: Sequence[Conflict],
    now: datetime,
    *,
    is_overriding: bool = False,
) -> Verdict:
    """Say whether the person may be asked to take the role; every reason says whether it `is_hard`.

    `conflicts` are those with the rest of the person's life. `is_overriding` tells that somebody knows
    the soft ones and wants to ask all the same.
    """
    question = Question(person=person, activity=activity, role=role, now=now)
    found = [reason for checker in CHECKERS if (reason := checker(question)) is not None]
    reasons = [Reason(reason.code, reason.params | {"is_hard": True}) for reason in found]
    reasons += standing([conflict.reason for conflict in conflicts], is_overriding=is_overriding)
    return verdict(reasons)


def may_answer(
    state: AssignmentState,
    word: AnswerWord,
    activity: ActivityFacts,
    now: datetime,
    *,
    busy: Sequence[TimeWindow] = (),
    has_left: bool = False,
) -> Verdict:
    """Say whether the answer may be taken. The newest answer wins, so the same word again is allowed.

    `busy` are the person's other promises; they stand only against a yes.
    """
    reasons = _released(activity, now)
    if state is AssignmentState.replaced:
        reasons.append(Reason("assignment_replaced"))
    elif state is AssignmentState.withdrawn:
        reasons.append(Reason("assignment_withdrawn"))
    elif state is AssignmentState.served:
        reasons.append(Reason("assignment_served"))
    if has_left:
        reasons.append(Reason("person_left"))
    if word is AnswerWord.yes and (clash := first_clash(busy, activity.window)) is not None:
        reasons.append(Reason("person_busy", {"starts_at": clash.starts_at, "ends_at": clash.ends_at}))
    return verdict(reasons)


def may_replace(state: AssignmentState, activity: ActivityFacts, now: datetime) -> Verdict:
    """Say whether somebody else may be asked in the person's place."""
    return _let_go(state, AssignmentState.replaced, activity, now)


def may_withdraw(state: AssignmentState, activity: ActivityFacts, now: datetime) -> Verdict:
    """Say whether the organiser may take the offer or the promise back."""
    return _let_go(state, AssignmentState.withdrawn, activity, now)


def first_clash(busy: Sequence[TimeWindow], window: TimeWindow) -> TimeWindow | None:
    """Return the earliest busy window that overlaps, if any; the order of `busy` does not matter."""
    return min((taken for taken in busy if taken.overlaps(window)), default=None)


def _let_go(state: AssignmentState, new: AssignmentState, activity: ActivityFacts, now: datetime) -> Verdict:
    reasons = move_reasons(ASSIGNMENT_MOVES, "assignment", state, new)
    ended = _ended(activity, now)
    return verdict(reasons if ended is None else [*reasons, ended])


def _released(activity: ActivityFacts, now: datetime) -> list[Reason]:
    if activity.state is ActivityState.draft:
        return [Reason("activity_not_released")]
    if activity.state is ActivityState.postponed:
        return [Reason("activity_postponed")]
    ended = _ended(activity, now)
    return [] if ended is None else [ended]


def _ended(activity: ActivityFacts, now: datetime) -> Reason | None:
    if activity.state is ActivityState.cancelled:
        return Reason("activity_cancelled")
    if activity.state is ActivityState.closed:
        return Reason("closed_for_good")
    # The last window of a postponed activity says nothing: its new date is still to come.
    is_past = activity.state is not ActivityState.postponed and now >= activity.window.ends_at
    if activity.state is ActivityState.held or is_past:
        return Reason("activity_over", {"ends_at": activity.window.ends_at})
    return None
