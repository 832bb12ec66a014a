"""Counts a figure again from the ledger, another way than `models.rules.counting` does.

Only the definitions are shared: what a figure is called, which kind of counting it
is and which activities it looks at. Here heads are laid out one by one, sorted and
counted off, where the other side keeps dictionaries per activity.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from audit.findings import Finding
from models.enums import CountingKind, EvidenceClass, Severity
from models.rules.counting import DEFINITIONS, FigureDefinition, LedgerRow
from models.values import EvidenceMix, Figure


class _Mark(NamedTuple):
    """Something to count: what makes it one thing, how strong its evidence is, how many heads it stands for."""

    key: tuple[int, ...]
    strength: str
    heads_count: int


def recount(definition_id: str, rows: Iterable[LedgerRow], from_on: date, until_on: date, as_of: datetime) -> Figure:
    """Return the figure as it follows from the rows.

    Raises:
        KeyError: nobody ever defined a figure of that id.
    """
    definition = DEFINITIONS[definition_id]
    marks = sorted(_marks(definition, _closed(rows, from_on, until_on, as_of)))
    counts = dict.fromkeys("abcd", 0)
    for _, same in groupby(marks, key=lambda mark: mark.key):
        strongest = next(same)
        counts[strongest.strength] += strongest.heads_count
    return Figure(
        definition=definition_id,
        kind=definition.kind,
        value=sum(counts.values()),
        from_on=from_on,
        until_on=until_on,
        as_of=as_of,
        mix=EvidenceMix(**counts),
    )


def compare(published: Iterable[Figure], rows: Iterable[LedgerRow]) -> list[Finding]:
    """Recount published figures and return a finding for each that does not come out the same."""
    ledger = list(rows)
    findings = []
    for figure in published:
        if figure.definition not in DEFINITIONS:
            findings.append(Finding("figure_unknown", Severity.fault, f"figure:{figure.definition}"))
            continue
        again = recount(figure.definition, ledger, figure.from_on, figure.until_on, figure.as_of)
        if again.value != figure.value:
            params: dict[str, object] = {"published": figure.value, "recounted": again.value}
            findings.append(Finding("figure_differs", Severity.fault, f"figure:{figure.definition}", params))
        elif again.mix != figure.mix:
            findings.append(Finding("figure_mix_differs", Severity.fault, f"figure:{figure.definition}"))
    return findings


def _closed(rows: Iterable[LedgerRow], from_on: date, until_on: date, as_of: datetime) -> Iterator[LedgerRow]:
    seen = set()
    for row in rows:
        is_counted = row.closed_at is not None and row.closed_at <= as_of
        if is_counted and from_on <= row.on < until_on and row.activity_id not in seen:
            seen.add(row.activity_id)
            yield row


def _marks(definition: FigureDefinition, rows: Iterable[LedgerRow]) -> Iterator[_Mark]:
    for row in rows:
        if definition.activity_kind not in {None, row.kind}:
            continue
        match definition.kind:
            case CountingKind.sessions:
                yield _Mark((row.activity_id,), _session_strength(row), 1)
            case CountingKind.person_times:
                for person_id, strength in row.heads:
                    yield _Mark((row.activity_id, 0, person_id), strength.value, 1)
                for index, (count, strength) in enumerate(row.tallies):
                    yield _Mark((row.activity_id, 1, index), strength.value, count)
            case CountingKind.persons:
                for person_id, strength in row.heads:
                    yield _Mark((person_id,), strength.value, 1)
            case CountingKind.organisations if row.host_org_id is not None:
                yield _Mark((row.host_org_id,), _session_strength(row), 1)


def _session_strength(row: LedgerRow) -> str:
    present = {strength for _, strength in row.heads} | {strength for count, strength in row.tallies if count}
    for strength in EvidenceClass:
        if strength in present:
            return strength.value
    return EvidenceClass.d.value
