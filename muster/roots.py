"""Start-up guard: our import names are plain words, which other installed packages may own too."""

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

#: Every import root of the project, as in pyproject.toml.
ROOTS = ("api", "web", "scheduler", "services", "notifications", "planning", "audit", "models", "muster")


def check_roots(names: Iterable[str] = ROOTS) -> Path:
    """Return the folder that all import roots share; imports none of them.

    Raises:
        RuntimeError: a root is missing, or is found in another folder than the rest, so
            that somebody else's package would run in its place. Names every one of them.
    """
    home = Path(__file__).resolve().parent.parent
    strangers = [f"{name} ({place or 'not found'})" for name in names if (place := _parent(name)) != home]
    if strangers:
        message = f"these packages are not the ones in {home}: {', '.join(strangers)}"
        raise RuntimeError(message)
    return home


def _parent(name: str) -> Path | None:
    """Return the folder that a top-level package would be imported from."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).resolve().parent.parent
