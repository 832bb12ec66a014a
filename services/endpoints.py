"""Channel endpoints: the groups, SMS accounts and programs that the house sends to.

Addresses of bots and every secret go in and never come out again: not on a page, not in an answer, not
in history. Organisers of the whole house write those of the house, which serve every team; organisers of
a team write those of teams in their reach, which serve that team and all below it.
"""

import base64
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlmodel import col

from models.enums import ChannelKind
from models.errors import Forbidden, Invalid, NotFound
from models.events import ChannelEndpointChanged, ChannelEndpointCreated
from models.rules import fields
from models.rules.verdicts import Reason
from models.tables.base import table_of
from models.tables.endpoints import ChannelEndpoint
from models.tables.teams import Team
from muster.hosts import is_loopback
from services import access, endpoint_fields, registers
from services.unit_of_work import Tx

FAULT_LENGTH = 300
#: Where a transaction keeps the endpoints that it has read.
KEPT = "channel_endpoints"
CLEANERS: dict[str, fields.Cleaner] = {
    "name": fields.text(60, is_required=True),
    "team_id": fields.optional(fields.reference),
    "is_on": fields.flag,
}
REGISTER = registers.Register(
    noun="channel_endpoint",
    cleaners=CLEANERS,
    created=ChannelEndpointCreated,
    changed=ChannelEndpointChanged,
    references={"team_id": Team},
    personal=frozenset({"url", "secret"}),
)


def new_secret() -> str:
    """Return a secret for a webhook, as Standard Webhooks has it."""
    return endpoint_fields.SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def create(
    tx: Tx,
    *,
    channel: ChannelKind | str,
    name: str,
    team_id: int | None = None,
    url: str = "",
    secret: str = "",
    settings: Mapping[str, Any] | None = None,
) -> int:
    """Write an endpoint, switched on, and return its id; `settings` are those of `endpoint_fields.SETTINGS`.

    Raises:
        Forbidden: the actor does not manage the house, or the team.
        Invalid: wrong values, all of them listed.
    """
    access.require_role(tx.actor, access.MANAGING)
    found, reasons = fields.clean({"channel": endpoint_fields.channel}, {"channel": channel})
    kind = found.get("channel")
    special: dict[str, Any] = {}
    if kind is not None:
        given = {"url": url, "secret": secret, "settings": settings or {}}
        special, more = _special(tx, kind, given)
        reasons += more
    values = registers.cleaned(tx, REGISTER, {"name": name, "team_id": team_id}, *reasons, *_taken(tx, name, None))
    _require_over(tx, values["team_id"])
    tx.session.info.pop(KEPT, None)
    return registers.write(tx, REGISTER, ChannelEndpoint, {"channel": kind, **values, **special}).id


def change(tx: Tx, endpoint_id: int, changes: Mapping[str, Any], expected_version: int | None = None) -> None:
    """Edit an endpoint or switch it on or off (`is_on`); keys are the arguments of `create` but `channel`.

    An empty `url` or `secret` leaves the old one; `settings` keep what is not named. What was wrong is
    forgotten, since somebody has looked.

    Raises:
        Forbidden, NotFound, Invalid, LostRace.
    """
    row = managed(tx, endpoint_id)
    plain = {name: value for name, value in changes.items() if name in CLEANERS or name not in _SPECIAL}
    given = {name: changes[name] for name in _SPECIAL if changes.get(name)}
    if "settings" in given:
        given["settings"] = {**row.settings, **given["settings"]}
    special, reasons = _special(tx, row.channel, given)
    taken = _taken(tx, changes["name"], row.id) if "name" in changes else ()
    values = registers.cleaned(tx, REGISTER, plain, *reasons, *taken)
    if "team_id" in values:
        _require_over(tx, values["team_id"])
    if registers.edit(tx, REGISTER, row, values | special, expected_version=expected_version):
        row.fault = ""
        tx.session.info.pop(KEPT, None)


def managed(tx: Tx, endpoint_id: int, *, for_update: bool = True) -> ChannelEndpoint:
    """Return an endpoint that the actor may change.

    Raises:
        SignInNeeded, Forbidden: the actor manages nothing. NotFound: no such endpoint for this actor.
    """
    access.require_role(tx.actor, access.MANAGING)
    row = tx.get(ChannelEndpoint, endpoint_id, noun="channel_endpoint", for_update=for_update)
    if not _is_over(tx, row.team_id):
        raise NotFound("channel_endpoint", endpoint_id)
    return row


def note_fault(tx: Tx, endpoint_id: int, fault: str) -> None:
    """Note what went wrong at an endpoint last; empty where all is well again. `fault` begins with a code."""
    table = table_of(ChannelEndpoint)
    text = fault[:FAULT_LENGTH]
    tx.session.execute(update(table).where(table.c.id == endpoint_id, table.c.fault != text).values(fault=text))


def may_stay(tx: Tx) -> bool:
    """Tell whether addresses on this machine are taken: only where the house itself is nowhere else."""
    return is_loopback(urlsplit(tx.settings.base_url).hostname or "")


_SPECIAL = ("url", "secret", "settings")


def _special(tx: Tx, kind: ChannelKind, given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Reason]]:
    """Return address, secret and settings as they are stored, those that were given, and every reason against them."""
    here = may_stay(tx)

    def web_address(value: object) -> str:
        is_needless = kind is ChannelKind.sms and value in (None, "")  # every provider has one address of its own
        return "" if is_needless else endpoint_fields.url(value, may_stay=here)

    cleaners: dict[str, fields.Cleaner] = {
        "url": web_address,
        "secret": lambda value: endpoint_fields.secret(kind, value),
    }
    found, reasons = fields.clean(cleaners, {name: given[name] for name in cleaners if name in given})
    if "settings" in given:
        found["settings"], more = endpoint_fields.settings(kind, given["settings"])
        reasons += more
    return found, reasons


def _taken(tx: Tx, name: object, own_id: int | None) -> tuple[Reason, ...]:
    """Return a reason where another endpoint has that name: in the ledger it is known by nothing else."""
    if not isinstance(name, str):
        return ()
    same = select(col(ChannelEndpoint.id)).where(col(ChannelEndpoint.name) == name.strip())
    others = [row for row in tx.session.execute(same).scalars() if row != own_id]
    return (Reason("endpoint_name_taken", {"field": "name"}),) if others else ()


def _is_over(tx: Tx, team_id: int | None) -> bool:
    if team_id is None:
        return tx.actor.has_everywhere(access.MANAGING)
    return access.has_role_over(tx.session, tx.actor, team_id, access.MANAGING)


def _require_over(tx: Tx, team_id: int | None) -> None:
    if not _is_over(tx, team_id):
        raise Forbidden(Reason("role_missing"))


def require_channel(row: ChannelEndpoint, *channels: ChannelKind) -> None:
    """Raise `NotFound` where an endpoint is of another resource."""
    if row.channel not in channels:
        raise NotFound("channel_endpoint", row.id)


def require_on(row: ChannelEndpoint) -> None:
    """Raise `Invalid` where an endpoint is switched off."""
    if not row.is_on:
        raise Invalid(Reason("endpoint_off"))
