"""`muster`: every command, declared here and in `api.cli_groups`, done in `api.commands`.

Exit 0: fine. 1: found a problem. 2: wrong use or bad input, in one line that names the file, row or
field. Nothing is loaded before a command is known.
"""

import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer
from typer.main import get_command

from api.cli_groups import audit, db, roster, token, user

ON_OFF = {"show_default": False}
app = typer.Typer(
    name="muster",
    help="Schedules volunteers and activities, reminds people, and counts who came.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for group in (db, roster, user, token, audit):
    app.add_typer(group)


def main() -> None:
    """Run the command line of this process and end with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command; return the exit code. Whatever goes wrong is said in one line on standard error."""
    try:
        ended = get_command(app).main(list(arguments), prog_name="muster", standalone_mode=False)
    except typer.TyperException as error:
        return _misused(error)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read us has gone, and nobody is left to tell
        return 1
    except Exception as error:  # noqa: BLE001 - the promise is one line, whatever happened
        return _end(error)
    return ended if isinstance(ended, int) else 0


def _misused(error: typer.TyperException) -> int:
    """Say in one line what is wrong with the arguments; without a command, show what there is."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and context is not None:
        sys.stdout.write(f"{context.get_help()}\n")
        return 2
    path = context.command_path if context is not None else "muster"
    said = error.format_message() if hasattr(error, "format_message") else str(error)
    sys.stderr.write(f"{path}: {' '.join(str(said).split())}\n")
    return 2


def _end(error: Exception) -> int:
    from api.commands import opening, refusals

    code, said = refusals.ending(error, opening.settings)
    if said:
        sys.stderr.write(f"{' '.join(said.split())}\n")
    return code


def _print_version(is_asked: bool) -> None:
    if is_asked:
        sys.stdout.write(f"muster {version('muster')}\n")
        raise typer.Exit


@app.callback(no_args_is_help=True, invoke_without_command=False)
def options(
    version_asked: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Schedules volunteers and activities, reminds people, and counts who came."""


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Web processes.", min=1, max=64)] = 1,
    no_scheduler: Annotated[
        bool, typer.Option("--no-scheduler", help="Serve pages only; reminders need a `muster worker` elsewhere.")
    ] = False,
) -> int:
    """Serve the pages and the API, with the scheduler inside unless told not to. Ctrl-C or SIGTERM ends it in order."""
    from api.commands import serving

    return serving.serve(host, port, workers, with_scheduler=not no_scheduler)


@app.command()
def worker() -> int:
    """Keep time and deliver: any number on one PostgreSQL database, one on SQLite."""
    from api.commands import serving

    return serving.work()


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin with a new sample; only an old sample is removed.")
    ] = False,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Write the sample and end.")] = False,
) -> int:
    """Write the sample federation where there is none, say how to sign in, and serve it on this machine."""
    from api.commands import demo as command

    return command.run(port, is_fresh=fresh, is_served=not no_serve)


@app.command()
def figures(
    from_on: Annotated[str, typer.Option("--from", help="First local day, as 2026-03-01.")],
    to: Annotated[str, typer.Option("--to", help="Last local day, included.")],
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="Count closings and reversals up to then: a day, or 2026-04-01T12:00+08:00."),
    ] = None,
    team: Annotated[int | None, typer.Option(help="Id of a team; its subtree is counted.")] = None,
    programme: Annotated[str | None, typer.Option(help="Id or code of a programme.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print every figure of a period with its definition and evidence mix, each kind of counting by itself."""
    from api.commands import figures as command

    command.run(from_on, to, as_of=as_of, team_id=team, programme=programme, as_json=as_json)


@app.command()
def doctor() -> None:
    """Look at database, migrations, scheduler, backlog, mail, clock and disk, and print the effective settings."""
    from api.commands import doctor as command

    command.run()
