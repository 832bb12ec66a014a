"""`muster audit`: the history chain, every closing with its rows and files, every figure counted again."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from api.commands import opening
from api.commands.opening import Desk
from api.commands.refusals import Found, Refused
from audit import chain, manifest
from audit.findings import Finding
from audit.recount import compare
from audit.report import report_rows
from models.enums import Severity
from models.errors import Conflict, NotFound
from muster.catalogue import mark
from services import evidence
from services.access import COMMAND
from services.queries import figures, history, signed, verification
from services.unit_of_work import Tx

SHA256 = re.compile(r"[0-9a-f]{64}")
#: So many findings are listed; the first is always among them.
SHOWN = 50
COLUMNS = (mark("cli.subject"), mark("cli.finding"), mark("cli.explanation"))


def verify(from_checkpoint: Path | None) -> None:
    """Check everything that was signed; print what does not hold, the first first."""
    start = None if from_checkpoint is None else _checkpoint(from_checkpoint)
    with opening.desk() as desk, desk.uow.read(COMMAND) as tx:
        findings = [*_check_chain(desk, tx, start), *_check_closings(desk, tx), *_recount(desk, tx)]
    if not findings:
        return
    speaker = desk.console
    rows = report_rows(findings[:SHOWN], lambda finding: speaker.gettext(finding.code, **finding.params))
    speaker.table("", COLUMNS, [[row.subject, row.code, row.explanation] for row in rows])
    if len(findings) > SHOWN:
        speaker.line(speaker.gettext("… and %(n)s more", n=len(findings) - SHOWN))
    raise Found(speaker.gettext("First bad record: %(subject)s", subject=findings[0].subject))


def write_checkpoint(target: Path) -> None:
    """Write the end of the history to a file that is not there yet."""
    with opening.desk() as desk, desk.uow.read(COMMAND) as tx:
        speaker, head = desk.console, history.chain_head(tx)
    if head is None:
        raise Refused(speaker.gettext("there is no history yet"))
    with target.open("x", encoding="utf-8") as file:
        file.write(json.dumps({"seq": head[0], "sha256": head[1]}) + "\n")
    speaker.line(speaker.gettext("%(name)s: entry %(seq)s", name=target, seq=head[0]))


def _checkpoint(path: Path) -> chain.Head:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        seq, sha256 = found["seq"], found["sha256"]
    except (ValueError, TypeError, KeyError):
        seq = sha256 = None
    if isinstance(seq, bool) or not isinstance(seq, int) or seq < 0 or not SHA256.fullmatch(str(sha256)):
        speaker = opening.console()
        raise Refused(speaker.gettext('%(name)s: no checkpoint; one looks like {"seq": 7, "sha256": "…"}', name=path))
    return chain.Head(seq, sha256)


def _check_chain(desk: Desk, tx: Tx, start: chain.Head | None) -> list[Finding]:
    head = history.chain_head(tx)
    last = head[0] if head else 0
    first = start.seq if start else 0
    records = desk.console.track(
        _records(tx, first), title=desk.console.gettext("cli.history"), total=max(last - first, 0)
    )
    finding = chain.verify(records, chain.Head(*head) if head else chain.genesis(), start)
    if finding is None:
        desk.console.line(desk.console.gettext("History: %(n)s entries hold.", n=last - first))
    return [] if finding is None else [finding]


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


def _check_closings(desk: Desk, tx: Tx) -> list[Finding]:
    findings: list[Finding] = []
    count = 0
    for one in desk.console.track(verification.signed_activities(tx), title=desk.console.gettext("cli.closings")):
        count += 1
        subject = f"activity:{one.activity_id}"
        findings += manifest.verify_closing(one.facts, one.manifest, one.manifest_sha256)
        if one.recorded_sha256 is None:
            findings.append(Finding("closing_not_recorded", Severity.fault, subject))
        elif one.recorded_sha256 != one.manifest_sha256:
            findings.append(Finding("closing_not_as_recorded", Severity.fault, subject))
        findings += _check_files(tx, one)
    for activity_id in verification.closed_without_closing(tx):
        findings.append(Finding("closed_unsigned", Severity.fault, f"activity:{activity_id}"))
    for activity_id in signed.closings_gone(tx):
        findings.append(Finding("closing_missing", Severity.fault, f"activity:{activity_id}"))
    if not findings:
        desk.console.line(desk.console.gettext("Closings: %(n)s hold, with their rows and files.", n=count))
    return findings


def _check_files(tx: Tx, one: verification.SignedActivity) -> Iterator[Finding]:
    """Read every document behind a closing and hold it against its hash."""
    for row in one.facts["evidence"]:
        try:
            evidence.open_bytes(tx, row["id"])
        except (Conflict, NotFound) as error:
            for reason in error.reasons:
                yield Finding(reason.code, Severity.fault, f"evidence:{row['id']}", reason.params)


def _recount(desk: Desk, tx: Tx) -> list[Finding]:
    """Count every figure again, over all years together and over each by itself."""
    days = signed.closed_days(tx)
    if days is None:
        return []
    first_on, last_on = days
    years = [(date(year, 1, 1), date(year + 1, 1, 1)) for year in range(first_on.year, last_on.year + 1)]
    findings: list[Finding] = []
    count = 0
    for from_on, until_on in [(first_on, last_on + timedelta(days=1)), *years]:
        scope = figures.Scope(from_on=from_on, until_on=until_on)
        published = figures.figures(tx, scope)
        count += len(published)
        findings += compare(published, figures.open_rows(tx, scope))
    if not findings:
        desk.console.line(desk.console.gettext("Figures: %(n)s recounted, all the same.", n=count))
    return findings
