"""Every table and every enum has its word, in code and in both languages."""

import re
from enum import StrEnum

import pytest

from models import enums
from models.tables import metadata
from models.tables.base import Row
from muster import workcalendar
from tests.docs.pages import table_rows
from tests.packaging.tree import REPOSITORY

GLOSSARY = REPOSITORY / "docs" / "glossary.md"
COLUMNS = 6
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def rows() -> list[list[str]]:
    return table_rows(GLOSSARY, COLUMNS)


def rows_with(class_name: str) -> list[list[str]]:
    return [row for row in rows() if re.search(rf"`{class_name}\b", row[4])]


def tables() -> list[str]:
    """Return the name of every row class that has a table."""
    found, waiting = set(), [Row]
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if hasattr(kind, "__table__"):
            found.add(kind.__name__)
    return sorted(found)


def words() -> list[str]:
    modules = (enums, workcalendar)
    return sorted(
        name
        for module in modules
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum
    )


def test_every_table_of_the_database_has_a_class() -> None:
    assert len(tables()) == len(metadata.tables)


@pytest.mark.parametrize("class_name", tables() + words())
def test_class_has_a_row_with_both_words(class_name: str) -> None:
    found = rows_with(class_name)
    assert found, f"docs/glossary.md has no row with `{class_name}` in its column In code"
    for _term, chinese, english, means, *_ in found:
        assert CHINESE.search(chinese)
        assert re.search(r"[a-z]", english)
        assert means


def test_terms_are_not_explained_twice() -> None:
    terms = [row[0] for row in rows()]
    assert sorted({term for term in terms if terms.count(term) > 1}) == []
