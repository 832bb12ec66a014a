"""`muster import`: look at a roster file, take it over whole or not at all, take it back."""

import sys
from pathlib import Path

from api.commands import opening
from api.commands.console import Console
from api.commands.refusals import Refused, sentence
from models.enums import ImportKind
from models.errors import Invalid
from muster.catalogue import mark
from services import imports
from services.access import COMMAND
from services.imports import Preview
from services.roster_files import MOST_BYTES

#: So many changed rows are shown one by one.
SHOWN = 20
COLUMNS = (mark("cli.row"), mark("cli.action"), mark("cli.name"), mark("cli.changes"))


def take_over(kind: str, file: Path, *, is_dry: bool, is_agreed: bool) -> None:
    """Show what a file would do, ask, and do it."""
    content = _content(file)
    with opening.desk() as desk:
        speaker = desk.console
        with speaker.waiting(speaker.gettext("Reading…")):
            preview = _preview(desk, ImportKind(kind), file, content)
        if preview.faults:
            for fault in preview.faults:
                said = sentence(fault.reason, desk.settings)
                speaker.note(
                    speaker.gettext(
                        "%(name)s: row %(row)s, %(column)s: %(said)s",
                        name=file,
                        row=fault.row_number,
                        column=fault.column,
                        said=said,
                    )
                )
            raise Refused(
                speaker.translator.ngettext(
                    "%(name)s: nothing was taken over, %(n)s row is wrong",
                    "%(name)s: nothing was taken over, %(n)s faults in its rows",
                    len(preview.faults),
                    name=file,
                )
            )
        _tell(speaker, preview)
        if is_dry:
            speaker.line(speaker.gettext("Nothing was changed."))
            return
        if not (preview.created or preview.changed):
            speaker.line(speaker.gettext("There is nothing to take over."))
            return
        _agree(speaker, is_agreed=is_agreed)
        with speaker.waiting(speaker.gettext("Taking over…")), desk.uow.write(COMMAND) as tx:
            batch_id = imports.apply(tx, preview.kind, file.name, content)
        speaker.line(
            speaker.gettext(
                "Taken over as batch %(batch)s; muster import undo %(batch)s takes it back.", batch=batch_id
            )
        )


def undo(batch_id: int) -> None:
    """Take a batch back."""
    with opening.desk() as desk:
        with desk.uow.write(COMMAND) as tx:
            imports.undo(tx, batch_id)
        desk.console.line(desk.console.gettext("Batch %(batch)s is taken back.", batch=batch_id))


def _content(file: Path) -> bytes:
    """Read a file, of one too large for us only so much that it shows."""
    with file.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)


def _preview(desk: opening.Desk, kind: ImportKind, file: Path, content: bytes) -> Preview:
    try:
        with desk.uow.read(COMMAND) as tx:
            return imports.preview(tx, kind, file.name, content)
    except Invalid as error:
        said = " ".join(sentence(reason, desk.settings) for reason in error.reasons)
        raise Refused(f"{file}: {said}") from error


def _tell(speaker: Console, preview: Preview) -> None:
    words = {"create": speaker.gettext("cli.new"), "change": speaker.gettext("cli.changed")}
    touched = [row for row in preview.rows if row.action != "keep"]
    rows = [
        [
            str(row.row_number),
            words[row.action],
            row.name,
            "; ".join(f"{name}: {old} → {new}" for name, old, new in row.changes if row.action == "change"),
        ]
        for row in touched[:SHOWN]
    ]
    speaker.table("", COLUMNS, rows)
    if len(touched) > SHOWN:
        speaker.line(speaker.gettext("… and %(n)s more", n=len(touched) - SHOWN))
    speaker.line(
        speaker.gettext(
            "%(created)s new, %(changed)s changed, %(unchanged)s as before",
            created=preview.created,
            changed=preview.changed,
            unchanged=preview.unchanged,
        )
    )
    for column, count in preview.summary.items():
        speaker.line(
            speaker.translator.ngettext(
                "%(column)s changes in %(n)s row", "%(column)s changes in %(n)s rows", count, column=column
            )
        )


def _agree(speaker: Console, *, is_agreed: bool) -> None:
    if is_agreed:
        return
    if not sys.stdin.isatty():
        raise Refused(speaker.gettext("nobody is here to be asked: add --yes, or --dry-run to look only"))
    speaker.note(speaker.gettext("Take this over? (y/n)"))
    if sys.stdin.readline().strip().lower() not in {"y", "yes", "是", "好"}:
        raise Refused(speaker.gettext("Nothing was changed."))
