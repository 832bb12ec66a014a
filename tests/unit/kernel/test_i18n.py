"""Translators: sentences, words, numbers and the choice of a language."""

from enum import StrEnum

import pytest
from jinja2 import Environment

from models.enums import AssignmentState, BookingState, DeliveryState, EvidenceClass
from muster.catalogue import Messages, load_messages
from muster.i18n import LOCALES, Translator, load_translator, mark, negotiate


@pytest.fixture
def speaker() -> Translator:
    """A translator with a catalogue of its own."""
    single = {"Hello %(name)s": "您好，%(name)s", "100 % sure": "十拿九稳 100%", ", ": "、"}
    plural: dict[str, tuple[str, ...]] = {"One stop": ("%(n)s站",)}
    return Translator("zh-CN", Messages(single, plural, lambda _n: 0))


def test_gettext_fills_values_in(speaker: Translator) -> None:
    assert speaker.gettext("Hello %(name)s", name="李样本") == "您好，李样本"


def test_gettext_leaves_a_percent_sign_alone_where_nothing_is_filled_in(speaker: Translator) -> None:
    assert speaker.gettext("100 % sure") == "十拿九稳 100%"


def test_gettext_returns_an_unknown_sentence_as_it_is(speaker: Translator) -> None:
    assert speaker.gettext("Not in %(place)s", place="here") == "Not in here"


def test_gettext_shows_a_gap_for_a_missing_value_instead_of_failing(speaker: Translator) -> None:
    assert speaker.gettext("Hello %(name)s", nmae="李样本") == "您好，…"


def test_params_may_be_called_like_arguments(speaker: Translator) -> None:
    assert speaker.gettext("Hello %(name)s", name="a", self="b", msgid="c") == "您好，a"
    assert speaker.ngettext("One stop", "%(n)s stops", 3, n="三") == "三站"


def test_ngettext_chooses_by_number() -> None:
    english = load_translator("en")
    assert english.ngettext("%(n)s hour", "%(n)s hours", 1) == "1 hour"
    assert english.ngettext("%(n)s hour", "%(n)s hours", 1200) == "1,200 hours"
    assert load_translator("zh-CN").ngettext("%(n)s hour", "%(n)s hours", 2) == "2小时"


def test_ngettext_falls_back_on_english(speaker: Translator) -> None:
    assert speaker.ngettext("%(n)s cat", "%(n)s cats", 1) == "1 cat"
    assert speaker.ngettext("%(n)s cat", "%(n)s cats", 2) == "2 cats"


def test_words_follow_the_agreed_vocabulary() -> None:
    chinese, english = load_translator("zh-CN"), load_translator("en")
    assert [chinese.word(state) for state in AssignmentState] == [
        "等答复",
        "已答应",
        "不能来",
        "已换人",
        "不用来了",
        "已到场",
    ]
    assert (chinese.word(BookingState.held), english.word(BookingState.held)) == ("暂留", "Held")
    assert (chinese.word(BookingState.confirmed), english.word(BookingState.confirmed)) == ("已订", "Booked")
    assert (chinese.word(DeliveryState.refused), english.word(DeliveryState.refused)) == ("退回", "Returned")
    assert (chinese.word(EvidenceClass.a), english.word(EvidenceClass.a)) == ("A 扫码进出", "A Device scan")


def test_word_of_an_unknown_member_is_its_value(speaker: Translator) -> None:
    class Colour(StrEnum):
        red = "red"

    assert speaker.word(Colour.red) == "red"


def test_numbers_and_rows(speaker: Translator) -> None:
    assert speaker.number(1204) == "1,204"
    assert speaker.number(12.5) == "12.5"
    assert speaker.listed(["甲", "乙", "丙"]) == "甲、乙、丙"
    assert speaker.listed([]) == ""


def test_lookup_serves_jinja_which_fills_in_and_escapes_by_itself(speaker: Translator) -> None:
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    environment.install_gettext_callables(speaker.lookup, speaker.lookup_plural, newstyle=True)  # type: ignore[attr-defined]
    template = environment.from_string(
        "{{ _('Hello %(name)s', name=name) }}{% trans n=2 %}One stop{% pluralize %}{{ n }} stops{% endtrans %}",
    )
    assert template.render(name="<b>") == "您好，&lt;b&gt;2站"


@pytest.mark.parametrize("locale", LOCALES)
def test_translators_are_read_once_and_know_their_locale(locale: str) -> None:
    assert load_translator(locale) is load_translator(locale)
    assert load_translator(locale).locale == locale


def test_an_unknown_locale_is_refused() -> None:
    with pytest.raises(KeyError):
        load_translator("fr")


def test_chinese_has_one_form_and_english_two() -> None:
    assert {load_messages("zh-CN").plural_form(n) for n in range(5)} == {0}
    assert [load_messages("en").plural_form(n) for n in (0, 1, 2)] == [1, 0, 1]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "zh-CN"),
        ("", "zh-CN"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-TW", "zh-CN"),
        ("ZH-hans-cn", "zh-CN"),
        ("fr, de;q=0.9", "zh-CN"),
        ("fr, en;q=0.5, zh;q=0.4", "en"),
        ("en;q=0.4, zh;q=0.6", "zh-CN"),
        ("en;q=0", "zh-CN"),
        ("en;q=high, zh;q=0.1", "zh-CN"),
        ("en;level=1", "zh-CN"),
        ("en;q=nan", "zh-CN"),
        (";;,,=;q=", "zh-CN"),
        ("enough", "zh-CN"),
        ("*", "zh-CN"),
    ],
)
def test_negotiate_takes_the_language_wanted_most(header: str | None, expected: str) -> None:
    assert negotiate(header, "zh-CN") == expected


def test_negotiate_answers_with_the_default_of_the_house() -> None:
    assert negotiate("fr", "en") == "en"


def test_mark_changes_nothing() -> None:
    assert mark("today") == "today"
