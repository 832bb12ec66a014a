"""What all activities of the story share: the house, who acts, the calendar and the replay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from services.access import Actor
from services.sample.days import Days
from services.sample.house import House
from services.sample.replay import Do, Replay

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LED_SQUAD = "S01"  # the one whose leader has a login


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Handed to every course; `actors` are the logins by their word."""

    house: House
    actors: Mapping[str, Actor]
    replay: Replay
    days: Days

    def leader_of(self, team: str) -> Actor:
        """Return who holds and counts for a team: its squad's leader, else the organiser."""
        return self.actors["leader" if LED_SQUAD in self.house.line(team) else "organiser"]


def seeded(*parts: object) -> Random:
    """Return a random source that depends on the parts alone."""
    return Random(":".join(map(str, parts)))  # noqa: S311 - the story must be the same every time


__all__ = ["DAY", "HOUR", "MINUTE", "Do", "Stage", "seeded"]
