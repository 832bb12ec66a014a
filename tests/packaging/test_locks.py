"""Lock files: exact versions with hashes, and no address that they came from."""

import re

import pytest

from tests.packaging.tree import REPOSITORY

LOCKS = ("run", "test", "node")
ADDRESS = re.compile(r"https?:|://|index-url|find-links|file:", re.IGNORECASE)
PINNED = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)(\[[a-z,]+\])?==(?P<version>[^ ;\\]+)")


def text(name: str) -> str:
    return (REPOSITORY / "requirements" / name).read_text("utf-8")


def versions(name: str) -> dict[str, set[str]]:
    """Return the pinned versions of a lock file; one name may have several, each under its own marker."""
    found: dict[str, set[str]] = {}
    for line in text(f"{name}.lock").splitlines():
        if match := PINNED.match(line):
            found.setdefault(match["name"], set()).add(match["version"])
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_address(name: str) -> None:
    assert [line for line in text(f"{name}.lock").splitlines() if ADDRESS.search(line)] == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_exact_and_hashed(name: str) -> None:
    blocks = re.split(r"\n(?=\S)", text(f"{name}.lock").strip())
    assert blocks
    loose = [block for block in blocks if not (PINNED.match(block) and "--hash=sha256:" in block)]
    assert loose == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_holds_everything_asked_for(name: str) -> None:
    asked = re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)", text(f"{name}.in"), re.MULTILINE)
    assert sorted({item.lower() for item in asked} - versions(name).keys()) == []


def test_tests_run_with_the_versions_that_are_shipped() -> None:
    tested = versions("test")
    assert {name: found for name, found in versions("run").items() if tested.get(name) != found} == {}


def test_package_lock_names_no_address() -> None:
    lock = (REPOSITORY / "package-lock.json").read_text("utf-8")
    assert [line.strip() for line in lock.splitlines() if '"resolved"' in line] == []
