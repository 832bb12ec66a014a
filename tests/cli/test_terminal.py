"""On a terminal: tables, bars, and a question before anything is taken over."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.cli.shell import COMMAND, Shell


def on_terminal(shell: Shell, *arguments: str, typed: str = "") -> tuple[int, str]:
    """Run a command with a terminal at all three ends; return its exit code and everything it showed."""
    parent, child = pty.openpty()
    environment = shell.environment() | {"TERM": "xterm", "COLUMNS": "120"}
    with subprocess.Popen(
        [*COMMAND, *arguments], cwd=shell.folder, env=environment, stdin=child, stdout=child, stderr=child
    ) as process:
        os.close(child)
        os.write(parent, typed.encode())
        shown = bytearray()
        while chunk := _read(parent):
            shown += chunk
        code = process.wait(60)
    os.close(parent)
    return code, shown.decode()


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, 65536)
    except OSError:  # how Linux says that the other end of a terminal is closed
        return b""


def test_figures_and_audit_are_shown_with_headings_and_bars(sample: Shell) -> None:
    code, shown = on_terminal(sample, "figures", "--from", "2026-02-01", "--to", "2026-02-28")
    assert code == 0
    assert "Definition" in shown
    assert "activity.sessions@1" in shown
    code, shown = on_terminal(sample, "audit", "verify")
    assert code == 0
    assert "History" in shown
    assert "━" in shown


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("n\n", 2), ("\n", 2)])
def test_an_import_asks_first(house: Shell, typed: str, code: int) -> None:
    Path(house.folder / "orgs.csv").write_text("名称,类型,代码\n大冶市样例总工会,union,ORG-1\n", encoding="utf-8")
    ended, shown = on_terminal(house, "import", "orgs", "orgs.csv", typed=typed)
    assert ended == code, shown
    assert "Take this over?" in shown
    left = house.run("import", "orgs", "orgs.csv", "--dry-run").out
    assert ("1 as before" in left) is (code == 0)
