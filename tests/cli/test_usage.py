"""Wrong use, bad settings, no database: one line that names what is wrong, exit 2, never a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

from api.commands import opening, refusals
from tests.cli.shell import Ran, Shell
from tests.packaging.tree import REPOSITORY

FIGURES = ("figures", "--from", "2026-02-01", "--to", "2026-02-28")


def refused(ran: Ran, *named: str) -> None:
    """Check that a command was refused in one line that names these."""
    assert ran.code == 2, ran.err
    assert ran.out == ""
    for text in named:
        assert text in ran.line


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["bakup"], ["bakup"]),
        (["db", "bakup"], ["muster db", "bakup"]),
        (["serve", "--port", "70000"], ["--port"]),
        (["serve", "--workers", "none"], ["--workers"]),
        (["figures", "--from", "2026-02-01"], ["--to"]),
        (["user", "add", "--name", "A", "--email", "a@example.org"], ["--role"]),
        (["import", "people"], ["FILE"]),
        (["import", "undo", "seven"], ["BATCH"]),
        (["token", "create", "--email", "a@example.org", "--expires", "0"], ["--expires"]),
        (["--colour"], ["--colour"]),
    ],
)
def test_wrong_use_is_named_in_one_line(shell: Shell, arguments: list[str], named: list[str]) -> None:
    refused(shell.run(*arguments), *named)


@pytest.mark.parametrize("arguments", [[], ["db"], ["audit"]])
def test_without_a_command_the_commands_are_shown(shell: Shell, arguments: list[str]) -> None:
    ran = shell.run(*arguments)
    assert ran.code == 2
    assert "Commands:" in ran.out + ran.err


def test_help_and_version_come_at_once_and_load_no_database(shell: Shell) -> None:
    assert shell.run("--help").code == 0
    assert shell.run("--version").out.startswith("muster ")
    probe = "import sys, api.cli; api.cli.run(['--help']); sys.exit(bool({'sqlalchemy', 'fastapi', 'rich'} & {*sys.modules}))"
    done = subprocess.run([sys.executable, "-c", probe], cwd=REPOSITORY, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("zone", "Asia/Daye", "MUSTER_ZONE"),
        ("locale", "fr", "MUSTER_LOCALE"),
        ("database_url", "mysql://localhost/muster", "MUSTER_DATABASE_URL"),
        ("smtp_url", "http://localhost", "MUSTER_SMTP_URL"),
        ("mail_rate", "-1", "MUSTER_MAIL_RATE"),
        ("secret_key_file", "/nowhere/key", "MUSTER_SECRET_KEY_FILE"),
        ("database_url", "postgresql://127.0.0.1:1/muster", "127.0.0.1:1"),
        ("database_url", "postgresql://user:hidden@127.0.0.1:1/muster", "user:********@"),
    ],
)
def test_a_bad_setting_is_named(shell: Shell, name: str, value: str, named: str) -> None:
    shell.sets[name] = value
    ran = shell.run(*FIGURES)
    refused(ran, named)
    assert "hidden" not in ran.err


def test_a_broken_settings_file_is_named(shell: Shell) -> None:
    (shell.folder / "muster.toml").write_text("zone = Asia/Shanghai\n")
    refused(shell.run(*FIGURES), "muster.toml")


@pytest.mark.parametrize("arguments", [FIGURES, ("db", "check"), ("audit", "verify"), ("worker",), ("serve",)])
def test_a_missing_database_is_named_and_not_made(shell: Shell, arguments: tuple[str, ...]) -> None:
    refused(shell.run(*arguments), "var/muster.db", "muster db upgrade")
    assert not shell.database_path.exists()


@pytest.mark.parametrize("arguments", [FIGURES, ("db", "upgrade"), ("db", "backup", "copy.db"), ("demo", "--no-serve")])
def test_a_file_that_is_no_database_is_named(shell: Shell, arguments: tuple[str, ...]) -> None:
    shell.database_path.parent.mkdir()
    shell.database_path.write_bytes(b"not a database, whatever its name says" * 100)
    refused(shell.run(*arguments), "muster.db", "not a database")


def test_an_old_and_a_newer_database_are_told_apart(house: Shell) -> None:
    for revision, said in (("20261122_first", "older Muster"), ("29990101_beyond", "newer Muster")):
        database = house.database()
        with database.write() as session:
            session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = ?", (revision,))
        database.dispose()
        refused(house.run(*FIGURES), said)
    refused(house.run("db", "upgrade"), "newer Muster")


def test_sentences_follow_the_language_of_the_house(shell: Shell) -> None:
    shell.sets["locale"] = "zh-CN"
    refused(shell.run(*FIGURES), "还没有数据库")


def test_a_command_as_a_process_ends_the_same_way(shell: Shell) -> None:
    ran = shell.call(*FIGURES)
    refused(ran, "muster db upgrade")
    assert shell.call("--version").code == 0


def test_an_unexpected_mistake_is_one_line_with_its_place() -> None:
    with pytest.raises(ZeroDivisionError) as mistake:
        1 // int("0")
    code, line = refusals.ending(mistake.value, opening.settings)
    assert code == 1
    assert "ZeroDivisionError" in line
    assert "(test_usage.py:" in line


def test_missing_files_are_named(house: Shell) -> None:
    for arguments in (("import", "people", "nowhere.csv"), ("db", "restore", "nowhere.db")):
        refused(house.run(*arguments), arguments[-1])
    refused(house.run("audit", "verify", "--from-checkpoint", "nowhere.json"), "nowhere.json")
    refused(house.run("import", "people", str(Path.cwd())), str(Path.cwd()))
