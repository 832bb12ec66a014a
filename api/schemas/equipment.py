"""Equipment and loans as programs send and get them."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AliasPath, Field

from api.schemas.common import LEFT_OUT, Day, Id, Input, Instant, Label, Line, Minutes, Output, ReasonOut, Text
from models.enums import EquipmentKind, LoanState
from models.errors import Invalid
from models.rules.loans import MOST_AT_ONCE
from models.rules.verdicts import Reason
from services.equipment import MOST_SEATS
from services.queries.equipment import ActivityEquipment, EquipmentView

Seats = Annotated[int, Field(ge=1, le=MOST_SEATS, strict=True)]
Count = Annotated[int, Field(ge=1, le=MOST_AT_ONCE, strict=True)]


class EquipmentPatch(Input):
    """What of a thing changes."""

    name: Line = LEFT_OUT
    kind: EquipmentKind = LEFT_OUT
    code: Label | None = LEFT_OUT
    org_id: Id | None = LEFT_OUT
    seats: Seats | None = LEFT_OUT
    kept_at: Label = LEFT_OUT
    valid_from_on: Day = LEFT_OUT
    valid_until_on: Day | None = LEFT_OUT


class EquipmentIn(EquipmentPatch):
    """A new thing: one that is carried, or one that drives; ten projectors are ten things."""

    name: Line
    kind: EquipmentKind


class LoanIn(Input):
    """What is lent: one very thing, or so many free ones of a name, all or none.

    Minutes before and after default to the usual ones of the kind.
    """

    equipment_id: Id | None = None
    name: Line | None = None
    count: Count = 1
    before_minutes: Minutes | None = None
    after_minutes: Minutes | None = None

    def check(self) -> None:
        """Raise `Invalid` unless one thing or one name is given, and a number only with a name."""
        if (self.equipment_id is None) == (self.name is None):
            raise Invalid(Reason("thing_or_name", {"field": "name"}))
        if self.equipment_id is not None and self.count != 1:
            raise Invalid(Reason("out_of_range", {"field": "count", "low": 1, "high": 1}))


class CancelIn(Input):
    """Why a loan is called off; may be left out."""

    reason: Text = Field(default="", max_length=500)


class LoanOut(Output):
    """One loan, and how long its thing is away; the activity is null for those who may not see it."""

    id: int
    equipment_id: int
    equipment_name: str
    equipment_code: str | None
    kind: EquipmentKind
    seats: int | None
    activity_id: int | None
    activity_title: str | None
    state: LoanState
    occupied_from: Instant
    occupied_until: Instant
    before_minutes: int
    after_minutes: int
    lent_by: str | None
    is_overdue: bool
    version: int


class EquipmentOut(Output):
    """One thing in a list; `away` is the loan that it is out for at this moment."""

    id: int
    kind: EquipmentKind
    name: str
    code: str | None
    org_id: int | None = Field(default=None, validation_alias=AliasPath("org", "id"))
    org_name: str | None = Field(default=None, validation_alias=AliasPath("org", "name"))
    seats: int | None
    kept_at: str
    valid_from_on: Day
    valid_until_on: Day | None
    away: LoanOut | None
    version: int


class EquipmentDetail(EquipmentOut):
    """One thing, whole."""

    may_change: bool


class NeedOut(Output):
    """So many things of a name."""

    name: str
    count: int


class LackOut(NeedOut):
    """What is lacking; `offer` is the name under which `free_count` things can be lent, null where none is free."""

    offer: str | None
    free_count: int
    is_kept: bool


class ActivityLoansOut(Output):
    """What an activity needs, what its venue has, what is lent to it, what is lacking; notes stand against nothing."""

    wanted: list[NeedOut]
    built_in: list[NeedOut]
    items: list[LoanOut]
    lacking: list[LackOut]
    notes: list[ReasonOut]


def equipment_detail(view: EquipmentView) -> EquipmentDetail:
    """Return one thing, whole."""
    return EquipmentDetail.of(view.equipment, view)


def activity_loans(found: ActivityEquipment, tell: Callable[[Reason], dict[str, Any]]) -> ActivityLoansOut:
    """Return what an activity needs and has; `tell` puts a reason into words."""
    return ActivityLoansOut(
        wanted=[NeedOut.of(one) for one in found.wanted],
        built_in=[NeedOut.of(one) for one in found.built_in],
        items=[LoanOut.of(row) for row in found.loans],
        lacking=[LackOut.of(one) for one in found.lacking],
        notes=[ReasonOut(**tell(found.note))] if found.note else [],
    )
