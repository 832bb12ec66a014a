"""May a thing be lent to an activity, what is still lacking there, and which of several things does best.

Whether a thing is free is not asked here: the guard in the database decides that.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from models.enums import ActivityState, EquipmentKind, LoanState
from models.rules import activity as activities
from models.rules.activity import ActivityFacts
from models.rules.identifiers import half_width
from models.rules.names import tidy
from models.rules.rosters import items_of
from models.rules.transitions import LOAN_MOVES, may_move
from models.rules.verdicts import Reason, Refused, Verdict, verdict
from models.values import DayWindow, TimeWindow
from muster.localtime import local_day

#: How long before an activity a thing is fetched and how long after it is back, in minutes, unless somebody says
#: otherwise. A vehicle needs the way there and back, which nobody knows from where it stands.
USUAL_MINUTES: Mapping[EquipmentKind, tuple[int, int]] = {
    EquipmentKind.device: (30, 30),
    EquipmentKind.vehicle: (60, 60),
}
LONGEST_MINUTES = 1440
#: Nobody needs more of one thing at once.
MOST_AT_ONCE = 50
#: A name must be so long to be found inside another one.
SHORTEST_INSIDE = 2
_COUNTED = re.compile(r"(.+?)(?:\s*[×*]\s*([1-9]\d?)|\s+[xX]\s*([1-9]\d?)|\s*([1-9]\d?)\s*[台个张只支套辆块把条面])")


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingFacts:
    """One thing that can be lent; `valid` is in local days, `seats` are a vehicle's."""

    equipment_id: int
    kind: EquipmentKind
    name: str
    valid: DayWindow
    code: str | None = None
    seats: int | None = None

    @property
    def label(self) -> str:
        """What people call this very thing: its name and its number."""
        return f"{self.name} {self.code}" if self.code else self.name


@dataclass(frozen=True, slots=True)
class Need:
    """So many things of a name."""

    name: str
    count: int = 1


def occupied_window(window: TimeWindow, before_minutes: int, after_minutes: int) -> TimeWindow:
    """Return how long a thing is away for an activity's window."""
    return window.widened(timedelta(minutes=before_minutes), timedelta(minutes=after_minutes))


def may_borrow(activity: ActivityFacts, now: datetime) -> Verdict:
    """Say whether anything may still be lent to an activity: while it may be edited, has a date, and is not over."""
    answer = activities.may_edit(activity)
    reasons = list(answer.reasons) if isinstance(answer, Refused) else []
    if activity.state is ActivityState.postponed:
        reasons.append(Reason("activity_postponed"))
    elif not reasons and now >= activity.window.ends_at:
        reasons.append(Reason("activity_over", {"ends_at": activity.window.ends_at}))
    return verdict(reasons)


def may_lend(thing: ThingFacts, occupied: TimeWindow, zone: ZoneInfo) -> Verdict:
    """Say whether the thing is there for the whole of a window; whoever else has it."""
    first_on, last_on = days_of(occupied, zone)
    if first_on < thing.valid.from_on:
        return verdict([Reason("equipment_not_there_yet", {"equipment": thing.label, "from_on": thing.valid.from_on})])
    if not thing.valid.contains(last_on):
        return verdict([Reason("equipment_ended", {"equipment": thing.label, "until_on": thing.valid.until_on})])
    return verdict([])


def may_return(state: LoanState, occupied: TimeWindow, now: datetime) -> Verdict:
    """Say whether a loan may be marked as returned: once its window has begun, however late."""
    reasons = _settled(state, LoanState.returned)
    if now <= occupied.starts_at:
        reasons.append(Reason("loan_not_begun", {"starts_at": occupied.starts_at}))
    return verdict(reasons)


def may_cancel(state: LoanState, occupied: TimeWindow, now: datetime) -> Verdict:
    """Say whether a loan may be called off: until its window is over."""
    reasons = _settled(state, LoanState.cancelled)
    if now >= occupied.ends_at:
        reasons.append(Reason("already_over", {"ends_at": occupied.ends_at}))
    return verdict(reasons)


def seats_note(seats_count: int, people_count: int | None) -> Reason | None:
    """Return a note where vehicles have fewer seats than people are expected; it never stands against a loan."""
    if not seats_count or people_count is None or people_count <= seats_count:
        return None
    return Reason("too_few_seats", {"seats": seats_count, "people": people_count})


def ranked(things: Iterable[ThingFacts], people_count: int | None = None) -> list[ThingFacts]:
    """Return things with the best one first: seats for everybody, as few empty ones as can be, then by number.

    Where no vehicle seats everybody, the largest comes first.
    """

    def key(thing: ThingFacts) -> tuple[int, int, str, int]:
        over = (thing.seats or 0) - (people_count or 0) if thing.kind is EquipmentKind.vehicle else 0
        return (max(-over, 0), max(over, 0), thing.code or "", thing.equipment_id)

    return sorted(things, key=key)


def needs_of(text: str) -> tuple[Need, ...]:
    """Read what is needed, or what is there: `投影机×2、音响`. A name that comes twice adds up."""
    counts: dict[str, int] = {}
    for item in items_of(half_width(text)):
        found = _COUNTED.fullmatch(item)
        name = tidy(found.group(1)) if found else item
        count = int(next(filter(None, found.groups()[1:]))) if found else 1
        counts[name] = counts.get(name, 0) + count
    return tuple(Need(name, count) for name, count in counts.items())


def meets(wanted: str, offered: str) -> bool:
    """Tell whether a thing of one name serves who asked for another: one name lies in the other, as 投影 in 投影机."""
    one, other = sorted((_folded(wanted), _folded(offered)), key=len)
    return one == other or (len(one) >= SHORTEST_INSIDE and one in other)


def lacking(wanted: Sequence[Need], there: Iterable[Need]) -> tuple[Need, ...]:
    """Return what is wanted and not there, in order; the very name counts before one that only serves as well."""
    left = {need.name: need.count for need in wanted}
    stock = {need.name: need.count for need in there}
    for serves in (_is_same, meets):
        for name in left:
            for offered in stock:
                if serves(name, offered):
                    used = min(left[name], stock[offered])
                    left[name] -= used
                    stock[offered] -= used
    return tuple(Need(name, count) for name, count in left.items() if count)


def days_of(occupied: TimeWindow, zone: ZoneInfo) -> tuple[date, date]:
    """Return the first and the last local day of a window."""
    last = occupied.ends_at - timedelta(microseconds=1)
    return local_day(occupied.starts_at, zone), local_day(last, zone)


def _is_same(wanted: str, offered: str) -> bool:
    return _folded(wanted) == _folded(offered)


def _folded(name: str) -> str:
    return half_width(name).casefold()


def _settled(old: LoanState, new: LoanState) -> list[Reason]:
    return [] if may_move(LOAN_MOVES, old, new) else [Reason("loan_settled", {"state": old})]
