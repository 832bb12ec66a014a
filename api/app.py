"""The web application: pages, API and health in one process. Nothing happens at import."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api import errors, openapi, routes
from api.schemas.common import problem_responses
from muster.localtime import zone
from muster.settings import Settings
from scheduler.specimens import SpecimenWriter
from services.unit_of_work import UnitOfWork
from web import pages
from web.guard import LONGEST_FIELD, MOST_FIELDS, MOST_FILES, guard
from web.security import BodyCap, Envelope, known_hosts
from web.static_files import BuiltFiles, load_built_files, mount_static_files
from web.templating import Templates
from web.wiring import wire

PREFIX = "/api/v1"
#: Routes run in threads; below the pool of connections (`muster.db.POOL_SIZE`), so that none waits for one.
THREADS = 18


def create_app(
    settings: Settings,
    *,
    uow: UnitOfWork,
    files: BuiltFiles | None = None,
    templates: Templates | None = None,
    on_close: Callable[[], None] | None = None,
) -> FastAPI:
    """Build the application around a unit of work, whose clock it shares.

    `files` are the built assets, by default those of `web/static`; `templates` may be shared between
    applications of one zone. `on_close` runs when the server stops.

    Raises:
        StaticFilesMissing: the assets were not built.
    """
    files = files or load_built_files()
    app = _Muster(
        title="Muster",
        version="1",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(on_close),
        generate_unique_id_function=openapi.operation_id,
        dependencies=[Depends(guard)],
        middleware=_middleware(settings),
        form_limits={"max_fields": MOST_FIELDS, "max_files": MOST_FILES, "max_part_size": LONGEST_FIELD},
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    templates = templates or Templates(files, zone(settings.zone))
    app.state.wiring = wire(settings, uow, templates, SpecimenWriter(settings))
    errors.install(app)
    _include(app)
    mount_static_files(app, files)
    return app


class _Muster(FastAPI):
    """FastAPI with our problem schema in its document."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = openapi.document(self.title, self.version, self.routes)
        return self.openapi_schema


def _include(app: FastAPI) -> None:
    programs = APIRouter(prefix=PREFIX, responses=problem_responses())
    for router in routes.ROUTERS:
        programs.include_router(router)
    app.include_router(programs)
    for router in (*routes.ROOT_ROUTERS, *pages.ROUTERS):
        app.include_router(router, include_in_schema=False)


def _middleware(settings: Settings) -> list[Middleware]:
    """Return the middlewares, outermost first."""
    return [
        Middleware(Envelope, refuse=errors.refuse),
        Middleware(TrustedHostMiddleware, allowed_hosts=known_hosts(settings.base_url), www_redirect=False),
        Middleware(BodyCap),
    ]


def _lifespan(on_close: Callable[[], None] | None) -> Any:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        yield
        if on_close is not None:
            on_close()

    return lifespan
