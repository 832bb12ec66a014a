"""Every template compiles, keeps style and script out of itself, and uses only icons and macros that exist."""

import re
from functools import cache
from pathlib import Path

import pytest
from jinja2 import nodes

from tests.web.design.pages import BUILT, LANGUAGES, TEMPLATES
from web.templating import FOLDER, PARTIALS

NAMES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html"))
#: The only place for inline style: answer pages make one request, and their style carries the nonce of the policy.
ANSWER_BASE = "answer/base.html"
INLINE_STYLE = re.compile(r"<style\b|\sstyle\s*=|\bhx-on\b", re.IGNORECASE)
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE)
ELSEWHERE = re.compile(r"\b(?:src|href|action)=[\"']?(?:https?:)?//|data:image", re.IGNORECASE)


def source(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


@cache
def tree(name: str) -> nodes.Template:
    return TEMPLATES.environment("en").parse(source(name), name)


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name: str, locale: str) -> None:
    assert TEMPLATES.template(locale, name).name == name


@pytest.mark.parametrize("name", NAMES)
def test_template_holds_no_style_or_script(name: str) -> None:
    text = source(name)
    allowed = {'<style nonce="{{ page.nonce }}">'} if name == ANSWER_BASE else set()
    styles = {line.strip() for line in text.splitlines() if INLINE_STYLE.search(line)}
    assert styles - allowed == set()
    assert INLINE_SCRIPT.findall(text) == []


@pytest.mark.parametrize("name", NAMES)
def test_template_asks_no_other_house_for_anything(name: str) -> None:
    assert ELSEWHERE.findall(source(name)) == []


def _written_icons(name: str) -> set[str]:
    """Return the icons that a template names in writing: `icon("x")`, `drawn("x")`, and macros' icon arguments."""
    found = set()
    for call in tree(name).find_all(nodes.Call):
        target, position = call.node, None
        if isinstance(target, nodes.Name) and target.name in {"icon", "drawn"}:
            position = 0
        elif isinstance(target, nodes.Getattr) and isinstance(target.node, nodes.Name) and target.node.name == "ui":
            position = _icon_position(target.attr)
        if (
            position is not None
            and len(call.args) > position
            and isinstance(argument := call.args[position], nodes.Const)
        ):
            found.add(argument.value)
        found |= {
            pair.value.value for pair in call.kwargs if pair.key == "glyph" and isinstance(pair.value, nodes.Const)
        }
    return found - {None}


@cache
def _icon_position(macro: str) -> int | None:
    """Return which positional argument of a macro is its icon."""
    arguments = getattr(TEMPLATES.environment("en").globals["ui"], macro).arguments
    return arguments.index("glyph") if "glyph" in arguments else None


@pytest.mark.parametrize("name", NAMES)
def test_icons_of_template_are_in_the_sprite(name: str) -> None:
    assert sorted(_written_icons(name) - BUILT.icons.keys()) == []


@pytest.mark.parametrize("name", NAMES)
def test_macros_of_template_exist(name: str) -> None:
    ui = vars(TEMPLATES.environment("en").globals["ui"])
    called = {
        node.attr
        for node in tree(name).find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name == "ui"
    }
    assert sorted(called - ui.keys()) == []


def test_partials_do_not_define_a_macro_twice() -> None:
    defined = [node.name for partial in PARTIALS for node in tree(f"partials/{partial}.html").find_all(nodes.Macro)]
    assert sorted({name for name in defined if defined.count(name) > 1}) == []


def test_style_guide_shows_every_macro() -> None:
    defined = {node.name for partial in PARTIALS for node in tree(f"partials/{partial}.html").find_all(nodes.Macro)}
    frame = {"notices", "toasts", "proof", "swap_attrs", "square", "step", "choice"}  # used by others and by base.html
    shown = set(re.findall(r"\bui\.([a-z_]+)", source("components.html")))
    assert sorted(defined - shown - frame) == []


def test_every_template_is_shipped() -> None:
    """pyproject.toml packs two levels of folders; a deeper one would be missing from the wheel."""
    assert [path for path in FOLDER.rglob("*") if path.is_file() and len(path.relative_to(FOLDER).parts) > 2] == []


def test_every_partial_is_listed() -> None:
    assert {path.stem for path in Path(FOLDER / "partials").glob("*.html")} >= set(PARTIALS)
