"""Venues as programs send and get them."""

from typing import Annotated, Any

from pydantic import AliasPath, Field

from api.schemas.common import LEFT_OUT, Day, Flag, Heads, Id, Input, Label, Line, Minutes, Output
from api.schemas.venue_lists import DaysOut, LayoutOut, Layouts, RightOut, Rights, SpecialDays
from models.enums import AccessKind, Datum, HolidayRule, HostKind, QuotaPeriod
from services.queries.venues import VenueView
from services.venue_fields import (
    LONGEST_HOLD_MINUTES,
    LONGEST_HORIZON_DAYS,
    LONGEST_MINUTES,
    LONGEST_NOTICE_MINUTES,
    MINUTES_A_DAY,
    MOST_BOOKINGS,
    MOST_NOTICE_WORKDAYS,
    SHORTEST_MINUTES,
    SHORTEST_NO_SHOW_MINUTES,
)

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
    """What of a venue changes; a list replaces the old one.

    No hours mean open at any time, no layouts any layout, no `book` or `request` rights that everybody may
    ask. `longest_minutes` is of what is occupied, set-up and tear-down included; `notice_workdays` are whole
    working days between asking and the day. `team_quota` and `quota_period` go together.
    """

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
    holiday_rule: HolidayRule = LEFT_OUT
    shortest_minutes: Annotated[int, Field(ge=SHORTEST_MINUTES, le=MINUTES_A_DAY, strict=True)] = LEFT_OUT
    longest_minutes: Annotated[int, Field(ge=SHORTEST_MINUTES, le=LONGEST_MINUTES, strict=True)] = LEFT_OUT
    notice_minutes: Annotated[int, Field(ge=0, le=LONGEST_NOTICE_MINUTES, strict=True)] = LEFT_OUT
    notice_workdays: Annotated[int, Field(ge=0, le=MOST_NOTICE_WORKDAYS, strict=True)] = LEFT_OUT
    horizon_days: Annotated[int, Field(ge=1, le=LONGEST_HORIZON_DAYS, strict=True)] = LEFT_OUT
    team_quota: Annotated[int, Field(ge=1, le=MOST_BOOKINGS, strict=True)] | None = LEFT_OUT
    quota_period: QuotaPeriod | None = LEFT_OUT
    hold_minutes: Annotated[int, Field(ge=SHORTEST_MINUTES, le=LONGEST_HOLD_MINUTES, strict=True)] = LEFT_OUT
    no_show_minutes: Annotated[int, Field(ge=SHORTEST_NO_SHOW_MINUTES, le=MINUTES_A_DAY, strict=True)] | None = LEFT_OUT
    contact_name: Label | None = LEFT_OUT
    contact_phone: Label | None = LEFT_OUT
    contact_email: Label | None = LEFT_OUT
    access_kind: AccessKind = LEFT_OUT
    access_note: Label = LEFT_OUT
    access_code: Label | None = LEFT_OUT
    hours: Annotated[list[HoursIn], Field(max_length=MOST_SPANS)] = LEFT_OUT
    days: SpecialDays = LEFT_OUT
    layouts: Layouts = LEFT_OUT
    rights: Rights = LEFT_OUT
    valid_from_on: Day = LEFT_OUT
    valid_until_on: Day | None = LEFT_OUT

    def given(self) -> dict[str, Any]:
        """Return what was sent, lists as the service takes them."""
        found = super().given()
        if "hours" in found:
            found["hours"] = [(span.weekday, span.opens, span.closes) for span in self.hours]
        if "days" in found:
            found["days"] = [days.parts() for days in self.days]
        if "layouts" in found:
            found["layouts"] = [(one.layout, one.capacity) for one in self.layouts]
        if "rights" in found:
            found["rights"] = [(right.team_id, right.kind) for right in self.rights]
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
    """One venue with its terms, its hours, none at all meaning open at any time, its lists and its parts.

    The contact and the access note are null, and `is_masked` true, for those who lead nobody; the code of
    the door is null for all but those who manage venues.
    """

    holiday_rule: HolidayRule
    shortest_minutes: int
    longest_minutes: int
    notice_minutes: int
    notice_workdays: int
    horizon_days: int
    team_quota: int | None
    quota_period: QuotaPeriod | None
    hold_minutes: int
    no_show_minutes: int | None
    hours: list[HoursOut]
    days: list[DaysOut]
    layouts: list[LayoutOut]
    rights: list[RightOut]
    parts: list[VenueOut]
    contact_name: str | None
    contact_phone: str | None
    contact_email: str | None
    access_kind: AccessKind
    access_note: str | None
    access_code: str | None
    is_masked: bool
    may_change: bool


def venue_detail(view: VenueView) -> VenueDetail:
    """Return one venue, whole."""
    return VenueDetail.of(view.venue, view.terms, view)
