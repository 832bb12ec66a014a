"""Closings: sign an activity, so that it counts. Afterwards only reversals change a figure."""

from sqlmodel import col, select

from models.enums import ActivityState, AssignmentState
from models.errors import require
from models.events import ActivityClosed
from models.rules import activity as rules
from models.rules.manifest import manifest_sha256, manifest_text
from models.tables.assignments import Assignment
from models.tables.evidence import Closing
from services import activity_rows, facts, ledger, occupancies
from services.unit_of_work import Tx


def sign(tx: Tx, activity_id: int) -> int:
    """Sign and close a held activity; return the closing's id.

    The manifest names every row behind the count; its hash goes into history, so that a
    change of either is found.

    Raises:
        Conflict: not held, not over, or nothing was counted: all reasons. Forbidden, NotFound.
    """
    row = activity_rows.led(tx, activity_id)
    require(rules.may_close(facts.activity_facts(row), facts.counted(tx, row.id), tx.now))
    rows = ledger.load(tx, [row])[row.id]
    text = manifest_text(ledger.manifest_facts(rows))
    row.state = ActivityState.closed
    row.closed_at = tx.now
    tx.touch(row)
    closing = tx.add(
        Closing(
            activity_id=row.id,
            signed_by_id=tx.actor.user_id,
            signed_at=tx.now,
            manifest=text,
            manifest_sha256=manifest_sha256(text),
        )
    )
    came = rows.classes()
    accepted = tx.session.exec(
        select(Assignment).where(
            col(Assignment.activity_id) == row.id, col(Assignment.state) == AssignmentState.accepted
        )
    ).all()
    for assignment in accepted:
        occupancies.release_assignment(tx, assignment.id)
        if assignment.person_id in came:
            assignment.state = AssignmentState.served
            tx.touch(assignment)
    tx.record(ActivityClosed(subject_id=row.id, closing_id=closing.id, manifest_sha256=closing.manifest_sha256))
    return closing.id
