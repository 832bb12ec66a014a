"""Could those who said yes to an activity come along to another venue or hour: read once, asked for many."""

from dataclasses import replace

from models.enums import ActivityState
from models.rules.alternatives import REACH, VenueOption, Wanted
from models.rules.person_conflicts import Duty, PersonLoad, conflicts
from models.tables.activities import Activity
from models.values import TimeWindow
from services import people_loads, people_travel
from services.unit_of_work import Tx


def moved(activity_window: TimeWindow, booked: TimeWindow) -> TimeWindow:
    """Return when an activity would be if a venue were booked for it then: as it is where the booking covers that.

    Otherwise it moves to the booked window.
    """
    is_covered = booked.starts_at <= activity_window.starts_at and activity_window.ends_at <= booked.ends_at
    return activity_window if is_covered else booked


class Companions:
    """Those who accepted, with all that they have promised for `REACH` around the wanted window.

    What stands against somebody as the activity is now was known before, and does not count.
    """

    def __init__(self, tx: Tx, wanted: Wanted, *, activity_id: int | None = None, is_overriding: bool = False) -> None:
        self._wanted = wanted
        self._is_overriding = is_overriding
        self._loads: dict[int, PersonLoad] = {}
        self._loads_now: dict[int, PersonLoad] = {}
        activity = None if activity_id is None else tx.get(Activity, activity_id, noun="activity", for_update=False)
        if activity is None or activity.state is ActivityState.postponed:
            return
        self._people = people_travel.accepted(tx, activity.id)
        if not self._people:
            return
        self._now = people_loads.duty_of(tx, activity)
        window = moved(self._now.window, wanted.window)
        self._duty = people_loads.duty_of(tx, activity, venue_id=wanted.venue_id, window=window)
        around = replace(self._duty, window=window.widened(REACH, REACH))
        self._loads = people_loads.loads(tx, self._people, around)
        self._loads_now = people_loads.loads(tx, self._people, self._now)

    def stand_against(self, option: VenueOption, window: TimeWindow) -> bool:
        """Tell whether somebody could not come along, were the venue booked for that window.

        Where the activity has to move, it is given the venue first and the window then: both are looked at.
        """
        if not self._loads:
            return False
        now = self._now.window
        wanted = self._at(option, moved(now, window))
        before = [self._now] if wanted.window == now else [self._now, self._at(option, now)]
        return any(self._is_new(person_id, wanted, duty) for person_id in self._loads for duty in before)

    def _is_new(self, person_id: int, wanted: Duty, now: Duty) -> bool:
        known = people_travel.known_conflicts(self._people[person_id], self._loads_now[person_id], now)
        found = people_travel.new_conflicts(conflicts(self._loads[person_id], wanted), known)
        return any(one.is_hard or not self._is_overriding for one in found)

    def _at(self, option: VenueOption, window: TimeWindow) -> Duty:
        """Return the activity as a duty at a venue, with the set-up and tear-down that the booking would have."""
        venue, booked = option.venue, self._wanted.occupied(option, window)
        duty = replace(
            self._duty,
            window=window,
            set_up=window.starts_at - booked.starts_at,
            tear_down=booked.ends_at - window.ends_at,
        )
        if venue.venue_id == duty.venue_id:
            return duty
        return replace(duty, zone=venue.zone, venue_id=venue.venue_id, venue_name=None, place=venue.place)
