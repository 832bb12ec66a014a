"""Activities: plan, release, move, call off, hold, and read from plan to figure."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.routes.params import Cursor, IdFilter, Limit
from api.routes.writing import WriterDep
from api.schemas.activities import (
    ActivityDetail,
    ActivityIn,
    ActivityOut,
    ActivityPatch,
    ReasonIn,
    TimelineOut,
    WindowIn,
    activity_detail,
    activity_out,
)
from api.schemas.common import Instant, ListOf, list_of
from models.enums import ActivityKind, ActivityState
from services import activities, closings
from services.queries import activities as queries
from services.queries.paging import DEFAULT_LIMIT
from services.queries.timeline import timeline
from services.unit_of_work import Tx
from web.deps import ActorDep, IfMatchDep, RowId, UowDep, answer

router = APIRouter(prefix="/activities", tags=["activities"])


def _detail(tx: Tx, activity_id: int) -> ActivityDetail:
    return activity_detail(queries.read_activity(tx, activity_id))


@router.get("")
def list_activities(
    uow: UowDep,
    actor: ActorDep,
    state: ActivityState | None = None,
    kind: ActivityKind | None = None,
    team_id: IdFilter | None = None,
    programme_id: IdFilter | None = None,
    venue_id: IdFilter | None = None,
    from_at: Annotated[Instant | None, Query(alias="from")] = None,
    until_at: Annotated[Instant | None, Query(alias="until")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> ListOf[ActivityOut]:
    """List activities by start; `from` and `until` are a half-open period of starts."""
    with uow.read(actor) as tx:
        page = queries.list_activities(
            tx,
            state=state,
            kind=kind,
            team_id=team_id,
            programme_id=programme_id,
            venue_id=venue_id,
            from_at=from_at,
            until_at=until_at,
            limit=limit,
            cursor=cursor,
        )
    return list_of(page, activity_out)


@router.post("", status_code=201, response_model=ActivityDetail)
def create(writer: WriterDep, given: ActivityIn) -> Response:
    """Plan an activity as a draft."""
    return writer.create(activities.create, _detail, **given.values())


@router.get("/{activity_id}", response_model=ActivityDetail)
def read(uow: UowDep, actor: ActorDep, activity_id: RowId) -> Response:
    """Return one activity with its version as ETag."""
    with uow.read(actor) as tx:
        return answer(_detail(tx, activity_id))


@router.patch("/{activity_id}", response_model=ActivityDetail)
def edit(writer: WriterDep, activity_id: RowId, given: ActivityPatch, version: IfMatchDep) -> Response:
    """Change what was sent, against `If-Match` where given."""
    return writer.act(activities.change, _detail, activity_id, given.given(), expected_version=version)


@router.get("/{activity_id}/timeline")
def read_timeline(uow: UowDep, actor: ActorDep, activity_id: RowId) -> TimelineOut:
    """Return everything that happened with an activity."""
    with uow.read(actor) as tx:
        return TimelineOut.of(timeline(tx, activity_id))


@router.post("/{activity_id}/release", response_model=ActivityDetail)
def release(writer: WriterDep, activity_id: RowId) -> Response:
    """Make it public; the people offered a part are asked."""
    return writer.act(activities.release, _detail, activity_id)


@router.post("/{activity_id}/move", response_model=ActivityDetail)
def move(writer: WriterDep, activity_id: RowId, given: WindowIn) -> Response:
    """Give it another window; hall and people move with it or nothing does."""
    return writer.act(activities.move, _detail, activity_id, **given.values())


@router.post("/{activity_id}/postpone", response_model=ActivityDetail)
def postpone(writer: WriterDep, activity_id: RowId, given: ReasonIn | None = None) -> Response:
    """Take it off its date, with a reason where there is one to tell."""
    return writer.act(activities.postpone, _detail, activity_id, reason=given.reason if given else "")


@router.post("/{activity_id}/cancel", response_model=ActivityDetail)
def cancel(writer: WriterDep, activity_id: RowId, given: ReasonIn) -> Response:
    """Call it off; what waits is withdrawn, who was asked is told."""
    return writer.act(activities.cancel, _detail, activity_id, reason=given.reason)


@router.post("/{activity_id}/hold", response_model=ActivityDetail)
def hold(writer: WriterDep, activity_id: RowId) -> Response:
    """Say that it took place."""
    return writer.act(activities.hold, _detail, activity_id)


@router.post("/{activity_id}/close", response_model=ActivityDetail)
def close(writer: WriterDep, activity_id: RowId) -> Response:
    """Sign it, so that it counts; afterwards only reversals change a figure."""
    return writer.act(closings.sign, _detail, activity_id)
