"""Teams: the volunteer tree, with its closure kept in step."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, literal
from sqlmodel import col, func, select

from models.enums import ActivityState, TeamKind
from models.errors import Conflict, Forbidden, Invalid, NotFound
from models.events import TeamChanged, TeamCreated, TeamEnded
from models.rules import fields
from models.rules import teams as rules
from models.rules.verdicts import Reason, Refused
from models.tables.activities import Activity
from models.tables.base import table_of
from models.tables.orgs import Org
from models.tables.teams import Membership, Team, TeamAncestry
from muster.localtime import day_bounds, zone
from services import access, collation, memberships, registers
from services.unit_of_work import Tx

CLEANERS: dict[str, fields.Cleaner] = {
    "name": fields.text(100, is_required=True),
    "kind": fields.word(TeamKind),
    "parent_id": fields.optional(fields.reference),
    "org_id": fields.optional(fields.reference),
    "code": fields.optional(fields.code),
    "valid_from_on": fields.day,
    "valid_until_on": fields.optional(fields.day),
}
REGISTER = registers.Register(
    noun="team",
    cleaners=CLEANERS,
    created=TeamCreated,
    changed=TeamChanged,
    references={"parent_id": Team, "org_id": Org},
    derived=collation.place_keys,
)
ABOUT_TO_HAPPEN = (ActivityState.draft, ActivityState.released)


def create(
    tx: Tx,
    *,
    kind: TeamKind,
    name: str,
    parent_id: int | None = None,
    org_id: int | None = None,
    code: str | None = None,
    valid_from_on: date | None = None,
    valid_until_on: date | None = None,
) -> int:
    """Write a team and return its id; it is valid from today on unless told otherwise.

    Raises:
        Forbidden: the actor does not manage the parent, or for a team at the top the whole house.
        Invalid: wrong values, an unknown parent or one of a lower level.
        Conflict: the code is another team's.
    """
    access.require_role(tx.actor, access.MANAGING)
    values = registers.cleaned(
        tx,
        REGISTER,
        {
            "kind": kind,
            "name": name,
            "parent_id": parent_id,
            "org_id": org_id,
            "code": code,
            "valid_from_on": valid_from_on or registers.today(tx),
            "valid_until_on": valid_until_on,
        },
    )
    registers.require_validity(values["valid_from_on"], values["valid_until_on"])
    parent = _new_parent(tx, values["kind"], values["parent_id"])
    row = registers.write(tx, REGISTER, Team, values)
    _add_ancestry(tx, row.id, parent)
    return row.id


def change(tx: Tx, team_id: int, changes: Mapping[str, Any], expected_version: int | None = None) -> None:
    """Edit a team; keys are the arguments of `create`. A new parent moves the whole subtree.

    Raises:
        Forbidden: the actor does not manage the team, or not its new parent.
        NotFound, Invalid, LostRace.
        Conflict: the code is another team's, or something still hangs on the team then.
    """
    row = _managed(tx, team_id)
    values = registers.cleaned(tx, REGISTER, changes)
    registers.require_change_of_validity(row, values)
    is_moved = "parent_id" in values and values["parent_id"] != row.parent_id
    kind = values.get("kind", row.kind)
    if is_moved:
        parent = _new_parent(tx, kind, values["parent_id"], below=row)
    if kind is not row.kind:
        _require_level(tx, row, kind, values.get("parent_id", row.parent_id))
    if (until_on := values.get("valid_until_on")) and until_on != row.valid_until_on:
        _wind_up(tx, team_id, until_on)
    registers.edit(tx, REGISTER, row, values, expected_version=expected_version)
    if is_moved:
        _move_ancestry(tx, row.id, parent)


def end(tx: Tx, team_id: int, until_on: date) -> None:
    """Give a team's validity an end, and its memberships with it; `until_on` is the first day without it.

    Repetition changes nothing.

    Raises:
        Forbidden, NotFound.
        Invalid: it would end before it begins.
        Conflict: teams below it are valid, or activities of it planned, beyond that day; all counted.
    """
    row = _managed(tx, team_id)
    registers.require_validity(row.valid_from_on, until_on)
    registers.end(tx, row, until_on, TeamEnded, before=lambda: _wind_up(tx, team_id, until_on))


def _managed(tx: Tx, team_id: int) -> Team:
    access.require_signed_in(tx.actor)
    if not access.has_role_over(tx.session, tx.actor, team_id, access.SEEING):
        raise NotFound("team", team_id)
    row = tx.get(Team, team_id, noun="team")
    access.require_over(tx.session, tx.actor, team_id, access.MANAGING)
    return row


def _new_parent(tx: Tx, kind: TeamKind, parent_id: int | None, *, below: Team | None = None) -> Team | None:
    """Return the parent for a team, its line upwards locked so that two moves cannot make a ring."""
    if parent_id is None:
        if not tx.actor.has_everywhere(access.MANAGING):
            raise Forbidden(Reason("role_missing"))
        return None
    access.require_over(tx.session, tx.actor, parent_id, access.MANAGING)
    line = select(TeamAncestry.ancestor_id).where(col(TeamAncestry.team_id) == parent_id)
    above = tx.session.exec(select(Team).where(col(Team.id).in_(line)).order_by(col(Team.id)).with_for_update()).all()
    if below is not None and any(team.id == below.id for team in above):
        raise Invalid(Reason("parent_is_below", {"field": "parent_id"}))
    parent = next(team for team in above if team.id == parent_id)
    _require(rules.may_stand_under(kind, parent.kind))
    return parent


def _require_level(tx: Tx, row: Team, kind: TeamKind, parent_id: int | None) -> None:
    """Check a new level against the teams above and below."""
    if parent_id is not None:
        parent = tx.get(Team, parent_id, noun="team", for_update=False)
        _require(rules.may_stand_under(kind, parent.kind))
    for child in tx.session.exec(select(Team.kind).where(col(Team.parent_id) == row.id).distinct()):
        _require(rules.may_stand_under(TeamKind(child), kind))


def _require(answer: object) -> None:
    if isinstance(answer, Refused):
        raise Invalid(*answer.reasons)


def _add_ancestry(tx: Tx, team_id: int, parent: Team | None) -> None:
    table = table_of(TeamAncestry)
    tx.session.execute(insert(table), [{"ancestor_id": team_id, "team_id": team_id, "depth": 0}])
    if parent is not None:
        above = select(table.c.ancestor_id, literal(team_id), table.c.depth + 1).where(table.c.team_id == parent.id)
        tx.session.execute(insert(table).from_select(["ancestor_id", "team_id", "depth"], above))


def _move_ancestry(tx: Tx, team_id: int, parent: Team | None) -> None:
    """Cut the subtree off everything above it and hang it below the new parent."""
    table = table_of(TeamAncestry)
    subtree = select(table.c.team_id, table.c.depth).where(table.c.ancestor_id == team_id)
    inside = {row.team_id: row.depth for row in tx.session.execute(subtree)}
    tx.session.execute(delete(table).where(table.c.team_id.in_(inside), table.c.ancestor_id.not_in(inside)))
    if parent is None:
        return
    line = select(table.c.ancestor_id, table.c.depth).where(table.c.team_id == parent.id)
    rows = [
        {"ancestor_id": above.ancestor_id, "team_id": below_id, "depth": above.depth + depth + 1}
        for above in tx.session.execute(line).all()
        for below_id, depth in inside.items()
    ]
    tx.session.execute(insert(table), rows)


def _wind_up(tx: Tx, team_id: int, until_on: date) -> None:
    """End the team's memberships; refuse where something of it would last longer."""
    starts_at, _ = day_bounds(until_on, zone(tx.settings.zone))
    planned = (
        select(func.count())
        .select_from(Activity)
        .where(
            col(Activity.team_id) == team_id,
            col(Activity.state).in_(ABOUT_TO_HAPPEN),
            col(Activity.starts_at) >= starts_at,
        )
    )
    below_count = registers.count_after(tx, Team, col(Team.parent_id) == team_id, until_on)
    later_count = memberships.count_from(tx, col(Membership.team_id) == team_id, until_on)
    activity_count = tx.session.exec(planned).one()
    reasons = []
    if below_count:
        reasons.append(Reason("team_has_teams", {"count": below_count}))
    if later_count:
        reasons.append(Reason("team_has_memberships", {"count": later_count}))
    if activity_count:
        reasons.append(Reason("team_has_activities", {"count": activity_count}))
    if reasons:
        raise Conflict(*reasons)
    memberships.end_all(tx, col(Membership.team_id) == team_id, until_on)
