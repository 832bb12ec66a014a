"""Orgs as programs send and get them."""

from pydantic import AliasPath, Field

from api.schemas.common import LEFT_OUT, Day, Id, Input, Label, Line, Output
from models.enums import HostKind, OrgKind
from services.queries.orgs import OrgView


class OrgPatch(Input):
    """What of an org changes; null empties what may be empty."""

    name: Line = LEFT_OUT
    kind: OrgKind = LEFT_OUT
    parent_id: Id | None = LEFT_OUT
    code: Label | None = LEFT_OUT
    credit_code: Label | None = LEFT_OUT
    host_kind: HostKind | None = LEFT_OUT
    division_code: Label | None = LEFT_OUT
    jurisdiction: Label | None = LEFT_OUT
    contact_name: Label | None = LEFT_OUT
    contact_phone: Label | None = LEFT_OUT
    contact_email: Label | None = LEFT_OUT
    valid_from_on: Day = LEFT_OUT
    valid_until_on: Day | None = LEFT_OUT


class OrgIn(OrgPatch):
    """A new org; valid from today on unless told otherwise."""

    name: Line
    kind: OrgKind


class OrgOut(Output):
    """One org in a list; valid for local days from `valid_from_on` until the day before `valid_until_on`."""

    id: int
    name: str
    code: str | None
    kind: OrgKind
    host_kind: HostKind | None
    parent_id: int | None = Field(default=None, validation_alias=AliasPath("parent", "id"))
    parent_name: str | None = Field(default=None, validation_alias=AliasPath("parent", "name"))
    credit_code: str | None
    division_code: str | None
    jurisdiction: str | None
    valid_from_on: Day
    valid_until_on: Day | None
    version: int


class OrgDetail(OrgOut):
    """One org, whole; the contact is null, and `is_masked` true, for those who lead nobody."""

    contact_name: str | None
    contact_phone: str | None
    contact_email: str | None
    is_masked: bool
    org_count: int
    team_count: int
    venue_count: int
    may_change: bool


def org_detail(view: OrgView) -> OrgDetail:
    """Return one org, whole."""
    return OrgDetail.of(view.org, view)
