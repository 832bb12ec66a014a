"""How answers are looked for: calls, and searches for stand-ins."""

from dataclasses import dataclass

from models.enums import StandInSearchState
from models.events.base import Event


@dataclass(frozen=True, kw_only=True)
class CallDone(Event):
    """Somebody telephoned; `word` is yes, no or unreached."""

    key = "call.done"
    activity_id: int
    person_id: int
    word: str


@dataclass(frozen=True, kw_only=True)
class StandInSearchStarted(Event):
    """A search for somebody in the place of one who cannot come began."""

    key = "stand_in_search.started"
    activity_id: int
    assignment_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class StandInSearchEnded(Event):
    """It was found out, or given up; `person_id` is who said yes, None where nobody did."""

    key = "stand_in_search.ended"
    activity_id: int
    assignment_id: int
    state: StandInSearchState
    person_id: int | None = None
