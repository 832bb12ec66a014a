"""Look at what was refused, and who may be refused."""

import pytest

from models.enums import UserRole
from models.errors import DomainError
from services.access import Actor, Grant

ORGANISER = Actor(kind="user", grants=(Grant(UserRole.organiser),))
AUDITOR = Actor(kind="user", grants=(Grant(UserRole.auditor),))


def acting(role: UserRole, team_id: int | None = None, person_id: int | None = None) -> Actor:
    """Return somebody with one role over one team."""
    return Actor(kind="user", person_id=person_id, grants=(Grant(role, team_id),))


def codes(error: pytest.ExceptionInfo[DomainError]) -> list[tuple[str, str | None]]:
    """Return the code and the field of every reason."""
    return [(reason.code, reason.params.get("field")) for reason in error.value.reasons]
