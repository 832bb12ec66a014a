"""What is done to the dates of a series: take a way out, try again, move, give back; one, the following, or all ahead."""

from collections.abc import Callable
from datetime import time, timedelta
from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from models.errors import Conflict, Invalid, NotFound
from muster.localtime import zone
from services import series
from services.queries.series import SeriesDateRow, SeriesView, read_series, require_date
from services.series import Outcome
from services.series_changes import Change, Changed, Scope
from services.unit_of_work import Tx
from web.context import Page
from web.deps import Done, FormDep, RowId
from web.forms import Form
from web.pages import named
from web.pages.saving import Given, Visit, VisitDep, save, typed_id
from web.pages.series_sheet import given_of, series_page
from web.pages.series_words import minutes_between
from web.status import status_of
from web.templating import Problem

router = APIRouter(include_in_schema=False)

LONGEST_REASON, LONGEST_PURPOSE = 500, 200


@router.post("/bookings/series/{series_id}/dates/{date_id}/take")
def take(visit: VisitDep, series_id: RowId, date_id: RowId) -> Response:
    """Take what a refused date is offered; where that is gone, say so and show the next best."""
    return _try(visit, series_id, date_id, series.take_alternative)


@router.post("/bookings/series/{series_id}/dates/{date_id}/retry")
def retry(visit: VisitDep, series_id: RowId, date_id: RowId) -> Response:
    """Try a refused date once more as it was wanted."""
    return _try(visit, series_id, date_id, series.retry)


@router.post("/bookings/series/{series_id}/dates/{date_id}/change")
def change_dates(visit: VisitDep, series_id: RowId, date_id: RowId, form: FormDep) -> Response:
    """Move or rename the dates of a scope; with `dry_run` show what would become of each, and the form again."""

    def change(tx: Tx, *, dry_run: bool = False) -> Changed:
        view, row = _date(tx, series_id, date_id)
        scope, wanted = form.choice("scope", Scope), _wanted(tx, form, view, row)
        form.check()
        return series.change(tx, date_id, wanted, scope=scope or Scope.one, dry_run=dry_run)

    def done(tx: Tx) -> Done:
        found = change(tx)
        return Done(f"/bookings/series/{found.series_id}", _changed(visit.page, found))

    shown = partial(series_page, visit.page, visit.uow, visit.actor, series_id, date_id=date_id, given=Given(form))

    def again(problems: list[Problem], status: int) -> Response:
        return shown(problems=problems, http_status=status)

    if not form.flag("dry_run"):
        return save(visit.request, visit.page, visit.uow, visit.actor, done, again)
    try:
        with visit.uow.write(visit.actor) as tx:
            found = change(tx, dry_run=True)
    except (Invalid, Conflict) as error:
        return again(visit.page.problems(error), status_of(error))
    return shown(trial=found.outcomes)


@router.post("/bookings/series/{series_id}/dates/{date_id}/cancel")
def cancel(visit: VisitDep, series_id: RowId, date_id: RowId, form: FormDep) -> Response:
    """Give the dates of a scope back; refused ones stay on record."""

    def change(tx: Tx) -> Done:
        require_date(tx, series_id, date_id)
        scope = form.choice("scope", Scope)
        form.check()
        found = series.cancel(tx, date_id, scope=scope or Scope.one, reason=form["reason"][:LONGEST_REASON])
        told = visit.page.translator.ngettext(
            "One date is given back.", "%(n)s dates are given back.", len(found.outcomes)
        )
        return Done(f"/bookings/series/{series_id}", told)

    def again(problems: list[Problem], status: int) -> Response:
        return series_page(
            visit.page, visit.uow, visit.actor, series_id, date_id=date_id, problems=problems, http_status=status
        )

    return save(visit.request, visit.page, visit.uow, visit.actor, change, again)


def _try(visit: Visit, series_id: int, date_id: int, work: Callable[[Tx, int], Outcome]) -> Response:
    def change(tx: Tx) -> Done:
        require_date(tx, series_id, date_id)
        outcome = work(tx, date_id)
        if not outcome.is_refused:
            told = visit.page.gettext("The date is booked or asked for.")
        elif outcome.alternative is not None:
            told = visit.page.gettext("That cannot be had now; there is another way out.")
        else:
            told = visit.page.gettext("That cannot be had now.")
        return Done(f"/bookings/series/{series_id}", told)

    def again(problems: list[Problem], status: int) -> Response:
        return series_page(visit.page, visit.uow, visit.actor, series_id, problems=problems, http_status=status)

    return save(visit.request, visit.page, visit.uow, visit.actor, change, again)


def _date(tx: Tx, series_id: int, date_id: int) -> tuple[SeriesView, SeriesDateRow]:
    view = read_series(tx, series_id)
    row = next((one for one in view.dates if one.id == date_id), None)
    if row is None:
        raise NotFound("series_date", date_id)
    return view, row


def _wanted(tx: Tx, form: Form, view: SeriesView, row: SeriesDateRow) -> Change:
    """Return what the form would have different from what the date has."""
    was = given_of(view, row, zone(view.venue.zone))
    on, starts, ends = form.day("on"), _clock(form, "starts_time"), _clock(form, "ends_time")
    typed = form["venue"].strip()
    purpose = form.text("purpose", longest=LONGEST_PURPOSE, optional=True)
    had = row.booking if row.booking and row.booking.is_open else row
    longer = 0
    if starts is not None and ends is not None:
        longer = minutes_between(starts, ends) - minutes_between(*map(_time, (was["starts_time"], was["ends_time"])))
    return Change(
        on=None if form["on"].strip() == was["on"] else on,
        at=None if starts == _time(was["starts_time"]) else starts,
        minutes=(had.ends_at - had.starts_at) // timedelta(minutes=1) + longer if longer else None,
        venue_id=None if typed == was["venue"] else typed_id(form, "venue", lambda name: named.venue_ids(tx, name)),
        purpose=None if purpose == was["purpose"] else purpose,
    )


def _clock(form: Form, name: str) -> time | None:
    text = form.text(name)
    try:
        return _time(text) if text else None
    except ValueError:
        form.blame("time_wrong", name)
        return None


def _time(text: str) -> time:
    return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)


def _changed(page: Page, found: Changed) -> str:
    """Return how many dates were changed, and how many could not be."""
    refused = sum(one.is_refused for one in found.outcomes)
    done = page.translator.ngettext("One date is changed.", "%(n)s dates are changed.", len(found.outcomes) - refused)
    if not refused:
        return done
    stuck = page.translator.ngettext("One could not be; it says why.", "%(n)s could not be; each says why.", refused)
    return page.gettext("%(one)s %(other)s", one=done, other=stuck)
