"""Who takes which part, and which day a hall is free: nobody and nothing is promised twice, nobody too much."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from models.rules.assignment import LECTURE_ROLES
from models.rules.person_conflicts import Duty, PersonLoad, conflicts
from models.values import TimeWindow
from services.sample.data import Part, Script
from services.sample.days import Days
from services.sample.house import House, Member

#: No hall is cleared in less.
MARGIN = timedelta(hours=2)
#: Nobody needs longer from one hall of the county to another, clearing the one and setting up the other included.
WAY = timedelta(minutes=210)
#: Ways of answering that need a mail in one's hands; without an address somebody else writes the answer down.
BY_MAIL = frozenset({"link", "page", "api"})


@dataclass(frozen=True, slots=True)
class Casted:
    """A part with the person who is asked first, and the one who stands in where the story wants one."""

    part: Part
    member: Member
    stand_in: Member | None = None


class Casting:
    """Keeps track of people and halls over the whole story."""

    def __init__(self, house: House, days: Days) -> None:
        self._house = house
        self._days = days
        self._by_key = {member.key: member for member in house.members if member.key}
        self._duties: dict[int, list[Duty]] = defaultdict(list)
        self._taken: dict[str, list[TimeWindow]] = defaultdict(list)
        self._uses: dict[int, int] = defaultdict(int)

    def take_hall(self, venue: str, window: TimeWindow) -> bool:
        """Take a hall, the whole of it, unless it is taken or closed then; tell whether it was free."""
        day = self._days.day_of(window.starts_at)
        if any(closed.from_on <= day < closed.until_on for closed in self._house.closed[venue]):
            return False
        whole = self._house.wholes[venue]
        wide = window.widened(MARGIN, MARGIN)
        if any(taken.overlaps(wide) for taken in self._taken[whole]):
            return False
        self._taken[whole].append(window)
        return True

    def cast(self, script: Script, window: TimeWindow) -> tuple[Casted, ...]:
        """Return who is asked for each part of an activity."""
        found = []
        for part in script.cast:
            member = self._choose(part, script, window)
            stand_in = self._choose(replace(part, name=None), script, window) if part.way == "swap" else None
            found.append(Casted(part, member, stand_in))
        return tuple(found)

    def _choose(self, part: Part, script: Script, window: TimeWindow) -> Member:
        duty = Duty(activity_id=sum(self._uses.values()), window=window, zone=self._days.zone)
        free = [member for member in self._house.members if self._is_free(member, duty) and _can(member, part)]
        named = self._by_key[part.name] if part.name else None
        chosen = named if named in free else min(free, key=lambda member: self._rank(member, part, script))
        self._duties[chosen.person_id].append(duty)
        self._uses[chosen.person_id] += 1
        return chosen

    def _is_free(self, member: Member, duty: Duty) -> bool:
        """Tell whether nothing stands against asking a member, hard or soft."""
        duties = tuple(self._duties[member.person_id])
        wide = duty.window.widened(WAY, WAY)
        is_near = any(other.window.overlaps(wide) for other in duties)
        return not is_near and not conflicts(PersonLoad(person_id=member.person_id, accepted=duties), duty)

    def _rank(self, member: Member, part: Part, script: Script) -> tuple[bool, int, int, int]:
        """Order the free: the named are kept for what names them, then the nearest team, then who did least."""
        line = set(self._house.line(member.team))
        is_near = not line.isdisjoint(set(self._house.line(script.team)) - {"HQ"})
        distance = 0 if script.team in line else 2 - is_near
        needs_mail = part.way == "silent" and not member.has_mail
        return (member.key is not None or needs_mail, distance, self._uses[member.person_id], member.person_id)


def window_from(starts_at: datetime, minutes: int) -> TimeWindow:
    """Return the window of so many minutes."""
    return TimeWindow(starts_at, starts_at + timedelta(minutes=minutes))


def _can(member: Member, part: Part) -> bool:
    return part.role not in LECTURE_ROLES or part.role.value in member.roles
