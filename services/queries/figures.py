"""Figures from the ledger, and the rows behind each."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from models.enums import ActivityKind, ActivityState, CountingKind, UserRole
from models.errors import Forbidden, Invalid, NotFound
from models.rules import counting
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.people import Person
from models.tables.teams import Team, TeamAncestry
from models.tables.venues import Venue
from models.values import EvidenceMix, Figure
from muster.localtime import day_bounds, zone
from services import access, ledger
from services.unit_of_work import Tx

READING = access.LEADING | {UserRole.auditor}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What figures are computed over: local days `[from_on, until_on)`, closings until `as_of`, a subtree, a programme."""

    from_on: date
    until_on: date
    as_of: datetime | None = None
    team_id: int | None = None
    programme_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One activity behind a figure; `count` is what it adds, `people` the distinct people it brings where they count."""

    activity_id: int
    ref: str
    title: str
    kind: ActivityKind
    starts_at: datetime
    zone: str
    team_name: str
    venue_name: str | None
    count: int
    mix: EvidenceMix
    member_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureEvidence:
    """A figure with the rows that add up to it."""

    figure: Figure
    rows: tuple[EvidenceRow, ...]
    names: dict[int, str]


def figures(tx: Tx, scope: Scope) -> tuple[Figure, ...]:
    """Compute every figure over a scope.

    Raises:
        Forbidden: neither leader, manager nor auditor. Invalid: the period.
    """
    rows = _ledger(tx, scope)
    return counting.figures(
        rows,
        scope.from_on,
        scope.until_on,
        scope.as_of or tx.now,
        team_id=scope.team_id,
        programme_id=scope.programme_id,
    )


def evidence(tx: Tx, definition: str, scope: Scope) -> FigureEvidence:
    """Return the activities behind a figure; their counts sum to its value.

    Raises:
        NotFound: no such definition. Forbidden, Invalid: as `figures`.
    """
    known = counting.DEFINITIONS.get(definition)
    if known is None:
        raise NotFound("figure", definition)
    rows = _ledger(tx, scope)
    as_of = scope.as_of or tx.now
    figure = next(
        figure
        for figure in counting.figures(
            rows, scope.from_on, scope.until_on, as_of, team_id=scope.team_id, programme_id=scope.programme_id
        )
        if figure.definition == definition
    )
    parts = counting.contributions(known, rows, scope.from_on, scope.until_on, as_of)
    shown = _activities(tx, [part.activity_id for part in parts])
    found = tuple(
        EvidenceRow(
            activity_id=part.activity_id,
            ref=shown[part.activity_id][0].ref,
            title=shown[part.activity_id][0].title,
            kind=shown[part.activity_id][0].kind,
            starts_at=shown[part.activity_id][0].starts_at,
            zone=shown[part.activity_id][0].zone,
            team_name=shown[part.activity_id][1],
            venue_name=shown[part.activity_id][2],
            count=part.count,
            mix=part.mix,
            member_ids=tuple(sorted(part.members)),
        )
        for part in parts
    )
    members = {member for row in found for member in row.member_ids}
    is_people = known.kind is CountingKind.persons
    return FigureEvidence(figure=figure, rows=found, names=_names(tx, members) if is_people else {})


def open_rows(tx: Tx, scope: Scope) -> list[counting.LedgerRow]:
    """Return the ledger rows of a scope, for an independent recount. Raises as `figures`."""
    return _ledger(tx, scope)


def _ledger(tx: Tx, scope: Scope) -> list[counting.LedgerRow]:
    access.require_signed_in(tx.actor)
    if not tx.actor.has(READING):
        raise Forbidden(Reason("role_missing"))
    if scope.until_on <= scope.from_on:
        raise Invalid(Reason("ends_before_start", {"field": "to"}))
    home = zone(tx.settings.zone)
    # A day more on both sides: activities lie in zones of their own; `counting` looks at their local day.
    start = day_bounds(date.fromordinal(scope.from_on.toordinal() - 1), home)[0]
    until = day_bounds(scope.until_on, home)[1]
    query = select(Activity).where(
        col(Activity.state) == ActivityState.closed,
        col(Activity.starts_at) >= start,
        col(Activity.starts_at) < until,
        access.team_in_reach(tx.actor, col(Activity.team_id), READING),
    )
    if scope.team_id is not None:
        if tx.session.exec(select(Team.id).where(col(Team.id) == scope.team_id)).first() is None:
            raise Invalid(Reason("unknown_reference", {"field": "team", "id": str(scope.team_id)}))
        below = select(col(TeamAncestry.team_id)).where(col(TeamAncestry.ancestor_id) == scope.team_id)
        query = query.where(col(Activity.team_id).in_(below))
    if scope.programme_id is not None:
        query = query.where(col(Activity.programme_id) == scope.programme_id)
    return ledger.ledger_rows(tx, tx.session.exec(query).all(), as_of=scope.as_of or tx.now)


def _activities(tx: Tx, ids: list[int]) -> dict[int, tuple[Activity, str, str | None]]:
    found: dict[int, tuple[Activity, str, str | None]] = {}
    for start in range(0, len(ids), ledger.CHUNK):
        rows = tx.session.exec(
            select(Activity, Team.name, Venue.name)
            .join(Team, col(Team.id) == col(Activity.team_id))
            .join(Venue, col(Venue.id) == col(Activity.venue_id), isouter=True)
            .where(col(Activity.id).in_(ids[start : start + ledger.CHUNK]))
        ).all()
        found |= {row.id: (row, team_name, venue_name) for row, team_name, venue_name in rows}
    return found


def _names(tx: Tx, ids: set[int]) -> dict[int, str]:
    ordered = sorted(ids)
    found: dict[int, str] = {}
    for start in range(0, len(ordered), ledger.CHUNK):
        part = ordered[start : start + ledger.CHUNK]
        rows = tx.session.exec(
            select(Person.id, Person.name).where(col(Person.id).in_(part), access.may_see_person(tx.actor))
        )
        found |= dict(rows.all())
    return found
