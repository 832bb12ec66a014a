"""Runs one comparison, or lists them: `make bench ARGS="booking --runs 5"`, or `python benchmarks booking`."""

import ast
import importlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
#: Modules of this folder that are no comparison.
SHARED = {"__main__", "houses", "measuring", "servers"}


def comparisons() -> dict[str, str]:
    """Return what there is to run, each with what it answers."""
    found = {}
    for path in sorted(HERE.glob("*.py")):
        if path.stem not in SHARED:
            about = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            found[path.stem] = about.partition("\n")[0]
    return found


def main(words: list[str]) -> int:
    """Run the comparison that the first word names; without one say which there are."""
    sys.path[:0] = [str(HERE), str(HERE.parent)]
    known = comparisons()
    if not words or words[0] not in known:
        for name, about in known.items():
            print(f"  {name:14} {about}")
        return 2 if words else 0
    importlib.import_module(words[0]).main(words[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
