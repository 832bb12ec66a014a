"""What is offered where a venue cannot be had, and what each way out costs in trouble."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.enums import Layout
from models.rules.venues import VenueFacts
from models.rules.verdicts import Reason
from models.values import Place, TimeWindow

#: No more ways out than one can take in at a glance.
MOST = 5
#: Other days are looked for up to this far ahead, and half as far back.
DAYS_AHEAD = 28
#: What is taken has to be known this far around the wanted window: a day more, since local days differ in length.
REACH = timedelta(days=DAYS_AHEAD + 1)

#: What a way out costs, in minutes of trouble, so that unlike ones can be ranked.
DAY_COST = 180
VENUE_COST = 30
PART_COST = 15
UNKNOWN_ROAD_COST = 90

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueOption:
    """A venue with the resources that booking it takes, its smallest parts, and its own set-up and tear-down."""

    venue: VenueFacts
    resource_ids: tuple[int, ...]
    set_up: timedelta = timedelta(0)
    tear_down: timedelta = timedelta(0)
    needs_approval: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for.

    `set_up` and `tear_down` travel with it to any venue; None means each venue's own. `origin` is where
    the people come from; the wanted venue's place where None.
    """

    venue_id: int
    window: TimeWindow
    set_up: timedelta | None = None
    tear_down: timedelta | None = None
    people_count: int | None = None
    layout: Layout | None = None
    needs: frozenset[str] = frozenset()
    origin: Place | None = None

    def occupied(self, option: VenueOption, window: TimeWindow) -> TimeWindow:
        """Return what a booking of the venue for the window would take of it."""
        before = option.set_up if self.set_up is None else self.set_up
        after = option.tear_down if self.tear_down is None else self.tear_down
        return window.widened(before, after)


@dataclass(frozen=True, slots=True)
class Alternative:
    """A window at a venue that was free, with the reason for offering it.

    Reasons: `other_hour` (minutes; negative is earlier), `part_of_venue` (capacity), `other_venue` (km and
    minutes of road, None where a place is not known; capacity), `other_day` (days), and
    `other_venue_and_time` (as `other_venue`). Booked with these minutes of set-up and tear-down it is
    free; `needs_approval` tells that it can only be asked for.
    """

    venue_id: int
    starts_at: datetime
    ends_at: datetime
    reason: Reason
    set_up_minutes: int = 0
    tear_down_minutes: int = 0
    needs_approval: bool = False


def delay_cost(delay: timedelta) -> float:
    """Return what having it at another time costs."""
    days, rest = divmod(abs(delay), timedelta(days=1))
    return days * DAY_COST + rest / MINUTE
