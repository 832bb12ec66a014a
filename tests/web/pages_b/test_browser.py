"""The pages in a real Chromium on a running server: axe-core, narrow screens, two clicks to a hall, swapped parts."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from shutil import copy, copytree

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlmodel import col, select

from api.app import create_app
from models.enums import BookingState, UserRole
from models.tables.bookings import Booking
from muster.clock import ManualClock
from muster.settings import Settings
from muster.signing import Signer
from notifications.booking_payloads import BookingAsked
from notifications.render import render
from services import bookings, sign_ins
from services.access import COMMAND, STRANGER
from services.house import open_house
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.unit.notifications.samples import SAMPLES, SENDER, recipient
from tests.web.browser import add_user, templates
from tests.web.design.test_browser import AXE, CHROMIUM, SMALLEST_TARGET, TARGETS, violations
from tests.web.pages_a.stories import Story
from web.modes import COOKIE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed; run `make setup`"),
    pytest.mark.xdist_group("browser"),
]
#: Every page by its path: who opens it.
PAGES = {
    "/teams": "organiser",
    "/teams/1": "organiser",
    "/teams/2/members?q=赵": "organiser",
    "/teams/2/edit": "organiser",
    "/people": "organiser",
    "/people/1": "organiser",
    "/people/1/edit": "organiser",
    "/me/messages": "member",
    "/orgs": "organiser",
    "/orgs/1": "organiser",
    "/orgs/new": "organiser",
    "/venues": "organiser",
    "/venues/1?day=2026-03-04": "organiser",
    "/venues/1?week=2026-05-01": "member",
    "/venues/1/edit/terms": "organiser",
    "/venues/1/days": "organiser",
    "/venues/find": "organiser",
    "/venues/find?activity={asked_in}": "organiser",
    "/bookings": "organiser",
    "/bookings?state=requested": "organiser",
    "/bookings/{requested}": "organiser",
    "/figures?recount=1": "auditor",
    "/figures/lecture.person_times@1?from=2025-01-01": "auditor",
    "/figures/lecture.persons@1": "auditor",
    "/audit": "auditor",
    "/audit/verify": "auditor",
    "/mailbox": "administrator",
    "/deliveries?person=1": "organiser",
    "/deliveries": "auditor",
    "/imports": "organiser",
}


@dataclass(frozen=True)
class Site:
    """A server with the story, and cookies of those who live in it."""

    address: str
    uow: UnitOfWork
    story: Story
    cookies: dict[str, str]
    requested: int

    def url(self, path: str) -> str:
        return self.address + path.format(asked_in=self.story.asked_in, requested=self.requested)


@pytest.fixture(scope="module")
def still(sqlite_story: tuple[Path, Story], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server for tests that only look."""
    yield from _served(*sqlite_story, tmp_path_factory.mktemp("still"))


@pytest.fixture
def site(sqlite_story: tuple[Path, Story], tmp_path: Path) -> Iterator[Site]:
    """A fresh server for a test that changes something."""
    yield from _served(*sqlite_story, tmp_path)


def _served(template: Path, story: Story, folder: Path) -> Iterator[Site]:
    copy(template, folder / "muster.db")
    copytree(story.data_dir, folder / "data")
    settings = Settings(
        database_url=f"sqlite:///{folder / 'muster.db'}",
        data_dir=folder / "data",
        smtp_url=f"maildir:///{folder / 'mailbox'}",
        secret_key="browser-test-secret-key-long-enough",
        mail_from="大冶市总工会 <notice@example.org>",
    )
    uow = open_house(settings, clock=ManualClock(NOW))
    config = uvicorn.Config(
        create_app(settings, uow=uow, templates=templates()), host="127.0.0.1", port=0, log_level="error", ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    with uow.read(COMMAND) as tx:
        requested = tx.session.exec(select(Booking.id).where(col(Booking.state) == BookingState.requested)).one()
    try:
        yield Site(f"http://127.0.0.1:{port}", uow, story, _cookies(uow), requested)
    finally:
        server.should_exit = True
        thread.join()
        uow.database.dispose()


def _cookies(uow: UnitOfWork) -> dict[str, str]:
    add_user(uow, UserRole.administrator, email="administrator@example.org")
    found = {}
    for name in ("organiser", "member", "auditor", "administrator"):
        with uow.write(STRANGER) as tx:
            attempt = sign_ins.begin(tx, email=f"{name}@example.org", address="203.0.113.7")
            found[name] = sign_ins.finish(tx, attempt).token
    return found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield opened
        opened.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh page; whatever it complains of (broken policy, missing files, script errors) fails the test."""
    opened = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda fault: complaints.append(str(fault)))
    yield opened
    opened.context.close()
    assert [text for text in complaints if "409" not in text] == []  # Chromium notes a refused form as an error


def enter(page: Page, site: Site, who: str, modes: str = "zh-CN") -> None:
    """Take on somebody's session and modes."""
    page.context.clear_cookies()
    page.context.add_cookies(
        [
            {"name": "muster", "value": site.cookies[who], "url": site.address},
            {"name": COOKIE, "value": modes, "url": site.address},
        ]
    )


@pytest.mark.parametrize("path", PAGES)
def test_page_is_sound_light_and_dark_narrow_and_wide_in_both_languages(page: Page, still: Site, path: str) -> None:
    """One load for each look; nothing found by axe-core, nothing wider than a small telephone, nothing too small."""
    faults: dict[str, object] = {}
    for modes, width in (("zh-CN.light", 1280), ("zh-CN.dark", 320), ("en.light", 320)):
        enter(page, still, PAGES[path], modes)
        page.set_viewport_size({"width": width, "height": 900})
        answer = page.goto(still.url(path))
        assert answer is not None
        assert answer.status == 200
        found = violations(page) if modes != "en.light" else []  # structure and colours were judged above
        wide = page.evaluate("document.documentElement.scrollWidth") - width
        small = page.evaluate(
            """([targets, smallest]) => [...document.querySelectorAll(targets)]
                .filter((e) => e.getBoundingClientRect().height + .5 < smallest && e.offsetParent)
                .map((e) => e.outerHTML.slice(0, 80))""",
            [TARGETS.replace(", summary", ""), SMALLEST_TARGET],
        )
        if found or wide > 0 or small:
            faults[f"{modes} {width}"] = (found, wide, small)
    assert faults == {}


def test_two_clicks_from_an_activity_to_a_booked_hall(page: Page, site: Site) -> None:
    enter(page, site, "organiser")
    page.goto(f"{site.address}/activities/{site.story.short_in}")
    page.locator(f'a[href="/venues/find?activity={site.story.short_in}"]').first.click()
    page.locator(".options .btn--main").click()
    page.wait_for_url(f"**/activities/{site.story.short_in}")
    with site.uow.read(COMMAND) as tx:
        row = tx.session.exec(select(Booking).where(col(Booking.activity_id) == site.story.short_in)).one()
        assert row.state is BookingState.confirmed


def test_hall_is_found_and_booked_without_script(chromium: Browser, site: Site) -> None:
    page = chromium.new_context(java_script_enabled=False).new_page()
    enter(page, site, "organiser")
    page.goto(f"{site.address}/venues/find?activity={site.story.short_in}")
    page.locator(".options .btn--main").click()
    assert page.url.endswith(f"/activities/{site.story.short_in}")
    page.context.close()


def test_refused_booking_is_shown_and_its_way_out_taken(page: Page, site: Site) -> None:
    enter(page, site, "organiser")
    page.goto(f"{site.address}/venues/1?from=2026-03-04T14:30&to=2026-03-04T16:00")
    page.locator("#book .btn--main").click()
    expect(page.locator("h1")).to_contain_text("订不了")
    assert violations(page) == []
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width
    page.locator("[data-part='ways-out'] .btn--main").click()
    page.wait_for_url("**/bookings/*")
    expect(page.locator("#notices")).to_contain_text("已订")


def test_week_is_turned_in_place_and_the_address_keeps_it(page: Page, still: Site) -> None:
    enter(page, still, "organiser")
    page.goto(f"{still.address}/venues")
    page.evaluate("document.querySelector('h1').textContent = 'kept'")
    page.get_by_role("link", name="下一周").click()
    expect(page.locator("#venue-week h2")).to_contain_text("3月9日")
    assert page.locator("h1").inner_text() == "kept"
    assert "week=2026-03-09" in page.url


def test_search_swaps_the_list_and_keeps_the_page(page: Page, still: Site) -> None:
    enter(page, still, "organiser")
    page.goto(f"{still.address}/people")
    page.evaluate("document.querySelector('h1').textContent = 'kept'")
    page.locator("#f-q").fill("赵演示")
    page.locator("#people button").first.click()
    expect(page.locator("#people tbody tr")).to_have_count(1)
    assert page.locator("h1").inner_text() == "kept"
    assert "q=" in page.url


def test_board_is_a_list_on_a_telephone(page: Page, still: Site) -> None:
    enter(page, still, "organiser")
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"{still.address}/venues")
    assert page.evaluate("getComputedStyle(document.querySelector('.board td:not(.free)')).display") == "grid"
    assert page.locator(".board :is(td.free, .parts):visible").count() == 0


def test_board_is_walked_and_a_hall_booked_with_the_keyboard_or_one_drag(page: Page, still: Site) -> None:
    enter(page, still, "organiser")
    page.goto(f"{still.address}/venues?week=2026-03-09")
    assert page.locator(".board a[tabindex='0']").count() == 1
    page.locator(".board tbody th a").first.focus()
    for key in ("ArrowDown", "ArrowRight", "Shift+ArrowRight", "ArrowDown", "Home", "PageDown"):
        page.keyboard.press(key)
    expect(page.locator("#venue-week h2")).to_contain_text("3月16日")
    expect(page.locator(".board tbody tr:nth-child(3) th a")).to_be_focused()  # the place is kept over the turn
    assert violations(page) == []
    for key in ("End", "ArrowLeft", "ArrowLeft", "Shift+ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    assert page.locator("[data-picked]").count() == 3
    expect(page.locator("[data-board-said]")).to_contain_text("3月22日 周日上午")
    page.keyboard.press("Enter")
    page.wait_for_url("**/venues/*?from=2026-03-22T08*")
    assert page.locator("#f-starts_at").input_value() == "2026-03-22T08:00"
    assert page.locator("#f-ends_at").input_value() == "2026-03-22T21:00"
    page.goto(f"{still.address}/venues?week=2026-03-09")
    parts = page.locator(".board tbody tr:first-child td:nth-child(3) .part")
    parts.first.hover()
    page.mouse.down()
    parts.nth(1).hover()
    page.mouse.up()
    page.wait_for_url("**/venues/*?from=2026-03-10T08*to=2026-03-10T18*")


def test_screen_beside_the_door_is_sound_on_a_tablet_and_takes_an_arrival(page: Page, site: Site) -> None:
    with site.uow.write(site.story.house.organiser) as tx:
        start = NOW + timedelta(minutes=10)  # its set-up has begun
        hall = site.story.house.hall
        booking = bookings.create(tx, venue_id=hall, starts_at=start, ends_at=start + timedelta(hours=1))
    enter(page, site, "organiser")
    page.goto(f"{site.address}/venues/{hall}")
    link = page.locator("#f-door").input_value().partition("/d/")[2]
    page.context.clear_cookies(name="muster")  # nobody signs in at the tablet
    page.set_viewport_size({"width": 1024, "height": 768})
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.goto(f"{site.address}/d/{link}")
        expect(page.locator("#door-heading")).to_have_text("布置中")
        assert violations(page) == [], scheme
        assert page.evaluate("document.documentElement.scrollWidth") == 1024
    assert page.locator("#arrive").bounding_box()["height"] >= 64  # type: ignore[index]
    page.evaluate("document.getElementById('door-heading').textContent = 'old'")
    page.evaluate("document.getElementById('door').dispatchEvent(new CustomEvent('every'))")  # a minute later
    expect(page.locator("#door-heading")).to_have_text("布置中")
    page.locator("#arrive").click()
    expect(page.locator("#door")).to_contain_text("人已到")
    with site.uow.read(COMMAND) as tx:
        assert tx.session.exec(select(Booking.arrived_at).where(col(Booking.id) == booking)).one() == NOW


def test_ended_membership_can_be_taken_back_from_the_toast(page: Page, site: Site) -> None:
    enter(page, site, "organiser")
    page.goto(f"{site.address}/teams/2")
    page.locator("#people form[action$='/end'] button").first.click()
    expect(page.locator(".toast")).to_contain_text("最后一天")
    page.locator(".toast button").click()
    expect(page.locator("#notices")).to_contain_text("已撤回")


def test_approval_takes_two_taps_from_the_mail(chromium: Browser, site: Site) -> None:
    """One in the mail and one on the page, on a telephone; the page is sound and opening it changes nothing."""
    with site.uow.read(COMMAND) as tx:
        booking = tx.get(Booking, site.requested, noun="booking", for_update=False)
    token = Signer(site.uow.settings.secret_key.get_secret_value()).sign("booking", str(booking.id), booking.starts_at)
    sample = SAMPLES["booking_asked"]
    assert isinstance(sample, BookingAsked)
    asked = replace(sample, decide_url=f"{site.address}/b/{token}")
    mail = render(asked, recipient("zh-CN"), sender=SENDER, stamp=NOW)
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="zh-CN"
    )
    page = context.new_page()
    page.set_content(mail.html)
    page.locator("a", has_text="请您答复").tap()
    expect(page.locator("h1")).to_contain_text("文化站报告厅")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert _state(site) is BookingState.requested
    page.locator("button", has_text="可以用").tap()
    expect(page.locator(".k")).to_contain_text("已订")
    assert _state(site) is BookingState.confirmed
    assert violations(page) == []
    context.close()


def _state(site: Site) -> BookingState:
    with site.uow.read(COMMAND) as tx:
        return tx.get(Booking, site.requested, noun="booking", for_update=False).state
