"""The API behind programs with tokens, one for each role, over a small house."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fastapi import FastAPI

from models.enums import UserRole
from muster.clock import ManualClock
from muster.settings import load_settings
from services.house import open_house
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW, fresh_postgres
from tests.service.builders import SmallHouse, small_house
from tests.web.api.world import World, open_world
from tests.web.browser import ADDRESS, TestClient, add_user, build, program

Programs = Callable[[UserRole], TestClient]
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one worker run what shares a world, which is then built once."""
    for item in items:
        if HERE in item.path.parents and "world" in getattr(item, "fixturenames", ()):
            engine = "postgres" if item.get_closest_marker("postgres") else "sqlite"
            item.add_marker(pytest.mark.xdist_group(f"{item.path.stem}-{engine}"))


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


@pytest.fixture
def app(uow: UnitOfWork) -> FastAPI:
    return build(uow)


@pytest.fixture
def programs(uow: UnitOfWork, app: FastAPI, house: SmallHouse) -> Iterator[Programs]:
    """Give a client for a role: organiser and auditor of the whole house, leader and member of the squad."""
    with ExitStack() as stack:
        found: dict[UserRole, TestClient] = {}

        def give(role: UserRole) -> TestClient:
            if role not in found:
                team_id = house.squad if role in {UserRole.leader, UserRole.member} else None
                person_id = house.people[0] if role is UserRole.member else None
                add_user(uow, role, email=f"api-{role.value}@example.org", team_id=team_id, person_id=person_id)
                found[role] = stack.enter_context(program(app, f"api-{role.value}@example.org"))
            return found[role]

        yield give


@pytest.fixture
def organiser(programs: Programs) -> TestClient:
    return programs(UserRole.organiser)


@pytest.fixture
def stranger(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url=ADDRESS, follow_redirects=False, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A house that the tests of one module share, on both databases in turn."""
    folder = tmp_path_factory.mktemp("world")
    with ExitStack() as stack:
        if request.param == "sqlite":
            shutil.copy(request.getfixturevalue("sqlite_template"), folder / "muster.db")
            url = f"sqlite:///{folder / 'muster.db'}"
        else:
            url = stack.enter_context(fresh_postgres(request.getfixturevalue("postgres_template")))
        settings = load_settings(
            database_url=url,
            data_dir=folder,
            smtp_url=f"maildir:///{folder / 'mailbox'}",
            secret_key="test-secret-key-that-is-long-enough",
            base_url="http://127.0.0.1:8000",
            mail_from="大冶市总工会 <notice@example.org>",
        )
        clock = ManualClock(NOW)
        uow = open_house(settings, clock=clock)
        stack.callback(uow.database.dispose)
        yield stack.enter_context(open_world(uow, clock))
