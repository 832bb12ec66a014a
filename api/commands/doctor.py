"""`muster doctor`: how this installation is, and its effective settings. Nothing is sent and nothing changed."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from api.commands import opening
from api.commands.console import Console
from api.commands.refusals import Found, Refused, first_line
from muster.catalogue import mark
from muster.clock import SystemClock
from muster.db import Database
from muster.settings import Settings, hide_password
from notifications.addresses import BadAddress, parse_mailbox
from notifications.channels.factory import BadMailUrl, mailbox_folder, smtp_server
from notifications.dkim import BadDkimKey, load_signer
from notifications.mailboxes import MailboxFault, open_mailbox
from services import doctor
from services.access import WORKER
from services.house import open_house
from services.queries.endpoints import list_endpoints
from services.queries.paging import MAX_LIMIT
from services.unit_of_work import Tx
from web.pages.unsent import unsent

MAIL_PATIENCE_SECONDS = 10
GIGABYTE = 2**30
#: Durations shorter than this are told in seconds.
IN_SECONDS = 120
CHECK_COLUMNS = (mark("cli.subject"), mark("cli.state"), mark("cli.explanation"))
SETTING_COLUMNS = (mark("cli.setting"), mark("cli.value"))


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report."""

    name: str
    said: str
    is_fault: bool = False


def run() -> None:
    """Print every check and every setting; raise `Found` where something is wrong."""
    settings, speaker = opening.settings(), opening.console()
    checks = [*_database_checks(speaker), *_machine_checks(settings, speaker)]
    words = {False: speaker.gettext("doctor.fine"), True: speaker.gettext("doctor.fault")}
    speaker.table("", CHECK_COLUMNS, [[check.name, words[check.is_fault], check.said] for check in checks])
    speaker.line()
    shown = [[f"MUSTER_{name.upper()}", value] for name, value in settings.public().items()]
    speaker.table("", SETTING_COLUMNS, shown)
    if any(check.is_fault for check in checks):
        raise Found


def _database_checks(speaker: Console) -> Iterator[Check]:
    name = speaker.gettext("doctor.database")
    try:
        with opening.database() as database:
            shape = doctor.shape(database)
            yield Check(name, shape.program)
            yield _shape_check(speaker, shape)
            if shape.is_current:
                yield from _inner_checks(speaker, database)
    except Refused as error:
        yield Check(name, str(error), is_fault=True)
    except DBAPIError as error:
        yield Check(name, first_line(error), is_fault=True)


def _shape_check(speaker: Console, shape: doctor.Shape) -> Check:
    name = speaker.gettext("doctor.migrations")
    if shape.is_current:
        return Check(name, speaker.gettext("newest revision, %(revision)s", revision=shape.revision))
    if shape.is_known:
        return Check(
            name, speaker.gettext("this database is of an older Muster; run: muster db upgrade"), is_fault=True
        )
    said = speaker.gettext("a newer Muster wrote this database (revision %(revision)s)", revision=shape.revision)
    return Check(name, said, is_fault=True)


def _inner_checks(speaker: Console, database: Database) -> Iterator[Check]:
    house = open_house(opening.settings(), database=database)
    with house.read(WORKER) as tx:
        yield _scheduler_check(speaker, tx)
        yield _backlog_check(speaker, tx)
        yield from _rest_check(speaker, tx)
        yield _clock_check(speaker, doctor.clocks(tx, house.clock))
        yield from _endpoint_checks(speaker, tx)


def _scheduler_check(speaker: Console, tx: Tx) -> Check:
    name, health = speaker.gettext("doctor.scheduler"), doctor.scheduler(tx)
    if health.seen_at is None:
        return Check(name, speaker.gettext("none is running: reminders are not sent"), is_fault=True)
    age = _length(speaker, max(tx.now - health.seen_at, timedelta(0)))
    if health.is_silent:
        return Check(name, speaker.gettext("gave its last sign of life %(age)s ago", age=age), is_fault=True)
    said = speaker.gettext("gave a sign of life %(age)s ago", age=age)
    return Check(name, said, is_fault=health.is_behind)


def _backlog_check(speaker: Console, tx: Tx) -> Check:
    mail = doctor.mail(tx)
    said = speaker.gettext(
        "%(due)s messages due, %(waiting)s waiting, %(timers)s reminders to come; %(failed)s not delivered in the last day",
        due=mail.due_count,
        waiting=mail.waiting_count,
        timers=mail.timer_count,
        failed=mail.failed_count,
    )
    is_old = mail.oldest_due_at is not None and tx.now - mail.oldest_due_at > doctor.MOST_BACKLOG_AGE
    return Check(speaker.gettext("doctor.backlog"), said, is_fault=is_old)


def _rest_check(speaker: Console, tx: Tx) -> Iterator[Check]:
    """Say that workers leave the mail server alone for a while, where they do."""
    rest = doctor.rest(tx)
    if rest is None:
        return
    said = speaker.gettext(
        "left alone for a while: it failed %(count)s tries in a row, the last one %(age)s ago: %(reply)s",
        count=rest.tries_count,
        age=_length(speaker, max(tx.now - rest.last_at, timedelta(0))),
        reply=rest.reply,
    )
    yield Check(speaker.gettext("doctor.rest"), said, is_fault=True)


def _endpoint_checks(speaker: Console, tx: Tx) -> Iterator[Check]:
    """Say of each group, SMS account and program that is on whether something is wrong, and how much waits there."""
    for row in list_endpoints(tx, limit=MAX_LIMIT).items:
        if row.is_on:
            said = speaker.translator.ngettext("%(n)s message waits", "%(n)s messages wait", row.waiting_count)
            if row.fault:
                said = f"{unsent(speaker.translator, row.fault, is_mail=False) or row.fault}: {row.fault_reply}; {said}"
            yield Check(f"{speaker.translator.word(row.channel)} {row.name}", said, is_fault=bool(row.fault))


def _clock_check(speaker: Console, clocks: doctor.Clocks) -> Check:
    name = speaker.gettext("doctor.clock")
    if clocks.is_sound:
        return Check(name, speaker.gettext("agrees with the database and with history"))
    if clocks.ahead > doctor.MOST_SET_BACK:
        length = _length(speaker, clocks.ahead)
        return Check(
            name, speaker.gettext("is %(length)s behind the newest entry of history", length=length), is_fault=True
        )
    length = _length(speaker, abs(clocks.drift or clocks.ahead))
    return Check(name, speaker.gettext("is %(length)s off the database's", length=length), is_fault=True)


def _length(speaker: Console, duration: timedelta) -> str:
    seconds = round(duration.total_seconds())
    if seconds < IN_SECONDS:
        return speaker.translator.ngettext("%(n)s second", "%(n)s seconds", seconds)
    return speaker.translator.length(duration)


def _machine_checks(settings: Settings, speaker: Console) -> Iterator[Check]:
    pace = doctor.pace(SystemClock())
    if not pace.is_even:
        said = speaker.gettext(
            "was set by %(seconds)s seconds while it was watched", seconds=f"{pace.jump.total_seconds():.2f}"
        )
        yield Check(speaker.gettext("doctor.clock"), said, is_fault=True)
    yield _mail_check(settings, speaker)
    yield from _letter_checks(settings, speaker)
    folders = {settings.data_dir}
    if settings.is_sqlite:
        folders.add(Path(settings.database_url.removeprefix("sqlite:///")).parent)
    for folder in sorted(folders):
        yield _disk_check(speaker, folder)


def _disk_check(speaker: Console, folder: Path) -> Check:
    name = speaker.gettext("doctor.disk")
    try:
        disk = doctor.disk(folder)
    except OSError as error:
        return Check(name, f"{folder}: {error.strerror}", is_fault=True)
    said = speaker.gettext(
        "%(folder)s: %(free)s of %(total)s GiB free",
        folder=folder,
        free=f"{disk.free_bytes / GIGABYTE:.1f}",
        total=f"{disk.total_bytes / GIGABYTE:.1f}",
    )
    return Check(name, said, is_fault=disk.is_full)


def _mail_check(settings: Settings, speaker: Console) -> Check:
    """Greet the mail server, sign in where that is asked for, and leave."""
    name = speaker.gettext("doctor.mail")
    try:
        parse_mailbox(settings.mail_from)
        if settings.smtp_url.startswith("maildir:"):
            folder = mailbox_folder(settings.smtp_url)
            return Check(name, speaker.gettext("kept in %(folder)s: none leaves this machine", folder=folder))
        said = _greet(settings)
    except (BadMailUrl, BadAddress) as error:
        return Check(name, str(error), is_fault=True)
    except (OSError, smtplib.SMTPException) as error:
        said = f"{hide_password(settings.smtp_url)}: {' '.join(str(error).split()) or type(error).__name__}"
        return Check(name, said, is_fault=True)
    return Check(name, said)


def _letter_checks(settings: Settings, speaker: Console) -> Iterator[Check]:
    """Load the key that mails are signed with, and open the mailbox that letters come back to, where they are set."""
    name = speaker.gettext("doctor.dkim")
    try:
        signer = load_signer(settings.dkim_key_file, settings.dkim_selector, parse_mailbox(settings.mail_from).address)
        if signer is not None:
            yield Check(name, speaker.gettext("mails are signed for %(name)s", name=signer.name))
    except BadAddress:
        pass  # the check of the mail server has said so already
    except BadDkimKey as error:
        yield Check(name, str(error), is_fault=True)
    if not settings.inbox_url:
        return
    name = speaker.gettext("doctor.inbox")
    try:
        mailbox = open_mailbox(settings.inbox_url)
        with closing(mailbox):
            next(mailbox.unread(1), None)
        yield Check(name, hide_password(settings.inbox_url))
    except (BadMailUrl, MailboxFault) as error:
        yield Check(name, str(error), is_fault=True)


def _greet(settings: Settings) -> str:
    server = smtp_server(settings.smtp_url, helo_name=settings.mail_domain)
    context = ssl.create_default_context()
    connect = partial(smtplib.SMTP_SSL, context=context) if server.is_tls else smtplib.SMTP
    with connect(server.host, server.port, server.helo_name, timeout=MAIL_PATIENCE_SECONDS) as client:
        client.ehlo()
        if server.is_starttls:
            client.starttls(context=context)
            client.ehlo()
        if server.username:
            client.login(server.username, server.password)
        code, greeting = client.noop()
    return f"{server.host}:{server.port} {code} {greeting.decode('utf-8', 'replace')}"
