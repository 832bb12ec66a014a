"""What every answer carries, whatever it is, and what no request gets past."""

import re

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from api.app import create_app
from muster.log import correlation_id
from services.unit_of_work import UnitOfWork
from tests.web.browser import Browser, TestClient, templates

#: What is tested here is the same on every database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PATHS = [
    "/sign-in",
    "/nothing-here",
    "/healthz",
    "/api/v1/openapi.json",
    "/api/v1/nothing",
    "/probe/logins",
    "/probe/fail/internal",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_dressed(administrator: Browser, path: str) -> None:
    headers = administrator.get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == policy["script-src"] == policy["style-src"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers
    assert "server" not in headers


def test_built_files_are_kept_by_browsers(stranger: Browser) -> None:
    found = re.search(r'href="(/static/muster-[^"]+\.css)"', stranger.get("/sign-in").text)
    assert found
    answer = stranger.get(found.group(1))
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_sealed_page_has_a_fresh_nonce_and_no_script(administrator: Browser) -> None:
    nonces = set()
    for _ in range(2):
        answer = administrator.get("/probe/sealed")
        policy = answer.headers["content-security-policy"]
        nonce = re.search(r"style-src 'nonce-([\w-]{22})'", policy)
        assert nonce
        assert f'<style nonce="{nonce.group(1)}">' in answer.text
        assert "script-src" not in policy
        nonces.add(nonce.group(1))
    assert len(nonces) == 2


def test_a_sane_request_id_is_kept_and_any_other_replaced(stranger: Browser) -> None:
    assert stranger.get("/healthz", x_request_id="abc-123.DEF_9").headers["x-request-id"] == "abc-123.DEF_9"
    for given in ("short", "x" * 65, "a b c d e f g", "<script>alert</script>"):
        assert re.fullmatch(r"[0-9a-f]{24}", stranger.get("/healthz", x_request_id=given).headers["x-request-id"])
    assert correlation_id() is None


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "127.0.0.1:8000@evil.example", "[::1"])
def test_an_unknown_host_is_refused(stranger: Browser, host: str) -> None:
    answer = stranger.get("/sign-in", host=host)
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000", "LOCALHOST:1"])
def test_a_known_host_is_served(stranger: Browser, host: str) -> None:
    assert stranger.get("/healthz", host=host).status_code == 200


def test_the_host_of_the_base_url_is_known(uow: UnitOfWork) -> None:
    settings = uow.settings.model_copy(update={"base_url": "https://muster.example.org"})
    client = TestClient(
        create_app(settings, uow=uow, templates=templates()),
        base_url="https://muster.example.org",
        follow_redirects=False,
    )
    assert client.get("/healthz").status_code == 200
    assert client.get("/healthz", headers={"host": "other.example.org"}).status_code == 400


def test_a_large_body_is_refused_before_it_is_read(robot: TestClient) -> None:
    refused = robot.post("/api/v1/probe", content=b"{" + b" " * (1 << 20), headers={"content-type": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


def test_a_body_of_unknown_length_is_counted(robot: TestClient) -> None:
    def pieces() -> object:
        for _ in range(20):
            yield b" " * 65_536

    refused = robot.post("/api/v1/probe", content=pieces(), headers={"content-type": "application/json"})  # type: ignore[arg-type]
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


def test_a_large_form_is_refused_and_a_file_may_be_larger(administrator: Browser) -> None:
    big = "x" * (1 << 20)
    form = administrator.client.post("/probe/logins", data={"name": big}, headers={"sec-fetch-site": "same-origin"})
    assert form.status_code == 413
    upload = administrator.client.post(
        "/probe/logins",
        data={"csrf_token": administrator.csrf_token, "name": "李样本", "email": "li@example.org"},
        files={"photo": ("a.jpg", b"x" * (2 << 20), "image/jpeg")},
        headers={"sec-fetch-site": "same-origin"},
    )
    assert upload.status_code == 303


def test_a_form_with_very_many_fields_is_refused(administrator: Browser) -> None:
    data = {f"f{n}": "x" for n in range(501)}
    assert administrator.post("/probe/logins", data).status_code == 400


def test_openapi_describes_errors_as_problems_and_shows_no_page(app: FastAPI, administrator: Browser) -> None:
    document = administrator.get("/api/v1/openapi.json").json()
    added = document["paths"]["/api/v1/probe"]["post"]
    assert set(document["components"]["schemas"]) >= {"Problem", "ReasonOut", "LoginIn", "LoginOut"}
    assert "201" in added["responses"]
    assert all(path.startswith("/api/v1/") for path in document["paths"])
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for path in ("/docs", "/redoc", "/api/v1/docs"):
        assert administrator.get(path).status_code == 404
    assert app.state.wiring.counts.by_method_and_status["GET", 404] == 3


def test_the_log_keeps_no_query_and_no_secret_of_a_path(stranger: Browser) -> None:
    with capture_logs() as logged:
        for path in ("/sign-in/verysecret", "/sign-in?next=/people/private", "/a/verysecret", "/feeds/x/calendar.ics"):
            stranger.get(path)
    answered = [(line["method"], line["path"]) for line in logged if line["event"] == "request.answered"]
    paths = ("/sign-in/{token}", "/sign-in", "/a/{token}", "/feeds/{token}/calendar.ics")
    assert answered == [("GET", path) for path in paths]
