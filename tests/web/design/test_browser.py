"""The style guide in a real Chromium: axe-core, narrow screens, targets, the script, and the content policy."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.web.design.pages import LANGUAGES, answer, components, context, error, modes, sign_in
from tests.web.design.site import served
from web.components import component_values
from web.modes import COOKIE
from web.templating import Notice, Undo, render_part

AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
#: Pressed with a thumb; links inside a sentence are not.
TARGETS = ".btn, .nav a, .choice, .seg label, .input, summary"
SMALLEST_TARGET = 44
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed; run `make setup`"),
    pytest.mark.xdist_group("browser"),
]


def _part() -> tuple[int, str]:
    page = context(path="/components")
    return 200, render_part(page, "components.html", "boards", **component_values(page.translator))


def _whole_page_that_says_what_was_done() -> tuple[int, str]:
    return 200, components(notices=(Notice("第二次：已记下"), Notice("已发给5人", Undo("/undo", 20))))


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    pages = {f"/components/{locale}": components(locale) for locale in LANGUAGES}
    pages["/components/large"] = components(modes=modes(size="large", contrast="more"))
    pages["/error"] = error()
    pages["/sign-in"] = sign_in()
    pages["/refused"] = error(status=409)
    with served(
        {
            **pages,
            "/part": _part,
            "/done": _whole_page_that_says_what_was_done,
            "/preferences": lambda: (500, "the script should have done it"),
        }
    ) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page; whatever it complains of (broken policy, missing files, script errors) fails the test."""
    opened = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda fault: complaints.append(str(fault)))
    yield opened
    opened.context.close()
    assert complaints == []


def show(page: Page, address: str, *, width: int, scheme: str = "light") -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(address, wait_until="load")


def violations(page: Page) -> list[str]:
    """Run axe-core outside the page's own policy and return one line for each violation."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [f"{item['id']}: {node['html'][:120]}" for item in found["violations"] for node in item["nodes"]]


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
@pytest.mark.parametrize("path", ["/components/zh-CN", "/components/en", "/error", "/sign-in"])
def test_axe_finds_nothing(page: Page, site: str, path: str, width: int, scheme: str) -> None:
    show(page, site + path, width=width, scheme=scheme)
    assert violations(page) == []


def test_axe_finds_nothing_on_an_answer_page(page: Page) -> None:
    for locale in LANGUAGES:
        page.set_content(answer(locale))
        assert violations(page) == []


@pytest.mark.parametrize("path", ["/components/zh-CN", "/components/en", "/components/large", "/error", "/sign-in"])
def test_no_sideways_scroll_on_the_narrowest_phone(page: Page, site: str, path: str) -> None:
    show(page, site + path, width=320)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("locale", LANGUAGES)
def test_answer_page_fits_the_narrowest_phone(page: Page, locale: str) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    page.set_content(answer(locale))
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("path", ["/components/zh-CN", "/components/large", "/sign-in"])
def test_targets_are_large_enough_for_a_thumb(page: Page, site: str, path: str) -> None:
    show(page, site + path, width=390)
    small = page.evaluate(
        """([targets, smallest]) => [...document.querySelectorAll(targets)]
            .filter((e) => e.getBoundingClientRect().height + .5 < smallest && e.offsetParent)
            .map((e) => `${e.outerHTML.slice(0, 80)} ${e.getBoundingClientRect().height}`)""",
        [TARGETS, SMALLEST_TARGET],
    )
    assert small == []


def test_pressing_a_mode_changes_the_page_and_keeps_other_choices(page: Page, site: str) -> None:
    page.context.add_cookies([{"name": COOKIE, "value": "light.en", "url": site}])
    show(page, f"{site}/components/zh-CN", width=390)
    button = page.locator("[data-mode=theme]")
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.locator("[data-mode=size]").click()
    (cookie,) = [cookie for cookie in page.context.cookies() if cookie["name"] == COOKIE]
    assert set(cookie["value"].split(".")) == {"en", "dark", "large"}


def test_button_of_the_device_s_dark_theme_is_pressed(page: Page, site: str) -> None:
    show(page, f"{site}/components/zh-CN", width=390, scheme="dark")
    assert page.locator("[data-mode=theme]").get_attribute("aria-pressed") == "true"


def test_toast_counts_down(page: Page, site: str) -> None:
    page.clock.install()
    show(page, f"{site}/components/zh-CN", width=390)
    toast = page.locator(".toasts .toast")
    page.clock.run_for(2_000)
    assert toast.locator("[data-left]").inner_text() == "28"
    toast.hover()
    page.clock.run_for(5_000)
    assert toast.locator("[data-left]").inner_text() == "28"
    page.mouse.move(0, 0)
    page.clock.run_for(30_000)
    assert toast.count() == 0


def _link_to(page: Page, address: str) -> None:
    page.evaluate(
        """(address) => {
            const link = document.querySelector("a[data-hx-get]");
            for (const name of ["href", "data-hx-get"]) link.setAttribute(name, address);
            for (const name of ["target", "select"]) link.setAttribute(`data-hx-${name}`, "[data-part=boards]");
        }""",
        address,
    )


def test_part_is_swapped_alone(page: Page, site: str) -> None:
    show(page, f"{site}/components/zh-CN", width=390)
    page.evaluate("document.querySelector('#boards > h2').textContent = 'old'")
    page.evaluate("document.querySelector('h1').textContent = 'kept'")
    _link_to(page, "/part")
    page.locator("a[data-hx-get]").click()
    expect(page.locator("#boards > h2")).not_to_have_text("old")
    assert page.locator("h1").inner_text() == "kept"
    assert page.url == f"{site}/part"


def test_swapped_part_brings_its_notices_along(page: Page, site: str) -> None:
    show(page, f"{site}/components/zh-CN", width=390)
    _link_to(page, "/done")
    page.locator("a[data-hx-get]").click()
    expect(page.locator("#notices")).to_contain_text("第二次")
    expect(page.locator("#toasts .toast")).to_have_count(1)
    expect(page.locator("#toasts [data-left]")).to_have_text("18")
    page.go_back()
    expect(page.locator("#notices")).to_contain_text("李样本")


def test_answer_without_the_part_is_shown_whole(page: Page, site: str) -> None:
    show(page, f"{site}/components/zh-CN", width=390)
    _link_to(page, "/refused")
    page.locator("a[data-hx-get]").click()
    expect(page.locator("h1")).to_have_text("现在还不能这样办")
    expect(page.locator("main")).to_have_count(1)
    expect(page).to_have_title("现在还不能这样办 · Muster")


def test_page_prints_light_and_without_controls(page: Page, site: str) -> None:
    show(page, f"{site}/components/zh-CN", width=1280, scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator(".btn:visible, .nav:visible, .toasts:visible").count() == 0
    assert page.locator(".state:visible, .seal:visible").count() > 0
