"""Changelog fragments have a name and a kind that a release can gather."""

import re

from tests.packaging.tree import REPOSITORY, files, named

FRAGMENT = re.compile(r"\+[a-z0-9-]+\.(breaking|feature|fix|security|internal)\.md")


def test_fragments_are_named_by_kind() -> None:
    fragments = [path for path in files("changelog.d") if path.name != "README.md"]
    assert [named(path) for path in fragments if not FRAGMENT.fullmatch(path.name)] == []


def test_fragments_say_something() -> None:
    fragments = (REPOSITORY / "changelog.d").glob("+*.md")
    assert [named(path) for path in fragments if len(path.read_text("utf-8").strip()) < 20] == []
