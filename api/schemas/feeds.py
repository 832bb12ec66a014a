"""Secret addresses of calendars, and calendars kept elsewhere, as programs get and send them."""

from pydantic import Field

from api.schemas.common import Input, Instant, Label, Output
from models.enums import FeedKind
from models.rules.calendar_addresses import LONGEST
from services.outside_calendars import Fault, OutsideRow


class FeedOut(Output):
    """The address of a calendar; whoever has it reads the calendar, until it is made void. `webcal` opens it."""

    kind: FeedKind
    subject_id: int
    generation: int
    url: str
    webcal: str


class OutsideCalendarIn(Input):
    """The secret address of one's own calendar: `https://…` or `webcal://…`, an iCalendar file behind it."""

    url: Label = Field(max_length=LONGEST)


class OutsideCalendarOut(Output):
    """One's own calendar as it is read: only the host of its address is told. `fault` is why the last try failed."""

    id: int
    host: str
    created_at: Instant
    read_at: Instant | None
    next_read_at: Instant
    fault: Fault | None
    window_count: int


class OutsideCalendarsOut(Output):
    """All calendars of one person that are read."""

    items: list[OutsideCalendarOut]


def outside_calendar(row: OutsideRow) -> OutsideCalendarOut:
    """Return one calendar."""
    return OutsideCalendarOut.of(row)
