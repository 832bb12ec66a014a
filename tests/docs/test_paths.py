"""No document names a file that is not there, and CONTRIBUTING names tests that exist."""

import ast
import re
from pathlib import Path

import pytest

from tests.docs.pages import dead
from tests.packaging.tree import REPOSITORY, files, named

PAGES = [path for path in files() if path.suffix == ".md"]
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_paths_and_links_exist(page: Path) -> None:
    assert dead(page) == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_named_tests_exist(page: Path) -> None:
    missing = []
    for path, name in TEST.findall(page.read_text("utf-8")):
        source = REPOSITORY / path
        tree = ast.parse(source.read_text("utf-8") if source.exists() else "")
        if name not in {
            node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }:
            missing.append(f"{path}::{name}")
    assert missing == []


def test_contributing_fits_on_one_page() -> None:
    assert len((REPOSITORY / "CONTRIBUTING.md").read_text("utf-8").splitlines()) <= 80


def test_every_make_target_that_documents_name_exists() -> None:
    made = set(
        re.findall(r"^([a-z0-9-]+(?: [a-z0-9-]+)*):", (REPOSITORY / "Makefile").read_text("utf-8"), re.MULTILINE)
    )
    targets = {target for line in made for target in line.split()}
    asked = {name for page in PAGES for name in re.findall(r"`make ([a-z0-9-]+)", page.read_text("utf-8"))}
    assert sorted(asked - targets) == []
