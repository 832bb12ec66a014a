"""Teams: the volunteer tree, with a closure so that a subtree is one join."""

from datetime import date

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer
from sqlmodel import Field

from models.enums import MembershipRole, TeamKind
from models.tables.base import Row, Stamped, key_column, reference, text_column, word_column


class Team(Row, Stamped, table=True):
    """A node of the volunteer tree, valid for local days `[from, until)`."""

    __tablename__ = "teams"
    __table_args__ = (CheckConstraint("valid_until_on IS NULL OR valid_until_on > valid_from_on", name="validity"),)

    id: int = key_column()
    parent_id: int | None = reference("teams.id", nullable=True)
    org_id: int | None = reference("orgs.id", nullable=True)
    kind: TeamKind = word_column(TeamKind)
    name: str = text_column(100)
    sort_key: str = text_column(120, default="", index=True)  #: what lists are ordered by
    code: str | None = text_column(40, nullable=True, unique=True)
    valid_from_on: date = Field(nullable=False)
    valid_until_on: date | None = Field(default=None)


class TeamAncestry(Row, table=True):
    """Every pair of a team and one above it, itself included at depth 0."""

    __tablename__ = "team_ancestry"

    ancestor_id: int = Field(sa_column=Column(Integer, ForeignKey("teams.id"), primary_key=True))
    team_id: int = Field(sa_column=Column(Integer, ForeignKey("teams.id"), primary_key=True, index=True))
    depth: int = Field(nullable=False)


class Membership(Row, Stamped, table=True):
    """A person's role in a team for local days `[from, until)`."""

    __tablename__ = "memberships"
    __table_args__ = (CheckConstraint("valid_until_on IS NULL OR valid_until_on > valid_from_on", name="validity"),)

    id: int = key_column()
    person_id: int = reference("people.id")
    team_id: int = reference("teams.id")
    role: MembershipRole = word_column(MembershipRole)
    valid_from_on: date = Field(nullable=False)
    valid_until_on: date | None = Field(default=None)
