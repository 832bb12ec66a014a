"""Orgs: the legal bodies of the federation's tree, and the bodies that host."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import col, select

from models.enums import HostKind, OrgKind
from models.errors import Conflict, Invalid
from models.events import OrgChanged, OrgCreated, OrgEnded
from models.rules import fields
from models.rules.verdicts import Reason
from models.tables.orgs import Org
from models.tables.teams import Team
from models.tables.venues import Venue
from services import access, collation, registers
from services.unit_of_work import Tx

CLEANERS: dict[str, fields.Cleaner] = {
    "name": fields.text(100, is_required=True),
    "kind": fields.word(OrgKind),
    "parent_id": fields.optional(fields.reference),
    "code": fields.optional(fields.code),
    "credit_code": fields.optional(fields.credit_code),
    "host_kind": fields.optional(fields.word(HostKind)),
    "division_code": fields.optional(fields.division_code),
    "jurisdiction": fields.optional(fields.text(100)),
    "contact_name": fields.optional(fields.contact_name),
    "contact_phone": fields.optional(fields.phone),
    "contact_email": fields.optional(fields.email),
    "valid_from_on": fields.day,
    "valid_until_on": fields.optional(fields.day),
}
REGISTER = registers.Register(
    noun="org",
    cleaners=CLEANERS,
    created=OrgCreated,
    changed=OrgChanged,
    references={"parent_id": Org},
    personal=frozenset({"contact_name", "contact_phone", "contact_email"}),
    derived=collation.place_keys,
)


def create(
    tx: Tx,
    *,
    name: str,
    kind: OrgKind,
    parent_id: int | None = None,
    code: str | None = None,
    credit_code: str | None = None,
    host_kind: HostKind | None = None,
    division_code: str | None = None,
    jurisdiction: str | None = None,
    contact_name: str | None = None,
    contact_phone: str | None = None,
    contact_email: str | None = None,
    valid_from_on: date | None = None,
    valid_until_on: date | None = None,
) -> int:
    """Write an org and return its id; it is valid from today on unless told otherwise.

    Raises:
        Forbidden: the actor manages nothing.
        Invalid: wrong values or an unknown parent, all of them listed.
        Conflict: the code is another org's.
    """
    access.require_role(tx.actor, access.MANAGING)
    values = registers.cleaned(
        tx,
        REGISTER,
        {
            "name": name,
            "kind": kind,
            "parent_id": parent_id,
            "code": code,
            "credit_code": credit_code,
            "host_kind": host_kind,
            "division_code": division_code,
            "jurisdiction": jurisdiction,
            "contact_name": contact_name,
            "contact_phone": contact_phone,
            "contact_email": contact_email,
            "valid_from_on": valid_from_on or registers.today(tx),
            "valid_until_on": valid_until_on,
        },
    )
    registers.require_validity(values["valid_from_on"], values["valid_until_on"])
    return registers.write(tx, REGISTER, Org, values).id


def change(tx: Tx, org_id: int, changes: Mapping[str, Any], expected_version: int | None = None) -> None:
    """Edit an org; keys are the arguments of `create`. An empty `valid_until_on` reopens it.

    Raises:
        Forbidden, NotFound, Invalid, LostRace.
        Conflict: the code is another org's, or something still hangs on the org then.
    """
    access.require_role(tx.actor, access.MANAGING)
    row = tx.get(Org, org_id, noun="org")
    values = registers.cleaned(tx, REGISTER, changes)
    _require_no_cycle(tx, org_id, values.get("parent_id"))
    registers.require_change_of_validity(row, values)
    if (until_on := values.get("valid_until_on")) and until_on != row.valid_until_on:
        _require_nothing_after(tx, org_id, until_on)
    registers.edit(tx, REGISTER, row, values, expected_version=expected_version)


def end(tx: Tx, org_id: int, until_on: date) -> None:
    """Give an org's validity an end: `until_on` is the first day without it. Repetition changes nothing.

    Raises:
        Forbidden, NotFound.
        Invalid: it would end before it begins.
        Conflict: orgs, teams or venues of it are valid beyond that day, all of them counted.
    """
    access.require_role(tx.actor, access.MANAGING)
    row = tx.get(Org, org_id, noun="org")
    registers.require_validity(row.valid_from_on, until_on)
    registers.end(tx, row, until_on, OrgEnded, before=lambda: _require_nothing_after(tx, org_id, until_on))


def _require_nothing_after(tx: Tx, org_id: int, until_on: date) -> None:
    reasons = []
    if count := registers.count_after(tx, Org, col(Org.parent_id) == org_id, until_on):
        reasons.append(Reason("org_has_orgs", {"count": count}))
    if count := registers.count_after(tx, Team, col(Team.org_id) == org_id, until_on):
        reasons.append(Reason("org_has_teams", {"count": count}))
    if count := registers.count_after(tx, Venue, col(Venue.org_id) == org_id, until_on):
        reasons.append(Reason("org_has_venues", {"count": count}))
    if reasons:
        raise Conflict(*reasons)


def _require_no_cycle(tx: Tx, org_id: int, parent_id: int | None) -> None:
    """Walk up from the new parent, a handful of levels, locking them so that two moves cannot make a ring."""
    seen: set[int] = set()
    while parent_id is not None and parent_id not in seen:
        if parent_id == org_id:
            raise Invalid(Reason("parent_is_below", {"field": "parent_id"}))
        seen.add(parent_id)
        parent_id = tx.session.exec(select(Org.parent_id).where(col(Org.id) == parent_id).with_for_update()).one()
