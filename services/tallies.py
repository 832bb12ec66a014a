"""Tallies: write down heads counted without names. Rows are added, never changed."""

from datetime import datetime

from models.enums import TallyMethod
from models.errors import Invalid, require
from models.events import TallyRecorded, TallyReversed
from models.rules import attendance as rules
from models.rules.verdicts import Reason
from models.tables.tallies import Tally
from models.values import TimeWindow
from services import activity_rows, facts, reversals
from services.unit_of_work import Tx

MOST = 1_000_000
NAME_LIMIT = 60


def add(
    tx: Tx,
    activity_id: int,
    *,
    count: int,
    method: TallyMethod,
    counter: str,
    from_at: datetime,
    until_at: datetime,
    second_counter: str = "",
) -> int:
    """Write down so many heads that are NOT on the named list; return the row's id.

    `counter` is who counted, from `from_at` until `until_at` (aware instants). A second
    tally adds to the first; a wrong one is reversed.

    Raises:
        Conflict: not started, outside the activity, closed or cancelled: all reasons.
        Invalid, Forbidden, NotFound.
    """
    activity = activity_rows.led(tx, activity_id)
    counter, second_counter = counter.strip(), second_counter.strip()
    _check(count, counter, second_counter, from_at, until_at)
    require(rules.may_tally(facts.activity_facts(activity), count, TimeWindow(from_at, until_at), tx.now))
    row = tx.add(
        Tally(
            activity_id=activity.id,
            count=count,
            method=method,
            counter=counter,
            second_counter=second_counter,
            from_at=from_at,
            until_at=until_at,
            recorded_by_id=tx.actor.user_id,
            recorded_at=tx.now,
        )
    )
    tx.record(TallyRecorded(subject_id=row.id, activity_id=activity.id, count=count, method=method.value))
    return row.id


def reverse(tx: Tx, tally_id: int, *, reason: str, activity_id: int | None = None) -> int:
    """Take a tally back by another row that names it. Raises as `services.attendance.reverse`."""
    row, columns = reversals.reversible(tx, Tally, tally_id, noun="tally", reason=reason, activity_id=activity_id)
    back = tx.add(
        Tally(
            count=row.count,
            method=row.method,
            counter=row.counter,
            second_counter=row.second_counter,
            from_at=row.from_at,
            until_at=row.until_at,
            **columns,
        )
    )
    tx.record(TallyReversed(subject_id=back.id, activity_id=row.activity_id, reverses_id=row.id, reason=back.reason))
    return back.id


def _check(count: int, counter: str, second_counter: str, from_at: datetime, until_at: datetime) -> None:
    reasons = []
    if not 1 <= count <= MOST:
        reasons.append(Reason("out_of_range", {"field": "count", "low": 1, "high": MOST}))
    if not counter:
        reasons.append(Reason("missing", {"field": "counter"}))
    for name, value in (("counter", counter), ("second_counter", second_counter)):
        if len(value) > NAME_LIMIT:
            reasons.append(Reason("too_long", {"field": name, "limit": NAME_LIMIT}))
    if until_at <= from_at:
        reasons.append(Reason("ends_before_start", {"field": "until"}))
    if reasons:
        raise Invalid(*reasons)
