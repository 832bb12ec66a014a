"""Channel endpoints as organisers see them: without secrets, with what went wrong last."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlmodel import col

from models.enums import ChannelKind, DeliveryState
from models.errors import NotFound
from models.tables.deliveries import Delivery
from models.tables.endpoints import ChannelEndpoint
from models.tables.teams import Team
from services import access
from services.endpoint_fields import BOTS
from services.queries.paging import DEFAULT_LIMIT, AnyRow, AnySelect, Key, Page, fetch
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRow:
    """One endpoint. `shown_url` leaves out what is secret in an address; `fault` is a code, `fault_reply` what was said.

    `team_id` None is the whole house. `last_sent_at` is None where nothing went out yet.
    """

    id: int
    channel: ChannelKind
    name: str
    team_id: int | None
    team_name: str | None
    shown_url: str
    has_secret: bool
    settings: Mapping[str, Any]
    is_on: bool
    fault: str
    fault_reply: str
    waiting_count: int
    last_sent_at: datetime | None
    version: int


def list_endpoints(
    tx: Tx,
    *,
    channels: Collection[ChannelKind] = tuple(ChannelKind),
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[EndpointRow]:
    """Return the endpoints that the actor may change, by name.

    Raises:
        SignInNeeded, Forbidden: for those who manage something only. Invalid: limit or cursor.
    """
    access.require_role(tx.actor, access.MANAGING)
    query = _rows(tx).where(col(ChannelEndpoint.channel).in_(sorted(channels)))
    keys = (Key(col(ChannelEndpoint.name)), Key(col(ChannelEndpoint.id)))
    found, after = fetch(tx, query, keys=keys, limit=limit, cursor=cursor)
    return Page(tuple(map(_row, found)), after)


def read_endpoint(tx: Tx, endpoint_id: int, *, channels: Collection[ChannelKind] = tuple(ChannelKind)) -> EndpointRow:
    """Return one endpoint.

    Raises:
        SignInNeeded, Forbidden; NotFound: no such endpoint for this actor.
    """
    access.require_role(tx.actor, access.MANAGING)
    known = col(ChannelEndpoint.channel).in_(sorted(channels))
    found = tx.session.execute(_rows(tx).where(col(ChannelEndpoint.id) == endpoint_id, known)).first()
    if found is None:
        raise NotFound("channel_endpoint", endpoint_id)
    return _row(found)


def _rows(tx: Tx) -> AnySelect:
    of_it = col(Delivery.endpoint_id) == col(ChannelEndpoint.id)
    waiting = select(func.count()).where(of_it, col(Delivery.state) == DeliveryState.waiting).scalar_subquery()
    sent = select(func.max(col(Delivery.settled_at))).where(of_it, col(Delivery.state) == DeliveryState.sent)
    columns: list[Any] = [ChannelEndpoint, col(Team.name).label("team_name")]
    columns += [waiting.label("waiting"), sent.scalar_subquery().label("sent_at")]
    reach = access.team_in_reach(tx.actor, col(ChannelEndpoint.team_id), access.MANAGING)
    return select(*columns).join(Team, col(Team.id) == col(ChannelEndpoint.team_id), isouter=True).where(reach)


def _row(found: AnyRow) -> EndpointRow:
    row = found.ChannelEndpoint
    code, _, reply = row.fault.partition(" ")
    return EndpointRow(
        id=row.id,
        channel=row.channel,
        name=row.name,
        team_id=row.team_id,
        team_name=found.team_name,
        shown_url=_shown(row.channel, row.url),
        has_secret=bool(row.secret),
        settings=row.settings,
        is_on=row.is_on,
        fault=code,
        fault_reply=reply,
        waiting_count=found.waiting,
        last_sent_at=found.sent_at,
        version=row.version,
    )


def _shown(channel: ChannelKind, url: str) -> str:
    """Return as much of an address as is no secret: of a bot only where it lives, of others no query."""
    if not url:
        return ""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return f"{origin}/…" if channel in BOTS else f"{origin}{parts.path}"
