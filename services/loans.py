"""Loans: lend things to an activity, let them follow it, take them back. The database decides who was first."""

from collections.abc import Iterable, Mapping, Sequence

from sqlmodel import col, select

from models.enums import EquipmentKind, LoanState
from models.errors import Conflict, EquipmentTaken, Invalid, require
from models.events import LoanMoved, LoanReturned, LoanSwapped
from models.rules import loans as rules
from models.rules import names
from models.rules.verdicts import Reason, Refused
from models.tables.activities import Activity
from models.tables.equipment import Equipment, Loan
from models.values import TimeWindow
from muster.localtime import zone
from services import activity_rows, equipment_facts, facts, loan_rows, occupancies
from services.equipment_facts import Hindrance, label
from services.unit_of_work import Tx

#: Of so many things that are away it is told when each is back; nobody reads more.
MOST_REASONS = 20
LONGEST_REASON = 500


def lend(
    tx: Tx,
    *,
    equipment_id: int,
    activity_id: int,
    before_minutes: int | None = None,
    after_minutes: int | None = None,
) -> int:
    """Lend one thing to an activity, for its window and the minutes around it; return the loan's id.

    Minutes default to the usual ones of its kind, see `models.rules.loans.USUAL_MINUTES`.

    Raises:
        EquipmentTaken: it is away or ended then: all reasons, the loans in the way, other things of its name.
        Conflict: nothing can be lent to the activity any more.
        Invalid, Forbidden, NotFound.
    """
    activity = activity_rows.managed(tx, activity_id)
    thing = tx.get(Equipment, equipment_id, noun="equipment")
    minutes = _minutes(thing.kind, before_minutes, after_minutes)
    window = rules.occupied_window(facts.window_of(activity), *minutes)
    against = _against(tx, activity)
    hindered = equipment_facts.hindrances(tx, [(thing, window)])
    if not hindered:
        if against:
            raise Conflict(*against)
        loan = loan_rows.make(tx, activity, thing, minutes)
        if loan is not None:
            return loan.id
        hindered = equipment_facts.hindrances(tx, [(thing, window)])
    others = select(Equipment).where(col(Equipment.name) == thing.name, col(Equipment.id) != thing.id)
    free = tx.session.exec(others.where(equipment_facts.is_free(window, zone(tx.settings.zone)))).all()
    raise _taken(hindered.values(), against, equipment_facts.ranked(free, activity.capacity))


def lend_named(
    tx: Tx,
    *,
    activity_id: int,
    name: str,
    count: int = 1,
    before_minutes: int | None = None,
    after_minutes: int | None = None,
) -> tuple[int, ...]:
    """Lend so many free things of a name to an activity, all or none; return the loans' ids.

    The best ones are taken, see `models.rules.loans.ranked`. Repetition lends more.

    Raises:
        EquipmentTaken: fewer are free: why each of the others is not, and as a way out those that are.
        Conflict: nothing of that name is written in, or nothing can be lent to the activity any more.
        Invalid, Forbidden, NotFound.
    """
    if not 1 <= count <= rules.MOST_AT_ONCE:
        raise Invalid(Reason("out_of_range", {"field": "count", "low": 1, "high": rules.MOST_AT_ONCE}))
    activity = activity_rows.managed(tx, activity_id)
    name = names.tidy(name)
    things = equipment_facts.locked(tx, [name])
    minutes = {thing.id: _minutes(thing.kind, before_minutes, after_minutes) for thing in things}
    against = _against(tx, activity)
    if not things:
        against += (Reason("equipment_unknown", {"field": "name", "name": name}),)
    if against:
        raise Conflict(*against)
    window = facts.window_of(activity)
    asked = [(thing, rules.occupied_window(window, *minutes[thing.id])) for thing in things]
    hindered = equipment_facts.hindrances(tx, asked)
    free = equipment_facts.ranked((thing for thing in things if thing.id not in hindered), activity.capacity)
    lent: list[int] = []
    for thing in free if len(free) >= count else ():
        if len(lent) < count and (loan := loan_rows.make(tx, activity, thing, minutes[thing.id])) is not None:
            lent.append(loan.id)
    if len(lent) < count:
        too_few = Reason("equipment_too_few", {"field": "count", "name": name, "wanted": count, "free": len(free)})
        raise _taken(hindered.values(), (too_few,), free)
    return tuple(lent)


def give_back(tx: Tx, loan_id: int) -> None:
    """Mark a loan as returned; what is left of its window is free at once. Those who lead the activity may.

    Raises:
        Conflict: it has not begun, or was settled already. Forbidden, NotFound.
    """
    row, thing = loan_rows.held(tx, loan_id, is_leading=True)
    require(rules.may_return(row.state, loan_rows.occupied(row), tx.now))
    row.state = LoanState.returned
    row.occupied_until = min(row.occupied_until, tx.now)
    loan_rows.let_go(tx, row)
    tx.record(LoanReturned(**loan_rows.told(row, thing)))


def cancel(tx: Tx, loan_id: int, *, reason: str = "") -> None:
    """Call a loan off; the thing is free at once.

    Raises:
        Conflict: its window is over, or it was settled already. Invalid, Forbidden, NotFound.
    """
    reason = reason.strip()
    if len(reason) > LONGEST_REASON:
        raise Invalid(Reason("too_long", {"field": "reason", "limit": LONGEST_REASON}))
    row, thing = loan_rows.held(tx, loan_id, is_leading=False)
    require(rules.may_cancel(row.state, loan_rows.occupied(row), tx.now))
    loan_rows.cancel(tx, row, thing, reason)


def shift_all(tx: Tx, activity: Activity) -> None:
    """Move what is lent to an activity to its present window, with the minutes as before.

    Where a thing is away then, a free one of the same name takes its place; `swaps` tells which.

    Raises:
        EquipmentTaken: for one of them nothing is free then; reasons for all such.
    """
    held = loan_rows.lent_to(tx, activity.id)
    if not held:
        return
    ids = {loan.equipment_id for loan in held}
    of_loans = set(tx.session.exec(select(Equipment.name).where(col(Equipment.id).in_(sorted(ids)))))
    things = {thing.id: thing for thing in equipment_facts.locked(tx, of_loans, ids)}
    for loan in held:
        occupancies.release_loan(tx, loan.id)
        window = rules.occupied_window(facts.window_of(activity), loan.before_minutes, loan.after_minutes)
        loan.occupied_from, loan.occupied_until = window.starts_at, window.ends_at
        tx.touch(loan)
    hindered = equipment_facts.hindrances(tx, _asked(held, things))
    # Whoever keeps their thing goes first, so that nobody else's is taken for a swap.
    stranded = [loan for loan in held if loan.equipment_id in hindered or not _keep(tx, loan, things)]
    refused = [loan for loan in stranded if not _swap(tx, loan, things, activity.capacity)]
    if refused:
        raise _taken(equipment_facts.hindrances(tx, _asked(refused, things)).values())


def release_all(tx: Tx, activity: Activity, *, reason: str) -> None:
    """Call off whatever is lent to an activity; does nothing where nothing is. `reason` is a code."""
    for loan in loan_rows.lent_to(tx, activity.id):
        thing = tx.get(Equipment, loan.equipment_id, noun="equipment", for_update=False)
        loan_rows.cancel(tx, loan, thing, reason)


def swaps(tx: Tx) -> tuple[LoanSwapped, ...]:
    """Return which things were swapped in this transaction, to say so."""
    return tuple(event for event in tx.events if isinstance(event, LoanSwapped))


def _minutes(kind: EquipmentKind, before: int | None, after: int | None) -> tuple[int, int]:
    usual = rules.USUAL_MINUTES[kind]
    minutes = (usual[0] if before is None else before, usual[1] if after is None else after)
    reasons = [
        Reason("out_of_range", {"field": name, "low": 0, "high": rules.LONGEST_MINUTES})
        for name, value in zip(("before_minutes", "after_minutes"), minutes, strict=True)
        if not 0 <= value <= rules.LONGEST_MINUTES
    ]
    if reasons:
        raise Invalid(*reasons)
    return minutes


def _against(tx: Tx, activity: Activity) -> tuple[Reason, ...]:
    answer = rules.may_borrow(facts.activity_facts(activity), tx.now)
    return answer.reasons if isinstance(answer, Refused) else ()


def _taken(
    hindrances: Iterable[Hindrance], first: Sequence[Reason] = (), free: Sequence[Equipment] = ()
) -> EquipmentTaken:
    """Return a refusal with every reason, the loans in the way, and the free things as ways out."""
    every = list(hindrances)
    reasons = [*first, *(reason for one in every for reason in one.reasons)]
    conflicts = [clash for one in every for clash in one.conflicts]
    return EquipmentTaken(
        *reasons[:MOST_REASONS],
        conflicts=conflicts[:MOST_REASONS],
        alternatives=equipment_facts.free_things(free),
    )


def _asked(loans: Iterable[Loan], things: Mapping[int, Equipment]) -> list[tuple[Equipment, TimeWindow]]:
    return [(things[loan.equipment_id], loan_rows.occupied(loan)) for loan in loans]


def _keep(tx: Tx, loan: Loan, things: Mapping[int, Equipment]) -> bool:
    thing = things[loan.equipment_id]
    if not loan_rows.take(tx, loan, thing):
        return False
    tx.record(LoanMoved(**loan_rows.told_with_window(loan, thing)))
    return True


def _swap(tx: Tx, loan: Loan, things: Mapping[int, Equipment], people_count: int | None) -> bool:
    """Give a loan the best free thing of the same name; tell whether there was one."""
    old = things[loan.equipment_id]
    others = [thing for thing in things.values() if thing.name == old.name and thing.id != old.id]
    hindered = equipment_facts.hindrances(tx, [(thing, loan_rows.occupied(loan)) for thing in others])
    for thing in equipment_facts.ranked((one for one in others if one.id not in hindered), people_count):
        loan.equipment_id = thing.id
        if loan_rows.take(tx, loan, thing):
            told = loan_rows.told_with_window(loan, thing)
            tx.record(LoanSwapped(**told, old_equipment_id=old.id, old_equipment=label(old)))
            return True
    loan.equipment_id = old.id
    return False
