"""Installations to run commands in: an empty folder, an empty database, the sample."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cli.shell import Shell
from tests.conftest import postgres_url


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
