"""Logins, tokens and who signed in."""

from dataclasses import dataclass
from datetime import datetime

from models.enums import UserRole
from models.events.base import Event, RowChanged


@dataclass(frozen=True, kw_only=True)
class UserAdded(Event):
    """A login was made, with its role."""

    key = "user.added"
    role: UserRole
    team_id: int | None = None


class UserChanged(RowChanged):
    """A login got other rights, another password, or was closed."""

    key = "user.changed"


@dataclass(frozen=True, kw_only=True)
class TokenCreated(Event):
    """An API token was made for a user."""

    key = "token.created"
    user_id: int
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event):
    """An API token was ended before its time."""

    key = "token.revoked"
    user_id: int


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event):
    """A user signed in."""

    key = "user.signed_in"
    way: str = "password"


@dataclass(frozen=True, kw_only=True)
class SignInRefused(Event):
    """A sign-in failed; `subject_id` is the user, or 0 where the address is unknown."""

    key = "user.sign_in_refused"


@dataclass(frozen=True, kw_only=True)
class SignedOut(Event):
    """A user signed out."""

    key = "user.signed_out"
