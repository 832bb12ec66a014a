"""Carry one change of a series out: what each date is to become, the series itself, then date by date."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from models.events import SeriesSplit
from models.rules import recurrence
from models.rules.verdicts import Reason
from models.tables.bookings import Booking
from models.tables.series import BookingSeries, SeriesDate
from models.values import TimeWindow
from muster.localtime import settle, to_local, zone
from services import series_rows
from services.prospects import Plan, Prospects, Unmet, spanning, ways_out
from services.series_moves import place
from services.series_rows import GIVEN_UP, REST_DAY, Change, Changed, Scope, is_open, window_of
from services.unit_of_work import Tx

#: What the rest of a series has from the series that it was split off.
COPIED = (
    *("venue_id", "team_id", "set_up_minutes", "tear_down_minutes", "purpose", "people_count", "layout"),
    "requested_by_id",
)


@dataclass(frozen=True, slots=True)
class Job:
    """One date: its open booking, if any, and where it is to be.

    `wish` is what the series wants from now on. `is_offered` tells of a date without a booking that its way
    out was found for another window.
    """

    row: SeriesDate
    booking: Booking | None
    venue_id: int
    window: TimeWindow
    wish: TimeWindow
    is_tried: bool
    is_later: bool
    is_offered: bool


class Mover:
    """One change of a series: jobs first, then the series itself, then date by date."""

    def __init__(self, tx: Tx, series: BookingSeries, rows: list[SeriesDate], wanted: Change, scope: Scope) -> None:
        self._tx = tx
        self._series = series
        self._rows = rows
        self._wanted = wanted
        self._scope = scope
        venue_ids = {self._series.venue_id, wanted.venue_id or self._series.venue_id}
        self._venues, self._bookings = series_rows.lock(tx, self._rows, venue_ids)

    def run(self) -> Changed:
        """Do it."""
        jobs = [self._job(row) for row in self._rows]
        if self._scope is not Scope.one:
            self._split_off()
            self._change_series()
            self._give_wishes(jobs)
        plan = self._plan()
        refused = self._place(jobs, plan)
        self._refuse(jobs, refused, plan)
        self._tx.touch(self._series)
        self._tx.session.flush()
        told = [job for job in jobs if job.is_tried or job.booking is not None]
        return Changed(
            self._series.id,
            tuple(series_rows.outcome(self._tx, job.row, refused.get(job.row.id, ())) for job in told),
        )

    def _job(self, row: SeriesDate) -> Job:
        last = self._bookings.get(row.booking_id or 0)
        booking = last if is_open(last) else None
        venue_now = booking.venue_id if booking else self._series.venue_id
        venue_id = self._wanted.venue_id or venue_now
        window = self._moved(window_of(booking or row), venue_now, venue_id)
        has_changed = (venue_id, window) != (venue_now, window_of(booking or row))
        is_left_alone = last is not None or any(series_rows.has_reason(row, code) for code in (GIVEN_UP, REST_DAY))
        return Job(
            row=row,
            booking=booking,
            venue_id=venue_id,
            window=window,
            wish=self._moved(window_of(row), self._series.venue_id, self._wanted.venue_id or self._series.venue_id),
            is_later=window.starts_at > (booking or row).starts_at,
            is_offered=has_changed and last is None and row.alternative is not None,
            is_tried=has_changed and (booking is not None or self._scope is Scope.one or not is_left_alone),
        )

    def _moved(self, window: TimeWindow, venue_now: int, venue_id: int) -> TimeWindow:
        """Return a window as it is wanted: the same local time at the other venue, unless another one was told."""
        wanted, here = self._wanted, zone(self._venues[venue_now].zone)
        there = zone(self._venues[venue_id].zone)
        starts_at = window.starts_at
        if wanted.on or wanted.at or here != there:
            local = to_local(starts_at, here).replace(tzinfo=None)
            starts_at = settle(datetime.combine(wanted.on or local.date(), wanted.at or local.time()), there)
        length = timedelta(minutes=wanted.minutes) if wanted.minutes else window.length
        return TimeWindow(starts_at, starts_at + length)

    def _split_off(self) -> None:
        """Let the dates ahead become a series of their own where the scope leaves earlier ones behind."""
        if self._scope is Scope.all:
            return
        every, old = series_rows.dates_of(self._tx, self._series.id), self._series
        before = [row for row in every if row.starts_at < self._rows[0].starts_at]
        if not before:
            return
        rule = recurrence.read(old.rrule)
        first = window_of(self._rows[0])
        kept = {name: getattr(old, name) for name in COPIED}
        self._series = self._tx.add(
            BookingSeries(
                **kept,
                rrule=recurrence.with_count(rule, len(self._rows)),
                starts_at=first.starts_at,
                ends_at=first.ends_at,
                created_at=self._tx.now,
            )
        )
        old.rrule = recurrence.with_count(rule, len(before))
        self._tx.touch(old)
        for each in (*self._rows, *self._bookings.values()):
            each.series_id = self._series.id
        self._tx.session.flush()
        self._tx.record(SeriesSplit(subject_id=old.id, rest_id=self._series.id, from_at=first.starts_at))

    def _change_series(self) -> None:
        """Write down what the series wants from now on; dates that are past keep their windows."""
        series, wanted = self._series, self._wanted
        window = self._moved(window_of(series), series.venue_id, wanted.venue_id or series.venue_id)
        plan = series_rows.plan_of(series, self._venues[series.venue_id])
        rule = recurrence.read(series.rrule)
        if rule.until is not None and window.starts_at != series.starts_at:
            # The last day or instant of the rule was told for the old time of day.
            series.rrule = recurrence.with_count(rule, len(series_rows.dates_of(self._tx, series.id)))
        series.starts_at, series.ends_at = window.starts_at, window.ends_at
        if wanted.venue_id is not None:
            venue = self._venues[wanted.venue_id]
            series.venue_id = venue.id
            series.set_up_minutes = venue.set_up_minutes if plan.set_up_minutes is None else plan.set_up_minutes
            series.tear_down_minutes = (
                venue.tear_down_minutes if plan.tear_down_minutes is None else plan.tear_down_minutes
            )
        if wanted.purpose is not None:
            series.purpose = wanted.purpose.strip()

    def _give_wishes(self, jobs: list[Job]) -> None:
        """Give the dates their new windows, in an order in which none meets another's old one."""
        for job in _in_order(jobs):
            if job.wish != window_of(job.row):
                job.row.starts_at, job.row.ends_at = job.wish.starts_at, job.wish.ends_at
                self._tx.session.flush()

    def _plan(self) -> Plan:
        plan = series_rows.plan_of(self._series, self._venues[self._series.venue_id])
        return plan if self._wanted.purpose is None else replace(plan, purpose=self._wanted.purpose.strip())

    def _place(self, jobs: list[Job], plan: Plan) -> dict[int, tuple[Reason, ...]]:
        """Move what can be moved; return what stands against the others, by the date's id."""
        refused = {}
        found: dict[int, Prospects] = {}
        for job in _in_order(jobs):
            if job.is_tried:
                if job.venue_id not in found:
                    windows = [one.window for one in jobs if one.venue_id == job.venue_id]
                    found[job.venue_id] = Prospects(self._tx, _at(plan, job.venue_id), spanning(windows))
                reasons = place(self._tx, job.row, job.booking, found[job.venue_id], job.window)
                if reasons:
                    refused[job.row.id] = reasons
            booking = series_rows.booking_of(self._tx, job.row)
            if self._wanted.purpose is not None and booking is not None and booking.purpose != plan.purpose:
                booking.purpose = plan.purpose
                self._tx.touch(booking)
        return refused

    def _refuse(self, jobs: list[Job], refused: dict[int, tuple[Reason, ...]], plan: Plan) -> None:
        """Write down what could not be had, each with the best way out; what is left alone is offered a new one."""
        lost = [job for job in jobs if job.row.id in refused or (job.is_offered and not job.is_tried)]
        had = [one for one in series_rows.bookings_of(self._tx, self._rows).values() if is_open(one)]
        for venue_id in sorted({job.venue_id for job in lost}):
            mine = [job for job in lost if job.venue_id == venue_id]
            unmet = [Unmet(job.window, series_rows.has_reason(job.row, REST_DAY)) for job in mine]
            kept = [window_of(one) for one in had if one.venue_id == venue_id]
            for job, way in zip(mine, ways_out(self._tx, _at(plan, venue_id), unmet, kept), strict=True):
                reasons = refused.get(job.row.id, series_rows.reasons_in(job.row))
                if job.booking is None:
                    series_rows.refuse(job.row, reasons, way)
                else:
                    series_rows.refuse_move(job.row, job.window, reasons, way)


def _in_order(jobs: list[Job]) -> list[Job]:
    """Return the jobs so that each finds its place left by the one before: the last first where all go later."""
    return sorted(jobs, key=lambda job: job.window, reverse=any(job.is_later for job in jobs))


def _at(plan: Plan, venue_id: int) -> Plan:
    if venue_id == plan.venue_id:
        return plan
    return replace(plan, venue_id=venue_id, set_up_minutes=None, tear_down_minutes=None)
