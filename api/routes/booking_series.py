"""Series of bookings: look at what a rule would give, make it, take what a refused date is offered, change, give up."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.routes.writing import Writer, WriterDep
from api.schemas.booking_series import (
    SeriesCancelIn,
    SeriesChangeIn,
    SeriesChangeOut,
    SeriesDateOut,
    SeriesIn,
    SeriesOut,
    SeriesPreviewOut,
    outcome_out,
    series_out,
)
from models.rules.verdicts import Reason
from services import series
from services.queries.series import read_series, require_date, venues_of
from services.series import Outcome, SeriesWish
from services.series_changes import Change, Changed
from services.unit_of_work import Tx
from web.deps import ActorDep, RowId, TranslatorDep, UowDep, WiringDep, answer
from web.problems import reason_json

router = APIRouter(prefix="/bookings/series", tags=["series"])

Tell = Callable[[Reason], dict[str, Any]]


async def _teller(translator: TranslatorDep, wiring: WiringDep) -> Tell:
    return lambda reason: reason_json(reason, translator, wiring.zone)


#: Puts reasons into the reader's words.
TellDep = Annotated[Tell, Depends(_teller)]


def _out(tx: Tx, outcomes: Iterable[Outcome], tell: Tell) -> list[SeriesDateOut]:
    found = tuple(outcomes)
    venues = venues_of(tx, (one.alternative for one in found))
    return [outcome_out(one, venues, tell) for one in found]


@router.post("", status_code=201, response_model=SeriesOut)
def create(writer: WriterDep, tell: TellDep, given: SeriesIn) -> Response:
    """Book or ask for every date of a rule; those that cannot be had are kept with reasons and a way out."""

    def change(tx: Tx) -> SeriesOut:
        series_id = series.create(tx, SeriesWish(**given.values()))
        return series_out(read_series(tx, series_id), tell)

    return writer.write(change, status=201)


@router.post("/preview", response_model=SeriesPreviewOut)
def preview(writer: WriterDep, tell: TellDep, given: SeriesIn) -> Response:
    """Return the table of dates that a series would be now; nothing is written."""

    def look(tx: Tx) -> SeriesPreviewOut:
        outcomes = series.preview(tx, SeriesWish(**given.values()))
        return SeriesPreviewOut(dates=_out(tx, outcomes, tell))

    return writer.write(look)


@router.get("/{series_id}", response_model=SeriesOut)
def read(uow: UowDep, actor: ActorDep, tell: TellDep, series_id: RowId) -> Response:
    """Return one series with all its dates."""
    with uow.read(actor) as tx:
        return answer(series_out(read_series(tx, series_id), tell))


@router.post("/{series_id}/dates/{date_id}/take", response_model=SeriesDateOut)
def take(writer: WriterDep, tell: TellDep, series_id: RowId, date_id: RowId) -> Response:
    """Take what a refused date is offered; where that is gone meanwhile, the answer tells so and offers the next best."""
    return _try(writer, tell, series_id, date_id, series.take_alternative)


@router.post("/{series_id}/dates/{date_id}/retry", response_model=SeriesDateOut)
def retry(writer: WriterDep, tell: TellDep, series_id: RowId, date_id: RowId) -> Response:
    """Try a refused date once more as it was wanted, on a day off too."""
    return _try(writer, tell, series_id, date_id, series.retry)


@router.post("/{series_id}/dates/{date_id}/change", response_model=SeriesChangeOut)
def change_dates(writer: WriterDep, tell: TellDep, series_id: RowId, date_id: RowId, given: SeriesChangeIn) -> Response:
    """Move or rename one date, it and the following, or all ahead; what cannot move keeps its booking and says why."""
    told = given.values()
    scope, dry_run = told.pop("scope"), told.pop("dry_run")

    def change(tx: Tx) -> SeriesChangeOut:
        require_date(tx, series_id, date_id)
        found = series.change(tx, date_id, Change(**told), scope=scope, dry_run=dry_run)
        return _changed(tx, found, tell, dry_run=dry_run)

    return writer.write(change)


@router.post("/{series_id}/dates/{date_id}/cancel", response_model=SeriesChangeOut)
def cancel(writer: WriterDep, tell: TellDep, series_id: RowId, date_id: RowId, given: SeriesCancelIn) -> Response:
    """Give up one date, it and the following, or all ahead; refused ones stay on record."""

    def change(tx: Tx) -> SeriesChangeOut:
        require_date(tx, series_id, date_id)
        return _changed(tx, series.cancel(tx, date_id, scope=given.scope, reason=given.reason), tell)

    return writer.write(change)


def _try(writer: Writer, tell: Tell, series_id: int, date_id: int, work: Callable[[Tx, int], Outcome]) -> Response:
    def change(tx: Tx) -> SeriesDateOut:
        require_date(tx, series_id, date_id)
        return _out(tx, [work(tx, date_id)], tell)[0]

    return writer.write(change)


def _changed(tx: Tx, found: Changed, tell: Tell, *, dry_run: bool = False) -> SeriesChangeOut:
    return SeriesChangeOut(series_id=found.series_id, dry_run=dry_run, dates=_out(tx, found.outcomes, tell))
