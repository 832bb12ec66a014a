"""Figures, the rows behind them, and history."""

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from api.routes.params import Cursor, IdFilter, Limit
from api.schemas.activities import HistoryLineOut
from api.schemas.common import Day, Instant, ListOf, list_of
from api.schemas.counting import FigureEvidenceOut, FigureOut
from services.queries import figures as queries
from services.queries import history
from services.queries.paging import DEFAULT_LIMIT
from web.deps import ActorDep, UowDep

router = APIRouter(tags=["figures"])

FromDay = Annotated[Day, Query(alias="from", description="First local day of the period")]
LastDay = Annotated[Day, Query(alias="to", description="Last local day of the period, included")]


def _scope(
    from_on: date, last_on: date, as_of: datetime | None, team: int | None, programme: int | None
) -> queries.Scope:
    until_on = last_on + timedelta(days=1)
    return queries.Scope(from_on=from_on, until_on=until_on, as_of=as_of, team_id=team, programme_id=programme)


@router.get("/figures")
def list_figures(
    uow: UowDep,
    actor: ActorDep,
    from_on: FromDay,
    last_on: LastDay,
    as_of: Instant | None = None,
    team: IdFilter | None = None,
    programme: IdFilter | None = None,
) -> ListOf[FigureOut]:
    """Compute every figure over local days, `from` and `to` included."""
    scope = _scope(from_on, last_on, as_of, team, programme)
    with uow.read(actor) as tx:
        return ListOf(items=[FigureOut.of(figure) for figure in queries.figures(tx, scope)])


@router.get("/figures/{definition}/evidence")
def open_figure(
    uow: UowDep,
    actor: ActorDep,
    definition: str,
    from_on: FromDay,
    last_on: LastDay,
    as_of: Instant | None = None,
    team: IdFilter | None = None,
    programme: IdFilter | None = None,
) -> FigureEvidenceOut:
    """Return a figure with the activities that add up to it."""
    scope = _scope(from_on, last_on, as_of, team, programme)
    with uow.read(actor) as tx:
        return FigureEvidenceOut.of(queries.evidence(tx, definition, scope))


@router.get("/history")
def list_history(
    uow: UowDep,
    actor: ActorDep,
    noun: Annotated[str | None, Query(max_length=40, pattern="^[a-z_]+$")] = None,
    subject_id: IdFilter | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> ListOf[HistoryLineOut]:
    """List history, newest first."""
    with uow.read(actor) as tx:
        page = history.list_history(tx, noun=noun, subject_id=subject_id, limit=limit, cursor=cursor)
    return list_of(page, HistoryLineOut.of)
