"""Read the documents: tables, paths and links in Markdown."""

import re
from pathlib import Path

from tests.packaging.tree import REPOSITORY

CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
#: A path of this repository in code style: a known top folder or file, no spaces, no placeholders.
PATH = re.compile(
    r"^(?:(?:api|web|scheduler|services|notifications|planning|audit|models|muster|tests|docs|tools|migrations|benchmarks"
    r"|requirements|changelog\.d|\.ci)/[\w./-]*|[\w.-]+\.(?:toml|md|json|ini|yaml)|Makefile|LICENSE)$"
)
#: Written by people or by the running program, or at a release; not part of the repository.
ELSEWHERE = {"muster.toml", "CHANGELOG.md", "web/static"}


def table_rows(page: Path, width: int) -> list[list[str]]:
    """Return the body rows of every table with so many columns, cells stripped; headings left out."""
    rows: list[list[str]] = []
    previous: list[str] = []
    for line in page.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if cells and all(set(cell) <= {"-", ":"} and cell for cell in cells):
            if rows and rows[-1] is previous:
                rows.pop()  # that was the heading
        elif len(cells) == width:
            rows.append(cells)
            previous = cells
    return rows


def paths_in(text: str) -> list[str]:
    """Return every path of this repository that a text names in code style."""
    return [item for item in CODE.findall(text) if PATH.match(item) and item not in ELSEWHERE]


def dead(page: Path) -> list[str]:
    """Return the paths and links of a page that lead nowhere."""
    text = page.read_text("utf-8")
    missing = [item for item in paths_in(text) if not (REPOSITORY / item).exists()]
    local = [target for target in LINK.findall(text) if "://" not in target]
    return missing + [target for target in local if not (page.parent / target).exists()]
