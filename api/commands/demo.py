"""`muster demo`: the sample federation, and how to sign in to it."""

import os
import secrets
import shutil
from collections.abc import Mapping

from api.commands import accounts, opening, serving
from api.commands.console import Console
from api.commands.database import REFUSALS
from api.commands.refusals import FINE, Refused
from muster.catalogue import mark
from muster.clock import SystemClock
from muster.db import Database
from muster.settings import Settings
from notifications.channels.factory import mailbox_folder
from scheduler.liveness import lock_path
from services import schema
from services.access import COMMAND
from services.backup import BackupRefused
from services.house import open_house
from services.passwords import Passwords
from services.sample import federation, removal
from services.sample.accounts import ACCOUNTS, is_private
from services.sample.federation import SampleState

HOST = "127.0.0.1"
SENDER = "大冶市总工会（示例） <notice@example.org>"
PASSWORD_BYTES = 12
COLUMNS = (mark("cli.sign_in_as"), mark("cli.password"), mark("cli.role"), mark("cli.shows"))


def run(port: int, *, is_fresh: bool, is_served: bool) -> int:
    """Write the sample where there is none, print the accounts, and serve; return the exit code."""
    serving.use_address(HOST, port)
    if "mail_from" not in opening.settings().model_fields_set:
        os.environ["MUSTER_MAIL_FROM"] = SENDER
        opening.settings.cache_clear()
    settings, speaker = opening.settings(), opening.console()
    with opening.database(may_be_new=True) as database:
        made_up = _prepare(database, settings, speaker, is_fresh=is_fresh)
        house = open_house(settings, database=database)
        accounts.require_secret(house, speaker, settings.base_url)
        passwords = made_up or accounts.known_passwords(house)
    if not is_served:
        _introduce(settings, speaker, passwords)
        speaker.line(speaker.gettext("Nothing is served yet: muster demo does that."))
        return FINE

    def announce() -> None:
        _introduce(settings, speaker, passwords)
        speaker.line(speaker.gettext("Open %(address)s – Ctrl-C ends it.", address=settings.base_url))

    return serving.serve(HOST, port, 1, with_scheduler=True, announce=announce)


def _prepare(database: Database, settings: Settings, speaker: Console, *, is_fresh: bool) -> dict[str, str]:
    """Bring the sample about where it is missing; return the passwords that were given, by the account's word."""
    revision = schema.current_revision(database)
    if revision is not None and revision not in schema.known_revisions(database):
        name = opening.name_of(database)
        raise Refused(speaker.gettext(REFUSALS["database_newer"], name=name, revision=revision))
    schema.upgrade(database)
    state = _state(database, settings)
    if state is SampleState.foreign:
        name = opening.name_of(database)
        raise Refused(
            speaker.gettext("%(name)s: holds a house of its own; the sample goes into an empty one", name=name)
        )
    if state is SampleState.partial or (is_fresh and state is SampleState.complete):
        _remove(database, settings, speaker)
        schema.upgrade(database)
    elif state is SampleState.complete:
        return {}
    passwords = _new_passwords(settings)
    hasher = Passwords()
    hashes = {word: hasher.hash(password) for word, password in passwords.items()}
    with speaker.waiting(speaker.gettext("Writing the sample federation…")):
        now = SystemClock(settings.clock_offset).now()
        federation.write(database, settings, now=now, hashes=hashes)
    return passwords


def _state(database: Database, settings: Settings) -> SampleState:
    with open_house(settings, database=database).read(COMMAND) as tx:
        return federation.state_of(tx)


def _remove(database: Database, settings: Settings, speaker: Console) -> None:
    """Remove a sample with its mailbox: letters of a house that is no more would only mislead."""
    try:
        if database.is_sqlite:
            removal.remove_file(database, locks=(lock_path(database),))
        else:
            removal.remove_tables(database)
    except BackupRefused as error:
        raise Refused(speaker.gettext(REFUSALS[error.code], **error.params)) from error
    if settings.smtp_url.startswith("maildir:"):
        folder = mailbox_folder(settings.smtp_url)
        for part in ("new", "cur", "tmp"):
            shutil.rmtree(folder / part, ignore_errors=True)


def _new_passwords(settings: Settings) -> dict[str, str]:
    """Return known passwords for a house on this machine alone, made-up ones for any other."""
    if is_private(settings.base_url):
        return {account.word: account.known_password for account in ACCOUNTS}
    return {account.word: secrets.token_urlsafe(PASSWORD_BYTES) for account in ACCOUNTS}


def _introduce(settings: Settings, speaker: Console, passwords: Mapping[str, str]) -> None:
    speaker.line(speaker.gettext("The sample federation: all people in it are made up."))
    rows = [
        [
            account.email,
            passwords.get(account.word) or speaker.gettext("as it was given"),
            speaker.translator.word(account.role),
            speaker.gettext(account.shows),
        ]
        for account in ACCOUNTS
    ]
    speaker.table("", COLUMNS, rows)
    if settings.smtp_url.startswith("maildir:"):
        speaker.line(speaker.gettext("Mail stays on this machine: %(address)s", address=f"{settings.base_url}/mailbox"))
