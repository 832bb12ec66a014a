"""How the process is, for supervisors and dashboards."""

import ipaddress
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, PlainTextResponse, Response

from models.errors import NotFound
from models.rules.verdicts import Reason
from muster.db import Database
from services.access import WORKER
from services.queries import health
from services.queries.health import SchedulerHealth
from services.schema import current_revision, head_revision
from services.users import is_administrator
from web.deps import ActorDep, TranslatorDep, WiringDep
from web.problems import say
from web.visitors import address_of
from web.wiring import Wiring

router = APIRouter()

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_FORWARDED = ("forwarded", "x-forwarded-for")


@router.get("/healthz")
def is_alive() -> Response:
    """Say that the process answers; looks at nothing else, so that a slow database restarts nobody."""
    return JSONResponse({"status": "alive"})


@router.get("/readyz")
def is_ready(wiring: WiringDep, translator: TranslatorDep) -> Response:
    """Say whether people can be served and reminders flow; 503 with every reason otherwise."""
    scheduler, reasons = _look(wiring)
    body: dict[str, Any] = {"status": "not_ready" if reasons else "ready"}
    body["reasons"] = [
        {"code": each.code, "message": say(each, translator, wiring.zone), **each.params} for each in reasons
    ]
    if scheduler is not None:
        seen_at = scheduler.seen_at.isoformat() if scheduler.seen_at else None
        body["scheduler"] = {
            "seen_at": seen_at,
            "lag_seconds": scheduler.lag_seconds,
            "backlog_count": scheduler.backlog_count,
        }
    return JSONResponse(body, 503 if reasons else 200)


@router.get("/metrics")
def metrics(request: Request, wiring: WiringDep, actor: ActorDep) -> Response:
    """Return figures for Prometheus; for this machine, and for administrators."""
    if not _is_from_here(request) and not is_administrator(actor):
        raise NotFound("metrics", "")
    with wiring.uow.read(WORKER) as tx:
        scheduler, counts = health.read_scheduler(tx), health.count_rows(tx)
        silent = (tx.now - scheduler.seen_at).total_seconds() if scheduler.seen_at else None
    figures = [
        *_family("scheduler_lag_seconds", "Age of the oldest due row.", "gauge", [("", scheduler.lag_seconds)]),
        *_family("scheduler_backlog", "Due rows that wait.", "gauge", [("", scheduler.backlog_count)]),
        *_family(
            "scheduler_silent_seconds",
            "Time since the last heartbeat; absent without a worker.",
            "gauge",
            [] if silent is None else [("", silent)],
        ),
        *_family(
            "deliveries",
            "Deliveries by state.",
            "gauge",
            [(f'{{state="{state.value}"}}', count) for state, count in counts.deliveries.items()],
        ),
        *_family(
            "reminders",
            "Reminders by state.",
            "gauge",
            [(f'{{state="{state.value}"}}', count) for state, count in counts.reminders.items()],
        ),
        *_family(
            "http_requests_total",
            "Answers of this process by method and status.",
            "counter",
            [
                (f'{{method="{method}",status="{status}"}}', count)
                for (method, status), count in sorted(wiring.counts.by_method_and_status.copy().items())
            ],
        ),
    ]
    return PlainTextResponse("\n".join(figures) + "\n", media_type=METRICS_TYPE)


def _look(wiring: Wiring) -> tuple[SchedulerHealth | None, list[Reason]]:
    database = wiring.uow.database
    try:
        database.ping()
        current, head = current_revision(database), _wanted_revision(database)
    except SQLAlchemyError:
        return None, [Reason("database_unreachable")]
    if current != head:
        return None, [Reason("migrations_missing", {"current": current or "", "wanted": head or ""})]
    with wiring.uow.read(WORKER) as tx:
        scheduler = health.read_scheduler(tx)
    reasons = []
    if scheduler.is_silent:
        reasons.append(Reason("scheduler_silent"))
    if scheduler.is_behind:
        reasons.append(Reason("scheduler_behind", {"seconds": round(scheduler.lag_seconds)}))
    return scheduler, reasons


@cache
def _wanted_revision(database: Database) -> str | None:
    return head_revision(database)  # reads every migration; they do not change while a process runs


def _is_from_here(request: Request) -> bool:
    """Tell whether a request comes from this machine itself, not through a proxy on it."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(address_of(request)).is_loopback
    except ValueError:
        return False


def _family(name: str, meaning: str, kind: str, samples: Iterable[tuple[str, float]]) -> Iterator[str]:
    yield f"# HELP muster_{name} {meaning}"
    yield f"# TYPE muster_{name} {kind}"
    for labels, value in samples:
        yield f"muster_{name}{labels} {value:g}" if isinstance(value, float) else f"muster_{name}{labels} {value}"
