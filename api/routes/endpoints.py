"""Webhooks, and the bots and SMS accounts of the house and its teams."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.routes.params import Cursor, Limit
from api.routes.writing import Writer, WriterDep
from api.schemas.common import Input, ListOf, list_of
from api.schemas.endpoints import (
    ChannelEndpointIn,
    ChannelEndpointPatch,
    EndpointOut,
    EndpointTestOut,
    WebhookIn,
    WebhookPatch,
)
from models.enums import ChannelKind
from models.errors import Invalid
from models.rules.verdicts import Reason
from services import endpoint_use, endpoints
from services.access import Actor
from services.endpoint_fields import MESSENGERS
from services.queries import endpoints as queries
from services.queries.paging import DEFAULT_LIMIT
from services.unit_of_work import Tx, UnitOfWork
from web.deps import ActorDep, IfMatchDep, RowId, UowDep, answer

webhooks = APIRouter(prefix="/webhooks", tags=["webhooks"])
messengers = APIRouter(prefix="/channel-endpoints", tags=["channel-endpoints"])

HOOKS = (ChannelKind.webhook,)
#: Members that are columns; every other one is a setting of the channel.
COLUMNS = frozenset({"channel", "name", "team_id", "url", "secret", "is_on"})


@webhooks.get("")
def list_webhooks(
    uow: UowDep, actor: ActorDep, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> ListOf[EndpointOut]:
    """List the webhooks that the caller may change, by name."""
    return _list(uow, actor, HOOKS, limit, cursor)


@webhooks.post("", status_code=201, response_model=EndpointOut)
def create_webhook(writer: WriterDep, given: WebhookIn) -> Response:
    """Have events posted to a program, signed as Standard Webhooks has it."""
    values = _split(given) | {"channel": ChannelKind.webhook}
    return _create(writer, values)


@webhooks.get("/{webhook_id}", response_model=EndpointOut)
def read_webhook(uow: UowDep, actor: ActorDep, webhook_id: RowId) -> Response:
    """Return one webhook with its version as ETag; never its secret."""
    return _read(uow, actor, webhook_id, HOOKS)


@webhooks.patch("/{webhook_id}", response_model=EndpointOut)
def change_webhook(writer: WriterDep, webhook_id: RowId, given: WebhookPatch, version: IfMatchDep) -> Response:
    """Change what was sent, against `If-Match` where given."""
    return _change(writer, webhook_id, _split(given), version, HOOKS)


@webhooks.post("/{webhook_id}/test", status_code=201, response_model=EndpointTestOut)
def test_webhook(writer: WriterDep, webhook_id: RowId) -> Response:
    """Send an `endpoint.test` event."""
    return _test(writer, webhook_id, HOOKS)


@messengers.get("")
def list_endpoints(
    uow: UowDep, actor: ActorDep, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> ListOf[EndpointOut]:
    """List the bots and SMS accounts that the caller may change, by name."""
    return _list(uow, actor, MESSENGERS, limit, cursor)


@messengers.post("", status_code=201, response_model=EndpointOut)
def create_endpoint(writer: WriterDep, given: ChannelEndpointIn) -> Response:
    """Write a bot or an SMS account down."""
    if given.channel not in MESSENGERS:
        choices = ", ".join(MESSENGERS)
        raise Invalid(Reason("word_unknown", {"field": "channel", "choices": choices}))
    return _create(writer, _split(given))


@messengers.get("/{endpoint_id}", response_model=EndpointOut)
def read_endpoint(uow: UowDep, actor: ActorDep, endpoint_id: RowId) -> Response:
    """Return one bot or SMS account with its version as ETag; never its secret."""
    return _read(uow, actor, endpoint_id, MESSENGERS)


@messengers.patch("/{endpoint_id}", response_model=EndpointOut)
def change_endpoint(
    writer: WriterDep,
    endpoint_id: RowId,
    given: ChannelEndpointPatch,
    version: IfMatchDep,
) -> Response:
    """Change what was sent, against `If-Match` where given."""
    return _change(writer, endpoint_id, _split(given), version, MESSENGERS)


@messengers.post("/{endpoint_id}/test", status_code=201, response_model=EndpointTestOut)
def test_endpoint(writer: WriterDep, endpoint_id: RowId) -> Response:
    """Send a test: to the group, or as a short message to the caller's own mobile."""
    return _test(writer, endpoint_id, MESSENGERS)


def _split(given: Input) -> dict[str, Any]:
    """Return the members that were sent, those of the channel alone together as `settings`."""
    sent = given.given()
    settings = {name: value for name, value in sent.items() if name not in COLUMNS}
    columns = {name: value for name, value in sent.items() if name in COLUMNS}
    return columns | ({"settings": settings} if settings else {})


def _list(
    uow: UnitOfWork, actor: Actor, channels: tuple[ChannelKind, ...], limit: int, cursor: str | None
) -> ListOf[EndpointOut]:
    with uow.read(actor) as tx:
        page = queries.list_endpoints(tx, channels=channels, limit=limit, cursor=cursor)
    return list_of(page, EndpointOut.of)


def _detail(tx: Tx, endpoint_id: int) -> EndpointOut:
    tx.session.flush()
    return EndpointOut.of(queries.read_endpoint(tx, endpoint_id))


def _read(uow: UnitOfWork, actor: Actor, endpoint_id: int, channels: tuple[ChannelKind, ...]) -> Response:
    with uow.read(actor) as tx:
        return answer(EndpointOut.of(queries.read_endpoint(tx, endpoint_id, channels=channels)))


def _create(writer: Writer, values: dict[str, Any]) -> Response:
    return writer.write(lambda tx: _detail(tx, endpoints.create(tx, **values)), status=201)


def _change(
    writer: Writer,
    endpoint_id: int,
    values: dict[str, Any],
    version: int | None,
    channels: tuple[ChannelKind, ...],
) -> Response:
    def change(tx: Tx) -> EndpointOut:
        endpoints.require_channel(endpoints.managed(tx, endpoint_id), *channels)
        endpoint_use.change(tx, endpoint_id, values, version)
        return _detail(tx, endpoint_id)

    return writer.write(change)


def _test(writer: Writer, endpoint_id: int, channels: tuple[ChannelKind, ...]) -> Response:
    def change(tx: Tx) -> EndpointTestOut:
        endpoints.require_channel(endpoints.managed(tx, endpoint_id), *channels)
        return EndpointTestOut(notification_id=endpoint_use.send_test(tx, endpoint_id))

    return writer.write(change, status=201)
