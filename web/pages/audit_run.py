"""Check the whole house with the auditor's own code: the chain of history, every closing, every figure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from audit import chain, manifest, recount
from audit.findings import Finding
from models.enums import Severity
from muster.localtime import local_day, zone
from services.queries import figures, history, verification
from services.unit_of_work import Tx

#: Nothing was counted before.
SINCE = date(1990, 1, 1)


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at and what does not hold."""

    entries_count: int
    closings_count: int
    figures_count: int
    findings: tuple[Finding, ...]


def verify_house(tx: Tx) -> Verification:
    """Check everything and return every doubt; of the chain the first place only, since nothing behind it can hold.

    Reads the whole of history and of the ledger, in chunks.

    Raises:
        Forbidden: the actor may not read figures.
    """
    head = history.chain_head(tx)
    recorded = None if head is None else chain.Head(*head)
    broken = chain.verify(_records(tx), recorded)
    closings_count, differing = _closings(tx)
    figures_count, miscounted = _figures(tx)
    return Verification(
        entries_count=recorded.seq if recorded else 0,
        closings_count=closings_count,
        figures_count=figures_count,
        findings=(*([broken] if broken else []), *differing, *miscounted),
    )


def _records(tx: Tx) -> Iterator[chain.Record]:
    for one in history.chain(tx):
        shown = {
            "seq": one.seq,
            "at": one.at.isoformat(),
            "event": one.event,
            "subject_id": one.subject_id,
            "actor": one.actor,
        }
        yield chain.Record(one.seq, one.previous_sha256, one.entry_sha256, one.body, shown)


def _closings(tx: Tx) -> tuple[int, list[Finding]]:
    count, findings = 0, []
    for signed in verification.signed_activities(tx):
        count += 1
        subject = f"activity:{signed.activity_id}"
        findings += manifest.verify_closing(signed.facts, signed.manifest, signed.manifest_sha256)
        if signed.recorded_sha256 is None:
            findings.append(Finding("closing_not_recorded", Severity.fault, subject))
        elif signed.recorded_sha256 != signed.manifest_sha256:
            findings.append(Finding("closing_not_as_recorded", Severity.fault, subject))
    findings += [
        Finding("closed_unsigned", Severity.fault, f"activity:{activity_id}")
        for activity_id in verification.closed_without_closing(tx)
    ]
    return count, findings


def _figures(tx: Tx) -> tuple[int, list[Finding]]:
    today = local_day(tx.now, zone(tx.settings.zone))
    scope = figures.Scope(from_on=SINCE, until_on=today + timedelta(days=2))
    published = figures.figures(tx, scope)
    return len(published), recount.compare(published, figures.open_rows(tx, scope))
