"""Series: a venue asked for again and again by one rule. Each date is booked, asked for, or refused and kept.

Later changes of a series are in `services.series_changes` and can be called from here as well.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from models.enums import Layout
from models.errors import Conflict, Invalid
from models.events import SeriesCreated, SeriesDateBooked, SeriesDateRefused
from models.rules import recurrence
from models.rules.alternatives import Alternative
from models.rules.booking_states import OPEN_STATES
from models.rules.verdicts import Reason
from models.tables.bookings import Booking
from models.tables.series import BookingSeries, SeriesDate
from models.values import TimeWindow
from muster.localtime import local_day, zone
from muster.workcalendar import is_workday
from services import access, booking_wishes, series_rows, venue_locks
from services.attempts import attempt
from services.booking_wishes import Wish
from services.prospects import Plan, Prospects, Unmet, spanning, ways_out
from services.series_changes import cancel, change
from services.series_moves import place
from services.series_rows import Outcome
from services.unit_of_work import Tx

#: What a series has in common with each of its bookings.
COLUMNS = (
    *("venue_id", "team_id", "starts_at", "ends_at", "set_up_minutes", "tear_down_minutes", "purpose"),
    *("people_count", "layout", "requested_by_id", "created_at"),
)

__all__ = ["Outcome", "SeriesWish", "Ticked", "cancel", "change", "create", "preview", "retry", "take_alternative"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesWish:
    """A venue wanted again and again: the first window, and how it is repeated in the venue's local time.

    Minutes default to the venue's own, the team to the only one that the actor works for. With
    `workdays_only` dates on which nobody works are refused.
    """

    venue_id: int
    starts_at: datetime
    ends_at: datetime
    rrule: str
    purpose: str = ""
    team_id: int | None = None
    set_up_minutes: int | None = None
    tear_down_minutes: int | None = None
    people_count: int | None = None
    layout: Layout | None = None
    workdays_only: bool = False


@dataclass(frozen=True, slots=True)
class Ticked:
    """A way out that somebody saw and wants: instead of the date that starts then, this venue from that instant on."""

    starts_at: datetime
    venue_id: int
    way_starts_at: datetime


def preview(tx: Tx, wish: SeriesWish) -> tuple[Outcome, ...]:
    """Return what `create` would do now, date by date; nothing of it is kept. Needs a transaction that may write.

    Raises:
        Invalid, Forbidden, NotFound.
    """
    with attempt(tx, is_trial=True):
        _, outcomes = _lay_out(tx, wish)
    return tuple(replace(one, booked=one.booked and replace(one.booked, id=None)) for one in outcomes)


def create(tx: Tx, wish: SeriesWish, *, ticked: Collection[Ticked] = ()) -> int:
    """Book or ask for every date that can be had, keep the others with their reasons; return the series' id.

    Each date that is refused is kept with the best way out, and no two of these take the same. A series
    of which nothing can be had is kept as well. Ways out that are `ticked` are taken at once, unless they
    are others by now.

    Raises:
        Invalid: wrong values, or a rule that cannot be followed; all of it. SignInNeeded, Forbidden, NotFound.
    """
    access.require_role(tx.actor, access.LEADING)
    venue_locks.lock_all(tx, {wish.venue_id, *(one.venue_id for one in ticked)})
    series, outcomes = _lay_out(tx, wish)
    rows = [_row(series.id, one) for one in outcomes]
    tx.session.add_all(rows)
    tx.session.flush()
    tx.record(
        SeriesCreated(
            subject_id=series.id,
            venue_id=series.venue_id,
            rrule=series.rrule,
            starts_at=series.starts_at,
            ends_at=series.ends_at,
            count=len(outcomes),
            refused=tuple(one.starts_at for one in outcomes if one.is_refused),
        )
    )
    for row, one in zip(rows, outcomes, strict=True):
        way = one.alternative
        if way is not None and Ticked(one.starts_at, way.venue_id, way.starts_at) in ticked:
            take_alternative(tx, row.id)
    return series.id


def _row(series_id: int, one: Outcome) -> SeriesDate:
    booking_id = one.booked.id if one.booked else None
    row = SeriesDate(series_id=series_id, starts_at=one.starts_at, ends_at=one.ends_at, booking_id=booking_id)
    if one.is_refused:
        series_rows.refuse(row, one.reasons, one.alternative)
    return row


def take_alternative(tx: Tx, date_id: int) -> Outcome:
    """Book or ask for what a refused date was offered; an open booking that it has is given up for it.

    Where that is gone meanwhile, the date is offered the next best; the refusal stays on record.

    Raises:
        Conflict: nothing is offered (`no_alternative`), or the date is past (`date_is_past`). Forbidden, NotFound.
    """
    series, row = series_rows.own_date(tx, date_id)
    way = series_rows.alternative_in(row.alternative)
    if way is None:
        raise Conflict(Reason("no_alternative"))
    plan = _plan(tx, series, row, way.venue_id)
    reasons = _place(tx, row, series_rows.plan_for(plan, way), TimeWindow(way.starts_at, way.ends_at))
    if reasons:
        series_rows.refuse(row, series_rows.reasons_in(row), _way_out(tx, row, plan))
    return _told(tx, row, reasons)


def retry(tx: Tx, date_id: int) -> Outcome:
    """Try a refused date once more as it was wanted, on a day off too; an open booking that it has is moved there.

    Raises:
        Conflict: it is booked as wanted (`date_is_booked`), or past (`date_is_past`). Forbidden, NotFound.
    """
    series, row = series_rows.own_date(tx, date_id)
    plan, window = _plan(tx, series, row), series_rows.window_of(row)
    booking = series_rows.booking_of(tx, row)
    if booking is not None and (booking.venue_id, series_rows.window_of(booking)) == (series.venue_id, window):
        raise Conflict(Reason("date_is_booked"))
    reasons = _place(tx, row, plan, window)
    if reasons and booking is None:
        series_rows.refuse(row, reasons, _way_out(tx, row, plan))
    elif reasons:
        series_rows.refuse_move(row, window, reasons, _way_out(tx, row, plan))
    return _told(tx, row, reasons)


def _plan(tx: Tx, series: BookingSeries, row: SeriesDate, *venue_ids: int) -> Plan:
    """Return what the series asks for, with every venue locked that one of its dates may have to do with."""
    venues, _ = series_rows.lock(tx, [row], {series.venue_id, *venue_ids})
    return series_rows.plan_of(series, venues[series.venue_id])


def _place(tx: Tx, row: SeriesDate, plan: Plan, window: TimeWindow) -> tuple[Reason, ...]:
    if row.starts_at <= tx.now:
        raise Conflict(Reason("date_is_past"))
    return place(tx, row, series_rows.booking_of(tx, row), Prospects(tx, plan, window), window)


def _way_out(tx: Tx, row: SeriesDate, plan: Plan) -> Alternative | None:
    others = series_rows.bookings_of(tx, series_rows.dates_of(tx, row.series_id)).values()
    kept = [series_rows.window_of(one) for one in others if one.venue_id == plan.venue_id and one.state in OPEN_STATES]
    return ways_out(tx, plan, [Unmet(series_rows.window_of(row))], kept)[0]


def _told(tx: Tx, row: SeriesDate, reasons: tuple[Reason, ...]) -> Outcome:
    """Record what became of a date that was tried again, and return it."""
    tx.session.flush()
    booking = series_rows.booking_of(tx, row)
    if booking is not None and not reasons:
        tx.record(
            SeriesDateBooked(
                subject_id=row.series_id,
                date_id=row.id,
                booking_id=booking.id,
                venue_id=booking.venue_id,
                starts_at=booking.starts_at,
                ends_at=booking.ends_at,
            )
        )
    else:
        codes = tuple(reason.code for reason in reasons)
        tx.record(SeriesDateRefused(subject_id=row.series_id, date_id=row.id, starts_at=row.starts_at, codes=codes))
    return series_rows.outcome(tx, row, reasons)


def _lay_out(tx: Tx, wish: SeriesWish) -> tuple[BookingSeries, list[Outcome]]:
    """Write the series without its dates, book what can be had, and find a way out for everything else."""
    asked, rule, starts = _read(tx, wish)
    series = tx.add(
        BookingSeries(
            **{name: value for name, value in asked.columns(tx).items() if name in COLUMNS},
            rrule=rule.text,
        )
    )
    plan = Plan(
        venue_id=series.venue_id,
        team_id=series.team_id,
        purpose=series.purpose,
        set_up_minutes=wish.set_up_minutes,
        tear_down_minutes=wish.tear_down_minutes,
        people_count=series.people_count,
        layout=series.layout,
        series_id=series.id,
    )
    length = series.ends_at - series.starts_at
    windows = [TimeWindow(start, start + length) for start in starts]
    prospects = Prospects(tx, plan, spanning(windows))
    off = [wish.workdays_only and not is_workday(local_day(start, zone(asked.venue.zone))) for start in starts]
    outcomes = [_first(tx, prospects, window, is_off=is_off) for window, is_off in zip(windows, off, strict=True)]
    refused = [Unmet(windows[n], off[n]) for n, one in enumerate(outcomes) if one.is_refused]
    kept = [windows[n] for n, one in enumerate(outcomes) if not one.is_refused]
    ways = iter(ways_out(tx, plan, refused, kept))
    return series, [replace(one, alternative=next(ways)) if one.is_refused else one for one in outcomes]


def _first(tx: Tx, prospects: Prospects, window: TimeWindow, *, is_off: bool) -> Outcome:
    one = Outcome(date_id=None, starts_at=window.starts_at, ends_at=window.ends_at)
    if is_off:
        return replace(one, is_refused=True, reasons=(Reason(series_rows.REST_DAY),))
    try:
        booking_id = prospects.book(window)
    except Conflict as error:
        return replace(one, is_refused=True, reasons=error.reasons)
    return replace(one, booked=series_rows.booked(tx.session.get_one(Booking, booking_id)))


def _read(tx: Tx, wish: SeriesWish) -> tuple[Wish, recurrence.Rule, tuple[datetime, ...]]:
    """Check everything that was told, and work the dates out.

    Raises:
        Invalid: all of what is wrong. SignInNeeded, Forbidden, NotFound.
    """
    starts_at, ends_at = (at.replace(microsecond=0) for at in (wish.starts_at, wish.ends_at))
    wrong: list[Reason] = []
    asked, rule = None, None
    try:
        asked = booking_wishes.read(
            tx,
            venue_id=wish.venue_id,
            starts_at=starts_at,
            ends_at=ends_at,
            purpose=wish.purpose,
            team_id=wish.team_id,
            set_up_minutes=wish.set_up_minutes,
            tear_down_minutes=wish.tear_down_minutes,
            people_count=wish.people_count,
            layout=wish.layout,
        )
    except Invalid as error:
        wrong += error.reasons
    try:
        rule = recurrence.read(wish.rrule)
        if asked is not None:
            return asked, rule, recurrence.dates(rule, starts_at, zone(asked.venue.zone))
    except recurrence.RuleRefused as error:
        wrong += [Reason(reason.code, {"field": "rrule", **reason.params}) for reason in error.reasons]
    raise Invalid(*wrong)
