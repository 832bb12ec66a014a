"""Language, size and theme: chosen in the browser, known from the user, guessed from headers."""

import pytest
from fastapi import FastAPI

from services.unit_of_work import UnitOfWork
from tests.web.browser import Browser, add_user, program

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def lang(browser: Browser, **headers: str) -> str:
    page = browser.get("/sign-in/none", **headers).text
    return page.partition('<html lang="')[2].partition('"')[0]


def test_a_stranger_reads_what_the_browser_asks_for_or_chinese(stranger: Browser) -> None:
    assert lang(stranger, accept_language="en-GB,en;q=0.9") == "en"
    assert lang(stranger, accept_language="fr") == "zh-CN"
    assert lang(stranger, accept_language="") == "zh-CN"


def test_a_user_reads_their_own_language(app: FastAPI, uow: UnitOfWork) -> None:
    add_user(uow, email="wang@example.org", locale="en")
    assert lang(Browser(app).sign_in("wang@example.org"), accept_language="zh-CN") == "en"


def test_a_choice_in_the_browser_wins(organiser: Browser) -> None:
    assert lang(organiser) == "zh-CN"
    organiser.post("/preferences", {"lang": "en", "back": "/"})
    assert lang(organiser) == "en"


def test_a_program_reads_what_its_header_says_and_else_the_users_language(app: FastAPI, uow: UnitOfWork) -> None:
    add_user(uow, email="wang@example.org", locale="en")
    client = program(app, "wang@example.org")
    path = "/api/v1/nothing"
    titles = {given: client.get(path, headers={"accept-language": given}).json()["title"] for given in ("zh", "en")}
    assert titles["zh"] != titles["en"]
    assert client.get("/api/v1/probe/999", headers={"accept-language": ""}).json()["title"].isascii()


def test_choices_are_kept_and_lead_back_to_the_page(stranger: Browser) -> None:
    answer = stranger.post("/preferences", {"size": "large", "back": "/sign-in?next=/venues"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/venues")
    assert "SameSite=lax" in answer.headers["set-cookie"]
    stranger.post("/preferences", {"theme": "dark"})
    page = stranger.get("/sign-in").text
    assert 'data-size="large"' in page
    assert 'data-theme="dark"' in page


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "", "evil"])
def test_choices_lead_to_no_other_site(stranger: Browser, back: str) -> None:
    assert stranger.post("/preferences", {"size": "large", "back": back}).headers["location"] == "/"


def test_nonsense_is_not_kept(stranger: Browser) -> None:
    stranger.post("/preferences", {"size": "huge", "theme": '"><script>', "other": "x"})
    assert "<script>" not in stranger.get("/sign-in").text
    assert "huge" not in str(stranger.client.cookies)
