"""Which team may stand under which."""

import pytest

from models.enums import TeamKind
from models.rules.teams import may_stand_under

TOP, SQUAD, UNIT = TeamKind.headquarters, TeamKind.squad, TeamKind.unit


@pytest.mark.parametrize(
    ("kind", "parent"),
    [(TOP, None), (SQUAD, None), (TOP, TOP), (SQUAD, TOP), (SQUAD, SQUAD), (UNIT, TOP), (UNIT, SQUAD), (UNIT, UNIT)],
)
def test_levels_go_down_or_stay(kind: TeamKind, parent: TeamKind | None) -> None:
    assert may_stand_under(kind, parent)


@pytest.mark.parametrize(("kind", "parent"), [(TOP, SQUAD), (TOP, UNIT), (SQUAD, UNIT)])
def test_levels_never_go_up(kind: TeamKind, parent: TeamKind) -> None:
    assert not may_stand_under(kind, parent)
