"""Who lives, as the kernel sees it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from muster.db import Database
from scheduler.liveness import AlreadyRunning, Liveness, lock_key, lock_path, open_liveness
from tests.scheduler.processes import wait_until

HOLD = """
import sys
from muster.db import Database
from scheduler.liveness import open_liveness
liveness = open_liveness(Database(sys.argv[1]), "theirs")
liveness.take()
print("taken", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def mine(database: Database) -> Iterator[Liveness]:
    liveness = open_liveness(database, "mine")
    yield liveness
    liveness.close()


@pytest.fixture
def theirs(database_url: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds a lock of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, database_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "taken\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()
    process.stdin.close()


def test_a_killed_worker_is_dead_at_once(database: Database, mine: Liveness, theirs: subprocess.Popen[str]) -> None:
    if database.is_sqlite:
        with pytest.raises(AlreadyRunning, match=f"pid {theirs.pid} worker theirs"):
            mine.take()
    else:
        mine.take()
        assert mine.is_alive("theirs")
    theirs.kill()
    theirs.wait()
    mine.take()
    wait_until(lambda: not mine.is_alive("theirs"), seconds=5)  # the server needs a moment to see the cut
    assert mine.is_alive("mine")


def test_a_paused_worker_lives(database: Database, mine: Liveness, theirs: subprocess.Popen[str]) -> None:
    theirs.send_signal(19)  # SIGSTOP
    try:
        if database.is_sqlite:
            with pytest.raises(AlreadyRunning):
                mine.take()
        else:
            mine.take()
            assert mine.is_alive("theirs")
    finally:
        theirs.send_signal(18)  # SIGCONT


def test_asking_takes_nothing_away(database: Database, mine: Liveness) -> None:
    mine.take()
    for _ in range(2):
        assert not mine.is_alive("nobody")
    if not database.is_sqlite:
        other = open_liveness(database, "nobody")
        other.take()
        assert mine.is_alive("nobody")
        other.close()
        assert not mine.is_alive("nobody")


def test_close_gives_the_lock_back(database: Database, mine: Liveness) -> None:
    mine.take()
    mine.check()
    mine.close()
    mine.close()
    again = open_liveness(database, "mine")
    again.take()
    again.close()


@pytest.mark.parametrize("database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_a_cut_connection_is_replaced(database: Database, mine: Liveness) -> None:
    mine.take()
    other = open_liveness(database, "other")
    other.take()
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = :low"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"  # not that of other tests
    )
    with database.engine.connect() as connection:
        connection.execute(cut, {"low": lock_key("mine") & 0xFFFFFFFF})
    wait_until(lambda: not other.is_alive("mine"), seconds=5)
    with pytest.raises(DBAPIError):
        mine.is_alive("other")
    mine.check()
    assert other.is_alive("mine")
    assert mine.is_alive("other")
    other.close()


def test_the_lock_lies_beside_the_database(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    assert lock_path(database) == tmp_path / "x.db-worker"
    database.dispose()
