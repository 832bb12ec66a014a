"""`muster user` and `muster token`: logins and tokens, made at the console."""

import secrets
import sys

from api.commands import opening
from api.commands.console import Console
from api.commands.refusals import Refused
from models.enums import UserRole
from services import sign_ins, users
from services.access import COMMAND
from services.passwords import LONGEST, Passwords
from services.sample import federation
from services.sample.accounts import ACCOUNTS, is_private
from services.unit_of_work import UnitOfWork

#: Roles as they are written on the command line.
ROLES = {"admin": UserRole.administrator} | {role.value: role for role in UserRole}
PASSWORD_BYTES = 12


def add_user(
    name: str, email: str, role: str, *, team_id: int | None, reads_password: bool, has_password: bool
) -> None:
    """Make a login and print its id; a made-up password goes to standard error, once."""
    speaker = opening.console()
    if role not in ROLES:
        choices = ", ".join(word for word in ROLES if word != UserRole.administrator)
        raise Refused(speaker.gettext("--role: %(role)s is none of %(choices)s", role=role, choices=choices))
    password = None
    if reads_password:
        password = sys.stdin.readline(LONGEST * 4).rstrip("\r\n")
    elif has_password:
        password = secrets.token_urlsafe(PASSWORD_BYTES)
    password_hash = None if password is None else Passwords().hash(password)
    with opening.desk() as desk:
        with desk.uow.write(COMMAND) as tx:
            user_id = users.add(
                tx, name=name, email=email, role=ROLES[role], team_id=team_id, password_hash=password_hash
            )
        desk.console.line(str(user_id))
    if reads_password:
        return
    if password is None:
        speaker.note(speaker.gettext("Signs in by a mailed link, asked for on the sign-in page."))
    else:
        speaker.note(speaker.gettext("Password, shown this once: %(password)s", password=password))


def create_token(email: str, *, expires_days: int | None) -> None:
    """Make a token and print it."""
    with opening.desk() as desk:
        with desk.uow.write(COMMAND) as tx:
            token = sign_ins.create_token(tx, email=email, expires_days=expires_days)
        desk.console.line(token)
    desk.console.note(desk.console.gettext("Keep it well: it is shown this once."))


def known_passwords(house: UnitOfWork) -> dict[str, str]:
    """Return the passwords of the sample that open its accounts here, by the account's word."""
    with house.read(COMMAND) as tx:
        stored = federation.stored_hashes(tx)
    hasher = Passwords()
    return {
        account.word: account.known_password
        for account in ACCOUNTS
        if stored.get(account.word) and hasher.holds(stored[account.word], account.known_password)
    }


def require_secret(house: UnitOfWork, speaker: Console, *addresses: str) -> None:
    """See that nobody can sign in with a password that everybody knows, where others than this machine reach the house.

    Raises:
        Refused: somebody can.
    """
    if not all(map(is_private, addresses)) and known_passwords(house):
        away = next(address for address in addresses if not is_private(address))
        raise Refused(
            speaker.gettext(
                "%(address)s: everybody knows this sample's passwords; muster demo --fresh makes one with its own",
                address=away,
            )
        )
