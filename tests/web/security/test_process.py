"""The process as a server starts it, and under a burst of requests."""

import logging
import threading
from collections import Counter
from collections.abc import Iterator

import anyio.to_thread
import pytest
from fastapi import FastAPI
from sqlmodel import func, select

from api import asgi
from api.app import THREADS
from models.tables.users import User
from muster.db import POOL_SIZE
from services.access import STRANGER
from services.unit_of_work import UnitOfWork
from tests.web.browser import Browser, TestClient


@pytest.fixture
def own_logging() -> Iterator[None]:
    """Give the root logger back what a process that sets logging up takes from it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.usefixtures("own_logging")
def test_a_server_builds_it_from_the_environment(uow: UnitOfWork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_DATABASE_URL", uow.settings.database_url)
    monkeypatch.setenv("MUSTER_SECRET_KEY", "a-key-for-this-test-only")
    app = asgi.build()
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        assert client.get("/healthz").json() == {"status": "alive"}
        assert client.get("/sign-in").status_code == 200
    assert app.state.wiring.uow.database.engine.pool.checkedout() == 0


def test_there_are_fewer_threads_than_connections(stranger: Browser) -> None:
    async def threads() -> float:
        return anyio.to_thread.current_default_thread_limiter().total_tokens

    portal = stranger.client.portal
    assert portal is not None
    assert portal.call(threads) == THREADS < POOL_SIZE


def test_a_burst_of_reads_and_writes_is_answered_whole(app: FastAPI, administrator: Browser, uow: UnitOfWork) -> None:
    statuses: Counter[int] = Counter()
    barrier, lock = threading.Barrier(40), threading.Lock()

    def send(number: int) -> None:
        barrier.wait()
        for turn in range(2):
            email = f"user{number}-{turn}@example.org"
            written = administrator.post("/probe/logins", {"name": "李样本", "email": email})
            read = administrator.get("/probe/logins")
            with lock:
                statuses.update((written.status_code, read.status_code))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == {303: 80, 200: 80}
    with uow.read(STRANGER) as tx:
        assert tx.session.exec(select(func.count()).select_from(User)).one() == 81
    assert app.state.wiring.counts.by_method_and_status["POST", 303] == 80
