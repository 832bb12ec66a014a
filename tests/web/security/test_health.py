"""What supervisors and dashboards learn, and who may ask."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from models.tables.workers import Worker
from muster.clock import ManualClock
from services.access import COMMAND
from services.unit_of_work import UnitOfWork
from tests.web.browser import Browser, TestClient


def beat(uow: UnitOfWork, *, lag_seconds: float = 0.0, backlog_count: int = 0, name: str = "worker-1") -> None:
    with uow.write(COMMAND) as tx:
        tx.session.merge(
            Worker(id=name, started_at=tx.now, seen_at=tx.now, lag_seconds=lag_seconds, backlog_count=backlog_count)
        )


def test_a_process_that_answers_is_alive(stranger: Browser) -> None:
    assert stranger.get("/healthz").json() == {"status": "alive"}


def test_a_house_with_a_beating_scheduler_is_ready(stranger: Browser, uow: UnitOfWork, clock: ManualClock) -> None:
    beat(uow, lag_seconds=3.5, backlog_count=4)
    ready = stranger.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {
        "status": "ready",
        "reasons": [],
        "scheduler": {"seen_at": clock.now().isoformat(), "lag_seconds": 3.5, "backlog_count": 4},
    }


def test_without_a_scheduler_the_house_is_not_ready(stranger: Browser) -> None:
    answer = stranger.get("/readyz")
    assert answer.status_code == 503
    assert [reason["code"] for reason in answer.json()["reasons"]] == ["scheduler_silent"]
    assert answer.json()["reasons"][0]["message"] == "调度没有动静，提醒发不出去。"


def test_a_silent_or_late_scheduler_is_told(stranger: Browser, uow: UnitOfWork, clock: ManualClock) -> None:
    beat(uow, lag_seconds=301)
    clock.advance(timedelta(seconds=60))
    assert [reason["code"] for reason in stranger.get("/readyz").json()["reasons"]] == ["scheduler_behind"]
    clock.advance(timedelta(seconds=1))
    codes = [reason["code"] for reason in stranger.get("/readyz").json()["reasons"]]
    assert codes == ["scheduler_silent", "scheduler_behind"]
    beat(uow, name="worker-2")
    assert stranger.get("/readyz").status_code == 200


def test_a_database_that_is_behind_is_told(stranger: Browser, uow: UnitOfWork) -> None:
    with uow.database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    answer = stranger.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["reasons"][0]["code"] == "migrations_missing"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_out_of_reach_is_told_by_every_kind_of_answer(
    app: FastAPI, administrator: Browser, robot: TestClient, uow: UnitOfWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = uow.database.url.database
    assert path is not None
    uow.database.dispose()
    monkeypatch.setattr(uow.database, "engine", type(uow.database)(f"sqlite:///{path}.d/none/x.db").engine)
    import shutil

    shutil.rmtree(f"{path}.d")
    ready = administrator.client.get("/readyz", headers={"cookie": ""})
    assert (ready.status_code, ready.json()["reasons"][0]["code"]) == (503, "database_unreachable")
    page = administrator.get("/probe/logins")
    assert (page.status_code, page.headers["retry-after"]) == (503, "5")
    assert page.headers["content-type"].startswith("text/html")
    assert robot.get("/api/v1/probe/1").json()["code"] == "unavailable"
    assert administrator.client.get("/healthz", headers={"cookie": ""}).status_code == 200


def here(app: FastAPI) -> TestClient:
    return TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 5), follow_redirects=False)


def test_metrics_are_for_this_machine_and_administrators(
    app: FastAPI, administrator: Browser, organiser: Browser
) -> None:
    assert here(app).get("/metrics").status_code == 200
    assert administrator.get("/metrics").status_code == 200
    assert organiser.get("/metrics").status_code == 404
    for name in ("x-forwarded-for", "forwarded"):  # a proxy on this machine speaks for somebody else
        assert here(app).get("/metrics", headers={name: "203.0.113.9"}).status_code == 404


def test_metrics_are_what_prometheus_reads(app: FastAPI, uow: UnitOfWork, stranger: Browser) -> None:
    stranger.get("/healthz")
    stranger.get("/nothing-here")
    beat(uow, lag_seconds=2.25, backlog_count=7)
    answer = here(app).get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.text.splitlines()
    assert "muster_scheduler_lag_seconds 2.25" in lines
    assert "muster_scheduler_backlog 7" in lines
    assert 'muster_deliveries{state="sent"} 0' in lines
    assert 'muster_reminders{state="waiting"} 0' in lines
    assert 'muster_http_requests_total{method="GET",status="404"} 1' in lines
    names = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(names) == len(set(names)) == 6
    assert answer.text.endswith("\n")


def test_pages_say_whether_reminders_run(
    administrator: Browser, stranger: Browser, uow: UnitOfWork, clock: ManualClock
) -> None:
    assert (
        "提醒：没有在运行" in administrator.get("/probe/logins").text
        or "没有" in administrator.get("/probe/logins").text
    )
    beat(uow)
    clock.advance(timedelta(seconds=15))
    assert "运行正常" in administrator.get("/probe/logins").text
    assert "运行正常" not in stranger.get("/sign-in").text
