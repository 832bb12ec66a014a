"""The cookie of a reader's choices, and addresses to go back to."""

import pytest

from web.modes import WORDS, Modes, own_path


def test_no_cookie_leaves_everything_to_the_device() -> None:
    assert Modes.read(None) == Modes.read("") == Modes()
    assert Modes().cookie == ""


def test_cookie_keeps_every_choice() -> None:
    chosen = Modes(size="large", theme="dark", contrast="more", lang="en")
    assert Modes.read(chosen.cookie) == chosen


def test_unknown_words_are_dropped() -> None:
    assert Modes.read("huge.dark.<script>.en.") == Modes(theme="dark", lang="en")


def test_a_form_changes_only_what_it_names() -> None:
    chosen = Modes(size="large", theme="dark")
    assert chosen.changed({"theme": "light", "back": "/", "size": "enormous"}) == Modes(size="large", theme="light")


def test_no_word_stands_for_two_choices() -> None:
    words = [word for group in WORDS.values() for word in group]
    assert len(words) == len(set(words))


def test_the_last_of_two_rivals_wins() -> None:
    assert Modes.read("light.dark").theme == "dark"


@pytest.mark.parametrize("address", ["/", "/activities?week=3", "/venues/7#week"])
def test_own_paths_are_followed(address: str) -> None:
    assert own_path(address) == address


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "venues",
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "/\nx",
        "javascript:alert(1)",
        "///x",
    ],
)
def test_other_sites_are_not(address: str | None) -> None:
    assert own_path(address, "/activities") == "/activities"
