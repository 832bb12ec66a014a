"""Rows of loans: write one and take its thing, load it for whoever may change it, let the thing go."""

from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from models.enums import LoanState
from models.events import LoanCancelled, LoanMade
from models.rules import loans as rules
from models.tables.activities import Activity
from models.tables.equipment import Equipment, Loan
from models.tables.resources import OVERLAP
from models.values import TimeWindow
from services import activity_rows, facts, occupancies
from services.constraints import constraint_name
from services.equipment_facts import label
from services.unit_of_work import Tx


def make(tx: Tx, activity: Activity, thing: Equipment, minutes: tuple[int, int]) -> Loan | None:
    """Write a loan for an activity's window and take its thing; None where the guard says that somebody has it."""
    window = rules.occupied_window(facts.window_of(activity), *minutes)
    loan = Loan(
        equipment_id=thing.id,
        activity_id=activity.id,
        occupied_from=window.starts_at,
        occupied_until=window.ends_at,
        before_minutes=minutes[0],
        after_minutes=minutes[1],
        state=LoanState.lent,
        lent_by_id=tx.actor.user_id,
        created_at=tx.now,
    )
    if not take(tx, loan, thing):
        return None
    tx.record(LoanMade(**told_with_window(loan, thing)))
    return loan


def take(tx: Tx, loan: Loan, thing: Equipment) -> bool:
    """Write a loan as it is now and take its thing; where somebody has that, write nothing and return False."""
    tx.session.flush()
    try:
        with tx.session.begin_nested():
            tx.add(loan)
            occupancies.take_equipment(tx, thing.resource_id, occupied(loan), loan_id=loan.id)
    except IntegrityError as error:
        if constraint_name(error) != OVERLAP:
            raise
        return False
    return True


def held(tx: Tx, loan_id: int, *, is_leading: bool) -> tuple[Loan, Equipment]:
    """Return a loan and its thing for somebody who manages its activity, or with `is_leading` leads it.

    Whoever changes a loan holds its activity first: what was read before that may be old.

    Raises:
        SignInNeeded, NotFound, Forbidden.
    """
    row = tx.get(Loan, loan_id, noun="loan", for_update=False)
    (activity_rows.led if is_leading else activity_rows.managed)(tx, row.activity_id)
    tx.session.refresh(row)
    return row, tx.get(Equipment, row.equipment_id, noun="equipment", for_update=False)


def lent_to(tx: Tx, activity_id: int) -> list[Loan]:
    """Return what is lent to an activity, locked, in the order of lending."""
    found = select(Loan).where(col(Loan.activity_id) == activity_id, col(Loan.state) == LoanState.lent)
    return list(tx.session.exec(found.order_by(col(Loan.id)).with_for_update()).all())


def cancel(tx: Tx, row: Loan, thing: Equipment, reason: str) -> None:
    """Call a loan off and let its thing go."""
    row.state = LoanState.cancelled
    let_go(tx, row)
    tx.record(LoanCancelled(**told(row, thing), reason=reason))


def let_go(tx: Tx, row: Loan) -> None:
    """Give the thing of a loan back, whatever became of the loan."""
    tx.touch(row)
    occupancies.release_loan(tx, row.id)


def occupied(row: Loan) -> TimeWindow:
    """Return how long the thing of a loan is away."""
    return TimeWindow(row.occupied_from, row.occupied_until)


def told(row: Loan, thing: Equipment) -> dict[str, Any]:
    """Return what every event about a loan tells."""
    return {
        "subject_id": row.id,
        "activity_id": row.activity_id,
        "equipment_id": thing.id,
        "equipment": label(thing),
    }


def told_with_window(row: Loan, thing: Equipment) -> dict[str, Any]:
    """Return what events tell of a loan that has just taken its thing."""
    return told(row, thing) | {"occupied_from": row.occupied_from, "occupied_until": row.occupied_until}
