"""Could what is lent to an activity come along to another hour: read once, asked for many."""

from collections import Counter
from datetime import timedelta

from sqlmodel import col, select

from models.enums import LoanState
from models.rules import loans as rules
from models.rules.alternatives import REACH
from models.rules.free_time import Taken
from models.tables.activities import Activity
from models.tables.equipment import Equipment, Loan
from models.values import TimeWindow
from muster.localtime import zone
from services import busy, equipment_facts
from services.companions import moved
from services.unit_of_work import Tx


class Luggage:
    """The things lent to an activity, with all others of their names, and when they are away.

    A thing that is away then is swapped for a free one of the same name. Of each name the longest minutes
    before and after count for all of them: what is said to be possible is, and now and then more would be.
    """

    def __init__(self, tx: Tx, activity_id: int | None, wanted: TimeWindow) -> None:
        self._needed: Counter[str] = Counter()
        activity = None if activity_id is None else tx.session.get(Activity, activity_id)
        if activity is None:
            return
        query = (
            select(Loan, Equipment.name)
            .join(Equipment, col(Equipment.id) == col(Loan.equipment_id))
            .where(col(Loan.activity_id) == activity.id, col(Loan.state) == LoanState.lent)
        )
        lent = tx.session.exec(query).all()
        if not lent:
            return
        self._where = zone(tx.settings.zone)
        self._window = TimeWindow(activity.starts_at, activity.ends_at)
        self._needed.update(name for _, name in lent)
        self._before = {name: timedelta(0) for _, name in lent}
        self._after = dict(self._before)
        for loan, name in lent:
            self._before[name] = max(self._before[name], timedelta(minutes=loan.before_minutes))
            self._after[name] = max(self._after[name], timedelta(minutes=loan.after_minutes))
        things = tx.session.exec(select(Equipment).where(col(Equipment.name).in_(sorted(self._needed)))).all()
        self._things = [(equipment_facts.thing_facts(row), row.resource_id) for row in things]
        own = {loan.id for loan, _ in lent}
        longest = max((*self._before.values(), *self._after.values()))
        around = wanted.widened(REACH + longest, REACH + longest)
        taken: dict[int, list[TimeWindow]] = {resource_id: [] for _, resource_id in self._things}
        for row in busy.rows(tx, around, list(taken)):
            if row.loan_id not in own:
                taken[row.resource_id].append(TimeWindow(row.occupied_from, row.occupied_until))
        self._taken = {resource_id: Taken(windows) for resource_id, windows in taken.items()}

    def stays_behind(self, booked: TimeWindow) -> bool:
        """Tell whether something lent could not come along, were a venue booked for that window."""
        if not self._needed or (window := moved(self._window, booked)) == self._window:
            return False
        free: Counter[str] = Counter()
        for thing, resource_id in self._things:
            away = window.widened(self._before[thing.name], self._after[thing.name])
            free[thing.name] += self._taken[resource_id].is_free(away) and bool(
                rules.may_lend(thing, away, self._where)
            )
        return any(free[name] < count for name, count in self._needed.items())
