"""Teams and memberships as programs send and get them."""

from pydantic import AliasPath, Field

from api.schemas.common import LEFT_OUT, Day, Id, Input, Label, Line, Output
from models.enums import MembershipRole, TeamKind
from services.queries.teams import TeamView


class TeamPatch(Input):
    """What of a team changes; another `parent_id` moves the whole subtree."""

    name: Line = LEFT_OUT
    kind: TeamKind = LEFT_OUT
    parent_id: Id | None = LEFT_OUT
    org_id: Id | None = LEFT_OUT
    code: Label | None = LEFT_OUT
    valid_from_on: Day = LEFT_OUT
    valid_until_on: Day | None = LEFT_OUT


class TeamIn(TeamPatch):
    """A new team; valid from today on unless told otherwise."""

    name: Line
    kind: TeamKind


class TeamOut(Output):
    """One team in a list; `member_count` are today's members of this very team."""

    id: int
    name: str
    code: str | None
    kind: TeamKind
    parent_id: int | None
    parent_name: str | None
    org_id: int | None = Field(default=None, validation_alias=AliasPath("org", "id"))
    org_name: str | None = Field(default=None, validation_alias=AliasPath("org", "name"))
    member_count: int
    valid_from_on: Day
    valid_until_on: Day | None
    version: int


class TeamRefOut(Output):
    """A team by its name."""

    id: int
    name: str
    kind: TeamKind


class PersonRefOut(Output):
    """A person by name."""

    id: int
    name: str


class TeamDetail(TeamOut):
    """One team: the line above it from the top, what is right below it, who leads it, the people of the subtree."""

    line: list[TeamRefOut]
    below: list[TeamOut]
    leaders: list[PersonRefOut]
    people_count: int
    may_change: bool


def team_detail(view: TeamView) -> TeamDetail:
    """Return one team, whole."""
    return TeamDetail.of(view.team, view)


class MembershipPatch(Input):
    """What of a membership changes; another team or person is another membership."""

    role: MembershipRole = LEFT_OUT
    valid_from_on: Day = LEFT_OUT
    valid_until_on: Day | None = LEFT_OUT


class MembershipIn(MembershipPatch):
    """A person put into a team; from today on unless told otherwise."""

    person_id: Id
    team_id: Id


class MembershipOut(Output):
    """A person's role in a team for local days from `valid_from_on` until the day before `valid_until_on`."""

    id: int
    person_id: int
    person_name: str
    team_id: int
    team_name: str
    team_kind: TeamKind
    role: MembershipRole
    valid_from_on: Day
    valid_until_on: Day | None
    version: int
