"""`muster audit`: the history chain, every closing with its rows and files, every figure counted again."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from api.commands import opening
from api.commands.console import Console
from api.commands.opening import Desk
from api.commands.refusals import Found, Refused
from audit import chain
from audit.findings import Finding
from audit.report import report_rows
from muster.catalogue import mark
from services.access import COMMAND
from services.queries import history
from services.unit_of_work import Tx
from web import house_check

SHA256 = re.compile(r"[0-9a-f]{64}")
#: So many findings are listed; the first is always among them.
SHOWN = 50
COLUMNS = (mark("cli.subject"), mark("cli.finding"), mark("cli.explanation"))


def verify(from_checkpoint: Path | None) -> None:
    """Check everything that was signed; print what does not hold, the first first."""
    start = None if from_checkpoint is None else _checkpoint(from_checkpoint)
    with opening.desk() as desk, desk.uow.read(COMMAND) as tx:
        findings = list(_check(desk, tx, start))
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


def _check(desk: Desk, tx: Tx, start: chain.Head | None) -> Iterator[Finding]:
    """Yield every finding; print a line for each part that holds."""
    speaker = desk.console
    entries = house_check.check_history(tx, start, _bar(speaker, speaker.gettext("cli.history")))
    if not entries.findings:
        speaker.line(speaker.gettext("History: %(n)s entries hold.", n=entries.count))
    yield from entries.findings
    closings = house_check.check_closings(tx, _bar(speaker, speaker.gettext("cli.closings")))
    if not closings.findings:
        speaker.line(speaker.gettext("Closings: %(n)s hold, with their rows and files.", n=closings.count))
    yield from closings.findings
    counted = house_check.check_figures(tx)
    if counted.count and not counted.findings:
        speaker.line(speaker.gettext("Figures: %(n)s recounted, all the same.", n=counted.count))
    yield from counted.findings


def _bar(speaker: Console, title: str) -> house_check.Watch:
    return lambda rows, total: speaker.track(rows, title=title, total=total)
