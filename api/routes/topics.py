"""Topics: what lectures are about."""

from fastapi import APIRouter
from starlette.responses import Response

from api.routes.params import Cursor, Limit, OnDay, Search
from api.routes.writing import WriterDep
from api.schemas.common import EndIn, ListOf, list_of
from api.schemas.topics import TopicIn, TopicOut, TopicPatch
from services import topics
from services.queries import topics as queries
from services.queries.paging import DEFAULT_LIMIT
from services.unit_of_work import Tx
from web.deps import ActorDep, IfMatchDep, RowId, UowDep, answer

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
def create(writer: WriterDep, given: TopicIn) -> Response:
    """Write a topic."""
    return writer.create(topics.create, _detail, **given.given())


@router.get("/{topic_id}", response_model=TopicOut)
def read(uow: UowDep, actor: ActorDep, topic_id: RowId) -> Response:
    """Return one topic with its version as ETag."""
    with uow.read(actor) as tx:
        return answer(_detail(tx, topic_id))


@router.patch("/{topic_id}", response_model=TopicOut)
def edit(writer: WriterDep, topic_id: RowId, given: TopicPatch, version: IfMatchDep) -> Response:
    """Change what was sent, against `If-Match` where given."""
    return writer.act(topics.change, _detail, topic_id, given.given(), expected_version=version)


@router.post("/{topic_id}/end", response_model=TopicOut)
def end(writer: WriterDep, topic_id: RowId, given: EndIn) -> Response:
    """Take a topic out of use: `until_on` is the first day without it."""
    return writer.act(topics.end, _detail, topic_id, given.until_on)
