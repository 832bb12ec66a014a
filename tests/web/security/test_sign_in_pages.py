"""Signing in and out as a person does it, in a browser."""

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlmodel import select

from models.enums import UserRole
from models.tables.history import HistoryEntry
from models.tables.notifications import Notification
from models.tables.users import SignIn
from muster.clock import ManualClock
from muster.ids import digest
from services.access import STRANGER
from services.unit_of_work import UnitOfWork
from tests.web.browser import PASSWORD, Browser, add_user, csrf_in

EMAIL = "leader@example.org"


@pytest.fixture
def user_id(uow: UnitOfWork, app: FastAPI) -> int:
    return add_user(uow, UserRole.leader, email=EMAIL, password_hash=app.state.wiring.passwords.hash(PASSWORD))


def sessions(uow: UnitOfWork) -> list[SignIn]:
    with uow.read(STRANGER) as tx:
        return list(tx.session.exec(select(SignIn).order_by(SignIn.id)))  # type: ignore[arg-type]


def events(uow: UnitOfWork) -> list[tuple[str, int, str]]:
    with uow.read(STRANGER) as tx:
        rows = tx.session.exec(select(HistoryEntry).order_by(HistoryEntry.seq))  # type: ignore[arg-type]
        return [(row.event, row.subject_id, row.actor) for row in rows if row.event.startswith("user.s")]


def test_a_stranger_is_sent_to_sign_in_and_back(stranger: Browser, user_id: int) -> None:
    sent = stranger.post("/sign-out")
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in")
    page = stranger.get("/sign-in?next=/activities/7?week=2")
    assert page.status_code == 200
    assert 'name="back" value="/activities/7?week=2"' in page.text
    let_in = stranger.post("/sign-in", {"email": EMAIL, "password": PASSWORD, "back": "/activities/7?week=2"})
    assert (let_in.status_code, let_in.headers["location"]) == (303, "/activities/7?week=2")


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site(stranger: Browser, user_id: int, wanted: str) -> None:
    assert 'name="back" value="/">' in stranger.get("/sign-in?next=" + wanted).text
    let_in = stranger.post("/sign-in", {"email": EMAIL, "password": PASSWORD, "back": wanted})
    assert let_in.headers["location"] == "/"
    assert stranger.get("/sign-in?next=" + wanted).headers["location"] == "/"


def test_the_cookie_is_opaque_and_out_of_reach_of_scripts(stranger: Browser, uow: UnitOfWork, user_id: int) -> None:
    let_in = stranger.post("/sign-in", {"email": " Leader@Example.org ", "password": PASSWORD})
    cookie = let_in.headers["set-cookie"]
    token = let_in.cookies["muster"]
    assert {"HttpOnly", "Path=/", "SameSite=lax", f"Max-Age={14 * 86400}"} <= set(cookie.split("; ")[1:])
    assert len(token) == 43
    assert [row.token_sha256 for row in sessions(uow)] == [digest(token)]
    assert events(uow) == [("user.signed_in", user_id, f"user:{user_id}")]


def test_a_wrong_password_is_refused_and_written_down(stranger: Browser, uow: UnitOfWork, user_id: int) -> None:
    refused = stranger.post("/sign-in", {"email": EMAIL, "password": "not the right one"})
    unknown = stranger.post("/sign-in", {"email": "nobody@example.org", "password": PASSWORD})
    assert (refused.status_code, unknown.status_code) == (401, 401)
    assert refused.text.replace(EMAIL, "…") == unknown.text.replace("nobody@example.org", "…")
    assert "邮箱和密码对不上" in refused.text
    assert PASSWORD not in unknown.text
    assert events(uow) == [("user.sign_in_refused", user_id, "stranger"), ("user.sign_in_refused", 0, "stranger")]
    assert sessions(uow) == []


def test_a_login_without_a_password_cannot_use_one(stranger: Browser, uow: UnitOfWork) -> None:
    add_user(uow, email=EMAIL)
    assert stranger.post("/sign-in", {"email": EMAIL, "password": ""}).status_code == 401


def test_signing_in_again_ends_the_earlier_session_of_the_browser(
    stranger: Browser, uow: UnitOfWork, user_id: int
) -> None:
    first = stranger.post("/sign-in", {"email": EMAIL, "password": PASSWORD}).cookies["muster"]
    second = stranger.post("/sign-in", {"email": EMAIL, "password": PASSWORD}).cookies["muster"]
    assert first != second
    assert [row.token_sha256 for row in sessions(uow)] == [digest(second)]


def test_signing_out_ends_the_session_at_once(stranger: Browser, uow: UnitOfWork, user_id: int) -> None:
    stranger.post("/sign-in", {"email": EMAIL, "password": PASSWORD})
    token = stranger.client.cookies["muster"]
    stranger.csrf_token = csrf_in(stranger.get("/nothing-here"))
    out = stranger.post("/sign-out")
    assert (out.status_code, out.headers["location"]) == (303, "/sign-in")
    assert "muster" not in stranger.client.cookies
    assert sessions(uow) == []
    stranger.client.cookies.set("muster", token)
    assert stranger.post("/sign-out").headers["location"] == "/sign-in"
    assert [event for event, _, _ in events(uow)] == ["user.signed_in", "user.signed_out"]


def test_a_session_that_rests_too_long_is_over(stranger: Browser, clock: ManualClock, user_id: int) -> None:
    stranger.post("/sign-in", {"email": EMAIL, "password": PASSWORD})
    clock.advance(timedelta(hours=11))
    assert stranger.get("/sign-in").status_code == 303  # known, and written down as seen
    clock.advance(timedelta(hours=11))
    assert stranger.get("/sign-in").status_code == 303
    clock.advance(timedelta(hours=12))
    assert stranger.get("/sign-in").status_code == 200


def test_a_session_ends_after_two_weeks_whatever_happens(stranger: Browser, clock: ManualClock, user_id: int) -> None:
    stranger.post("/sign-in", {"email": EMAIL, "password": PASSWORD})
    for _ in range(33):
        clock.advance(timedelta(hours=10))
        assert stranger.get("/sign-in").status_code == 303
    clock.advance(timedelta(hours=10))
    assert stranger.get("/sign-in").status_code == 200


def test_use_is_written_down_at_most_every_five_minutes(
    stranger: Browser, uow: UnitOfWork, clock: ManualClock, user_id: int
) -> None:
    stranger.post("/sign-in", {"email": EMAIL, "password": PASSWORD})
    first = clock.now()
    clock.advance(timedelta(minutes=4))
    stranger.get("/sign-in")
    assert sessions(uow)[0].seen_at == first
    clock.advance(timedelta(minutes=1))
    stranger.get("/sign-in")
    assert sessions(uow)[0].seen_at == clock.now()


def test_guessing_is_slowed_down_with_a_time_to_come_back(stranger: Browser, clock: ManualClock, user_id: int) -> None:
    for _ in range(10):
        assert stranger.post("/sign-in", {"email": EMAIL, "password": "guess guess"}).status_code == 401
    stopped = stranger.post("/sign-in", {"email": EMAIL, "password": PASSWORD})
    assert (stopped.status_code, stopped.headers["retry-after"]) == (429, "900")
    assert stopped.headers["content-type"].startswith("text/html")
    clock.advance(timedelta(minutes=15))
    assert stranger.post("/sign-in", {"email": EMAIL, "password": PASSWORD}).status_code == 303


def mailed_path(uow: UnitOfWork) -> str:
    with uow.read(STRANGER) as tx:
        rows = list(tx.session.exec(select(Notification)))
    assert [row.kind for row in rows] == ["sign_in"]
    return str(rows[0].payload["path"])


def test_a_mailed_link_is_shown_first_and_used_once(stranger: Browser, uow: UnitOfWork, user_id: int) -> None:
    asked = stranger.post("/sign-in/link", {"email": EMAIL})
    assert asked.status_code == 200
    path = mailed_path(uow)
    assert re.fullmatch(r"/sign-in/[\w-]{43}", path)
    for _ in range(3):  # as mail scanners do
        shown = stranger.get(path)
        assert shown.status_code == 200
        assert f'action="{path}"' in shown.text
    assert sessions(uow) == []
    assert stranger.post(path).status_code == 303
    assert len(sessions(uow)) == 1
    assert stranger.post(path).status_code == 410
    assert stranger.get(path).status_code == 410
    assert [event for event, _, _ in events(uow)] == ["user.signed_in"]


def test_the_secret_of_a_link_is_in_no_history(stranger: Browser, uow: UnitOfWork, user_id: int) -> None:
    stranger.post("/sign-in/link", {"email": EMAIL})
    token = mailed_path(uow).rpartition("/")[2]
    stranger.post(f"/sign-in/{token}")
    with uow.read(STRANGER) as tx:
        bodies = [row.body for row in tx.session.exec(select(HistoryEntry))]
    assert bodies
    assert not any(token in body or EMAIL in body or "张示例" in body for body in bodies)


def test_asking_for_a_link_says_the_same_of_every_address(stranger: Browser, uow: UnitOfWork, user_id: int) -> None:
    known = stranger.post("/sign-in/link", {"email": EMAIL})
    unknown = stranger.post("/sign-in/link", {"email": "nobody@example.org"})
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace(EMAIL, "…") == unknown.text.replace("nobody@example.org", "…")
    mailed_path(uow)  # one mail, not two


def test_a_link_is_too_old_after_fifteen_minutes(
    stranger: Browser, uow: UnitOfWork, clock: ManualClock, user_id: int
) -> None:
    stranger.post("/sign-in/link", {"email": EMAIL})
    clock.advance(timedelta(minutes=15))
    assert stranger.get(mailed_path(uow)).status_code == 410
    assert stranger.post(mailed_path(uow)).status_code == 410
    assert sessions(uow) == []


def test_a_missing_address_is_asked_for_again(stranger: Browser) -> None:
    for path in ("/sign-in", "/sign-in/link"):
        again = stranger.post(path, {"email": "  ", "password": PASSWORD})
        assert again.status_code == 422
        assert 'id="f-email-error"' in again.text


def test_over_tls_the_cookie_belongs_to_this_host_alone(uow: UnitOfWork) -> None:
    secure = uow.settings.model_copy(update={"base_url": "https://muster.example.org"})
    from api.app import create_app
    from tests.web.browser import templates

    app = create_app(secure, uow=uow, templates=templates())
    add_user(uow, email=EMAIL, password_hash=app.state.wiring.passwords.hash(PASSWORD))
    browser = Browser(app, address="https://muster.example.org")
    let_in = browser.post("/sign-in", {"email": EMAIL, "password": PASSWORD})
    assert let_in.headers["set-cookie"].startswith("__Host-muster=")
    assert "Secure" in let_in.headers["set-cookie"].split("; ")
    assert "Domain" not in let_in.headers["set-cookie"]
    assert let_in.headers["strict-transport-security"].startswith("max-age=31536000")
    assert browser.get("/sign-in").status_code == 303
