"""Which venues could be had: everything that a booking is checked against, read once for many venues and windows."""

from collections.abc import Collection, Mapping

from models.rules.alternatives import MOST, REACH, Alternative, VenueOption, Wanted
from models.rules.ways_out import Search
from models.values import TimeWindow
from services import busy, venue_facts
from services.companions import Companions
from services.luggage import Luggage
from services.unit_of_work import Tx
from services.venue_terms import Asking


class Chances:
    """The venues of the house with what stands against having them; a fixed number of statements, however many.

    Terms are those of the team; those who accepted to come to the activity, and what is lent to it, must be able
    to come along. What the bookings of `leave_out` take counts as free.
    """

    def __init__(
        self,
        tx: Tx,
        wanted: Wanted,
        *,
        team_id: int | None = None,
        activity_id: int | None = None,
        leave_out: Collection[int] = (),
        is_overriding: bool = False,
    ) -> None:
        self._tx = tx
        self._leave_out = leave_out
        asking = Asking(
            team_id=team_id,
            around=wanted.window.widened(REACH, REACH),
            leave_out_booking_id=next(iter(leave_out), None),
        )
        self.options: Mapping[int, VenueOption] = venue_facts.options(tx, asking=asking)
        self._companions = Companions(tx, wanted, activity_id=activity_id, is_overriding=is_overriding)
        self._luggage = Luggage(tx, activity_id, wanted.window)

    def search(self, wanted: Wanted, looked_at: Collection[int] = (), *, alone: bool = False) -> Search:
        """Return a search that knows when each venue is taken around the window, and those of `looked_at` all month.

        With `alone` it knows of no other venues than those.
        """
        options = [one for key, one in self.options.items() if key in looked_at or not alone]
        closely = {part for key in looked_at if key in self.options for part in self.options[key].resource_ids}
        others = {part for option in options for part in option.resource_ids} - closely
        then = [wanted.occupied(option, wanted.window) for option in options] or [wanted.window]
        around = TimeWindow(min(one.starts_at for one in then), max(one.ends_at for one in then))
        taken = self._taken(around, others) | self._taken(around.widened(REACH, REACH), closely)
        return Search(options, taken, wanted, self._tx.now, self._stands_against)

    def ways_out(self, wanted: Wanted) -> list[Alternative]:
        """Return up to five ways out, ranked; what differs in two things comes last, where there is too little else."""
        search = self.search(wanted, [wanted.venue_id])
        found = search.plain()
        if len(found) == MOST:
            return found
        nearest = search.nearest()
        closer = self.search(wanted, [option.venue.venue_id for option in nearest])
        return found + closer.elsewhere(nearest, MOST - len(found))

    def _stands_against(self, option: VenueOption, window: TimeWindow) -> bool:
        return self._companions.stand_against(option, window) or self._luggage.stays_behind(window)

    def _taken(self, around: TimeWindow, resource_ids: Collection[int]) -> dict[int, list[TimeWindow]]:
        return busy.windows(self._tx, around, resource_ids, leave_out=self._leave_out)
