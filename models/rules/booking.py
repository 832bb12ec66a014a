"""May a venue be booked for a window.

Whether the venue is free is not asked here: the guard in the database decides that.
These rules say everything that can be said beforehand, all reasons at once.
"""

from datetime import datetime, timedelta

from models.enums import Layout
from models.rules import venue_terms
from models.rules.venue_hours import hours_reasons, joined, open_windows
from models.rules.venues import HORIZON, LONGEST, SHORTEST, DaysFacts, OpeningHours, TeamTerms, VenueFacts
from models.rules.verdicts import Verdict, verdict
from models.values import TimeWindow

__all__ = [
    "HORIZON",
    "LONGEST",
    "SHORTEST",
    "DaysFacts",
    "OpeningHours",
    "TeamTerms",
    "VenueFacts",
    "joined",
    "may_book",
    "occupied_window",
    "open_windows",
]


def occupied_window(
    starts_at: datetime, ends_at: datetime, set_up: timedelta = timedelta(0), tear_down: timedelta = timedelta(0)
) -> TimeWindow:
    """Return what the booking takes from the venue: its window with set-up and tear-down around it.

    Raises:
        ValueError: an instant without a zone, an end not after the start, a negative buffer.
    """
    if set_up < timedelta(0) or tear_down < timedelta(0):
        message = "set-up and tear-down take time or none, never less"
        raise ValueError(message)
    return TimeWindow(starts_at, ends_at).widened(set_up, tear_down)


def may_book(
    venue: VenueFacts,
    window: TimeWindow,
    occupied: TimeWindow,
    now: datetime,
    people_count: int | None = None,
    *,
    layout: Layout | None = None,
    needs: frozenset[str] = frozenset(),
) -> Verdict:
    """Say everything that stands against booking the venue, whoever else has it.

    Opening hours bind the window itself; set-up and tear-down may lie outside them,
    but they count towards the longest time that the venue may be taken. `needs` are
    the names of equipment that has to be built in: leave out what is lent for it.
    """
    return verdict(
        [
            *venue_terms.team_reasons(venue, window),
            *venue_terms.length_reasons(venue, window, occupied),
            *venue_terms.start_reasons(venue, window, now),
            *venue_terms.validity_reasons(venue, window),
            *hours_reasons(venue, window),
            *venue_terms.room_reasons(venue, people_count, layout),
            *venue_terms.equipment_reasons(venue, needs),
        ]
    )
