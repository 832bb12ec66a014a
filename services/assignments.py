"""Assignments: ask people, take their answers, ask somebody else. An offer is never an order."""

from sqlmodel import col, select

from models.enums import AnswerVia, AnswerWord, AssignmentRole, AssignmentState
from models.errors import Forbidden, Invalid, NotFound, require
from models.events import AssignmentAnswered, AssignmentOffered, AssignmentReplaced, AssignmentWithdrawn
from models.rules import assignment as rules
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.assignments import Answer, Assignment
from models.tables.people import Person
from models.tables.teams import Membership
from services import (
    access,
    activity_rows,
    facts,
    nominees,
    occupancies,
    people_loads,
    people_taken,
    people_travel,
    reconfirming,
)
from services.unit_of_work import Tx

REASON_LIMIT = 500


def offer(tx: Tx, *, activity_id: int, person_id: int, role: AssignmentRole, override_reason: str = "") -> int:
    """Ask a person to take a role; the call-up goes out once the activity is released.

    Asking again somebody who declined or was let go renews the same assignment. With an
    `override_reason` soft conflicts do not refuse; which they were and the reason are kept.

    Raises:
        Conflict: busy then, left, not qualified, asked already, activity over, and every soft conflict
            (see `models.rules.person_conflicts`): all reasons, each says whether it `is_hard`.
        Invalid: no such person, or too long a reason. Forbidden, NotFound.
    """
    activity = activity_rows.managed(tx, activity_id)
    person = tx.session.exec(select(Person).where(col(Person.id) == person_id, access.may_see_person(tx.actor))).first()
    if person is None:
        raise Invalid(Reason("unknown_reference", {"field": "person_id", "id": str(person_id)}))
    why = people_travel.checked_reason(override_reason)
    known = people_loads.conflicts_with(tx, [person.id], activity)[person.id]
    require(
        rules.may_assign(
            facts.person_facts(tx, person, activity),
            facts.activity_facts(activity),
            role,
            known,
            tx.now,
            is_overriding=bool(why),
        )
    )
    codes = tuple(dict.fromkeys(one.code for one in known)) if why else ()
    row = _offered(tx, activity, person, role)
    row.overridden, row.override_reason = people_travel.joined(codes), why if codes else ""
    tx.record(
        AssignmentOffered(
            subject_id=row.id,
            activity_id=activity.id,
            person_id=person.id,
            role=role.value,
            overridden=codes,
            reason=row.override_reason,
        )
    )
    return row.id


def accept(tx: Tx, assignment_id: int, *, via: AnswerVia) -> None:
    """Write down a yes; from now on the person is taken for the window. See `answer`."""
    answer(tx, assignment_id, word=AnswerWord.yes, via=via)


def decline(tx: Tx, assignment_id: int, *, via: AnswerVia, reason: str = "") -> None:
    """Write down a no, with a reason where one was given; it never lowers a rank. See `answer`."""
    answer(tx, assignment_id, word=AnswerWord.no, via=via, reason=reason)


def answer(
    tx: Tx, assignment_id: int, *, word: AnswerWord, via: AnswerVia, reason: str = "", nominee_id: int | None = None
) -> None:
    """Take an answer from the person, or from somebody who answers for them; the newest wins.

    The same answer twice is one answer, unless the person was asked in between whether it
    still holds. An answer by somebody else is written down with their user and as `phone`. With a no a colleague may be named who could come instead
    (see `services.nominees`).

    Raises:
        Conflict: the activity is over or cancelled, or the person promised something else.
        NotFound, Forbidden, Invalid.
    """
    row = tx.get(Assignment, assignment_id, noun="assignment")
    is_proxy = _require_may_answer(tx, row)
    if len(reason) > REASON_LIMIT:
        raise Invalid(Reason("too_long", {"field": "reason", "limit": REASON_LIMIT}))
    activity = tx.get(Activity, row.activity_id, noun="activity")
    busy = facts.busy_windows(tx, row.person_id, facts.window_of(activity), leave_out=[row.id])
    require(rules.may_answer(row.state, word, facts.activity_facts(activity), tx.now, busy=busy))
    if nominee_id is not None:
        nominees.require_one(tx, row, activity, nominee_id)
    is_again = word is AnswerWord.yes and reconfirming.is_asked(tx, row, activity)
    if nominee_id is None and not is_again and _is_repeated(tx, row, word, reason):
        return
    tx.session.add(
        Answer(
            assignment_id=row.id,
            word=word,
            via=AnswerVia.phone if is_proxy else via,
            reason=reason.strip(),
            nominee_id=nominee_id,
            by_user_id=tx.actor.user_id,
            at=tx.now,
        )
    )
    old, row.state = row.state, rules.ANSWERED_STATE[word]
    row.answered_at = tx.now
    row.reconfirmed_at = tx.now if is_again else row.reconfirmed_at
    tx.touch(row)
    if word is AnswerWord.yes and old is not AssignmentState.accepted:
        people_taken.take(tx, row, activity)
    elif word is AnswerWord.no:
        occupancies.release_assignment(tx, row.id)
    tx.record(
        AssignmentAnswered(
            subject_id=row.id,
            activity_id=row.activity_id,
            person_id=row.person_id,
            word=word,
            via=AnswerVia.phone if is_proxy else via,
            has_reason=bool(reason.strip()),
        )
    )


def replace(tx: Tx, assignment_id: int, *, person_id: int, override_reason: str = "") -> int:
    """Ask somebody else in a person's place; return the new assignment's id. All or nothing.

    Raises: as `offer`.
    """
    row = _managed(tx, assignment_id)
    activity = tx.get(Activity, row.activity_id, noun="activity")
    require(rules.may_replace(row.state, facts.activity_facts(activity), tx.now))
    new_id = offer(tx, activity_id=activity.id, person_id=person_id, role=row.role, override_reason=override_reason)
    row.state = AssignmentState.replaced
    row.replaced_by_id = new_id
    tx.touch(row)
    occupancies.release_assignment(tx, row.id)
    tx.record(
        AssignmentReplaced(subject_id=row.id, activity_id=activity.id, person_id=row.person_id, by_assignment_id=new_id)
    )
    return new_id


def withdraw(tx: Tx, assignment_id: int) -> None:
    """Take an offer or an acceptance back; the person is told if they had been asked."""
    row = _managed(tx, assignment_id)
    activity = tx.get(Activity, row.activity_id, noun="activity")
    require(rules.may_withdraw(row.state, facts.activity_facts(activity), tx.now))
    let_go(tx, row)


def let_go(tx: Tx, row: Assignment) -> None:
    """Take an offer or an acceptance back as a consequence of something else; the caller has checked that it may."""
    row.state = AssignmentState.withdrawn
    tx.touch(row)
    occupancies.release_assignment(tx, row.id)
    tx.record(AssignmentWithdrawn(subject_id=row.id, activity_id=row.activity_id, person_id=row.person_id))


def _offered(tx: Tx, activity: Activity, person: Person, role: AssignmentRole) -> Assignment:
    """Return the person's assignment to the activity, as just offered."""
    row = tx.session.exec(
        select(Assignment)
        .where(col(Assignment.activity_id) == activity.id, col(Assignment.person_id) == person.id)
        .with_for_update()
    ).first()
    if row is None:
        return tx.add(
            Assignment(activity_id=activity.id, person_id=person.id, role=role, offered_at=tx.now, created_at=tx.now)
        )
    row.role, row.state, row.offered_at = role, AssignmentState.offered, tx.now
    row.answered_at, row.reconfirmed_at = None, None
    tx.touch(row)
    return row


def _require_may_answer(tx: Tx, row: Assignment) -> bool:
    """Tell whether the actor answers for somebody else; raise where they may not answer at all."""
    if tx.actor.person_id == row.person_id:
        return False
    access.require_signed_in(tx.actor)
    activity = tx.get(Activity, row.activity_id, noun="activity", for_update=False)
    teams = tx.session.exec(select(Membership.team_id).where(col(Membership.person_id) == row.person_id)).all()
    if any(
        access.has_role_over(tx.session, tx.actor, team_id, access.LEADING) for team_id in (activity.team_id, *teams)
    ):
        return True
    try:
        access.require_seen(tx.session, tx.actor, activity.id)
    except NotFound as unseen:
        raise NotFound("assignment", row.id) from unseen
    raise Forbidden(Reason("role_missing"))


def _is_repeated(tx: Tx, row: Assignment, word: AnswerWord, reason: str) -> bool:
    if row.state is not rules.ANSWERED_STATE[word]:
        return False
    last = tx.session.exec(
        select(Answer).where(col(Answer.assignment_id) == row.id).order_by(col(Answer.id).desc()).limit(1)
    ).first()
    return last is not None and last.word is word and (not reason.strip() or last.reason == reason.strip())


def _managed(tx: Tx, assignment_id: int) -> Assignment:
    row = tx.get(Assignment, assignment_id, noun="assignment")
    activity_rows.managed(tx, row.activity_id)
    return row
