"""Administrators, by cookie and by token, before an application that has the probing routes."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from models.enums import UserRole
from services.unit_of_work import UnitOfWork
from tests.web.browser import Browser, TestClient, add_user, build, program
from tests.web.security import probe


@pytest.fixture
def app(uow: UnitOfWork) -> FastAPI:
    """The application with the routes of `probe`, on both databases in turn."""
    return build(uow, probe.install)


@pytest.fixture
def administrator_id(uow: UnitOfWork) -> int:
    return add_user(uow, UserRole.administrator)


@pytest.fixture
def administrator(app: FastAPI, administrator_id: int) -> Iterator[Browser]:
    browser = Browser(app).sign_in("administrator@example.org")
    with browser.client:
        yield browser


@pytest.fixture
def robot(app: FastAPI, administrator_id: int) -> Iterator[TestClient]:
    """A program with an administrator's token, that reads English."""
    with program(app, "administrator@example.org") as client:
        yield client
