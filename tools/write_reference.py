"""Write docs/reference/events.md and commands.md from the code; `make docs` runs it.

The texts come from docstrings and help lines, so that there is one place to mend them.
"""

import dataclasses
import inspect
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

REPOSITORY = Path(__file__).resolve().parent.parent
REFERENCE = REPOSITORY / "docs" / "reference"
MADE = "Made by `make docs`; mend the docstrings instead."


def events_page() -> str:
    """Return the page of domain events: key, meaning, fields."""
    lines = ["# Events", "", f"Facts of the domain, as history stores them. {MADE}", ""]
    lines += ["| Event | Means | Carries besides `subject_id` |", "|---|---|---|"]
    for event in import_module("models.events").all_events():
        carried = ", ".join(f"`{field.name}`" for field in dataclasses.fields(event) if field.name != "subject_id")
        lines.append(f"| `{event.key}` | {first_paragraph(event)} | {carried} |")
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """Return the page of commands: what each does, its arguments and options."""
    lines = [
        "# Commands",
        "",
        "Exit 0: fine. 1: found a problem. 2: wrong use or bad input, in one line that names it.",
    ]
    lines.append(f"`muster COMMAND --help` says the same on a terminal. {MADE}")
    for path, command in commands():
        lines += ["", f"## `{path}`", "", *(command.help or "").strip().splitlines()]
        rows = [row(parameter) for parameter in command.params if isinstance(parameter, TyperArgument | TyperOption)]
        if rows:
            lines += ["", "| Argument or option | Default | Means |", "|---|---|---|", *rows]
    return "\n".join(lines) + "\n"


def commands() -> Iterator[tuple[str, TyperCommand]]:
    """Yield every command of `muster` that does something, in the order of the help."""
    waiting = [("muster", get_command(import_module("api.cli").app))]
    while waiting:
        path, command = waiting.pop(0)
        if isinstance(command, TyperGroup):
            shown = [(f"{path} {name}", child) for name, child in command.commands.items() if not child.hidden]
            waiting[:0] = shown
        elif isinstance(command, TyperCommand):
            yield path, command


def row(parameter: TyperArgument | TyperOption) -> str:
    """Return the table row of one argument or option."""
    if isinstance(parameter, TyperArgument):
        names = f"`{(parameter.metavar or parameter.name or '').upper()}`"
    else:
        names = " ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
    default = "" if parameter.default is None or isinstance(parameter.default, bool) else f"`{parameter.default}`"
    meaning = " ".join((parameter.help or "").split()).replace("|", "\\|")
    return f"| {names} | {default} | {meaning} |"


def first_paragraph(thing: object) -> str:
    """Return the first paragraph of a docstring as one line."""
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


PAGES = {"events.md": ("models.events", events_page), "commands.md": ("api.cli", commands_page)}


def main() -> int:
    """Write every page whose module exists; say what was written."""
    sys.path.insert(0, str(REPOSITORY))
    for name, (module, page) in PAGES.items():
        if find_spec(module) is None:
            print(f"{name}: {module} is not there")
            continue
        target = REFERENCE / name
        text = page()
        if not target.exists() or target.read_text("utf-8") != text:
            target.write_text(text, "utf-8")
            print(f"{name}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
