"""Every state has an icon of the sprite, a class of the style sheet and a word in both languages."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from models import enums
from models.enums import ActivityState, BookingState, EvidenceClass
from muster.i18n import load_translator
from tests.web.design.pages import BUILT, LANGUAGES, TEMPLATES
from web.vocabulary import LOOKS, look

STYLE = (Path(__file__).parents[3] / "web" / "assets" / "muster.css").read_text("utf-8")
TONES = {"ok", "act", "wait", "hold", "off"}
MEMBERS = [member for enum in LOOKS for member in enum]


def test_every_state_enum_is_in_the_table() -> None:
    states = {
        kind
        for name, kind in vars(enums).items()
        if isinstance(kind, type) and issubclass(kind, StrEnum) and (name.endswith("State") or name == "EvidenceClass")
    }
    assert sorted(kind.__name__ for kind in states - LOOKS.keys()) == []


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: f"{type(member).__name__}.{member.value}")
def test_state_has_icon_class_and_word(member: StrEnum) -> None:
    seen = look(member)
    assert seen.icon in BUILT.icons
    assert seen.css in (TONES if not isinstance(member, EvidenceClass) else {"f-a", "f-b", "f-c", "f-d"})
    assert re.search(rf"\.{seen.css}\b", STYLE)
    for locale in LANGUAGES:
        word = load_translator(locale).word(member)
        assert word != member.value
        state = TEMPLATES.environment(locale).globals["ui"].state(member)
        assert word in state
        assert "<svg" in state


def test_equal_texts_of_two_enums_keep_their_own_look() -> None:
    assert ActivityState.held == BookingState.held == "held"
    assert look(ActivityState.held) != look(BookingState.held)


def test_enum_without_a_look_is_refused() -> None:
    with pytest.raises(KeyError):
        look(enums.TeamKind.squad)


def test_state_may_say_it_in_other_words() -> None:
    state = TEMPLATES.environment("zh-CN").globals["ui"].state(BookingState.held, "今天到期")
    assert "今天到期" in state
    assert "暂留" not in state
