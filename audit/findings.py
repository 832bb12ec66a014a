"""What the checkers hand out."""

from dataclasses import dataclass, field

from models.enums import Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """One doubt: a stable code, how bad it is, what it is about, and the values its sentence needs.

    `subject` is the noun and the id, e.g. `attendance:17`; a checker that finds the
    same thing twice hands out equal findings.
    """

    code: str
    severity: Severity
    subject: str
    params: dict[str, object] = field(default_factory=dict)
