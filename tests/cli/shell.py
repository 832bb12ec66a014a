"""Runs commands as people do: in this process for speed, or as a process of its own."""

import contextlib
import io
import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from api import cli
from api.commands import opening
from muster.db import Database
from tests.packaging.tree import REPOSITORY

COMMAND = (sys.executable, "-c", "from api.cli import main; main()")


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The only line on standard error; fails where there is none, or more, or a traceback."""
        assert "Traceback" not in self.err
        (line,) = self.err.splitlines()
        return line


@dataclass
class Shell:
    """A folder with the environment of one installation; `sets` are settings without their prefix."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    sets: dict[str, str] = field(default_factory=dict)

    @property
    def database_path(self) -> Path:
        return self.folder / "var" / "muster.db"

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
        settings = {f"MUSTER_{name.upper()}": value for name, value in {"locale": "en", **self.sets}.items()}
        return kept | settings | {"PYTHONPATH": str(REPOSITORY)}

    def run(self, *arguments: str, typed: str = "") -> Ran:
        """Run a command in this process, with `typed` on its standard input."""
        out, err = io.StringIO(), io.StringIO()
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        with self.monkeypatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            replace_environment(patch, self.environment())
            patch.chdir(self.folder)
            patch.setattr(sys, "stdin", io.StringIO(typed))
            opening.settings.cache_clear()
            try:
                code = cli.run(arguments)
            finally:
                opening.settings.cache_clear()
                root.handlers[:], root.level = handlers, level
        return Ran(code, out.getvalue(), err.getvalue())

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command as a process of its own."""
        return subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def call(self, *arguments: str) -> Ran:
        """Run a command as a process of its own to its end."""
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=120)
        return Ran(process.returncode, out, err)

    def database(self) -> Database:
        """Open the installation's SQLite file; the caller disposes of it."""
        return Database(f"sqlite:///{self.database_path}")


def replace_environment(patch: pytest.MonkeyPatch, environment: Mapping[str, str]) -> None:
    for name in [name for name in os.environ if name.startswith("MUSTER_")]:
        patch.delenv(name)
    for name, value in environment.items():
        patch.setenv(name, value)
