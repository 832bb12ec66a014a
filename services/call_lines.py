"""Lines of call lists, written many at a time: who is to be called, and by whom."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.enums import CallReason, CallState, MembershipRole
from models.tables.activities import Activity
from models.tables.base import table_of
from models.tables.calls import Call
from models.tables.people import Person
from models.tables.teams import Membership
from services import registers
from services.queries import filters
from services.unit_of_work import Tx

#: SQLite binds 32,766 values at the most.
A_STATEMENT = 5000
Theirs = aliased(Membership)


@dataclass(frozen=True, slots=True)
class Line:
    """One person to call about one assignment."""

    assignment_id: int
    person_id: int
    activity: Activity


def write_all(tx: Tx, lines: Sequence[Line], reason: CallReason) -> int:
    """Put people on call lists, once for each reason and date of the activity; return how many lines are new or open again.

    Whoever answers for a person ought to call, else a leader of a team of theirs, one of the activity's team first;
    where there is none, the organiser. A line that was closed for the same date is opened again, since the question
    is new.
    """
    count = 0
    for start in range(0, len(lines), A_STATEMENT):
        part = lines[start : start + A_STATEMENT]
        leaders = _leaders(tx, {line.person_id for line in part})
        rows = [_values(tx, line, reason, leaders.get(line.person_id, ())) for line in part]
        written = tx.insert_all_missing(Call, rows, key="assignment_id")
        count += len(written) + _open_again(tx, [line for line in part if line.assignment_id not in written], reason)
    return count


#: Who may call a person: the team they lead it in, and their id; the one who answers for the person has no team.
_Leader = tuple[int | None, int]


def _values(tx: Tx, line: Line, reason: CallReason, leaders: Sequence[_Leader]) -> dict[str, object]:
    nearest = sorted(leaders, key=lambda one: (one[0] is not None, one[0] != line.activity.team_id))
    return {
        "assignment_id": line.assignment_id,
        "activity_id": line.activity.id,
        "person_id": line.person_id,
        "leader_id": nearest[0][1] if nearest else None,
        "reason": reason,
        "schedule_rev": line.activity.schedule_rev,
        "state": CallState.open,
        "due_at": tx.now,
        "note": "",
        "version": 1,
        "created_at": tx.now,
    }


def _leaders(tx: Tx, person_ids: Collection[int]) -> dict[int, list[_Leader]]:
    """Return who may call each person, the longest in office first."""
    found: dict[int, list[_Leader]] = defaultdict(list)
    through = select(col(Person.id), col(Person.answers_through_id)).where(
        col(Person.id).in_(person_ids), col(Person.answers_through_id).is_not(None)
    )
    for person_id, leader_id in tx.session.execute(through):
        found[person_id].append((None, leader_id))
    today = registers.today(tx)
    leading = (
        select(col(Theirs.person_id), col(Membership.team_id), col(Membership.person_id))
        .join(Membership, col(Membership.team_id) == col(Theirs.team_id))
        .where(
            col(Theirs.person_id).in_(person_ids),
            col(Membership.role) == MembershipRole.leader,
            col(Membership.person_id) != col(Theirs.person_id),
            *filters.valid_on(Theirs, today),
            *filters.valid_on(Membership, today),
        )
        .order_by(col(Membership.id))
    )
    for person_id, team_id, leader_id in tx.session.execute(leading):
        found[person_id].append((team_id, leader_id))
    return found


def _open_again(tx: Tx, lines: Sequence[Line], reason: CallReason) -> int:
    table, by_rev = table_of(Call), defaultdict(list)
    for line in lines:
        by_rev[line.activity.schedule_rev].append(line.assignment_id)
    again = {"state": CallState.open, "due_at": tx.now, "done_at": None, "by_user_id": None, "note": ""}
    count = 0
    for schedule_rev, assignment_ids in by_rev.items():
        closed = (
            table.c.assignment_id.in_(assignment_ids)
            & (table.c.reason == reason)
            & (table.c.schedule_rev == schedule_rev)
            & (table.c.state != CallState.open)
        )
        count += tx.session.connection().execute(update(table).where(closed).values(again)).rowcount
    return count
