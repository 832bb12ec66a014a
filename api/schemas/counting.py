"""Check-ins, tallies, evidence, closings and figures as programs send and get them."""

from pydantic import Field

from api.schemas.activities import MixOut
from api.schemas.common import Day, Heads, Id, Input, Instant, Line, Output, Text
from models.enums import ActivityKind, CheckInSource, CountingKind, Direction, TallyMethod


class CheckInIn(Input):
    """A person seen coming or going; named by id or by their own code."""

    person_id: Id | None = None
    code: Line | None = Field(default=None, max_length=40)
    at: Instant
    nonce: Line = Field(max_length=64)
    direction: Direction = Direction.arrival
    source: CheckInSource = CheckInSource.roll_call


class TallyIn(Input):
    """So many heads beyond the named ones."""

    count: Heads
    method: TallyMethod
    counter: Line = Field(max_length=60)
    from_at: Instant = Field(alias="from")
    until_at: Instant = Field(alias="until")
    second_counter: Text = Field(default="", max_length=60)


class ReverseIn(Input):
    """Why a row is taken back."""

    reason: Text = Field(min_length=1, max_length=500)


class RowOut(Output):
    """The id of the row that was written, or that stood there already."""

    id: int


class FigureOut(Output):
    """A number with its definition, its kind of counting, its scope and its evidence mix."""

    definition: str
    kind: CountingKind
    value: int
    from_on: Day
    until_on: Day
    as_of: Instant
    mix: MixOut
    team_id: int | None
    programme_id: int | None


class EvidenceRowOut(Output):
    """One activity behind a figure, with what it adds."""

    activity_id: int
    ref: str
    title: str
    kind: ActivityKind
    starts_at: Instant
    team_name: str
    venue_name: str | None
    count: int
    mix: MixOut
    member_ids: list[int]


class FigureEvidenceOut(Output):
    """A figure with the rows that add up to it."""

    figure: FigureOut
    rows: list[EvidenceRowOut]
