"""Worker processes as the machine sees them: signals, exit codes, shares of a backlog."""

import signal
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from models.enums import DeliveryState
from models.tables.workers import Worker
from muster.settings import Settings, load_settings
from services.access import WORKER
from services.house import open_house
from services.unit_of_work import UnitOfWork
from tests.scheduler.builders import Crowd, add_crowd, ask, attempts, rows, states
from tests.scheduler.processes import environment, run_worker, wait_until, worker
from tests.scheduler.sink import Sink
from tests.service.builders import small_house

COUNT = 200
MAILBOX = "maildir:///mailbox"  # relative to the folder that the process runs in


@pytest.fixture
def live(settings: Settings) -> Iterator[UnitOfWork]:
    """A house on the machine's own clock, as the processes have it."""
    house = open_house(settings)
    yield house
    house.database.dispose()


@pytest.fixture
def crowd(live: UnitOfWork) -> Crowd:
    starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)  # noqa: TID251 - processes share this clock
    return add_crowd(live, small_house(live), COUNT, starts_at=starts_at)


def workers(uow: UnitOfWork) -> list[Worker]:
    with uow.read(WORKER) as tx:
        return list(tx.session.exec(select(Worker).order_by(col(Worker.started_at))).all())


def test_sigterm_finishes_the_message_in_hand(
    live: UnitOfWork, crowd: Crowd, settings: Settings, tmp_path: Path
) -> None:
    ask(live, crowd)
    with Sink(tmp_path, seconds=0.05) as sink:
        with worker(environment(settings, sink.url), tmp_path) as process:
            sink.wait_for(20)
            process.terminate()
            assert process.wait(10) == 0
        receipts = sink.receipts()
    found = states(live)
    assert found == {DeliveryState.sent: len(receipts), DeliveryState.waiting: COUNT - len(receipts)}
    assert len(receipts) < COUNT
    (row,) = workers(live)
    assert row.stopped_at is not None


def test_new_mail_of_another_process_goes_out_within_seconds(
    live: UnitOfWork, crowd: Crowd, settings: Settings, tmp_path: Path
) -> None:
    with Sink(tmp_path) as sink, worker(environment(settings, sink.url, MUSTER_TICK_SECONDS="30"), tmp_path) as process:
        wait_until(lambda: workers(live) != [])
        ask(live, crowd, assignment_ids=crowd.assignment_ids[:3])
        sink.wait_for(3, seconds=5)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


def test_a_worker_ends_with_its_parent(live: UnitOfWork, settings: Settings, tmp_path: Path) -> None:
    with worker(environment(settings, MAILBOX), tmp_path, "--with-parent") as process:
        wait_until(lambda: workers(live) != [])
        assert process.poll() is None
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(10) == 0


def test_two_processes_share_a_backlog_on_postgresql_and_sqlite_takes_one(
    live: UnitOfWork, crowd: Crowd, settings: Settings, tmp_path: Path
) -> None:
    with Sink(tmp_path, seconds=0.02) as sink:
        env = environment(settings, sink.url)
        with worker(env, tmp_path) as first:
            wait_until(lambda: workers(live) != [])
            if settings.is_sqlite:
                ask(live, crowd)
                refused = run_worker(env, tmp_path)
                assert refused.returncode == 2
                assert "another worker has this database" in refused.stderr
                assert refused.stderr.count("\n") == 1
            else:
                with worker(env, tmp_path) as second:
                    wait_until(lambda: len(workers(live)) == 2)
                    ask(live, crowd)
                    wait_until(lambda: states(live) == {DeliveryState.sent: COUNT})
                    second.terminate()
                    assert second.wait(10) == 0
            wait_until(lambda: states(live) == {DeliveryState.sent: COUNT})
            first.terminate()
            assert first.wait(10) == 0
        copies = Counter(receipt["message_id"] for receipt in sink.receipts())
    assert len(copies) == COUNT
    assert set(copies.values()) == {1}
    if not settings.is_sqlite:
        tried_by = {attempts(live, row.id)[-1].worker for row in rows(live)}
        assert len(tried_by) == 2, "both had a share"


@pytest.mark.parametrize(
    ("setting", "value", "word"),
    [
        ("MUSTER_ZONE", "Mars/Olympus", "MUSTER_ZONE"),
        ("MUSTER_SMTP_URL", "smtp://mail.example.org?starttls=off", "starttls"),
    ],
)
def test_wrong_settings_are_one_line_and_exit_2(
    settings: Settings, tmp_path: Path, setting: str, value: str, word: str
) -> None:
    done = run_worker(environment(settings, MAILBOX, **{setting: value}), tmp_path)
    assert done.returncode == 2
    assert word in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_database_is_refused(tmp_path: Path) -> None:
    settings = load_settings(database_url=f"sqlite:///{tmp_path / 'empty.db'}", data_dir=tmp_path)
    done = run_worker(environment(settings, MAILBOX), tmp_path)
    assert done.returncode == 2
    assert "muster db upgrade" in done.stderr
    assert done.stderr.count("\n") == 1
