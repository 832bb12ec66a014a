"""No other site can change anything with a browser that is signed in here."""

import pytest

from tests.web.browser import ADDRESS, Browser, TestClient, csrf_in

#: What is tested here is the same on every database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

LOGIN = {"name": "李样本", "email": "li@example.org"}
JSON = {"name": "李样本", "email": "li@example.org"}


def send(browser: Browser, **headers: str) -> int:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return browser.client.post(
        "/probe/logins", data={**LOGIN, "csrf_token": browser.csrf_token}, headers=sent
    ).status_code


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense", ""])
def test_the_browser_says_that_another_site_sent_it(administrator: Browser, site: str) -> None:
    assert send(administrator, sec_fetch_site=site) == 403


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_pages_may_send(administrator: Browser, site: str) -> None:
    assert send(administrator, sec_fetch_site=site) == 303


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://127.0.0.1:8001", "null", "", "http://127.0.0.1:8000.evil.example", "x"]
)
def test_older_browsers_say_it_by_origin(administrator: Browser, origin: str) -> None:
    assert send(administrator, origin=origin) == 403


def test_our_own_origin_may_send(administrator: Browser) -> None:
    assert send(administrator, origin=ADDRESS) == 303


def test_a_client_that_is_no_browser_still_needs_the_token(administrator: Browser) -> None:
    assert send(administrator) == 303
    administrator.csrf_token = ""
    assert send(administrator) == 403


@pytest.mark.parametrize("token", ["", "x", "ü", "\ud800"])
def test_a_form_without_the_token_of_the_session_is_refused(administrator: Browser, token: str) -> None:
    body = {"csrf_token": token.encode("utf-8", "surrogatepass"), **LOGIN}
    refused = administrator.client.post("/probe/logins", data=body, headers={"sec-fetch-site": "same-origin"})
    assert refused.status_code == 403
    assert "请重新打开再操作" in refused.text


def test_the_token_of_another_session_does_not_do(administrator: Browser, organiser: Browser) -> None:
    organiser.csrf_token = administrator.csrf_token
    assert organiser.post("/probe/logins", LOGIN).status_code == 403


def test_pages_carry_the_token_that_forms_need(administrator: Browser) -> None:
    assert csrf_in(administrator.get("/probe/logins")) == administrator.csrf_token


def test_json_by_cookie_needs_the_token_in_a_header(administrator: Browser) -> None:
    refused = administrator.client.post("/api/v1/probe", json=JSON)
    assert (refused.status_code, refused.json()["reasons"][0]["code"]) == (403, "csrf_missing")
    taken = administrator.client.post("/api/v1/probe", json=JSON, headers={"x-csrf-token": administrator.csrf_token})
    assert taken.status_code == 201


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/api/v1/probe/1"), ("DELETE", "/api/v1/probe/1")])
def test_every_changing_method_is_covered(administrator: Browser, method: str, path: str) -> None:
    assert administrator.client.request(method, path).status_code == 403
    crossed = {"x-csrf-token": administrator.csrf_token, "sec-fetch-site": "cross-site"}
    assert administrator.client.request(method, path, headers=crossed).json()["reasons"][0]["code"] == "cross_site"


def test_a_program_with_a_token_needs_neither(robot: TestClient) -> None:
    crossed = {"sec-fetch-site": "cross-site", "origin": "https://app.example"}
    assert robot.post("/api/v1/probe", json=JSON, headers=crossed).status_code == 201


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/link", "/sign-in/abc", "/preferences"])
def test_public_forms_need_no_token_but_their_own_site(stranger: Browser, path: str) -> None:
    assert stranger.post(path).status_code != 403
    assert stranger.post(path, sec_fetch_site="cross-site").status_code == 403


def test_old_browsers_may_hide_their_origin_where_the_address_is_a_secret(stranger: Browser) -> None:
    hidden = {"origin": "null"}
    assert stranger.client.post("/sign-in/abc", headers=hidden).status_code == 410
    assert stranger.client.post("/sign-in/link", headers=hidden).status_code == 403
    assert stranger.client.post("/preferences", headers=hidden).status_code == 403


def test_reading_is_never_refused(administrator: Browser) -> None:
    assert administrator.get("/probe/logins", sec_fetch_site="cross-site").status_code == 200
