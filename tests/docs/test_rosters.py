"""The reference of roster files names every column with every name it goes by."""

import re
from pathlib import Path

import pytest

from models.enums import ImportKind
from services.roster_columns import ROSTERS

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "rosters.md"


def documented(kind: ImportKind) -> dict[str, tuple[set[str], bool]]:
    """Return the names of each field of a roster, and whether it is required, as the reference has them."""
    text = REFERENCE.read_text(encoding="utf-8")
    section = re.split(r"^## ", text.partition(f"\n## {kind.value.capitalize()}\n")[2], flags=re.MULTILINE)[0]
    found = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and cells[0] not in {"field", "---"}:
            names = {name.strip() for name in f"{cells[1]},{cells[2]}".split(",")} - {""}
            found[cells[0]] = names, cells[4] == "yes"
    return found


@pytest.mark.parametrize("kind", list(ImportKind))
def test_reference_names_every_column(kind: ImportKind) -> None:
    assert documented(kind) == {
        column.field: (set(column.names), column.is_required) for column in ROSTERS[kind].columns
    }
