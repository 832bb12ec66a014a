"""The repository as files: where it lies, its import roots, what belongs to it."""

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]

# Made by commands and ignored by git (.gitignore); none of it is source.
MADE = frozenset(
    {
        ".venv",
        ".git",
        "var",
        "build",
        "dist",
        "node_modules",
        "static",
        "htmlcov",
        "shots",
        "__pycache__",
        ".coverage",
        "coverage.xml",
        "muster.toml",
        ".hypothesis",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".import_linter_cache",
    }
)


def settings() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))


def roots() -> tuple[str, ...]:
    """Return the import roots, as the import contracts name them."""
    return tuple(settings()["tool"]["importlinter"]["root_packages"])


def is_made(name: str) -> bool:
    """Tell whether a file or folder of this name is made by a command."""
    return name in MADE or name.endswith(".egg-info") or name.startswith(".coverage.")


def files(*under: str) -> Iterator[Path]:
    """Yield every source file of the repository, or of some of its folders, in a stable order."""
    for start in under or ("",):
        for folder, names, leaves in os.walk(REPOSITORY / start):
            names[:] = sorted(name for name in names if not is_made(name))
            yield from (Path(folder) / leaf for leaf in sorted(leaves) if not is_made(leaf))


def modules() -> list[Path]:
    """Return every Python module of the import roots."""
    return [path for path in files(*roots()) if path.suffix == ".py"]


def named(path: Path) -> str:
    """Return the path as people write it, from the repository's top."""
    return path.relative_to(REPOSITORY).as_posix()
