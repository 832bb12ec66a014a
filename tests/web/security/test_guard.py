"""Every route is closed to strangers unless it is on the list, and new ones are closed from the start."""

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount, Route

from models.enums import UserRole
from muster.clock import ManualClock
from services import sign_ins, users
from services.access import COMMAND, STRANGER
from services.unit_of_work import UnitOfWork
from tests.web.browser import Browser, TestClient, add_user, program
from web.guard import PUBLIC, is_public

#: What is served without passing the guard: built files, and the description of the API.
UNGUARDED = {"/static", "/api/v1/openapi.json"}


def routes(app: FastAPI) -> list[tuple[str, str]]:
    """Return every guarded (method, path template) of an application."""
    found = []
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute):
            found += [(method, str(context.path)) for method in sorted(context.methods or ())]
    return found


def filled(path: str) -> str:
    """Return a path template with something in each gap."""
    return re.sub(r"\{[^}]+\}", "1", path)


def test_every_route_is_closed_to_strangers_or_on_the_list(app: FastAPI, stranger: Browser) -> None:
    open_routes = []
    for method, path in routes(app):
        answer = stranger.client.request(method, filled(path), headers={"sec-fetch-site": "same-origin"})
        is_program = path.startswith("/api/")
        is_closed = answer.status_code == (401 if is_program else 303)
        if is_closed and is_program:
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["code"] == "sign_in_needed"
        if is_closed and not is_program:
            is_closed = answer.headers["location"].startswith("/sign-in")
        if not is_closed or path in PUBLIC:
            open_routes.append(path)
    assert set(open_routes) <= set(PUBLIC)
    assert len(routes(app)) > 15


def test_nothing_is_served_around_the_guard_but_files_and_the_description(app: FastAPI) -> None:
    around = {
        str(context.path)
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, Route | Mount) and not isinstance(context.original_route, APIRoute)
    }
    assert around == UNGUARDED


def test_a_public_path_is_matched_whole() -> None:
    assert is_public("/a/x")
    for path in ("/a/x/y", "/a/", "/sign-in/", "/sign-in/x/y", "/sign-inx", "/healthz/x", "/api/v1/sign-in", "/"):
        assert not is_public(path), path


def test_a_stranger_comes_back_to_the_page_with_its_query(stranger: Browser) -> None:
    sent = stranger.get("/probe/logins?week=2&team=3")
    assert sent.headers["location"] == "/sign-in?next=%2Fprobe%2Flogins%3Fweek%3D2%26team%3D3"


@pytest.mark.parametrize("role", list(UserRole))
def test_every_role_comes_in_by_cookie_and_by_token(app: FastAPI, uow: UnitOfWork, role: UserRole) -> None:
    add_user(uow, role, email="somebody@example.org")
    browser = Browser(app).sign_in("somebody@example.org")
    assert browser.get("/probe/logins").status_code == 200
    client = program(app, "somebody@example.org")
    assert client.get("/api/v1/probe?at=2026-03-02T09:00:00Z").status_code == 200


@pytest.mark.parametrize("role", list(UserRole))
def test_only_administrators_read_users_and_metrics(app: FastAPI, uow: UnitOfWork, role: UserRole) -> None:
    other = add_user(uow, UserRole.member, email="other@example.org")
    mine = add_user(uow, role, email="somebody@example.org")
    client = program(app, "somebody@example.org")
    may = role is UserRole.administrator
    assert client.get(f"/api/v1/probe/{mine}").status_code == 200
    assert client.get(f"/api/v1/probe/{other}").status_code == (200 if may else 403)
    assert Browser(app).sign_in("somebody@example.org").get("/metrics").status_code == (200 if may else 404)


def test_an_administrator_of_a_team_does_not_administer_the_house(app: FastAPI, uow: UnitOfWork) -> None:
    from models.tables.teams import Team

    with uow.write(COMMAND) as tx:
        team = tx.add(Team(kind="squad", name="铜都分队", valid_from_on=tx.now.date(), created_at=tx.now))
    add_user(uow, UserRole.administrator, email="squad@example.org", team_id=team.id)
    other = add_user(uow, UserRole.member)
    client = program(app, "squad@example.org")
    assert client.get(f"/api/v1/probe/{other}").status_code == 403
    assert client.post("/api/v1/probe", json={"name": "x", "email": "x@example.org"}).status_code == 403


@pytest.mark.parametrize("given", ["Bearer muster_wrong", "Bearer ", "bearer x" * 50, "Bearer \u00fc"])
def test_a_token_that_does_not_hold_is_refused_even_beside_a_cookie(administrator: Browser, given: str) -> None:
    answer = administrator.client.get("/api/v1/probe/1", headers={"authorization": given.encode("latin-1")})
    assert (answer.status_code, answer.json()["reasons"][0]["code"]) == (401, "token_refused")


def test_a_proxy_password_is_none_of_our_business(administrator: Browser) -> None:
    assert administrator.get("/probe/logins", authorization="Basic dTpw").status_code == 200


def test_a_token_ends_when_it_expires_or_is_revoked(
    app: FastAPI, uow: UnitOfWork, clock: ManualClock, administrator_id: int
) -> None:
    client = program(app, "administrator@example.org", expires_days=30)
    path = f"/api/v1/probe/{administrator_id}"
    clock.advance(timedelta(days=30) - timedelta(seconds=1))
    assert client.get(path).status_code == 200
    clock.advance(timedelta(seconds=1))
    assert client.get(path).status_code == 401
    forever = program(app, "administrator@example.org")
    assert forever.get(path).status_code == 200
    with uow.write(COMMAND) as tx:
        sign_ins.revoke_token(tx, 2)
    assert forever.get(path).status_code == 401


def test_a_login_that_is_closed_is_out_at_once(app: FastAPI, uow: UnitOfWork, robot: TestClient) -> None:
    user_id = add_user(uow, email="leaver@example.org")
    browser, client = Browser(app).sign_in("leaver@example.org"), program(app, "leaver@example.org")
    assert browser.get("/probe/logins").status_code == 200
    with uow.write(COMMAND) as tx:
        users.deactivate(tx, user_id)
    assert browser.get("/probe/logins").status_code == 303
    assert client.get(f"/api/v1/probe/{user_id}").status_code == 401
    assert robot.get(f"/api/v1/probe/{user_id}").status_code == 200


def test_a_missing_row_of_a_stranger_is_not_told(stranger: Browser, uow: UnitOfWork) -> None:
    assert stranger.get("/api/v1/probe/999").status_code == 401
    with uow.read(STRANGER) as tx:
        assert sign_ins.identify_browser(tx, "x") is None
