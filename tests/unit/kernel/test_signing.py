"""Tokens: what they carry, when they end, and that nobody else can make one."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.signing import BadToken, ExpiredToken, Signer

NOW = datetime(2026, 2, 27, 6, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
SIGNER = Signer("a secret of the house")


def test_a_token_gives_its_subject_back() -> None:
    assert SIGNER.read("answer", SIGNER.sign("answer", "41", LATER), NOW) == "41"


def test_the_same_input_makes_the_same_token() -> None:
    in_daye = LATER.astimezone(timezone(timedelta(hours=8)))
    assert SIGNER.sign("answer", "41", LATER) == Signer("a secret of the house").sign("answer", "41", in_daye)


def test_a_token_is_short_and_safe_in_an_address() -> None:
    token = SIGNER.sign("answer", "1234567", LATER)
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", token)
    assert len(token) <= 42


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60), st.datetimes(datetime(1971, 1, 1), datetime(2900, 1, 1), timezones=st.just(UTC)))
def test_any_subject_and_time_come_back_whole(subject: str, expires_at: datetime) -> None:
    token = SIGNER.sign("answer", subject, expires_at)
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", token)
    assert SIGNER.read("answer", token, expires_at - timedelta(seconds=1)) == subject
    with pytest.raises(ExpiredToken):
        SIGNER.read("answer", token, expires_at)


def test_an_expired_token_says_whose_it_was() -> None:
    token = SIGNER.sign("sign_in", "41", NOW)
    with pytest.raises(ExpiredToken) as caught:
        SIGNER.read("sign_in", token, NOW)
    assert caught.value.subject == "41"


def test_a_token_of_another_purpose_is_refused() -> None:
    with pytest.raises(BadToken):
        SIGNER.read("sign_in", SIGNER.sign("answer", "41", LATER), NOW)


def test_a_token_of_another_secret_is_refused() -> None:
    with pytest.raises(BadToken):
        SIGNER.read("answer", Signer("another secret").sign("answer", "41", LATER), NOW)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_changed_token_is_refused(data: st.DataObject) -> None:
    token = SIGNER.sign("answer", "41", LATER)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCabc019-_."))
    changed = token[:place] + letter + token[place + 1 :]
    if changed == token:
        return
    with pytest.raises(BadToken):
        SIGNER.read("answer", changed, NOW)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadToken):
        SIGNER.read("answer", text, NOW)


@pytest.mark.parametrize("body", ["", "a", "a.b.c", "a.1", "NDE.zz", "NDE.ffffffffffffffff", "_w.1"])
def test_a_well_signed_body_of_another_form_is_refused(body: str) -> None:
    signed = SIGNER._signer("answer").sign(body).decode()
    with pytest.raises(BadToken):
        SIGNER.read("answer", signed, NOW)


def test_a_naive_expiry_and_an_empty_secret_are_refused() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        SIGNER.sign("answer", "41", datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="empty secret"):
        Signer("")
