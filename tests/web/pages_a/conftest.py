"""The house with a story, told once and copied for every test, and browsers of those who live in it."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event

from muster.clock import ManualClock
from muster.settings import Settings
from muster.signing import Signer
from services.house import open_house
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW, _admin, postgres_url
from tests.service.builders import LENGTH
from tests.web.browser import Browser
from tests.web.pages_a.stories import LINK_START, Story, tell

SignIn = Callable[[str], Browser]


def _told(database_url: str, data_dir: Path) -> Story:
    settings = Settings(database_url=database_url, data_dir=data_dir)
    clock = ManualClock(NOW)
    house = open_house(settings, clock=clock)
    try:
        return tell(house, clock)
    finally:
        house.database.checkpoint()
        house.database.dispose()


@pytest.fixture(scope="session")
def sqlite_story(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Story]:
    """A SQLite file with the story, and the story."""
    folder = tmp_path_factory.mktemp("story")
    path = folder / "muster.db"
    shutil.copy(sqlite_template, path)
    return path, _told(f"sqlite:///{path}", folder / "data")


@pytest.fixture(scope="session")
def postgres_story(postgres_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Story]]:
    """A PostgreSQL database with the story, and the story."""
    name = f"story_{uuid.uuid4().hex[:12]}"
    with _admin() as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{postgres_template}"')
    yield name, _told(postgres_url(name), tmp_path_factory.mktemp("story") / "data")
    with _admin() as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database: with the story where a test asks for it, else empty."""
    has_story = "story" in request.fixturenames
    if request.param == "sqlite":
        template = (
            request.getfixturevalue("sqlite_story")[0] if has_story else request.getfixturevalue("sqlite_template")
        )
        shutil.copy(template, tmp_path / "muster.db")
        yield f"sqlite:///{tmp_path / 'muster.db'}"
        return
    name = f"test_{uuid.uuid4().hex[:12]}"
    template = (
        request.getfixturevalue("postgres_story")[0] if has_story else request.getfixturevalue("postgres_template")
    )
    with _admin() as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield postgres_url(name)
    with _admin() as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def story(request: pytest.FixtureRequest, settings: Settings) -> Story:
    """One activity in every state, on Monday 2026-03-02 09:00 in Daye."""
    kind = "sqlite_story" if settings.is_sqlite else "postgres_story"
    found: Story = request.getfixturevalue(kind)[1]
    shutil.copytree(found.data_dir, settings.data_dir)
    return found


@pytest.fixture
def sign_in(app: FastAPI) -> Iterator[SignIn]:
    """Sign in as `organiser`, `leader`, `member` or `auditor`, at the instant of the clock."""
    with ExitStack() as stack:

        def signed_in(name: str) -> Browser:
            browser = Browser(app).sign_in(f"{name}@example.org")
            stack.enter_context(browser.client)
            return browser

        yield signed_in


@contextmanager
def statements(uow: UnitOfWork) -> Iterator[list[str]]:
    """Collect the SQL statements that run meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(uow.database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(uow.database.engine, "before_cursor_execute", note)


@pytest.fixture
def signer(app: FastAPI) -> Signer:
    return app.state.wiring.signer  # type: ignore[no-any-return]


@pytest.fixture
def link(signer: Signer, story: Story) -> str:
    """The link of 李样本, who was asked and has not answered."""
    return f"/a/{signer.sign('answer', str(story.asked), LINK_START + LENGTH)}"
