"""What people write into cells, and what they mean."""

import math
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules import rosters
from models.rules.rosters import UnreadableCell


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (" 张　三 ", "张 三"),
        ("甲\r\n乙", "甲\n乙"),
        ("—", ""),
        ("无", ""),
        ("N/A", ""),
        (True, "是"),
        (False, "否"),
        (7, "7"),
        (13812345678.0, "13812345678"),
        (30.5, "30.5"),
        (datetime(2022, 11, 22), "2022-11-22"),
        (datetime(2022, 11, 22, 8, 30), "2022-11-22 08:30"),
        (time(8, 30), "08:30"),
    ],
)
def test_cells_say_one_text(value: object, text: str) -> None:
    assert rosters.cell_text(value) == text


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("#REF!", "cell_error"),
        ("4.2028E+17", "number_lost_digits"),
        (4.2028e17, "number_lost_digits"),
        (math.nan, "number_lost_digits"),
        (math.inf, "number_lost_digits"),
    ],
)
def test_cells_that_hold_no_value(value: object, code: str) -> None:
    with pytest.raises(UnreadableCell) as error:
        rosters.cell_text(value)
    assert error.value.reason.code == code


@pytest.mark.parametrize(
    "text",
    ["2022-11-22", "2022.11.22", "2022/11/22", "2022年11月22日", "2022 年 11 月 22 号", "２０２２．１１．２２", "20221122",
     "44887", "2022-11-22 00:00"],
)  # fmt: skip
def test_days_are_written_in_many_ways(text: str) -> None:
    assert rosters.day_of(text) == date(2022, 11, 22)


def test_a_month_means_its_first_day() -> None:
    assert rosters.day_of("2022年11月") == date(2022, 11, 1)


@pytest.mark.parametrize("text", ["", "2022", "2022-13-01", "2022-02-30", "昨天", "7", "99999"])
def test_what_is_no_day(text: str) -> None:
    assert rosters.day_of(text) is None


def test_items_are_parted_by_any_sign() -> None:
    assert rosters.items_of("劳模、 工匠，焊工;;电工\n钳工") == ("劳模", "工匠", "焊工", "电工", "钳工")


def test_headers_are_known_with_and_without_what_is_in_brackets() -> None:
    assert rosters.header_keys("联系 电话*（必填）") == ("联系电话()", "联系电话")
    assert rosters.header_keys("E-mail：") == ("e-mail",)
    assert rosters.header_keys("valid_from_on") == ("validfromon",)


MORNING = ("08:30", "11:30")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("08:30-11:30", range(7)),
        ("每天 08:30~11:30", range(7)),
        ("周一至周五 08:30-11:30", range(5)),
        ("星期一—星期五：08:30至11:30", range(5)),
        ("工作日 08:30-11:30", range(5)),
        ("周末 08:30-11:30", (5, 6)),
        ("周一、周三 08:30-11:30", (0, 2)),
        ("周六，周日 08:30-11:30", (5, 6)),
        ("Mon-Fri 08:30-11:30", range(5)),
        ("1-3 08:30-11:30", range(3)),
    ],
)
def test_opening_hours(text: str, days: list[int]) -> None:
    assert rosters.hours_of(text) == tuple((day, *MORNING) for day in days)


def test_opening_hours_of_several_kinds_of_day() -> None:
    assert rosters.hours_of("周一 08:30-11:30 14:00-17:00；周六 9:00-24:00\n") == (
        (0, "08:30", "11:30"),
        (0, "14:00", "17:00"),
        (5, "9:00", "24:00"),
    )


@pytest.mark.parametrize(
    "text", ["", "随时", "周一", "周八 08:30-11:30", "周五至周一 08:30-11:30", "1-2-3 08:30-11:30", "25:00-26:00"]
)
def test_what_is_no_opening_hours(text: str) -> None:
    assert rosters.hours_of(text) is None


@given(st.text(max_size=40))
def test_no_text_breaks_a_reader(text: str) -> None:
    rosters.day_of(text)
    rosters.hours_of(text)
    rosters.items_of(text)
    rosters.header_keys(text)


OCTOBER = (date(2026, 10, 1), date(2026, 10, 8))


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-01至2026-10-07",
        "2026年10月1日到10月7日 闭馆",
        "2026.10.1 - 7：不开放",
        "２０２６／１０／０１～２０２６／１０／０７",
        "2026-10-01..2026-10-07 closed",
        "2026-10-01 to 2026-10-07",
    ],
)
def test_closed_days_are_written_in_many_ways(text: str) -> None:
    assert rosters.special_days_of(text) == ((*OCTOBER, None, None, ""),)


def test_special_days_have_hours_and_notes() -> None:
    text = "2026-10-01至2026-10-07 国庆节；2026-10-10 09:00-12:00 14:00—17:00 补开\n2027-01-01、2027-02-06至2-12，春节"
    tenth, new_year = (date(2026, 10, 10), date(2026, 10, 11)), (date(2027, 1, 1), date(2027, 1, 2))
    assert rosters.special_days_of(text) == (
        (*OCTOBER, None, None, "国庆节"),
        (*tenth, "09:00", "12:00", "补开"),
        (*tenth, "14:00", "17:00", "补开"),
        (*new_year, None, None, ""),
        (date(2027, 2, 6), date(2027, 2, 13), None, None, "春节"),
    )


@pytest.mark.parametrize("text", ["", "国庆节", "国庆节 2026-10-01", "2026-13-01", "2026-10-01至31-12"])
def test_what_is_no_special_day(text: str) -> None:
    assert rosters.special_days_of(text) is None


@pytest.mark.parametrize(
    "text", ["座椅成排120、课桌成排 60人", "座椅成排：120；课桌成排60座", "座椅成排 １２０\n课桌成排60"]
)
def test_numbered_words(text: str) -> None:
    assert rosters.numbered_of(text) == (("座椅成排", 120), ("课桌成排", 60))


@pytest.mark.parametrize("text", ["", "120", "座椅成排", "座椅成排120、课桌成排"])
def test_words_without_numbers_are_none(text: str) -> None:
    assert rosters.numbered_of(text) is None
