"""Conditions that several lists share."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import col

from models.errors import Invalid, NotFound
from models.rules import names
from models.rules.fields import HIGHEST_ID
from models.rules.verdicts import Reason
from models.tables.teams import TeamAncestry

LONGEST_SEARCH = 100


def matching(text: str | None, *columns: Any, sort_key: Any = None, code: Any = None) -> list[ColumnElement[bool]]:
    """Return the condition for each word of a search: it lies in a column, whatever its case.

    With a sort key, the words together may also be how that key begins: `zhang s` finds 张三.

    Raises:
        Invalid: the text holds what no name can, or is very long.
    """
    wanted = plain_text("q", text or "").lower()
    if not wanted:
        return []
    each_word = and_(
        *(or_(*(func.lower(column).contains(word, autoescape=True) for column in columns)) for word in wanted.split())
    )
    choices = [each_word]
    if sort_key is not None:
        choices.append(sort_key.startswith(wanted, autoescape=True))
    if code is not None:
        choices.append(func.lower(code) == wanted)
    return [or_(*choices)]


def plain_text(field: str, text: str) -> str:
    """Return a text that the databases can look for.

    Raises:
        Invalid: it holds what no name can, or is very long.
    """
    plain = names.tidy(text)
    if not names.is_clean(plain):
        raise Invalid(Reason("text_wrong", {"field": field}))
    if len(plain) > LONGEST_SEARCH:
        raise Invalid(Reason("too_long", {"field": field, "limit": LONGEST_SEARCH}))
    return plain


def valid_on(kind: Any, on: date | None) -> list[ColumnElement[bool]]:
    """Return the condition that rows are valid on a local day; none at all without a day."""
    if on is None:
        return []
    return [
        col(kind.valid_from_on) <= on,
        or_(col(kind.valid_until_on).is_(None), col(kind.valid_until_on) > on),
    ]


def known_id(noun: str, row_id: int) -> int:
    """Return an id that the databases can look for.

    Raises:
        NotFound: no row has such an id.
    """
    if not 1 <= row_id <= HIGHEST_ID:
        raise NotFound(noun, row_id)
    return row_id


def in_subtree(team_column: Any, team_id: int) -> ColumnElement[bool]:
    """Return the condition that a team column names a team or one below it.

    Raises:
        NotFound: no team has such an id.
    """
    below = select(col(TeamAncestry.team_id)).where(col(TeamAncestry.ancestor_id) == known_id("team", team_id))
    found: ColumnElement[bool] = team_column.in_(below)
    return found


def small_number(field: str, value: int) -> int:
    """Return a number that the databases can compare with a column of whole numbers.

    Raises:
        Invalid: it is larger than any of them.
    """
    if abs(value) > HIGHEST_ID:
        raise Invalid(Reason("out_of_range", {"field": field, "low": -HIGHEST_ID, "high": HIGHEST_ID}))
    return value
