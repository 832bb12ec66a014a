"""Call lists: people whom somebody has to telephone, written by the house, worked off by leaders and organisers."""

from datetime import timedelta
from typing import Literal

from sqlalchemy import update
from sqlmodel import col, select

from models.enums import AnswerVia, AnswerWord, CallReason, CallState
from models.errors import Conflict, Invalid, NotFound
from models.events import CallDone
from models.rules.calls import is_off
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.base import table_of
from models.tables.calls import Call
from models.tables.people import Person
from services import access, assignments, call_lines
from services.call_lines import Line
from services.queries import filters
from services.unit_of_work import Tx

#: What came of a call; whoever was not reached stays on the list.
CallWord = Literal["yes", "no", "unreached"]
#: So long after nobody answered the telephone, the call is due again.
AGAIN_AFTER = timedelta(hours=2)
NOTE_LIMIT = 200


def write(tx: Tx, *, assignment: Assignment, activity: Activity, reason: CallReason) -> bool:
    """Put a person on a call list, once for each reason and date of the activity; tell whether it is a new line.

    Whoever answers for the person ought to call, else a leader of a team of theirs; where there is none,
    the organiser. A line that was closed for the same date is opened again, since the question is new.
    """
    line = Line(assignment.id, assignment.person_id, activity)
    return bool(call_lines.write_all(tx, [line], reason))


def void(tx: Tx, *, assignment_id: int | None = None, activity_id: int | None = None) -> None:
    """Close the open lines of an assignment or an activity: nothing is asked any more, or it was answered otherwise."""
    table = table_of(Call)
    about = table.c.assignment_id == assignment_id if activity_id is None else table.c.activity_id == activity_id
    tx.session.flush()
    closed = update(table).where(about, table.c.state == CallState.open)
    tx.session.execute(closed.values(state=CallState.void, done_at=tx.now, version=table.c.version + 1))


def done(tx: Tx, call_id: int, *, word: CallWord, reason: str = "") -> None:
    """Write down what came of a call; a yes or a no is the person's answer by telephone, with the caller as proxy.

    Where it was only to be told that nobody need come, either means that the person knows.

    Raises:
        NotFound: no such call for this actor. Conflict: it is closed, or the answer is refused (see
            `assignments.answer`). Invalid, Forbidden, SignInNeeded.
    """
    access.require_role(tx.actor, access.LEADING)
    if len(reason) > NOTE_LIMIT:
        raise Invalid(Reason("too_long", {"field": "reason", "limit": NOTE_LIMIT}))
    assignment_id = tx.session.exec(
        select(Call.assignment_id)
        .join(Person, col(Person.id) == col(Call.person_id))
        .where(col(Call.id) == filters.known_id("call", call_id), access.may_contact(tx.actor))
    ).first()
    if assignment_id is None:
        raise NotFound("call", call_id)
    assignment = tx.get(Assignment, assignment_id, noun="assignment")
    row = tx.get(Call, call_id, noun="call")
    if row.state is not CallState.open:
        raise Conflict(Reason("call_closed"))
    row.note, row.by_user_id = reason.strip(), tx.actor.user_id
    if word == "unreached":
        row.due_at = tx.now + AGAIN_AFTER
    else:
        row.state, row.done_at = CallState.done, tx.now
        activity = tx.get(Activity, row.activity_id, noun="activity", for_update=False)
        if not is_off(assignment.state, activity.state):
            why = reason if word == "no" else ""
            assignments.answer(tx, assignment_id, word=AnswerWord(word), via=AnswerVia.phone, reason=why)
    tx.touch(row)
    tx.record(CallDone(subject_id=row.id, activity_id=row.activity_id, person_id=row.person_id, word=word))
