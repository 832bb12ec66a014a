"""Small files, small functions, and folders that cannot change their import name."""

import ast
from pathlib import Path

from tests.packaging.tree import REPOSITORY, files, modules, named

LONGEST_FILE = 500
LONGEST_FUNCTION = 60


def test_files_stay_below_the_hard_limit() -> None:
    lengths = {named(path): len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_functions_stay_below_the_hard_limit() -> None:
    too_long = {}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                length = node.end_lineno - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    too_long[f"{named(path)}:{node.lineno} {node.name}"] = length
    assert too_long == {}


def test_every_folder_of_tests_is_a_package() -> None:
    """Without `__init__.py`, `tests/api` would be importable as `api`."""
    folders: set[Path] = set()
    for path in files("tests"):
        if path.suffix == ".py":
            folders.update(folder for folder in path.parents if folder.is_relative_to(REPOSITORY / "tests"))
    assert [named(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_models_package_runs_nothing() -> None:
    """Importing `models.rules` runs `models/__init__.py`; a line there could drag the tables in unseen."""
    assert (REPOSITORY / "models" / "__init__.py").read_text("utf-8").strip() == ""
