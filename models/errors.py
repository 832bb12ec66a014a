"""Errors of the domain, with stable codes; HTTP status and words are chosen elsewhere.

DomainError
├── NotFound          not there, or not to be seen by this actor
├── Forbidden         to be seen, but not to be done by this actor
├── SignInNeeded      nobody is signed in, or the proof does not hold
├── Invalid           the input is wrong; carries every reason with its field
├── Conflict          a rule or another row stands against it; carries every reason
│   └── Taken         something is taken then; carries conflicts and alternatives
│       ├── VenueTaken
│       └── EquipmentTaken
├── LostRace          somebody changed the row since it was read
├── TooMany           tried too often; come back later
└── Unavailable       the service cannot do it now (database busy, disk full)
"""

from collections.abc import Sequence
from typing import Any

from models.rules.verdicts import Reason, Refused


class DomainError(Exception):
    """Base of all; `code` names the error, `reasons` says why, all of it."""

    code = "error"

    def __init__(self, *reasons: Reason, code: str | None = None) -> None:
        self.code = code or type(self).code
        self.reasons: tuple[Reason, ...] = reasons or (Reason(self.code),)
        super().__init__(self.code, *(reason.code for reason in self.reasons))


class NotFound(DomainError):
    """The thing is not there, or this actor may not know of it."""

    code = "not_found"

    def __init__(self, noun: str, key: object) -> None:
        super().__init__(Reason("not_found", {"noun": noun, "id": str(key)}))
        self.noun = noun


class Forbidden(DomainError):
    """The actor may see the thing but not do this to it."""

    code = "forbidden"


class SignInNeeded(DomainError):
    """Nobody is signed in, or the token, link or session does not hold."""

    code = "sign_in_needed"


class Invalid(DomainError):
    """The input is wrong. Reasons carry `field` in their params where one is to blame."""

    code = "invalid"


class Conflict(DomainError):
    """A rule, a state or another row stands against it."""

    code = "conflict"


class Taken(Conflict):
    """Somebody else has it in that window; `conflicts` say what is in the way, `alternatives` are ways out."""

    def __init__(self, *reasons: Reason, conflicts: Sequence[Any] = (), alternatives: Sequence[Any] = ()) -> None:
        super().__init__(*reasons)
        self.conflicts = tuple(conflicts)
        self.alternatives = tuple(alternatives)


class VenueTaken(Taken):
    """The venue is taken in that window."""

    code = "venue_taken"


class EquipmentTaken(Taken):
    """A piece of equipment, or all of its name, is away in that window."""

    code = "equipment_taken"


class LostRace(DomainError):
    """The row changed since it was read; read it again."""

    code = "lost_race"


class TooMany(DomainError):
    """Tried too often."""

    code = "too_many"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(Reason("too_many", {"seconds": retry_after_seconds}))
        self.retry_after_seconds = retry_after_seconds


class Unavailable(DomainError):
    """The service cannot do it now."""

    code = "unavailable"


def require(answer: object) -> None:
    """Raise `Conflict` with all reasons where a rule refused; do nothing where it allowed."""
    if isinstance(answer, Refused):
        raise Conflict(*answer.reasons)
