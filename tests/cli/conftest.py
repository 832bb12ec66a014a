"""Installations to run commands in: an empty folder, an empty database, the sample."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from muster.db import Database
from muster.settings import load_settings
from services.sample import federation
from services.sample.accounts import ACCOUNTS
from services.schema import upgrade
from tests.cli.shell import Shell
from tests.conftest import NOW, postgres_url


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """An empty folder."""
    folder = tmp_path / "house"
    folder.mkdir()
    return Shell(folder, monkeypatch)


@pytest.fixture
def house(shell: Shell, sqlite_template: Path) -> Shell:
    """A folder with an empty, migrated SQLite database."""
    shell.database_path.parent.mkdir()
    shutil.copy(sqlite_template, shell.database_path)
    return shell


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample as it stands on Monday 2026-03-02 at 09:00, with its evidence, to copy; nobody's password is known."""
    folder = tmp_path_factory.mktemp("sample")
    settings = load_settings(
        database_url=f"sqlite:///{folder / 'var' / 'muster.db'}",
        data_dir=folder / "var",
        secret_key="test-secret-key-that-is-long-enough",
    )
    database = Database(settings.database_url)
    upgrade(database)
    federation.write(database, settings, now=NOW, hashes={account.word: "!" for account in ACCOUNTS})
    database.dispose()
    return folder


@pytest.fixture
def sample(shell: Shell, sample_folder: Path) -> Shell:
    """A folder with a copy of the sample."""
    shutil.copytree(sample_folder, shell.folder, dirs_exist_ok=True)
    return shell


@pytest.fixture
def migrated_postgres(postgres_template: str) -> Iterator[str]:
    """The address of a migrated PostgreSQL database without rows."""
    name = f"cli_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_url("postgres"), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{postgres_template}"')
        try:
            yield postgres_url(name)
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
