"""The volunteer tree: which team may stand under which."""

from models.enums import TeamKind
from models.rules.verdicts import Reason, Verdict, verdict

#: Levels from the top; depth stays open, since a level may hold teams of its own level.
LEVELS = (TeamKind.headquarters, TeamKind.squad, TeamKind.unit)


def may_stand_under(kind: TeamKind, parent: TeamKind | None) -> Verdict:
    """Tell whether a team may stand under another, or at the top: never under one of a lower level."""
    is_fine = parent is None or LEVELS.index(parent) <= LEVELS.index(kind)
    return verdict([] if is_fine else [Reason("team_level_wrong", {"field": "parent_id", "parent_kind": parent})])
