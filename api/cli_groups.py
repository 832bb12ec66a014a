"""The commands that come in groups, declared: `muster db`, `import`, `user`, `token`, `audit`."""

from pathlib import Path
from typing import Annotated

import typer

db = typer.Typer(name="db", help="Look after the database.", no_args_is_help=True)
roster = typer.Typer(name="import", help="Take rosters over from xlsx or csv files.", no_args_is_help=True)
user = typer.Typer(name="user", help="Look after logins.", no_args_is_help=True)
token = typer.Typer(name="token", help="Look after API tokens.", no_args_is_help=True)
audit = typer.Typer(name="audit", help="Check what was signed.", no_args_is_help=True)

RosterFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="An xlsx or csv file; its first line names the columns.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@db.command()
def upgrade() -> None:
    """Bring the database to the newest revision; make it where there is none."""
    from api.commands import database

    database.upgrade()


@db.command()
def check() -> None:
    """Check revision, integrity, references and the guards that refuse overlaps and changes of signed rows."""
    from api.commands import database

    database.check()


@db.command()
def backup(file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that is not there yet.")]) -> None:
    """Copy the database to a file while it runs, and check the copy. PostgreSQL needs pg_dump on this machine."""
    from api.commands import database

    database.back_up(file)


@db.command()
def restore(file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `backup` wrote.")]) -> None:
    """Put a copy in the database's place; refused while anything uses it. What was due meanwhile is not sent again."""
    from api.commands import database

    database.restore(file)


@roster.command()
def orgs(file: RosterFile, dry_run: DryRun = False, yes: Yes = False) -> None:
    """Take over legal bodies and hosts: all rows or none."""
    _take_over("orgs", file, dry_run=dry_run, yes=yes)


@roster.command()
def teams(file: RosterFile, dry_run: DryRun = False, yes: Yes = False) -> None:
    """Take over the volunteer tree: all rows or none."""
    _take_over("teams", file, dry_run=dry_run, yes=yes)


@roster.command()
def people(file: RosterFile, dry_run: DryRun = False, yes: Yes = False) -> None:
    """Take over people with their teams and skills: all rows or none."""
    _take_over("people", file, dry_run=dry_run, yes=yes)


@roster.command()
def venues(file: RosterFile, dry_run: DryRun = False, yes: Yes = False) -> None:
    """Take over halls and rooms with their hours: all rows or none."""
    _take_over("venues", file, dry_run=dry_run, yes=yes)


@roster.command()
def undo(
    batch: Annotated[int, typer.Argument(metavar="BATCH", help="The number that the import printed.", min=1)],
) -> None:
    """Take an import back: what it made goes, what it changed is as before."""
    from api.commands import importing

    importing.undo(batch)


def _take_over(kind: str, file: Path, *, dry_run: bool, yes: bool) -> None:
    from api.commands import importing

    importing.take_over(kind, file, is_dry=dry_run, is_agreed=yes)


@user.command("add")
def add_user(
    name: Annotated[str, typer.Option(help="Name that others see.")],
    email: Annotated[str, typer.Option(help="Address to sign in with.")],
    role: Annotated[str, typer.Option(help="admin, organiser, leader, member or auditor.")],
    team: Annotated[
        int | None, typer.Option(help="Id of the team whose subtree the role is for; absent: the house.")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from the first line of standard input.")
    ] = False,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="Give none: the user signs in by mailed links.")
    ] = False,
) -> None:
    """Make a login and print its id. Unless one is given, a password is made up and shown once, on standard error."""
    from api.commands import accounts

    accounts.add_user(name, email, role, team_id=team, reads_password=password_stdin, has_password=not no_password)


@token.command("create")
def create_token(
    email: Annotated[str, typer.Option(help="Address of the user whom the token speaks for.")],
    expires: Annotated[
        int | None, typer.Option(metavar="DAYS", help="Days until it ends; absent: never.", min=1, max=3650)
    ] = None,
) -> None:
    """Make an API token and print it, this once."""
    from api.commands import accounts

    accounts.create_token(email, expires_days=expires)


@audit.command("verify")
def verify(
    from_checkpoint: Annotated[
        Path | None, typer.Option(help="Begin the history behind a checkpoint that `audit checkpoint` wrote.")
    ] = None,
) -> None:
    """Check the history chain, every closing with its rows and files, and recount every figure; names what does not hold."""
    from api.commands import auditing

    auditing.verify(from_checkpoint)


@audit.command("checkpoint")
def checkpoint(file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it, as JSON.")]) -> None:
    """Write down the end of the history, to be kept where the house's operator cannot change it."""
    from api.commands import auditing

    auditing.write_checkpoint(file)
