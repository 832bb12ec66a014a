"""The local mailbox: who may look, and letters that can do nothing while one looks."""

import asyncio
from collections.abc import Callable

import pytest
from fastapi import FastAPI

from api.app import create_app
from models.enums import UserRole
from muster.settings import Settings
from notifications.channels.base import Envelope
from notifications.channels.factory import mailbox_folder
from notifications.channels.maildir import MaildirChannel, mail_name
from services.unit_of_work import UnitOfWork
from tests.web.browser import Browser, TestClient, add_user, templates
from tests.web.pages_a.stories import Story

EVIL = "<script>alert(document.cookie)</script>"
LETTER = """\
From: =?utf-8?b?5aSn5Ya25biC5oC75bel5Lya?= <notice@example.org>
To: li@example.org
Subject: =?utf-8?b?6K+35oKo562U5aSN?= <b>x</b>
Date: Mon, 02 Mar 2026 09:00:00 +0800
Message-ID: <{number}@example.org>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=="

--==
Content-Type: text/plain; charset=utf-8

{evil} http://127.0.0.1/a/token
--==
Content-Type: text/html; charset=utf-8

<p style="color:red">letter {evil}<img src="http://evil.example/x"></p>
--==
Content-Type: text/calendar; charset=utf-8; method=REQUEST

BEGIN:VCALENDAR
SUMMARY:{evil}
END:VCALENDAR
--==--
"""
Admin = Callable[[], Browser]


async def _yes() -> bool:
    return True


def put(settings: Settings, number: int = 1) -> str:
    """Put a letter into the mailbox and return its id."""
    message_id = f"<{number}@example.org>"
    content = LETTER.format(number=number, evil=EVIL).encode()
    envelope = Envelope(message_id=message_id, sender="notice@example.org", recipient="li@example.org", content=content)
    channel = MaildirChannel(mailbox_folder(settings.smtp_url))
    asyncio.run(channel.send(envelope, before_data=_yes))
    return mail_name(message_id)


@pytest.fixture
def administrator(app: FastAPI, story: Story) -> Browser:
    """An administrator of the house, far away."""
    add_user(app.state.wiring.uow, UserRole.administrator, email="admin@example.org")
    return Browser(app).sign_in("admin@example.org")


def test_letters_are_listed_and_opened(settings: Settings, administrator: Browser) -> None:
    assert "还没有信" in administrator.get("/mailbox").text
    letter = put(settings)
    page = administrator.get("/mailbox")
    assert f'href="/mailbox/{letter}"' in page.text
    assert "请您答复" in page.text
    opened = administrator.get(f"/mailbox/{letter}")
    for shown in ("大冶市总工会", "li@example.org", "BEGIN:VCALENDAR", f"&lt;{1}@example.org&gt;"):
        assert shown in opened.text
    assert EVIL not in opened.text
    assert "<b>x</b>" not in opened.text


def test_laid_out_letter_may_do_nothing(settings: Settings, administrator: Browser) -> None:
    letter = put(settings)
    page = administrator.get(f"/mailbox/{letter}/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy.split("; ")
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["content-type"].startswith("text/html")


def test_source_is_plain_text_byte_for_byte(settings: Settings, administrator: Browser) -> None:
    letter = put(settings)
    page = administrator.get(f"/mailbox/{letter}/source")
    assert page.headers["content-type"].startswith("text/plain")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.content == LETTER.format(number=1, evil=EVIL).encode()


@pytest.mark.parametrize("letter", ["0" * 32, "../../../etc/passwd", "..%2f..%2fmuster.db", "x", "%00"])
def test_no_other_file_is_opened(letter: str, settings: Settings, administrator: Browser) -> None:
    put(settings)
    for path in (f"/mailbox/{letter}", f"/mailbox/{letter}/html", f"/mailbox/{letter}/source"):
        assert administrator.get(path).status_code == 404


def test_list_grows_by_the_page(settings: Settings, administrator: Browser) -> None:
    for number in range(52):
        put(settings, number)
    page = administrator.get("/mailbox")
    assert page.text.count('href="/mailbox/') == 50
    assert "rows=2" in page.text
    assert administrator.get("/mailbox?rows=2").text.count('href="/mailbox/') == 52


def test_everybody_else_finds_nothing(
    settings: Settings, story: Story, organiser: Browser, member: Browser, auditor: Browser
) -> None:
    letter = put(settings)
    for browser in (organiser, member, auditor):  # the organiser sits elsewhere
        for path in ("/mailbox", f"/mailbox/{letter}", f"/mailbox/{letter}/html", f"/mailbox/{letter}/source"):
            assert browser.get(path).status_code == 404, path


def test_organiser_of_the_house_looks_on_this_machine(app: FastAPI, settings: Settings, organiser: Browser) -> None:
    letter = put(settings)
    token = organiser.client.cookies["muster"]
    for address, status in (("127.0.0.1", 200), ("::1", 200), ("203.0.113.9", 404), ("testclient", 404)):
        with TestClient(app, base_url="http://127.0.0.1:8000", client=(address, 1), cookies={"muster": token}) as here:
            assert here.get(f"/mailbox/{letter}").status_code == status, address


def test_there_is_none_once_a_server_is_set(uow: UnitOfWork, story: Story, settings: Settings) -> None:
    add_user(uow, UserRole.administrator, email="admin@example.org")
    served = settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:2525"})
    app = create_app(served, uow=uow, templates=templates())
    assert Browser(app).sign_in("admin@example.org").get("/mailbox").status_code == 404
