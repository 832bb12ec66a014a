"""The real application behind a browser that sends what browsers send, and behind a program with a token."""

import re
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

from fastapi import FastAPI
from httpx import Response
from starlette.exceptions import StarletteDeprecationWarning

from api.app import create_app
from models.enums import UserRole
from muster.localtime import zone
from scheduler.specimens import SpecimenWriter
from services import sign_ins, users
from services.access import COMMAND, STRANGER
from services.unit_of_work import UnitOfWork
from web.static_files import load_built_files
from web.templating import Templates
from web.wiring import wire

with warnings.catch_warnings():
    warnings.simplefilter("ignore", StarletteDeprecationWarning)  # it would rather have httpx2
    from starlette.testclient import TestClient

ADDRESS = "http://127.0.0.1:8000"
PASSWORD = "correct horse battery"
_routed: dict[Callable[[FastAPI], FastAPI] | None, FastAPI] = {}
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@cache
def templates() -> Templates:
    """Return templates that all tests share; making them takes longer than most tests."""
    return Templates(load_built_files(), zone("Asia/Shanghai"))


def build(uow: UnitOfWork, install: Callable[[FastAPI], FastAPI] | None = None) -> FastAPI:
    """Return the application around a unit of work; `install` puts more routes into it.

    Its routes are made once for all tests, since that takes long; each test gives it a house of its own.
    """
    app = _routed.get(install)
    if app is None:
        app = create_app(uow.settings, uow=uow, templates=templates())
        _routed[install] = install(app) if install else app
    app.state.wiring = wire(uow.settings, uow, templates(), SpecimenWriter(uow.settings))
    return app


def add_user(
    uow: UnitOfWork,
    role: UserRole = UserRole.organiser,
    *,
    email: str | None = None,
    team_id: int | None = None,
    person_id: int | None = None,
    password_hash: str | None = None,
    locale: str = "zh-CN",
) -> int:
    """Make a login and return its id."""
    with uow.write(COMMAND) as tx:
        return users.add(
            tx,
            name="张示例",
            email=email or f"{role.value}@example.org",
            role=role,
            team_id=team_id,
            person_id=person_id,
            password_hash=password_hash,
            locale=locale,
        )


class Browser:
    """One browser; a stranger until `sign_in`. Redirects are shown, not followed."""

    def __init__(self, app: FastAPI, *, address: str = ADDRESS) -> None:
        self.app = app
        self.client = TestClient(
            app,
            base_url=address,
            follow_redirects=False,
            raise_server_exceptions=False,
            headers={"accept-language": "zh-CN"},
            client=("203.0.113.7", 50000),
        )
        self.uow: UnitOfWork = app.state.wiring.uow
        self.csrf_token = ""

    def sign_in(self, email: str) -> "Browser":
        """Open a session for a login, without the detour over a password."""
        with self.uow.write(STRANGER) as tx:
            attempt = sign_ins.begin(tx, email=email, address="203.0.113.7")
            opened = sign_ins.finish(tx, attempt)
        with self.uow.read(STRANGER) as tx:
            found = sign_ins.identify_browser(tx, opened.token)
        assert found is not None
        self.csrf_token = found.csrf_token
        self.client.cookies.set("muster", opened.token)
        return self

    def get(self, path: str, **headers: str) -> Response:
        """Open a page."""
        return self.client.get(path, headers=_named(headers))

    def post(self, path: str, data: dict[str, Any] | None = None, **headers: str) -> Response:
        """Send a form from a page of ours, with the proof that pages put into forms."""
        sent = {"csrf_token": self.csrf_token, **(data or {})}
        return self.client.post(path, data=sent, headers={"sec-fetch-site": "same-origin", **_named(headers)})


def program(app: FastAPI, email: str, *, expires_days: int | None = None) -> TestClient:
    """Return a client that proves itself with an API token of a login."""
    with app.state.wiring.uow.write(COMMAND) as tx:
        token = sign_ins.create_token(tx, email=email, expires_days=expires_days)
    headers = {"authorization": f"Bearer {token}", "accept-language": "en"}
    return TestClient(app, base_url=ADDRESS, follow_redirects=False, raise_server_exceptions=False, headers=headers)


def csrf_in(page: Response) -> str:
    """Return the token that the forms of a page carry."""
    found = _CSRF.search(page.text)
    assert found, page.text
    return found.group(1)


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
