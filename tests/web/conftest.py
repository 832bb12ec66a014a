"""The whole application on both databases, and browsers in front of it."""

from collections.abc import Iterator

import pytest
import structlog
from fastapi import FastAPI

from services.unit_of_work import UnitOfWork
from tests.web.browser import Browser, add_user, build


@pytest.fixture(autouse=True)
def plain_log() -> Iterator[None]:
    """Print log lines with plain tracebacks; structlog's own take seconds, since they print every local value."""
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[plain])
    yield
    structlog.reset_defaults()


@pytest.fixture
def app(uow: UnitOfWork) -> FastAPI:
    """The application, on both databases in turn."""
    return build(uow)


@pytest.fixture
def stranger(app: FastAPI) -> Iterator[Browser]:
    """A browser that nobody has signed in."""
    browser = Browser(app)
    with browser.client:
        yield browser


@pytest.fixture
def organiser(app: FastAPI, uow: UnitOfWork) -> Iterator[Browser]:
    """A browser signed in as an organiser of the whole house."""
    add_user(uow)
    browser = Browser(app).sign_in("organiser@example.org")
    with browser.client:
        yield browser
