"""People as programs send and get them; contacts only for those who may call."""

from typing import Annotated, Literal

from pydantic import AliasPath, Field

from api.schemas.common import LEFT_OUT, Day, Flag, Id, Input, Label, Line, Output
from api.schemas.teams import MembershipOut, PersonRefOut
from models.enums import AssignmentRole, MembershipRole
from services.people import MOST_TRAITS
from services.queries.people import PersonView

Words = Annotated[list[Label], Field(max_length=MOST_TRAITS)]
Locale = Literal["zh-CN", "en"]


class _Person(Input):
    """What a new person and a changed one have in common; a list replaces the old one."""

    name: Line = LEFT_OUT
    sort_key: Label | None = LEFT_OUT
    code: Label | None = LEFT_OUT
    phone: Label | None = LEFT_OUT
    email: Label | None = LEFT_OUT
    locale: Locale = LEFT_OUT
    employer_org_id: Id | None = LEFT_OUT
    answers_through_id: Id | None = LEFT_OUT
    titles: Words = LEFT_OUT
    roles: Annotated[list[AssignmentRole], Field(max_length=MOST_TRAITS)] = LEFT_OUT
    skills: Words = LEFT_OUT
    languages: Words = LEFT_OUT
    is_synthetic: Flag = LEFT_OUT
    quiet_hours: Annotated[Label, Field(max_length=20)] | None = LEFT_OUT
    day_limit: Annotated[int, Field(ge=1, le=24, strict=True)] | None = LEFT_OUT
    week_limit: Annotated[int, Field(ge=1, le=168, strict=True)] | None = LEFT_OUT


class PersonPatch(_Person):
    """What of a person changes; an empty `left_on` brings somebody back."""

    left_on: Day | None = LEFT_OUT


class PersonIn(_Person):
    """A new person, and the team they join; `roles` are the parts they can take at an activity."""

    name: Line
    team_id: Id | None = LEFT_OUT
    team_role: MembershipRole = LEFT_OUT
    joined_on: Day | None = LEFT_OUT


class PersonOut(Output):
    """One person in a list; `phone` and `email` are null, and `is_masked` true, for those who may not call.

    `email_fault` is what a mail server said when it called the address dead; nothing is sent there until the
    address is changed, or tried anew.
    """

    id: int
    name: str
    code: str | None
    phone: str | None
    email: str | None
    email_fault: str | None
    is_masked: bool
    locale: str
    employer_org_id: int | None = Field(default=None, validation_alias=AliasPath("employer", "id"))
    employer_name: str | None = Field(default=None, validation_alias=AliasPath("employer", "name"))
    teams: list[MembershipOut]
    titles: list[str]
    roles: list[str]
    skills: list[str]
    languages: list[str]
    is_synthetic: bool
    left_on: Day | None
    version: int


class PersonDetail(PersonOut):
    """One person, with every membership there was, newest first, and how much they did."""

    sort_key: str
    answers_through: PersonRefOut | None
    memberships: list[MembershipOut]
    upcoming_count: int
    served_count: int
    quiet_hours: str | None
    day_limit: int | None
    week_limit: int | None
    may_change: bool


def person_detail(view: PersonView) -> PersonDetail:
    """Return one person, whole."""
    return PersonDetail.of(view.person, view)
