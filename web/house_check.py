"""Check the whole house with the auditor's own code: the chain of history, every closing, every figure.

Carries what services read to what `audit` finds; the audit page and `muster audit verify` ask the same questions.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from audit import chain, manifest
from audit.findings import Finding
from audit.recount import compare
from models.enums import Severity
from models.errors import Conflict, NotFound
from muster.catalogue import mark
from services import evidence
from services.queries import figures, history, signed, verification
from services.unit_of_work import Tx

#: Shows how far a long run of rows is; takes the rows and how many there will be, where that is known.
Watch = Callable[[Iterable[Any], int | None], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Checked:
    """One part of the check: how many things were looked at, and each that does not hold."""

    count: int
    findings: tuple[Finding, ...]


def _unseen(rows: Iterable[Any], _total: int | None) -> Iterable[Any]:
    return rows


def check_history(tx: Tx, start: chain.Head | None = None, watch: Watch = _unseen) -> Checked:
    """Check the chain from an entry on (None: from the first); of it the first bad place only, nothing behind can hold."""
    head = history.chain_head(tx)
    last, first = (head[0] if head else 0), (start.seq if start else 0)
    count = max(last - first, 0)
    finding = chain.verify(
        watch(_records(tx, first), count), chain.Head(*head) if head is not None else chain.genesis(), start
    )
    return Checked(count, () if finding is None else (finding,))


def check_closings(tx: Tx, watch: Watch = _unseen) -> Checked:
    """Check every closing against history, its rows and its files, and whether any is missing."""
    findings: list[Finding] = []
    count = 0
    for one in watch(verification.signed_activities(tx), None):
        count += 1
        subject = f"activity:{one.activity_id}"
        findings += manifest.verify_closing(one.facts, one.manifest, one.manifest_sha256)
        if one.recorded_sha256 is None:
            findings.append(Finding("closing_not_recorded", Severity.fault, subject))
        elif one.recorded_sha256 != one.manifest_sha256:
            findings.append(Finding("closing_not_as_recorded", Severity.fault, subject))
        findings += _files(tx, one)
    for code, ids in (
        (mark("closed_unsigned"), verification.closed_without_closing(tx)),
        (mark("closing_missing"), signed.closings_gone(tx)),
    ):
        findings += [Finding(code, Severity.fault, f"activity:{activity_id}") for activity_id in ids]
    return Checked(count, tuple(findings))


def check_figures(tx: Tx) -> Checked:
    """Count every figure again, over all years together and over each by itself.

    Raises:
        Forbidden: the actor may not read figures.
    """
    days = signed.closed_days(tx)
    if days is None:
        return Checked(0, ())
    first_on, last_on = days
    years = [(date(year, 1, 1), date(year + 1, 1, 1)) for year in range(first_on.year, last_on.year + 1)]
    findings: list[Finding] = []
    count = 0
    for from_on, until_on in [(first_on, last_on + timedelta(days=1)), *years]:
        scope = figures.Scope(from_on=from_on, until_on=until_on)
        published = figures.figures(tx, scope)
        count += len(published)
        findings += compare(published, figures.open_rows(tx, scope))
    return Checked(count, tuple(findings))


def _records(tx: Tx, after: int) -> Iterator[chain.Record]:
    for row in history.chain(tx, after=after):
        shown = {
            "seq": row.seq,
            "at": row.at.isoformat(),
            "event": row.event,
            "subject_id": row.subject_id,
            "actor": row.actor,
        }
        yield chain.Record(row.seq, row.previous_sha256, row.entry_sha256, row.body, shown)


def _files(tx: Tx, one: verification.SignedActivity) -> Iterator[Finding]:
    """Read every document behind a closing and hold it against its hash."""
    for row in one.facts["evidence"]:
        try:
            evidence.open_bytes(tx, row["id"])
        except (Conflict, NotFound) as error:
            for reason in error.reasons:
                yield Finding(reason.code, Severity.fault, f"evidence:{row['id']}", reason.params)


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at in the whole house, and what does not hold."""

    entries_count: int
    closings_count: int
    figures_count: int
    findings: tuple[Finding, ...]


def verify_house(tx: Tx) -> Verification:
    """Check everything. Reads the whole of history, the ledger and its files. Raises: as `check_figures`."""
    entries, closings, counted = check_history(tx), check_closings(tx), check_figures(tx)
    return Verification(
        entries_count=entries.count,
        closings_count=closings.count,
        figures_count=counted.count,
        findings=(*entries.findings, *closings.findings, *counted.findings),
    )
