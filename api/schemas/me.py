"""Whoever asks, as programs get it."""

from api.schemas.common import Output
from models.enums import UserRole


class GrantOut(Output):
    """One role over a team's subtree; without a team over the whole house."""

    role: UserRole
    team_id: int | None


class MeOut(Output):
    """The login behind a token; `zone` is the house's."""

    user_id: int
    person_id: int | None
    name: str
    email: str
    locale: str
    zone: str
    roles: list[GrantOut]
