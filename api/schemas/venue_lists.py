"""What hangs on venues as lists, as programs send and get it: special days, layouts, rights of teams."""

from typing import Annotated, Any

from pydantic import Field

from api.schemas.common import Day, Heads, Id, Input, Label, Output
from models.enums import Layout, VenueRightKind
from models.rules.venue_lists import MOST_DAYS, MOST_RIGHTS
from services.queries.venues import VenueView


class DaysIn(Input):
    """Local days `[from_on, until_on)` with hours of their own: open from `opens` until `closes`, else closed.

    An opening replaces the weekday's hours and opens holidays. Of entries that overlap, the one over fewer
    days decides, of equals the later one; openings over the same days hold together.
    """

    from_on: Day
    until_on: Day
    opens: Label | None = None
    closes: Label | None = None
    note: Label = ""

    def parts(self) -> tuple[Any, ...]:
        """Return the members as the service takes them."""
        return self.from_on, self.until_on, self.opens, self.closes, self.note


class LayoutIn(Input):
    """How many people fit when the chairs stand this way."""

    layout: Layout
    capacity: Heads


class RightIn(Input):
    """What a team, and all below it, may do at a venue; the first `book` or `request` closes it to all others."""

    team_id: Id
    kind: VenueRightKind


SpecialDays = Annotated[list[DaysIn], Field(max_length=MOST_DAYS)]
Layouts = Annotated[list[LayoutIn], Field(max_length=len(Layout))]
Rights = Annotated[list[RightIn], Field(max_length=MOST_RIGHTS)]


class DaysListIn(Input):
    """All closures and extra openings of a venue; those that it has now are replaced."""

    items: SpecialDays


class LayoutsIn(Input):
    """All layouts of a venue; with none at all it takes any, up to its capacity."""

    items: Layouts


class RightsIn(Input):
    """All rights at a venue; with no `book` or `request` everybody may ask."""

    items: Rights


class DaysOut(Output):
    """A closure, or with `opens` and `closes` an extra opening, over local days `[from_on, until_on)`."""

    id: int
    from_on: Day
    until_on: Day
    opens: str | None
    closes: str | None
    note: str


class DaysAdded(DaysOut):
    """What was added; `booked_count` open bookings touch those days and stay, `version` is the venue's."""

    booked_count: int
    version: int


class LayoutOut(Output):
    """How many people fit when the chairs stand this way."""

    layout: Layout
    capacity: int


class RightOut(Output):
    """What a team, and all below it, may do at the venue."""

    id: int
    team_id: int
    team_name: str
    kind: VenueRightKind


class DaysListOut(Output):
    """The closures and extra openings of a venue, past ones too, by their first day; `version` is the venue's."""

    items: list[DaysOut]
    version: int


class LayoutsOut(Output):
    """The layouts of a venue; `version` is the venue's."""

    items: list[LayoutOut]
    version: int


class RightsOut(Output):
    """The rights at a venue; `version` is the venue's."""

    items: list[RightOut]
    version: int


def days_list(view: VenueView) -> DaysListOut:
    """Return the special days of a venue."""
    return DaysListOut(items=[DaysOut.of(row) for row in view.days], version=view.venue.version)


def days_row(view: VenueView, row_id: int, booked_count: int) -> DaysAdded:
    """Return one entry that was added to a venue's special days."""
    row = DaysOut.of(next(row for row in view.days if row.id == row_id))
    return DaysAdded(**row.model_dump(), booked_count=booked_count, version=view.venue.version)


def layouts_list(view: VenueView) -> LayoutsOut:
    """Return the layouts of a venue."""
    return LayoutsOut(items=[LayoutOut.of(row) for row in view.layouts], version=view.venue.version)


def rights_list(view: VenueView) -> RightsOut:
    """Return the rights at a venue."""
    return RightsOut(items=[RightOut.of(row) for row in view.rights], version=view.venue.version)
