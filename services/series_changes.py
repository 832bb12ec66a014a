"""Change a series: one date, this and the following ones, or all that lie ahead. What is past stays as it was."""

from dataclasses import replace
from datetime import timedelta

from models.errors import Conflict, Invalid
from models.events import SeriesCancelled, SeriesChanged
from models.rules.verdicts import Reason
from models.tables.series import BookingSeries, SeriesDate
from services import booking_decisions, booking_wishes, series_rows
from services.attempts import attempt
from services.series_mover import Mover
from services.series_rows import GIVEN_UP, Change, Changed, Scope, is_open
from services.unit_of_work import Tx

__all__ = ["Change", "Changed", "Scope", "cancel", "change"]

MOST_MINUTES = booking_wishes.LONGEST // timedelta(minutes=1)
LONGEST_PURPOSE = 200


def change(tx: Tx, date_id: int, wanted: Change, *, scope: Scope, dry_run: bool = False) -> Changed:
    """Move or rename the dates of a scope; return what became of each, in order.

    A date that cannot move keeps its booking, and the refusal is written down with the best way out. A
    date that had none is tried where it would be now, unless it was given up or is a day off. Where
    earlier dates stay behind, the following ones become a series of their own. With `dry_run` nothing
    is written: it needs a transaction that may write, though.

    Raises:
        Conflict: nothing lies ahead (`date_is_past`). Invalid, Forbidden, NotFound.
    """
    _check(wanted, scope)
    with attempt(tx, is_trial=dry_run):
        series, row = series_rows.own_date(tx, date_id)
        series_id = series.id
        found = Mover(tx, series, _touched(tx, series, row, scope), wanted, scope).run()
        tx.record(
            SeriesChanged(
                subject_id=found.series_id,
                date_id=date_id,
                scope=scope.value,
                wanted={name: str(value) for name, value in wanted.given.items()},
                count=len(found.outcomes),
                refused_count=sum(one.is_refused for one in found.outcomes),
            )
        )
    return replace(found, series_id=series_id) if dry_run else found


def cancel(tx: Tx, date_id: int, *, scope: Scope, reason: str = "") -> Changed:
    """Give up the dates of a scope; refused ones stay on record, and are not tried again by later changes.

    Raises:
        Conflict: nothing lies ahead (`date_is_past`). Forbidden, NotFound.
    """
    series, row = series_rows.own_date(tx, date_id)
    touched = _touched(tx, series, row, scope)
    _, found = series_rows.lock(tx, touched, {series.venue_id})
    for each in touched:
        booking = found.get(each.booking_id or 0)
        if booking is not None and is_open(booking):
            booking_decisions.cancel(tx, booking.id, reason=reason)
        elif booking is None and not series_rows.has_reason(each, GIVEN_UP):
            series_rows.refuse(each, (*series_rows.reasons_in(each), Reason(GIVEN_UP)), None)
    tx.touch(series)
    tx.record(
        SeriesCancelled(
            subject_id=series.id, date_id=date_id, scope=scope.value, count=len(touched), reason=reason.strip()[:500]
        )
    )
    tx.session.flush()
    return Changed(series.id, tuple(series_rows.outcome(tx, each) for each in touched))


def _touched(tx: Tx, series: BookingSeries, row: SeriesDate, scope: Scope) -> list[SeriesDate]:
    """Return the dates of a scope that lie ahead, in order."""
    every = [row] if scope is Scope.one else series_rows.dates_of(tx, series.id)
    found = [one for one in every if one.starts_at > tx.now]
    if scope is Scope.following:
        found = [one for one in found if one.starts_at >= row.starts_at]
    if not found:
        raise Conflict(Reason("date_is_past"))
    return found


def _check(wanted: Change, scope: Scope) -> None:
    reasons = []
    if not wanted.given:
        reasons.append(Reason("nothing_to_change"))
    if wanted.on is not None and scope is not Scope.one:
        reasons.append(Reason("day_for_one_only", {"field": "on"}))
    if wanted.minutes is not None and not 0 < wanted.minutes <= MOST_MINUTES:
        reasons.append(Reason("out_of_range", {"field": "minutes", "low": 1, "high": MOST_MINUTES}))
    if len(wanted.purpose or "") > LONGEST_PURPOSE:
        reasons.append(Reason("too_long", {"field": "purpose", "limit": LONGEST_PURPOSE}))
    if reasons:
        raise Invalid(*reasons)
