"""Names and texts, one spelling on the way in."""

import pytest

from models.rules import names


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("张　三", "张三"),
        ("欧阳 样本", "欧阳样本"),
        ("阿卜杜拉 ・ 买买提", "阿卜杜拉·买买提"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("Anna\u00a0 Müller", "Anna Müller"),
        ("李\u200b样本\ufeff", "李样本"),
        ("Mu\u0308ller", "Müller"),
        ("王 Wang", "王 Wang"),
        ("3 • 5", "3 • 5"),
    ],
)
def test_person_names_have_one_spelling(typed: str, stored: str) -> None:
    assert names.person_name(typed) == stored
    assert names.person_name(stored) == stored


@pytest.mark.parametrize("name", ["张三", "Anna Müller-Lüdenscheidt", "O’Neil", "阿依古丽·买买提", "样本01", "李(大)"])
def test_names_of_people(name: str) -> None:
    assert names.is_person_name(name)


@pytest.mark.parametrize("name", ["填表人：张三", "张三/李四", "1234", "", "a@b", "<b>"])
def test_what_is_no_name_of_a_person(name: str) -> None:
    assert not names.is_person_name(name)


def test_lines_are_kept_and_tidied() -> None:
    assert names.tidy_lines("  甲  乙 \r\n\n 丙　") == "甲 乙\n\n丙"


def test_text_with_control_characters_or_half_a_sign_is_not_clean() -> None:
    assert names.is_clean("甲\n乙")
    assert not names.is_clean("甲\0乙")
    assert not names.is_clean("\ud800")
