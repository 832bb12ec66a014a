"""What a rule answers: allowed, or refused with all its reasons."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, as a stable code and the values that a translated sentence needs."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Allowed:
    """The rule has nothing against it."""

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Refused:
    """The rule is against it, for all these reasons; never empty."""

    reasons: tuple[Reason, ...]

    def __post_init__(self) -> None:
        if not self.reasons:
            message = "a refusal needs a reason"
            raise ValueError(message)

    def __bool__(self) -> bool:
        return False


Verdict = Allowed | Refused


def verdict(reasons: list[Reason]) -> Verdict:
    """Return `Refused` with the reasons, or `Allowed` where there are none."""
    return Refused(tuple(reasons)) if reasons else Allowed()
