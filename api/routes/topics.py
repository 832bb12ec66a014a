"""Topics: what lectures are about."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.routes.params import Cursor, Limit, OnDay, Search
from api.schemas.common import EndIn, ListOf, list_of
from api.schemas.topics import TopicIn, TopicOut, TopicPatch
from services import topics
from services.queries import topics as queries
from services.queries.paging import DEFAULT_LIMIT
from services.unit_of_work import Tx
from web.deps import ActorDep, IfMatchDep, RowId, UowDep, answer, run_write

router = APIRouter(prefix="/topics", tags=["topics"])


def _detail(tx: Tx, topic_id: int) -> TopicOut:
    tx.session.flush()
    return TopicOut.of(queries.read_topic(tx, topic_id))


@router.get("")
def list_topics(
    uow: UowDep,
    actor: ActorDep,
    q: Search = None,
    on: OnDay = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> ListOf[TopicOut]:
    """List topics, the newest first; `on` keeps those still in use."""
    with uow.read(actor) as tx:
        page = queries.list_topics(tx, q=q, on=on, limit=limit, cursor=cursor)
    return list_of(page, TopicOut.of)


@router.post("", status_code=201, response_model=TopicOut)
def create(request: Request, uow: UowDep, actor: ActorDep, given: TopicIn) -> Response:
    """Write a topic."""

    def change(tx: Tx) -> TopicOut:
        return _detail(tx, topics.create(tx, **given.given()))

    return run_write(request, uow, actor, change, status=201)


@router.get("/{topic_id}", response_model=TopicOut)
def read(uow: UowDep, actor: ActorDep, topic_id: RowId) -> Response:
    """Return one topic with its version as ETag."""
    with uow.read(actor) as tx:
        return answer(_detail(tx, topic_id))


@router.patch("/{topic_id}", response_model=TopicOut)
def edit(
    request: Request, uow: UowDep, actor: ActorDep, topic_id: RowId, given: TopicPatch, version: IfMatchDep
) -> Response:
    """Change what was sent, against `If-Match` where given."""

    def change(tx: Tx) -> TopicOut:
        topics.change(tx, topic_id, given.given(), expected_version=version)
        return _detail(tx, topic_id)

    return run_write(request, uow, actor, change)


@router.post("/{topic_id}/end", response_model=TopicOut)
def end(request: Request, uow: UowDep, actor: ActorDep, topic_id: RowId, given: EndIn) -> Response:
    """Take a topic out of use: `until_on` is the first day without it."""

    def change(tx: Tx) -> TopicOut:
        topics.end(tx, topic_id, given.until_on)
        return _detail(tx, topic_id)

    return run_write(request, uow, actor, change)
