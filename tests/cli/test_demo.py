"""`muster demo`: a sample where there is none, the same one afterwards, and nobody's own data in danger."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from muster.settings import load_settings
from services.access import COMMAND
from services.house import open_house
from services.passwords import Passwords
from services.sample.accounts import ACCOUNTS, is_private
from services.sample.house import write_house
from tests.cli.shell import Ran, Shell


def asked(shell: Shell, question: str) -> list[Any]:
    with closing(sqlite3.connect(shell.database_path)) as connection:
        return connection.execute(question).fetchall()


def head(shell: Shell) -> list[Any]:
    return asked(shell, "SELECT seq, entry_sha256 FROM history_head")


def passwords(ran: Ran) -> dict[str, str]:
    rows = [line.split("\t") for line in ran.out.splitlines() if "\t" in line]
    return {row[0]: row[1] for row in rows}


def test_demo_writes_the_sample_once_and_tells_how_to_sign_in(shell: Shell) -> None:
    first = shell.run("demo", "--no-serve")
    assert first.code == 0, first.err
    assert passwords(first) == {account.email: account.known_password for account in ACCOUNTS}
    assert "made up" in first.out
    stored = dict(asked(shell, "SELECT email, password_hash FROM users"))
    assert all(Passwords().holds(stored[email], password) for email, password in passwords(first).items())
    written = head(shell)
    second = shell.run("demo", "--no-serve", "--port", "8001")
    assert second.code == 0
    assert passwords(second) == passwords(first)
    assert head(shell) == written
    for command in (("audit", "verify"), ("db", "check")):
        assert shell.run(*command).code == 0


def test_fresh_begins_anew_with_an_empty_mailbox(sample: Shell) -> None:
    old = head(sample)
    letters = sample.folder / "var" / "mailbox" / "new"
    letters.mkdir(parents=True)
    (letters / "letter").write_text("old")
    ran = sample.run("demo", "--no-serve", "--fresh")
    assert ran.code == 0, ran.err
    assert head(sample) != old
    assert not letters.exists()
    assert passwords(ran)["admin@example.org"] == "muster-demo-admin"


def test_a_password_that_was_changed_is_not_told(sample: Shell) -> None:
    ran = sample.run("demo", "--no-serve")
    assert ran.code == 0, ran.err
    assert set(passwords(ran).values()) == {"as it was given"}  # this copy has no known password at all


def test_a_sample_that_was_broken_off_is_written_again(sample: Shell) -> None:
    with closing(sqlite3.connect(sample.database_path)) as connection, connection:
        (last,) = connection.execute("SELECT max(id) FROM users").fetchone()
        connection.execute("DELETE FROM user_grants WHERE user_id = ?", (last,))
        connection.execute("DELETE FROM users WHERE id = ?", (last,))
    ran = sample.run("demo", "--no-serve")
    assert ran.code == 0, ran.err
    assert asked(sample, "SELECT count(*) FROM users") == [(len(ACCOUNTS),)]
    assert sample.run("audit", "verify").code == 0


@pytest.mark.parametrize("more", [[], ["--fresh"]])
def test_a_house_of_its_own_is_never_touched(house: Shell, more: list[str]) -> None:
    assert house.run("user", "add", "--name", "A", "--email", "a@union.example", "--role", "admin").code == 0
    before = head(house)
    ran = house.run("demo", "--no-serve", *more)
    assert ran.code == 2
    assert "muster.db" in ran.line
    assert head(house) == before


def test_fresh_is_refused_while_the_sample_is_in_use(sample: Shell) -> None:
    database = sample.database()
    before = head(sample)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1 FROM orgs").all()
        ran = sample.run("demo", "--no-serve", "--fresh")
    database.dispose()
    assert ran.code == 2
    assert "in use" in ran.line
    assert head(sample) == before


def test_a_house_that_others_reach_gets_passwords_of_its_own(shell: Shell) -> None:
    shell.sets["base_url"] = "https://muster.union.example"
    ran = shell.run("demo", "--no-serve")
    assert ran.code == 0, ran.err
    given = passwords(ran)
    assert len(set(given.values())) == len(ACCOUNTS)
    assert not {account.known_password for account in ACCOUNTS} & set(given.values())
    assert set(passwords(shell.run("demo", "--no-serve")).values()) == {"as it was given"}
    with closing(sqlite3.connect(shell.database_path)) as connection, connection:
        stored = Passwords().hash(ACCOUNTS[0].known_password)
        connection.execute("UPDATE users SET password_hash = ? WHERE email = ?", (stored, ACCOUNTS[0].email))
    refused = shell.run("demo", "--no-serve")
    assert refused.code == 2
    assert "https://muster.union.example: everybody knows" in refused.line
    del shell.sets["base_url"]
    abroad = shell.run("serve", "--host", "0.0.0.0", "--port", "1")
    assert abroad.code == 2
    assert "everybody knows" in abroad.line


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://[::1]:80", True),
        ("https://a.example", False),
        ("http://10.0.0.1", False),
        ("", False),
    ],
)
def test_only_this_machine_is_private(address: str, answer: bool) -> None:
    assert is_private(address) is answer


@pytest.mark.postgres
def test_a_broken_off_sample_is_replaced_on_postgresql_too(shell: Shell, migrated_postgres: str) -> None:
    shell.sets["database_url"] = migrated_postgres
    half = open_house(load_settings(database_url=migrated_postgres, secret_key="x" * 20))
    with half.write(COMMAND) as tx:
        write_house(tx)
    half.database.dispose()
    ran = shell.run("demo", "--no-serve")
    assert ran.code == 0, ran.err
    assert passwords(ran)["auditor@example.org"] == "muster-demo-auditor"
    assert shell.run("audit", "verify").code == 0
    assert shell.run("db", "check").code == 0
