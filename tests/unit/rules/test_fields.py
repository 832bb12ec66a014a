"""Cleaners: from what is said to what is stored."""

import math
from datetime import date, datetime

import pytest

from models.enums import TeamKind
from models.rules import fields
from models.rules.fields import FieldRefused
from models.rules.verdicts import Reason


def refusal(cleaner: fields.Cleaner, value: object) -> str:
    with pytest.raises(FieldRefused) as error:
        cleaner(value)
    return error.value.reason.code


def test_every_value_is_cleaned_and_every_fault_kept() -> None:
    cleaners = {"name": fields.text(5, is_required=True), "heads": fields.whole(1, 9), "code": fields.code}
    found, reasons = fields.clean(cleaners, {"name": " 甲 ", "heads": 0, "code": "代", "other": 1})
    assert found == {"name": "甲"}
    assert reasons == [
        Reason("out_of_range", {"field": "heads", "low": 1, "high": 9}),
        Reason("code_wrong", {"field": "code"}),
        Reason("field_unknown", {"field": "other"}),
    ]


def test_text() -> None:
    text = fields.text(5)
    assert text(None) == ""
    assert text("a  b") == "a b"
    assert refusal(text, "abcdef") == "too_long"
    assert refusal(text, 7) == "text_wrong"
    assert refusal(text, "a\0b") == "text_wrong"
    assert refusal(fields.text(5, is_required=True), " \u3000") == "missing"


def test_optional_values() -> None:
    cleaner = fields.optional(fields.code)
    assert cleaner(None) is None
    assert cleaner("  ") is None
    assert cleaner("A1") == "A1"
    assert refusal(cleaner, 7) == "code_wrong"
    assert refusal(fields.code, "A" * 41) == "too_long"


@pytest.mark.parametrize(("value", "found"), [(7, 7), ("7", 7), ("１,２００", 1200), ("-3", -3)])
def test_whole_numbers(value: object, found: int) -> None:
    assert fields.whole(-9, 9999)(value) == found


@pytest.mark.parametrize("value", [True, 7.0, "7.5", "", None, "七", "9" * 13])
def test_what_is_no_whole_number(value: object) -> None:
    assert refusal(fields.whole(0, 10), value) == "number_wrong"


@pytest.mark.parametrize(("value", "found"), [(7, 7.0), ("１.5", 1.5), (0.25, 0.25)])
def test_decimal_numbers(value: object, found: float) -> None:
    assert fields.decimal(0, 10)(value) == found


@pytest.mark.parametrize("value", [True, None, "x", math.nan, "inf", 10**400])
def test_what_is_no_decimal_number(value: object) -> None:
    assert refusal(fields.decimal(0, 10), value) == "number_wrong"


def test_decimal_numbers_have_bounds() -> None:
    assert refusal(fields.decimal(-90, 90), 90.5) == "out_of_range"


def test_days() -> None:
    assert fields.day("2026-03-02 ") == fields.day(date(2026, 3, 2)) == date(2026, 3, 2)
    for wrong in ("2026-02-30", "soon", 7, None, datetime(2026, 3, 2), "1066-10-14", date(2500, 1, 1)):
        assert refusal(fields.day, wrong) == "day_wrong"


def test_flags() -> None:
    assert [fields.flag(value) for value in (True, "是", "YES", "1")] == [True] * 4
    assert [fields.flag(value) for value in (False, "否", "", "off")] == [False] * 4
    assert refusal(fields.flag, "maybe") == "flag_wrong"
    assert refusal(fields.flag, None) == "flag_wrong"


def test_words() -> None:
    kind = fields.word(TeamKind)
    assert kind("squad") is TeamKind.squad
    assert kind(TeamKind.unit) is TeamKind.unit
    assert refusal(kind, "") == refusal(kind, None) == "missing"
    assert refusal(kind, "platoon") == "word_unknown"
    assert fields.choice(("en", "zh-CN"))("en") == "en"
    assert refusal(fields.choice(("en",)), "fr") == refusal(fields.choice(("en",)), 7) == "word_unknown"


def test_lists() -> None:
    skills = fields.each(fields.text(5), most=2)
    assert skills(["焊接", " 焊接", "电工"]) == ("焊接", "电工")
    assert refusal(skills, "焊接") == refusal(skills, 7) == "list_wrong"
    assert refusal(skills, ["a", "b", "c"]) == "too_many_items"


def test_zones_and_names() -> None:
    assert fields.zone_key("Asia/Shanghai") == "Asia/Shanghai"
    assert refusal(fields.zone_key, "Asia/Daye") == refusal(fields.zone_key, "../etc") == "zone_unknown"
    assert fields.person_name("张　三") == "张三"
    assert refusal(fields.person_name, "填表人：张三") == "name_wrong"
