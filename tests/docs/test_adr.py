"""Decision records: five headings, one page, numbers without gaps."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import paths_in
from tests.packaging.tree import REPOSITORY, settings

RECORDS = sorted((REPOSITORY / "docs" / "adr").glob("*.md"))
HEADINGS = ["Context", "Decision", "Consequences", "Alternatives", "References"]
LONGEST = 60


def name(path: Path) -> str:
    return path.stem


def test_numbers_have_no_gaps() -> None:
    assert [path.name[:4] for path in RECORDS] == [f"{number:04}" for number in range(1, len(RECORDS) + 1)]


@pytest.mark.parametrize("record", RECORDS, ids=name)
def test_title_carries_the_number_of_the_file(record: Path) -> None:
    assert re.fullmatch(r"\d{4}(-[a-z0-9]+)+", record.stem)
    assert record.read_text("utf-8").startswith(f"# {record.stem[:4]} ")


@pytest.mark.parametrize("record", RECORDS, ids=name)
def test_headings_are_the_five(record: Path) -> None:
    assert re.findall(r"^## (.+)$", record.read_text("utf-8"), re.MULTILINE) == HEADINGS


@pytest.mark.parametrize("record", RECORDS, ids=name)
def test_record_fits_on_one_page(record: Path) -> None:
    assert len(record.read_text("utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("record", RECORDS, ids=name)
def test_references_name_code(record: Path) -> None:
    references = record.read_text("utf-8").partition("## References")[2]
    assert paths_in(references), "a decision that nothing enforces is a wish"


@pytest.mark.parametrize("record", RECORDS, ids=name)
def test_named_contracts_exist(record: Path) -> None:
    contracts = {contract["name"] for contract in settings()["tool"]["importlinter"]["contracts"]}
    references = record.read_text("utf-8").partition("## References")[2]
    assert [item for item in re.findall(r'"([A-Z][^"]+)"', references) if item not in contracts] == []
