"""Venues as programs send and get them."""

from typing import Annotated, Any

from pydantic import AliasPath, Field

from api.schemas.common import LEFT_OUT, Day, Flag, Heads, Id, Input, Label, Line, Minutes, Output
from models.enums import Datum, HostKind
from services.queries.venues import VenueView

Weekday = Annotated[int, Field(ge=0, le=6, strict=True, description="0 is Monday")]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, strict=True)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, strict=True)]
#: Spans of a week; nobody opens and closes more often.
MOST_SPANS = 100


class HoursIn(Input):
    """Open on a weekday from `opens` until `closes`, local times as `08:30`; `24:00` is the end of the day."""

    weekday: Weekday
    opens: Label
    closes: Label


class VenuePatch(Input):
    """What of a venue changes; a list of hours replaces the old one, an empty one means open at any time."""

    name: Line = LEFT_OUT
    kind: HostKind = LEFT_OUT
    capacity: Heads = LEFT_OUT
    org_id: Id | None = LEFT_OUT
    parent_id: Id | None = LEFT_OUT
    code: Label | None = LEFT_OUT
    address: Label = LEFT_OUT
    division_code: Label | None = LEFT_OUT
    zone: Line = LEFT_OUT
    lat: Latitude | None = LEFT_OUT
    lon: Longitude | None = LEFT_OUT
    datum: Datum = LEFT_OUT
    equipment: Label = LEFT_OUT
    set_up_minutes: Minutes = LEFT_OUT
    tear_down_minutes: Minutes = LEFT_OUT
    needs_approval: Flag = LEFT_OUT
    contact_name: Label | None = LEFT_OUT
    contact_phone: Label | None = LEFT_OUT
    contact_email: Label | None = LEFT_OUT
    access_note: Label = LEFT_OUT
    hours: Annotated[list[HoursIn], Field(max_length=MOST_SPANS)] = LEFT_OUT
    valid_from_on: Day = LEFT_OUT
    valid_until_on: Day | None = LEFT_OUT

    def given(self) -> dict[str, Any]:
        """Return what was sent, hours as the service takes them."""
        found = super().given()
        if "hours" in found:
            found["hours"] = [(span.weekday, span.opens, span.closes) for span in self.hours]
        return found


class VenueIn(VenuePatch):
    """A new venue; with a parent it is a part of it, and who books the whole takes the part too."""

    name: Line
    kind: HostKind
    capacity: Heads


class VenueOut(Output):
    """One venue in a list; coordinates in degrees."""

    id: int
    name: str
    code: str | None
    kind: HostKind
    org_id: int | None = Field(default=None, validation_alias=AliasPath("org", "id"))
    org_name: str | None = Field(default=None, validation_alias=AliasPath("org", "name"))
    parent_id: int | None = Field(default=None, validation_alias=AliasPath("parent", "id"))
    parent_name: str | None = Field(default=None, validation_alias=AliasPath("parent", "name"))
    address: str
    division_code: str | None
    zone: str
    lat: float | None
    lon: float | None
    datum: Datum
    capacity: int
    equipment: str
    set_up_minutes: int
    tear_down_minutes: int
    needs_approval: bool
    valid_from_on: Day
    valid_until_on: Day | None
    version: int


class HoursOut(Output):
    """One opening span of a weekday, 0 for Monday."""

    weekday: int
    opens: str
    closes: str


class VenueDetail(VenueOut):
    """One venue with its hours, none at all meaning open at any time, and its parts.

    The contact and the access note are null, and `is_masked` true, for those who lead nobody.
    """

    hours: list[HoursOut]
    parts: list[VenueOut]
    contact_name: str | None
    contact_phone: str | None
    contact_email: str | None
    access_note: str | None
    is_masked: bool
    may_change: bool


def venue_detail(view: VenueView) -> VenueDetail:
    """Return one venue, whole."""
    return VenueDetail.of(view.venue, view)
