"""Memberships: who is in which team, as what, for which local days."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, func, select

from models.enums import MembershipRole
from models.errors import Conflict, Invalid, NotFound
from models.events import MembershipChanged, MembershipCreated, MembershipEnded
from models.rules import fields
from models.rules.verdicts import Reason
from models.tables.people import Person
from models.tables.teams import Membership, Team
from services import access, registers
from services.unit_of_work import Tx

CLEANERS: dict[str, fields.Cleaner] = {
    "person_id": fields.reference,
    "team_id": fields.reference,
    "role": fields.word(MembershipRole),
    "valid_from_on": fields.day,
    "valid_until_on": fields.optional(fields.day),
}
EDITABLE = {name: CLEANERS[name] for name in ("role", "valid_from_on", "valid_until_on")}
REGISTER = registers.Register(
    noun="membership",
    cleaners=CLEANERS,
    created=MembershipCreated,
    changed=MembershipChanged,
    references={"person_id": Person, "team_id": Team},
)
EDITING = registers.Register(noun="membership", cleaners=EDITABLE, created=MembershipCreated, changed=MembershipChanged)


def create(
    tx: Tx,
    *,
    person_id: int,
    team_id: int,
    role: MembershipRole = MembershipRole.member,
    valid_from_on: date | None = None,
    valid_until_on: date | None = None,
) -> int:
    """Put a person into a team and return the membership's id; from today on unless told otherwise.

    Raises:
        Forbidden: the actor does not manage the team.
        Invalid: wrong values or unknown references; somebody of whom the actor may not know is unknown.
        Conflict: the person is in that team on some of those days, or the team or the person has left by then.
    """
    access.require_role(tx.actor, access.MANAGING)
    values = registers.cleaned(
        tx,
        REGISTER,
        {
            "person_id": person_id,
            "team_id": team_id,
            "role": role,
            "valid_from_on": valid_from_on or registers.today(tx),
            "valid_until_on": valid_until_on,
        },
    )
    registers.require_validity(values["valid_from_on"], values["valid_until_on"])
    access.require_over(tx.session, tx.actor, values["team_id"], access.MANAGING)
    _require_seen(tx, values["person_id"])
    person = tx.get(Person, values["person_id"], noun="person")  # the lock keeps two such calls apart
    _require_room(tx, values, person)
    return registers.write(tx, REGISTER, Membership, values).id


def create_first(
    tx: Tx, person: Person, *, team_id: int, role: MembershipRole, valid_from_on: date | None = None
) -> int:
    """Put a person just written into their first team; what cannot stand against it is not looked up.

    Raises:
        As `create`.
    """
    given = {"team_id": team_id, "role": role, "valid_from_on": valid_from_on or registers.today(tx)}
    values = registers.cleaned(tx, REGISTER, {"person_id": person.id, "valid_until_on": None} | given)
    access.require_over(tx.session, tx.actor, values["team_id"], access.MANAGING)
    if reasons := _gone_by_then(tx, values, person):
        raise Conflict(*reasons)
    return registers.write(tx, REGISTER, Membership, values).id


def change(tx: Tx, membership_id: int, changes: Mapping[str, Any], expected_version: int | None = None) -> None:
    """Edit the role or the days of a membership; another team or person is another membership.

    Raises:
        Forbidden, NotFound, Invalid, LostRace.
        Conflict: as `create`.
    """
    row = _managed(tx, membership_id)
    values = registers.cleaned(tx, EDITING, changes)
    registers.require_change_of_validity(row, values)
    if "valid_from_on" in values or "valid_until_on" in values:
        person = tx.get(Person, row.person_id, noun="person")
        _require_room(tx, row.model_dump() | values, person, but=row.id)
    registers.edit(tx, EDITING, row, values, expected_version=expected_version)


def end(tx: Tx, membership_id: int, until_on: date) -> None:
    """Give a membership an end: `until_on` is the first day without it. Repetition changes nothing.

    Raises:
        Forbidden, NotFound.
        Invalid: it would end before it begins.
    """
    row = _managed(tx, membership_id)
    registers.require_validity(row.valid_from_on, until_on)
    if row.valid_until_on != until_on:
        _end(tx, row, until_on)


def end_all(tx: Tx, which: ColumnElement[bool], until_on: date) -> None:
    """End those of the chosen memberships that have begun by then and would last longer."""
    longer = or_(col(Membership.valid_until_on).is_(None), col(Membership.valid_until_on) > until_on)
    found = select(Membership).where(which, longer, col(Membership.valid_from_on) < until_on)
    for row in tx.session.exec(found.order_by(col(Membership.id)).with_for_update()).all():
        _end(tx, row, until_on)


def count_from(tx: Tx, which: ColumnElement[bool], on: date) -> int:
    """Return how many of the chosen memberships begin on that day or later."""
    later = select(func.count()).select_from(Membership).where(which, col(Membership.valid_from_on) >= on)
    return tx.session.exec(later).one()


def _end(tx: Tx, row: Membership, until_on: date) -> None:
    row.valid_until_on = until_on
    tx.touch(row)
    tx.record(MembershipEnded(subject_id=row.id, until_on=until_on))


def _managed(tx: Tx, membership_id: int) -> Membership:
    access.require_signed_in(tx.actor)
    row = tx.get(Membership, membership_id, noun="membership")
    if not access.has_role_over(tx.session, tx.actor, row.team_id, access.SEEING):
        raise NotFound("membership", membership_id)
    access.require_over(tx.session, tx.actor, row.team_id, access.MANAGING)
    return row


def _require_seen(tx: Tx, person_id: int) -> None:
    """Refuse somebody of whom the actor may not know: whoever leads a team may call its members."""
    seen = select(Person.id).where(col(Person.id) == person_id, access.may_see_person(tx.actor))
    if tx.session.exec(seen).first() is None:
        raise Invalid(Reason("unknown_reference", {"field": "person_id", "id": str(person_id)}))


def _require_room(tx: Tx, values: Mapping[str, Any], person: Person, *, but: int = 0) -> None:
    """Raise `Conflict` with everything that stands against these days."""
    from_on, until_on = values["valid_from_on"], values["valid_until_on"]
    reasons = []
    same = select(Membership.id).where(
        col(Membership.person_id) == values["person_id"],
        col(Membership.team_id) == values["team_id"],
        col(Membership.id) != but,
        or_(col(Membership.valid_until_on).is_(None), col(Membership.valid_until_on) > from_on),
    )
    if until_on is not None:
        same = same.where(col(Membership.valid_from_on) < until_on)
    if (found := tx.session.exec(same).first()) is not None:
        reasons.append(Reason("membership_overlaps", {"field": "valid_from_on", "membership_id": found}))
    reasons += _gone_by_then(tx, values, person)
    if reasons:
        raise Conflict(*reasons)


def _gone_by_then(tx: Tx, values: Mapping[str, Any], person: Person) -> list[Reason]:
    """Return a reason for whichever of person and team is gone on the first day."""
    from_on = values["valid_from_on"]
    reasons = []
    if person.left_on is not None and person.left_on <= from_on:
        reasons.append(Reason("person_has_left", {"field": "person_id", "left_on": person.left_on.isoformat()}))
    team = tx.session.get_one(Team, values["team_id"])
    if team.valid_until_on is not None and team.valid_until_on <= from_on:
        reasons.append(Reason("team_has_ended", {"field": "team_id", "until_on": team.valid_until_on.isoformat()}))
    return reasons
