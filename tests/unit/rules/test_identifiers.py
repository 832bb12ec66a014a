"""Telephone numbers, addresses and codes as they are stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules import identifiers


@pytest.mark.parametrize("code", ["91110000600037341L", "81420281MA0000000F", "81420281000000000C"])
def test_credit_codes_that_hold(code: str) -> None:
    assert identifiers.credit_code(code.lower()) == code


@pytest.mark.parametrize(
    "code",
    [
        "91110000600037341X",  # wrong check
        "9111000060003734",  # short
        "91110000600037341I",  # no such letter
        "82420281MA0000000" + identifiers.credit_check("82420281MA0000000"),  # unions register 1 and 9 only
        "B1420281MA0000000" + identifiers.credit_check("B1420281MA0000000"),  # nobody registers under B
        "814202A1MA0000000" + identifiers.credit_check("814202A1MA0000000"),  # no division code
        "",
    ],
)
def test_credit_codes_that_do_not(code: str) -> None:
    assert identifiers.credit_code(code) is None


@pytest.mark.parametrize("registrar", ["N2", "Y1", "A1"])
def test_registrars_by_letter_are_known(registrar: str) -> None:
    front = f"{registrar}420281MA0000000"
    assert identifiers.credit_code(front + identifiers.credit_check(front)) is not None


@given(st.integers(0, 16), st.sampled_from(identifiers.CREDIT_ALPHABET))
def test_one_wrong_sign_is_always_seen(place: int, sign: str) -> None:
    code = "91110000600037341L"
    wrong = code[:place] + sign + code[place + 1 :]
    assert identifiers.credit_code(wrong) == (code if wrong == code else None)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13812345678", "+8613812345678"),
        ("138 1234 5678", "+8613812345678"),
        ("138-1234-5678", "+8613812345678"),
        ("+86 138-1234-5678", "+8613812345678"),
        ("008613812345678", "+8613812345678"),
        ("１３８１２３４５６７８", "+8613812345678"),
        ("0714-8720000", "0714-8720000"),
        ("0714—8720000", "0714-8720000"),
        ("(0714) 8720000", "0714-8720000"),
        ("07148720000转801", "0714-8720000-801"),
        ("8720000", "8720000"),
        ("+49 170 1234567", "+491701234567"),
        ("12351", "12351"),
        ("110", "110"),
        ("400-123-4567", "400-1234567"),
    ],
)
def test_telephone_numbers_have_one_spelling(typed: str, stored: str) -> None:
    assert identifiers.phone_number(typed) == stored
    assert identifiers.phone_number(stored) == stored


@pytest.mark.parametrize("typed", ["", "1234", "12812345678", "1381234567", "138123456789", "电话", "+0123456789"])
def test_what_is_no_telephone_number(typed: str) -> None:
    assert identifiers.phone_number(typed) is None


@given(st.text(max_size=30))
def test_stored_numbers_are_stored_again_as_they_are(typed: str) -> None:
    stored = identifiers.phone_number(typed)
    if stored is not None:
        assert identifiers.phone_number(stored) == stored
        assert len(stored) <= 32


@pytest.mark.parametrize(
    ("typed", "stored"), [("A.B+c@Mail.Example.ORG", "a.b+c@mail.example.org"), ("ａ＠ｂ.cn", "a@b.cn")]
)
def test_addresses_are_lower_case(typed: str, stored: str) -> None:
    assert identifiers.email_address(typed) == stored


@pytest.mark.parametrize(
    "typed",
    ["", "a", "a@", "a@localhost", "a@1.2.3.4", "a b@c.cn", "a..b@c.cn", "张@c.cn", "a@-b.cn", "a@b..cn", "a@b.cn,c@d.cn",
     "a" * 65 + "@b.cn", "a@" + "b." * 130 + "cn"],
)  # fmt: skip
def test_what_is_no_address(typed: str) -> None:
    assert identifiers.email_address(typed) is None


@pytest.mark.parametrize("code", ["420281", "420281100", "420281100001"])
def test_division_codes_of_three_lengths(code: str) -> None:
    assert identifiers.division_code(f" {code}") == code


@pytest.mark.parametrize("code", ["42", "4202811", "920281", "42028a", ""])
def test_what_is_no_division_code(code: str) -> None:
    assert identifiers.division_code(code) is None


def test_short_codes_keep_their_case() -> None:
    assert identifiers.short_code(" Ｔd-01/a ") == "Td-01/a"
    assert identifiers.short_code("代码") is None
    assert identifiers.short_code("-a") is None
