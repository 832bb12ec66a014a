"""Passwords: what will do, how it is stored, and what a crowd of guessers costs."""

import threading
import time

import pytest

from models.errors import Invalid, Unavailable
from services import passwords
from services.passwords import Passwords


@pytest.mark.parametrize(
    ("password", "reasons"),
    [
        ("short", ["password_too_short"]),
        ("aaaaaaaaaaaa", ["password_too_plain"]),
        ("aaa", ["password_too_short", "password_too_plain"]),
        ("ab" * 101, ["password_too_long", "password_too_plain"]),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_all_reasons(password: str, reasons: list[str]) -> None:
    with pytest.raises(Invalid) as raised:
        Passwords().hash(password)
    assert [reason.code for reason in raised.value.reasons] == reasons


def test_a_password_is_stored_as_argon2id_of_the_agreed_strength() -> None:
    keeper = Passwords()
    stored = keeper.hash("correct horse battery")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert keeper.hash("correct horse battery") != stored
    assert keeper.holds(stored, "correct horse battery")
    assert not keeper.holds(stored, "correct horse batter")
    assert not keeper.holds(None, "correct horse battery")
    assert not keeper.holds("no hash at all", "correct horse battery")
    assert not keeper.holds(stored, "\ud800")
    assert keeper.rehash(stored, "correct horse battery") is None


def test_the_same_characters_are_the_same_password_however_typed() -> None:
    keeper = Passwords()
    stored = keeper.hash("café ｍｕｓｔｅｒ 大冶市")
    assert keeper.holds(stored, "cafe\u0301 muster 大冶市")


def test_a_weaker_hash_is_made_anew_at_the_next_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PASSES", 1)
    weak = Passwords().hash("correct horse battery")
    monkeypatch.undo()
    keeper = Passwords()
    anew = keeper.rehash(weak, "correct horse battery")
    assert anew is not None
    assert keeper.holds(anew, "correct horse battery")


def test_an_unknown_user_costs_the_same_hash_as_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = Passwords()
    real, checked = keeper._hasher, []

    class Watched:
        hash = real.hash

        def verify(self, stored: str, given: bytes) -> bool:
            checked.append(stored.rpartition("$")[0].rpartition("$")[0])
            return real.verify(stored, given)

    stored = keeper.hash("correct horse battery")
    monkeypatch.setattr(keeper, "_hasher", Watched())
    for known in (stored, None):
        assert not keeper.holds(known, "not the right one")
    assert checked == ["$argon2id$v=19$m=19456,t=2,p=1"] * 2


def test_few_passwords_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = Passwords()
    inside, most, lock = 0, 0, threading.Lock()
    real = keeper._hasher.verify

    class Watched:
        def verify(self, stored: str, given: bytes) -> bool:
            nonlocal inside, most
            with lock:
                inside, most = inside + 1, max(most, inside + 1)
            try:
                return real(stored, given)
            finally:
                with lock:
                    inside -= 1

    stored = keeper.hash("correct horse battery")
    monkeypatch.setattr(keeper, "_hasher", Watched())
    threads = [threading.Thread(target=keeper.holds, args=(stored, "wrong one")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most <= 2


def test_a_crowd_is_sent_away_instead_of_taking_every_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper, gate = Passwords(), threading.Event()

    class Slow:
        def verify(self, _stored: str, _given: bytes) -> bool:
            return gate.wait(10)

    monkeypatch.setattr(keeper, "_hasher", Slow())
    threads = [threading.Thread(target=keeper.holds, args=("stored", "wrong one")) for _ in range(10)]
    for thread in threads:
        thread.start()
    while keeper._places._value:  # type: ignore[attr-defined]
        time.sleep(0.001)
    with pytest.raises(Unavailable):
        keeper.holds("stored", "wrong one")
    gate.set()
    for thread in threads:
        thread.join()
    assert keeper.holds("stored", "wrong one")
