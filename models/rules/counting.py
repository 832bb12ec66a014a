"""The one definition of what may be added to what, and of every figure.

A head counts once per activity: named people by their id, however often they went
through the door, with their strongest evidence. A tally counts people who are NOT
on the named list, so person-times are named heads plus tallied heads. Only closed
activities count, and an activity that two teams report counts once, by its id.

`audit.recount` computes the same figures its own way from these definitions.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from models.enums import ActivityKind, CountingKind, EvidenceClass, HostKind
from models.rules.verdicts import Allowed, Reason, Refused, Verdict
from models.values import EvidenceMix, Figure


@dataclass(frozen=True, slots=True)
class Additivity:
    """Whether numbers of a kind may be added over periods and over parts of the house."""

    over_time: bool
    over_bodies: bool


#: domain.md 1.2. Organisations are counted as distinct hosts here, hence never added.
ADDITIVITY: Mapping[CountingKind, Additivity] = {
    CountingKind.sessions: Additivity(over_time=True, over_bodies=True),
    CountingKind.person_times: Additivity(over_time=True, over_bodies=True),
    CountingKind.persons: Additivity(over_time=False, over_bodies=False),
    CountingKind.organisations: Additivity(over_time=False, over_bodies=False),
    CountingKind.honours: Additivity(over_time=True, over_bodies=True),
    CountingKind.cases: Additivity(over_time=True, over_bodies=True),
    CountingKind.items: Additivity(over_time=True, over_bodies=True),
    CountingKind.terms: Additivity(over_time=True, over_bodies=True),
    CountingKind.money: Additivity(over_time=True, over_bodies=True),
    CountingKind.percent: Additivity(over_time=False, over_bodies=False),
    CountingKind.stock: Additivity(over_time=False, over_bodies=True),
}


#: Along what two numbers are to be added: periods, or parts of the house.
Across = Literal["time", "bodies"]


@dataclass(frozen=True, slots=True)
class FigureDefinition:
    """One figure: a stable id with its version, a kind of counting, and the activities it looks at.

    A changed meaning gets a new version; published reports keep the id they were signed with.
    """

    definition: str
    kind: CountingKind
    activity_kind: ActivityKind | None = None

    @property
    def is_additive(self) -> bool:
        """Tell whether the value is the sum of what each activity adds."""
        return ADDITIVITY[self.kind].over_time

    def covers(self, row: "LedgerRow") -> bool:
        """Tell whether the figure looks at activities of this kind."""
        return self.activity_kind is None or row.kind is self.activity_kind


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One activity with what was counted at it, reversals up to `as_of` taken off.

    `on` is the local day of its start. `heads` may name a person more than once;
    `tallies` are heads without names. `closed_at` None means that it is not closed.
    """

    activity_id: int
    kind: ActivityKind
    on: date
    team_id: int
    closed_at: datetime | None
    programme_id: int | None = None
    host_org_id: int | None = None
    host_kind: HostKind | None = None
    heads: tuple[tuple[int, EvidenceClass], ...] = ()
    tallies: tuple[tuple[int, EvidenceClass], ...] = ()


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one activity adds to a figure: `count` for sums, `members` (ids) for distinct counts.

    For distinct counts `count` is how many of the members no earlier row brought, so
    that the rows always add up to the value.
    """

    activity_id: int
    count: int
    mix: EvidenceMix
    members: frozenset[int] = frozenset()


def _definitions() -> dict[str, FigureDefinition]:
    sessions, times = CountingKind.sessions, CountingKind.person_times
    persons, hosts = CountingKind.persons, CountingKind.organisations
    table: list[tuple[str, ActivityKind | None, tuple[CountingKind, ...]]] = [
        ("activity", None, (sessions, times, persons, hosts)),
        ("lecture", ActivityKind.lecture, (sessions, times, persons, hosts)),
        ("service", ActivityKind.service, (sessions, times, persons)),
        ("contest", ActivityKind.contest, (sessions, times, hosts)),
        ("job_fair", ActivityKind.job_fair, (sessions, times, hosts)),
        ("childcare", ActivityKind.childcare, (sessions, times, persons)),
        ("culture", ActivityKind.culture, (sessions, times)),
        ("rights", ActivityKind.rights, (sessions, times)),
        ("relief", ActivityKind.relief, (sessions, times, persons)),
    ]
    words = {hosts: "hosts"}
    found = [
        FigureDefinition(f"{noun}.{words.get(kind, kind.value)}@1", kind, activity_kind)
        for noun, activity_kind, kinds in table
        for kind in kinds
    ]
    return {definition.definition: definition for definition in found}


#: Every figure by its id, in the order in which reports show them.
DEFINITIONS: Mapping[str, FigureDefinition] = _definitions()


def may_add(one: CountingKind, other: CountingKind, across: Across) -> Verdict:
    """Say whether two numbers may be added: same kind, and a kind that adds up along that line."""
    if one is not other:
        return Refused((Reason("kinds_differ", {"one": one.value, "other": other.value}),))
    additivity = ADDITIVITY[one]
    if additivity.over_time if across == "time" else additivity.over_bodies:
        return Allowed()
    return Refused((Reason("not_additive", {"kind": one.value, "across": across}),))


def counted_rows(rows: Iterable[LedgerRow], from_on: date, until_on: date, as_of: datetime) -> list[LedgerRow]:
    """Return the rows that count: closed by `as_of`, day in `[from_on, until_on)`, each activity once, by day and id."""
    found: dict[int, LedgerRow] = {}
    for row in rows:
        if row.closed_at is not None and row.closed_at <= as_of and from_on <= row.on < until_on:
            found.setdefault(row.activity_id, row)
    return sorted(found.values(), key=lambda row: (row.on, row.activity_id))


def figures(
    rows: Iterable[LedgerRow],
    from_on: date,
    until_on: date,
    as_of: datetime,
    *,
    team_id: int | None = None,
    programme_id: int | None = None,
) -> tuple[Figure, ...]:
    """Compute every figure over rows that the caller has narrowed to the scope; the two ids only label it."""
    seen = [_look(row) for row in counted_rows(rows, from_on, until_on, as_of)]
    result = []
    for definition in DEFINITIONS.values():
        mix = EvidenceMix()
        for part in _parts(definition, seen):
            mix = _added(mix, part.mix)
        result.append(
            Figure(
                definition=definition.definition,
                kind=definition.kind,
                value=mix.total,
                from_on=from_on,
                until_on=until_on,
                as_of=as_of,
                mix=mix,
                team_id=team_id,
                programme_id=programme_id,
            )
        )
    return tuple(result)


def contributions(
    definition: FigureDefinition, rows: Iterable[LedgerRow], from_on: date, until_on: date, as_of: datetime
) -> tuple[Contribution, ...]:
    """Return the activities behind a figure, by day; counts sum to its value and mixes to its mix."""
    return _parts(definition, [_look(row) for row in counted_rows(rows, from_on, until_on, as_of)])


def contribution(definition: FigureDefinition, row: LedgerRow) -> int:
    """Return what one closed activity adds to an additive figure, or how many distinct members it alone has."""
    return sum(part.count for part in _parts(definition, [_look(row)]))


def session_class(row: LedgerRow) -> EvidenceClass:
    """Return the strongest evidence that the activity took place; D where no head is left."""
    return min((*(c for _, c in row.heads), *(c for n, c in row.tallies if n)), default=EvidenceClass.d)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A row looked at once: its people and hosts with their strongest class, and its heads by class."""

    row: LedgerRow
    people: dict[int, EvidenceClass]
    hosts: dict[int, EvidenceClass]
    times: Counter[EvidenceClass]
    best: EvidenceClass


def _look(row: LedgerRow) -> _Seen:
    people: dict[int, EvidenceClass] = {}
    for person_id, strength in row.heads:
        people[person_id] = min(strength, people.get(person_id, strength))
    times = Counter(people.values())
    for count, strength in row.tallies:
        times[strength] += count
    best = session_class(row)
    hosts = {} if row.host_org_id is None else {row.host_org_id: best}
    return _Seen(row, people, hosts, times, best)


def _parts(definition: FigureDefinition, seen: Iterable[_Seen]) -> tuple[Contribution, ...]:
    covered = [look for look in seen if definition.covers(look.row)]
    if definition.kind is CountingKind.sessions:
        return tuple(_part(look, Counter({look.best: 1})) for look in covered)
    if definition.kind is CountingKind.person_times:
        return tuple(_part(look, look.times) for look in covered)
    by_row = [(look, look.people if definition.kind is CountingKind.persons else look.hosts) for look in covered]
    strongest: dict[int, EvidenceClass] = {}
    for _, ids in by_row:
        for member, strength in ids.items():
            strongest[member] = min(strength, strongest.get(member, strength))
    parts = []
    waiting = set(strongest)
    for look, ids in by_row:
        new = waiting.intersection(ids)
        waiting -= new
        if ids:
            parts.append(_part(look, Counter(strongest[member] for member in new), frozenset(ids)))
    return tuple(parts)


def _part(look: _Seen, counts: Counter[EvidenceClass], members: frozenset[int] = frozenset()) -> Contribution:
    mix = EvidenceMix(**{strength.value: counts[strength] for strength in EvidenceClass})
    return Contribution(look.row.activity_id, mix.total, mix, members)


def _added(one: EvidenceMix, other: EvidenceMix) -> EvidenceMix:
    return EvidenceMix(one.a + other.a, one.b + other.b, one.c + other.c, one.d + other.d)
