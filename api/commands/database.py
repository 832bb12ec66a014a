"""`muster db`: upgrade, check, back up, restore."""

import sqlite3
from pathlib import Path

from api.commands import opening
from api.commands.console import Console
from api.commands.refusals import Found, Refused
from audit import chain
from muster.catalogue import mark
from muster.clock import SystemClock
from scheduler.liveness import lock_path
from services import backup, backup_postgres, schema, schema_check
from services.backup import BackupRefused, Restored

#: Sentences of `BackupRefused`, by its code.
REFUSALS = {
    "file_exists": mark("%(name)s: there is such a file already"),
    "copy_broken": mark("%(name)s: the copy does not hold: %(fault)s"),
    "no_backup": mark("%(name)s: this is no copy that muster db backup wrote"),
    "database_newer": mark("%(name)s: a newer Muster wrote this (revision %(revision)s)"),
    "database_in_use": mark("%(name)s: the database is in use; end muster serve and muster worker first"),
    "tool_missing": mark("%(tool)s is not installed here; PostgreSQL is backed up and restored with its own tools"),
    "tool_failed": mark("%(tool)s: %(fault)s"),
}
#: Sentences of `ShapeFault`, by its code.
FAULTS = {
    "integrity_broken": mark("the file is damaged: %(name)s"),
    "schema_missing": mark("missing: %(name)s"),
    "schema_strange": mark("not ours: %(name)s"),
    "schema_changed": mark("changed: %(name)s"),
}


def upgrade() -> None:
    """Run every missing migration."""
    speaker = opening.console()
    with opening.database(may_be_new=True) as database:
        before = schema.current_revision(database)
        if before is not None and before not in schema.known_revisions(database):
            raise Refused(_said(speaker, "database_newer", name=opening.name_of(database), revision=before))
        with speaker.waiting(speaker.gettext("Upgrading…")):
            schema.upgrade(database)
        after = schema.current_revision(database)
    if before == after:
        speaker.line(speaker.gettext("The database is at the newest revision, %(revision)s.", revision=after))
    else:
        speaker.line(speaker.gettext("The database is now at revision %(revision)s.", revision=after))


def check() -> None:
    """Compare the database with what the migrations make, and let it check itself."""
    with opening.desk() as desk:
        speaker = desk.console
        with speaker.waiting(speaker.gettext("Checking…")):
            faults = schema_check.faults(desk.uow.database)
        for fault in faults:
            speaker.line(speaker.gettext(FAULTS[fault.code], name=fault.name))
        if faults:
            raise Found
        speaker.line(speaker.gettext("The database is sound."))


def back_up(target: Path) -> None:
    """Copy the database while it runs; on SQLite the copy's history is verified too."""
    speaker = opening.console()
    with opening.database() as database:
        try:
            with speaker.waiting(speaker.gettext("Copying…")):
                if database.is_sqlite:
                    backup.back_up(database, target)
                    _verify_copy(speaker, target)
                else:
                    backup_postgres.back_up(database, target)
        except BackupRefused as error:
            raise Refused(_said(speaker, error.code, **error.params)) from error
        except sqlite3.Error as error:
            raise Refused(f"{target}: {error}") from error
    size = speaker.translator.number(round(target.stat().st_size / 1024))
    speaker.line(speaker.gettext("%(name)s: %(size)s KiB, checked.", name=target, size=size))
    folder = opening.settings().data_dir
    speaker.note(
        speaker.gettext("Evidence files and the secret are not in it: copy the folder %(folder)s too.", folder=folder)
    )


def restore(source: Path) -> None:
    """Put a copy in the database's place."""
    settings, speaker = opening.settings(), opening.console()
    now = SystemClock(settings.clock_offset).now()
    if not source.is_file():
        raise Refused(speaker.gettext("%(name)s: there is no such file", name=source))
    with opening.database(may_be_new=True, may_be_broken=True) as database:
        known = schema.known_revisions(database)
        try:
            with speaker.waiting(speaker.gettext("Restoring…")):
                if database.is_sqlite:
                    done = backup.restore(database, source, known=known, now=now, locks=[lock_path(database)])
                else:
                    done = backup_postgres.restore(database, source, known=known, now=now)
        except BackupRefused as error:
            raise Refused(_said(speaker, error.code, **error.params)) from error
        except sqlite3.Error as error:
            raise Refused(f"{source}: {error}") from error
        _tell(speaker, done, is_newest=done.revision == schema.head_revision(database))


def _verify_copy(speaker: Console, target: Path) -> None:
    records = (chain.Record(seq, previous, entry, body) for seq, body, previous, entry in backup.history_of(target))
    head = backup.head_of(target)
    finding = chain.verify(records, chain.Head(*head) if head else None)
    if finding is not None:
        said = speaker.gettext(finding.code, **finding.params)
        raise Found(speaker.gettext("The copy is written, but the history in it does not hold: %(said)s", said=said))


def _tell(speaker: Console, done: Restored, *, is_newest: bool) -> None:
    speaker.line(speaker.gettext("The database is restored, at revision %(revision)s.", revision=done.revision))
    if done.old_path is not None:
        speaker.line(speaker.gettext("What was in its place lies at %(name)s.", name=done.old_path))
    if done.deliveries_count or done.reminders_count:
        speaker.line(
            speaker.gettext(
                "%(messages)s messages and %(timers)s reminders were due by now and may have gone out; none is sent again.",
                messages=done.deliveries_count,
                timers=done.reminders_count,
            )
        )
    if not is_newest:
        speaker.line(speaker.gettext("Now run: muster db upgrade"))


def _said(speaker: Console, code: str, **params: object) -> str:
    return speaker.gettext(REFUSALS[code], **params)
