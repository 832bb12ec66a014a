"""The pages in a real Chromium on a running server: two taps without script, axe-core, narrow screens, swapped parts."""

import re
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlmodel import col, select

from api.app import create_app
from models.enums import AssignmentState
from models.tables.assignments import Assignment
from models.tables.attendance import Attendance
from muster.clock import ManualClock
from muster.settings import Settings
from muster.signing import Signer
from services import sign_ins
from services.access import STRANGER, WORKER
from services.house import open_house
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.web.browser import templates
from tests.web.design.test_browser import AXE, CHROMIUM, SMALLEST_TARGET, TARGETS, violations
from tests.web.pages_a.stories import DAY, Story

SECRET = "browser-test-secret-key-long-enough"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed; run `make setup`"),
    pytest.mark.xdist_group("browser"),
]
#: Every page by name: who opens it, and its path with names of the story in it.
PAGES = {
    "home": ("organiser", "/"),
    "home-auditor": ("auditor", "/"),
    "list": ("organiser", "/activities"),
    "new": ("organiser", "/activities/new"),
    "draft": ("organiser", "/activities/{draft}"),
    "asked": ("organiser", "/activities/{asked_in}"),
    "held": ("organiser", "/activities/{held}"),
    "closed": ("organiser", "/activities/{closed}?everything=changes"),
    "cancelled": ("organiser", "/activities/{cancelled}"),
    "as-member": ("member", "/activities/{promised_in}"),
    "edit": ("organiser", "/activities/{asked_in}/edit"),
    "release": ("organiser", "/activities/{draft}/release"),
    "move": ("organiser", "/activities/{asked_in}/move"),
    "postpone": ("organiser", "/activities/{asked_in}/postpone"),
    "cancel": ("organiser", "/activities/{asked_in}/cancel"),
    "close": ("organiser", "/activities/{held}/close"),
    "find": ("organiser", "/activities/{asked_in}/people"),
    "stand-in": ("organiser", "/activities/{asked_in}/people/{asked}/replace"),
    "withdraw": ("organiser", "/activities/{asked_in}/people/{asked}/withdraw"),
    "telephone": ("organiser", "/activities/{asked_in}/people/{asked}/answer"),
    "roll": ("organiser", "/activities/{held}/check-in?q=李"),
    "tally": ("organiser", "/activities/{held}/tallies"),
    "document": ("organiser", "/activities/{held}/evidence"),
    "reverse": ("organiser", "/activities/{closed}/tallies/1/reverse"),
    "duties": ("member", "/duties"),
    "why": ("member", "/duties?why={promised}"),
    "link": (None, "/a/{link}"),
    "link-en": (None, "/a/{link}?lang=en"),
    "link-done": (None, "/a/{done}"),
    "link-no": (None, "/a/{no}"),
    "link-over": (None, "/a/{over_link}"),
    "link-garbled": (None, "/a/garbled"),
}


@dataclass(frozen=True)
class Site:
    """A server with the story, and what opens its doors."""

    address: str
    uow: UnitOfWork
    story: Story
    cookies: dict[str, str]
    tokens: dict[str, str]

    def url(self, name: str) -> str:
        names = {key: str(value) for key, value in vars(self.story).items() if isinstance(value, int)}
        return self.address + PAGES[name][1].format(**(names | self.tokens))


@pytest.fixture
def site(sqlite_story: tuple[Path, Story], tmp_path: Path) -> Iterator[Site]:
    """A fresh server for a test that changes something."""
    yield from _served(*sqlite_story, tmp_path)


@pytest.fixture(scope="module")
def still(sqlite_story: tuple[Path, Story], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server for tests that only look."""
    yield from _served(*sqlite_story, tmp_path_factory.mktemp("site"))


def _served(template: Path, story: Story, folder: Path) -> Iterator[Site]:
    shutil.copy(template, folder / "muster.db")
    shutil.copytree(story.data_dir, folder / "data")
    settings = Settings(
        database_url=f"sqlite:///{folder / 'muster.db'}",
        data_dir=folder / "data",
        secret_key=SECRET,
        mail_from="大冶市总工会 <notice@example.org>",
    )
    uow = open_house(settings, clock=ManualClock(NOW))
    app = create_app(settings, uow=uow, templates=templates())
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Site(f"http://127.0.0.1:{port}", uow, story, _cookies(uow), _tokens(uow, story))
    finally:
        server.should_exit = True
        thread.join()
        uow.database.dispose()


def _cookies(uow: UnitOfWork) -> dict[str, str]:
    cookies = {}
    for name in ("organiser", "member", "auditor"):
        with uow.write(STRANGER) as tx:
            attempt = sign_ins.begin(tx, email=f"{name}@example.org", address="127.0.0.1")
            cookies[name] = sign_ins.finish(tx, attempt).token
    return cookies


def _tokens(uow: UnitOfWork, story: Story) -> dict[str, str]:
    signer, later = Signer(SECRET), NOW + 10 * DAY
    with uow.read(WORKER) as tx:
        refused = tx.session.exec(select(Assignment).where(col(Assignment.state) == AssignmentState.declined)).first()
        served = tx.session.exec(select(Assignment).where(col(Assignment.state) == AssignmentState.served)).first()
    assert refused is not None
    assert served is not None
    ids = {"link": story.asked, "done": story.promised, "no": refused.id, "over_link": served.id}
    return {name: signer.sign("answer", str(number), later) for name, number in ids.items()}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield opened
        opened.close()


def open_page(chromium: Browser, site: Site, name: str, *, width: int, script: bool = True, modes: str = "") -> Page:
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="light",
        java_script_enabled=script,
        locale="zh-CN",
    )
    who = PAGES[name][0]
    if who:
        context.add_cookies([{"name": "muster", "value": site.cookies[who], "url": site.address}])
    if modes:
        context.add_cookies([{"name": "muster_modes", "value": modes, "url": site.address}])
    page = context.new_page()
    page.goto(site.url(name), wait_until="load")
    return page


def scroll_width(page: Page, size: str) -> int:
    page.evaluate("size => document.documentElement.dataset.size = size", size)
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width


@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use_the_page(chromium: Browser, still: Site, name: str) -> None:
    """axe-core finds nothing, light and dark, narrow and wide; thumbs find their targets; nothing scrolls sideways."""
    page = open_page(chromium, still, name, width=390)
    small = page.evaluate(
        """([targets, smallest]) => [...document.querySelectorAll(targets)]
            .filter((e) => e.offsetParent && e.getBoundingClientRect().height + .5 < smallest)
            .map((e) => `${e.outerHTML.slice(0, 90)} ${e.getBoundingClientRect().height}`)""",
        [f"{TARGETS}, main button, .b, label.c", SMALLEST_TARGET],
    )
    found = {"small": small, "narrow and light": violations(page)}
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 1280, "height": 900})
    found["wide and dark"] = violations(page)
    assert found == {key: [] for key in found}
    page.set_viewport_size({"width": 320, "height": 900})
    assert [scroll_width(page, size) for size in ("normal", "large")] == [320, 320]
    page.context.close()
    english = open_page(chromium, still, name, width=320, modes="en.large")
    assert [scroll_width(english, size) for size in ("large", "normal")] == [320, 320]
    english.set_viewport_size({"width": 390, "height": 900})
    assert scroll_width(english, "large") == 390
    english.context.close()


def state_of(site: Site, assignment_id: int) -> AssignmentState:
    with site.uow.read(WORKER) as tx:
        return tx.get(Assignment, assignment_id, noun="assignment", for_update=False).state


def test_an_answer_takes_two_taps_without_script(chromium: Browser, site: Site) -> None:
    page = open_page(chromium, site, "link", width=390, script=False)  # the first tap is the one in the mail
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.resource_type}"))
    page.get_by_role("button", name="我参加").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("您答应参加，谢谢您")
    assert state_of(site, site.story.asked) is AssignmentState.accepted
    assert asked == ["POST document", "GET document"]
    page.context.close()


def test_a_no_takes_two_taps_and_why_takes_two_more_without_script(chromium: Browser, site: Site) -> None:
    page = open_page(chromium, site, "link", width=390, script=False)
    page.get_by_role("button", name="我不能来").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("您不能来，没关系")
    assert state_of(site, site.story.asked) is AssignmentState.declined
    page.get_by_text("家里有事").click()
    page.get_by_role("button", name="告诉队里").click()
    expect(page.get_by_text("您告诉我们：家里有事")).to_be_visible()
    page.get_by_role("button", name="我参加").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("您答应参加，谢谢您")
    page.context.close()


def test_a_lecture_is_planned_staffed_and_released_without_script(chromium: Browser, site: Site) -> None:
    page = open_page(chromium, site, "new", width=390, script=False)
    page.get_by_label("活动名称").fill("义务理发")
    page.get_by_label("哪一类").select_option("service")
    page.get_by_label("哪支队伍办").select_option(label="铜都分队")
    page.get_by_label("哪一天").fill("2026-03-20")
    page.get_by_label("几点开始").fill("09:00")
    page.get_by_label("几点结束").fill("11:00")
    page.get_by_role("button", name="排上").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("义务理发")
    page.get_by_role("link", name="找人").click()
    page.get_by_role("button", name="请来：李样本").click()
    page.get_by_role("link", name="回到活动").click()
    page.get_by_role("link", name="看过再发布").click()
    expect(page.get_by_role("heading", name="1人会收到")).to_be_visible()
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_text("已发布，1封信正在路上。")).to_be_visible()
    page.context.close()


def test_calling_the_roll_swaps_the_list_in_place(chromium: Browser, site: Site) -> None:
    page = open_page(chromium, site, "roll", width=390)
    page.evaluate("window.stayed = true")
    page.get_by_role("button", name="已到场：李样本").click()
    expect(page.locator(".state", has_text="9:00到场")).to_have_count(2)
    assert page.evaluate("window.stayed") is True
    with site.uow.read(WORKER) as tx:
        rows = tx.session.exec(select(Attendance).where(col(Attendance.activity_id) == site.story.held)).all()
    assert len(rows) == 2
    page.context.close()


def test_the_week_turns_in_place_and_can_be_gone_back_to(chromium: Browser, still: Site) -> None:
    page = open_page(chromium, still, "home", width=390)
    page.evaluate("window.stayed = true")
    page.get_by_role("link", name="下一周").click()
    expect(page.get_by_role("heading", name=re.compile("3月9日起的一周"))).to_be_visible()
    assert page.evaluate("window.stayed") is True
    assert page.url.endswith("/?week=2026-03-09")
    page.context.close()


def test_a_filter_swaps_the_rows_and_can_be_kept_as_an_address(chromium: Browser, still: Site) -> None:
    page = open_page(chromium, still, "list", width=1280)
    page.evaluate("window.stayed = true")
    page.get_by_label("状态").select_option("closed")
    page.get_by_role("button", name="看").click()
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    assert page.evaluate("window.stayed") is True
    assert "state=closed" in page.url
    page.context.close()
