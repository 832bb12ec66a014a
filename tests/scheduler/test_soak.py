"""Workers, and the server of the database, killed at random while they send: nothing lost, nothing cancelled sent.

`make soak` with MUSTER_TEST_SCALE=200 kills 1,000 workers and 100 servers; every run prints what it counted.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from models.enums import AttemptOutcome, DeliveryState, NotificationKind
from models.errors import DomainError
from models.tables.deliveries import Delivery, DeliveryAttempt
from muster.settings import Settings, load_settings
from services import deliveries
from services.access import WORKER
from services.house import open_house
from services.schema import upgrade
from services.unit_of_work import UnitOfWork
from tests.conftest import start_postgres
from tests.scheduler.builders import add_crowd, ask, states
from tests.scheduler.processes import environment, wait_until, worker
from tests.scheduler.sink import Sink
from tests.service.builders import small_house

SCALE = int(os.environ.get("MUSTER_TEST_SCALE", "1"))
KILLS = 5 * SCALE if SCALE > 1 else 2
SERVER_KILLS = max(1, SCALE // 2)
CROWD, DOOMED = 60, 12
#: Enough is always waiting for the workers to be in the middle of something.
WAITING_WANTED = 40
SECONDS_A_MESSAGE = 0.1
AHEAD = timedelta(minutes=5)  # more than a message of unknown fate has to wait
CONNECTIONS = 4
OPEN = (DeliveryState.waiting, DeliveryState.leased)


@dataclass
class Campaign:
    """A house under fire: what is sent, what is called off, who is killed."""

    uow: UnitOfWork
    env: dict[str, str]
    folder: Path
    sink: Sink
    crew_size: int
    chance: random.Random
    #: Message token to the number of receipts when it was called off.
    called_off: dict[str, int] = field(default_factory=dict)
    kills: int = 0

    def __post_init__(self) -> None:
        house = small_house(self.uow)
        starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)  # noqa: TID251 - processes share this clock
        self.crowd = add_crowd(self.uow, house, CROWD, starts_at=starts_at)
        self.doomed = add_crowd(self.uow, house, DOOMED, starts_at=starts_at + timedelta(hours=3))

    def keep_busy(self) -> None:
        """Ask for more where little is waiting, and call off what is waiting about the other activity."""
        if sum(states(self.uow)[state] for state in OPEN) < WAITING_WANTED:
            ask(self.uow, self.crowd)
            ask(self.uow, self.doomed)
        elif self.chance.random() < 0.5:
            self.call_off()

    def call_off(self) -> None:
        """Take back what has not begun to go out, as the cancelling of an activity does."""
        with self.uow.write(WORKER) as tx:
            kinds = (NotificationKind.reminder,)
            deliveries.withdraw(tx, kinds=kinds, reason="activity_cancelled", activity_id=self.doomed.activity_id)
            found = select(col(Delivery.token)).where(col(Delivery.state) == DeliveryState.obsolete)
            tokens = set(tx.session.execute(found).scalars())
            receipts = len(self.sink.receipts())  # none of these can be on its way now
        for token in tokens - self.called_off.keys():
            self.called_off[token] = receipts

    def kill_workers(self, count: int) -> None:
        """Kill a worker at a random moment, again and again; another takes its place."""
        with ExitStack() as crew:
            hands = [crew.enter_context(worker(self.env, self.folder)) for _ in range(self.crew_size)]
            for _ in range(count):
                self.keep_busy()
                time.sleep(self.chance.uniform(0.2, 1.5))
                self.keep_busy()
                victim = hands.pop(self.chance.randrange(len(hands)))
                os.kill(victim.pid, signal.SIGKILL)
                victim.wait()
                self.kills += 1
                hands.append(crew.enter_context(worker(self.env, self.folder)))

    def finish(self) -> None:
        """Let one worker send what is left, later."""
        later = {"MUSTER_CLOCK_OFFSET_SECONDS": str(AHEAD.total_seconds())}
        with worker(self.env | later, self.folder) as last:
            wait_until(lambda: not any(states(self.uow)[state] for state in OPEN), seconds=60 + 0.2 * self.kills)
            last.terminate()
            assert last.wait(10) == 0

    def check(self) -> None:
        """Compare the house's ledger with the receipts of the mail server."""
        with self.uow.read(WORKER) as tx:
            rows = list(tx.session.execute(select(Delivery)).scalars())
            tried = select(col(DeliveryAttempt.delivery_id)).where(
                col(DeliveryAttempt.outcome) == AttemptOutcome.uncertain
            )
            in_flight = set(tx.session.execute(tried).scalars())
        receipts = [(name["message_id"].strip("<").partition("@")[0], name["sha256"]) for name in self.sink.receipts()]
        copies = Counter(token for token, _ in receipts)
        lost = [row.id for row in rows if row.state is DeliveryState.sent and not copies[row.token]]
        unknown = [row.id for row in rows if row.state is DeliveryState.uncertain and not copies[row.token]]
        twice = [row for row in rows if copies[row.token] > 1]
        late = [
            token for number, (token, _) in enumerate(receipts) if number >= self.called_off.get(token, len(receipts))
        ]
        found = Counter(row.state.value for row in rows)
        print(
            f"\n{self.kills} kills, {len(rows)} messages {dict(found)}, {len(lost)} lost, {len(late)} sent after being "
            f"called off, {len(twice)} sent again, all of them in flight at a kill"
        )
        assert found.keys() <= {"sent", "uncertain", "obsolete"}
        assert lost == []
        assert unknown == [], "said to be uncertain and never accepted"
        assert late == []
        assert {row.id for row in twice} <= in_flight
        assert len(in_flight) <= CONNECTIONS * self.kills, "one message a connection"
        assert len(set(receipts)) == len(copies), "a repeat is the same to the letter"


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[Sink]:
    with Sink(tmp_path, seconds=SECONDS_A_MESSAGE) as found:
        yield found


def test_killed_workers_lose_nothing_and_send_nothing_that_was_called_off(
    settings: Settings, tmp_path: Path, sink: Sink
) -> None:
    uow = open_house(settings)
    campaign = Campaign(
        uow, environment(settings, sink.url), tmp_path, sink, 1 if settings.is_sqlite else 2, random.Random(SCALE)
    )
    campaign.kill_workers(KILLS)
    campaign.finish()
    campaign.check()
    uow.database.dispose()


@pytest.mark.postgres
def test_killed_database_servers_lose_nothing(tmp_path: Path, sink: Sink) -> None:
    """The server of the database is killed under two workers; whatever ends of them is started again, as `serve` does."""
    with ExitStack() as stack:
        server = start_postgres(tmp_path)
        stack.callback(server.cleanup)
        settings = load_settings(
            database_url=server.get_uri(),
            data_dir=tmp_path / "data",
            secret_key="test-secret-key-that-is-long-enough",
            mail_from="大冶市总工会 <notice@example.org>",
        )
        uow = open_house(settings)
        upgrade(uow.database)
        campaign = Campaign(uow, environment(settings, sink.url), tmp_path, sink, 2, random.Random(SCALE))
        with ExitStack() as hands:
            crew = [hands.enter_context(worker(campaign.env, tmp_path)) for _ in range(2)]
            for _ in range(SERVER_KILLS):
                insist(campaign.keep_busy)
                time.sleep(campaign.chance.uniform(0.5, 2))
                kill_server(server)
                campaign.kills += 1
                insist(server.ensure_postgres_running)
                crew = [
                    hand if hand.poll() is None else hands.enter_context(worker(campaign.env, tmp_path))
                    for hand in crew
                ]
                insist(campaign.call_off)
        campaign.finish()
        campaign.check()
        uow.database.dispose()


def kill_server(server: Any) -> None:
    """Kill a PostgreSQL server as a power cut does, and take away the file that says it runs: nobody reaps it here."""
    postmaster = psutil.Process(server.get_pid())
    backends = postmaster.children(recursive=True)
    postmaster.kill()
    gone, _ = psutil.wait_procs(backends, timeout=20)
    assert len(gone) == len(backends)
    (server.pgdata / "postmaster.pid").unlink()


def insist(work: Callable[[], Any], *, seconds: float = 30) -> None:
    """Do something that fails while the server is away or the house is busy."""
    for _ in range(int(seconds / 0.2)):
        with suppress(DBAPIError, DomainError, RuntimeError, AssertionError, OSError):
            work()
            return
        time.sleep(0.2)
    work()
