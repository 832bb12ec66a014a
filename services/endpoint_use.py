"""Channel endpoints at work: which serve a team, what is due at each, and a test through one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlmodel import col

from models.enums import ChannelKind, DeliveryPhase, DeliveryState, NotificationKind
from models.errors import Invalid
from models.events import ChannelEndpointTested
from models.rules import delivery as rules
from models.rules.verdicts import Reason
from models.tables.deliveries import Delivery
from models.tables.endpoints import ChannelEndpoint
from models.tables.notifications import Notification
from models.tables.people import Person
from models.tables.teams import TeamAncestry
from services import endpoint_fields, endpoints
from services.leases import DELIVERIES, FREE
from services.unit_of_work import Tx

#: What a message through an endpoint says that is about no activity: the word in its payload.
TEST = "test"
#: Why a message that waited at an endpoint was never sent.
ENDPOINT_OFF = "endpoint_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What sending through one needs; its address and its secret are in no printed form of it."""

    id: int
    channel: ChannelKind
    name: str
    team_id: int | None
    locale: str
    settings: Mapping[str, Any]
    version: int
    url: str = field(repr=False)
    secret: str = field(repr=False)

    @property
    def address(self) -> str:
        """By what the ledger knows it where nobody's own address is written to."""
        return f"{self.name} #{self.id}"

    @property
    def templates(self) -> Mapping[str, str]:
        """The templates of an SMS account by kind."""
        found: Mapping[str, str] = self.settings.get("templates", {})
        return found


def all_on(tx: Tx) -> tuple[Endpoint, ...]:
    """Return every endpoint that is on, by id; read once a transaction."""
    kept: tuple[Endpoint, ...] | None = tx.session.info.get(endpoints.KEPT)
    if kept is None:
        query = select(ChannelEndpoint).where(col(ChannelEndpoint.is_on)).order_by(col(ChannelEndpoint.id))
        kept = tuple(_endpoint(tx, row) for row in tx.session.execute(query).scalars())
        tx.session.info[endpoints.KEPT] = kept
    return kept


def serving(tx: Tx, team_ids: Collection[int], channels: Collection[ChannelKind]) -> dict[int, tuple[Endpoint, ...]]:
    """Return the endpoints that serve each team: its own first, then those of the teams above it, the house's last."""
    wanted = [one for one in all_on(tx) if one.channel in channels]
    if not wanted:
        return dict.fromkeys(team_ids, ())
    above: dict[int, dict[int, int]] = {team_id: {} for team_id in team_ids}
    if any(one.team_id is not None for one in wanted):
        query = select(TeamAncestry).where(col(TeamAncestry.team_id).in_(sorted(team_ids)))
        for row in tx.session.execute(query).scalars():
            above[row.team_id][row.ancestor_id] = row.depth
    return {team_id: _near_first(wanted, depths) for team_id, depths in above.items()}


def due(tx: Tx) -> tuple[Endpoint, ...]:
    """Return the endpoints that are on and have something due."""
    through = func.coalesce(col(Delivery.endpoint_id), 0)
    waiting = (
        select(through)
        .where(col(Delivery.state) == DeliveryState.waiting, col(Delivery.next_try_at) <= tx.now, through > 0)
        .distinct()
    )
    found = all_on(tx)
    if not found:
        return ()
    ids = set(tx.session.execute(waiting).scalars())
    return tuple(one for one in found if one.id in ids)


def take_back(tx: Tx, which: ColumnElement[bool], reason: str) -> int:
    """Settle some deliveries that have not begun to go out, for a reason by its code; return how many."""
    row = DELIVERIES.c
    not_begun = or_(
        row.state == DeliveryState.waiting,
        and_(row.state == DeliveryState.leased, row.phase == DeliveryPhase.none),
    )
    gone = {"state": DeliveryState.obsolete, "reason": reason, "settled_at": tx.now}
    taken = update(DELIVERIES).where(which, not_begun).values(FREE | gone).returning(row.id)
    tx.session.flush()
    return len(tx.session.execute(taken).all())


def change(tx: Tx, endpoint_id: int, changes: Mapping[str, Any], expected_version: int | None = None) -> None:
    """Edit an endpoint; what waits at one that is switched off is taken back. See `endpoints.change`.

    Raises:
        Forbidden, NotFound, Invalid, LostRace.
    """
    endpoints.change(tx, endpoint_id, changes, expected_version)
    if changes.get("is_on") is not None and not endpoints.managed(tx, endpoint_id).is_on:
        take_back(tx, DELIVERIES.c.endpoint_id == endpoint_id, ENDPOINT_OFF)


def send_test(tx: Tx, endpoint_id: int) -> int:
    """Send a test through an endpoint; return the id of the notification. A short message goes to the actor's own mobile.

    Raises:
        Forbidden, NotFound. Invalid: it is off; or, for short messages, the actor has no mobile number or no
            template is set.
    """
    row = endpoints.managed(tx, endpoint_id)
    endpoints.require_on(row)
    endpoint = _endpoint(tx, row)
    address, kind = endpoint.address, NotificationKind.changed
    if endpoint.channel is ChannelKind.sms:
        address, kind = _own_mobile(tx), _tested_kind(endpoint)
    notification = {
        "kind": kind,
        "activity_id": None,
        "assignment_id": None,
        "booking_id": None,
        "payload": {"say": TEST},
        "dedupe_key": f"{TEST}:{endpoint.id}:{tx.ids.token()}",
        "created_at": tx.now,
        "schedule_rev": 0,
        "sequence": 0,
    }
    (notification_id,) = tx.insert_all_missing(Notification, [notification]).values()
    expires_at = rules.expires_at(kind, tx.now, None)
    route = {"channel": endpoint.channel, "address": address, "endpoint_id": endpoint.id, "locale": endpoint.locale}
    values = delivery_values(tx, notification_id, expires_at=expires_at, user_id=tx.actor.user_id, **route)
    tx.insert_all_missing(Delivery, [values], key="token")
    tx.record(ChannelEndpointTested(subject_id=endpoint.id))
    return notification_id


def delivery_values(tx: Tx, notification_id: int, **more: Any) -> dict[str, Any]:
    """Return a delivery that is due now, as `insert_all_missing` takes it; `more` are the columns that differ."""
    return {
        "notification_id": notification_id,
        "person_id": None,
        "user_id": None,
        "token": tx.ids.token(),
        "state": DeliveryState.waiting,
        "settled_at": None,
        "phase": DeliveryPhase.none,
        "due_at": tx.now,
        "next_try_at": tx.now,
        "attempts_count": 0,
        "lease_token": 0,
        "reply": "",
        "reason": "",
        "created_at": tx.now,
    } | more


def is_mobile(phone: str | None) -> bool:
    """Tell whether short messages reach a number: those in E.164 are mobiles."""
    return bool(phone) and str(phone).startswith("+")


def _own_mobile(tx: Tx) -> str:
    query = select(col(Person.phone)).where(col(Person.id) == (tx.actor.person_id or 0))
    phone = tx.session.execute(query).scalar()
    if phone is None or not is_mobile(phone):
        raise Invalid(Reason("endpoint_no_mobile"))
    return str(phone)


def _tested_kind(endpoint: Endpoint) -> NotificationKind:
    for kind in endpoint_fields.SMS_KINDS:
        if kind.value in endpoint.templates:
            return kind
    raise Invalid(Reason("endpoint_no_template"))


def _near_first(wanted: Collection[Endpoint], depths: Mapping[int, int]) -> tuple[Endpoint, ...]:
    serving_it = [one for one in wanted if one.team_id is None or one.team_id in depths]
    house = max(depths.values(), default=0) + 1
    return tuple(sorted(serving_it, key=lambda one: (house if one.team_id is None else depths[one.team_id], one.id)))


def _endpoint(tx: Tx, row: ChannelEndpoint) -> Endpoint:
    return Endpoint(
        id=row.id,
        channel=row.channel,
        name=row.name,
        team_id=row.team_id,
        locale=row.settings.get("locale") or tx.settings.locale,
        settings=row.settings,
        version=row.version,
        url=row.url,
        secret=row.secret,
    )
