"""What a page may weigh, in bytes, before compression."""

from pathlib import Path

import pytest

from tests.web.design.pages import BUILT, LANGUAGES, answer, components, sign_in

SOURCES = Path(__file__).parents[3] / "web" / "assets"
STYLE, OUR_SCRIPT, SCRIPT, SPRITE = 30_000, 3_000, 60_000, 6_000
ANSWER_PAGE, FRAME = 6_000, 4_000


def built(name: str) -> int:
    return (BUILT.folder / BUILT.names[name]).stat().st_size


def test_style_sheet_is_light() -> None:
    assert (SOURCES / "muster.css").stat().st_size <= STYLE
    assert built("muster.css") <= STYLE


def test_script_is_light() -> None:
    assert (SOURCES / "muster.js").stat().st_size <= OUR_SCRIPT
    assert built("muster.js") <= SCRIPT


def test_icons_are_light() -> None:
    assert built("icons.svg") + built("mark.svg") <= SPRITE


@pytest.mark.parametrize("locale", LANGUAGES)
def test_frame_of_a_page_is_light(locale: str) -> None:
    assert len(sign_in(locale).encode()) <= FRAME


@pytest.mark.parametrize("locale", LANGUAGES)
def test_answer_page_is_one_light_request(locale: str) -> None:
    page = answer(locale)
    assert len(page.encode()) <= ANSWER_PAGE
    assert not any(word in page for word in ("<script", "<link", "<img", "/static/", "<use"))


@pytest.mark.parametrize("locale", LANGUAGES)
def test_style_guide_asks_for_built_files_only(locale: str) -> None:
    page = components(locale)
    for name in BUILT.names:
        assert BUILT.url(name) in page
