"""Users as administrators see them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from models.errors import NotFound
from models.tables.users import ApiToken, SignIn, User, UserGrant
from services.access import Grant
from services.unit_of_work import Tx
from services.users import plain_email, require_administrator


@dataclass(frozen=True, slots=True)
class UserRow:
    """One login; `seen_at` is the last use of a browser that is still signed in."""

    id: int
    name: str
    email: str
    person_id: int | None
    locale: str
    is_active: bool
    has_password: bool
    grants: tuple[Grant, ...]
    seen_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One API token, without its secret."""

    id: int
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def list_users(tx: Tx) -> tuple[UserRow, ...]:
    """Return every login by name; for administrators. A house has dozens, not thousands."""
    require_administrator(tx.actor)
    return _rows(tx, None)


def read_user(tx: Tx, user_id: int) -> UserRow:
    """Return one login; for administrators and the user.

    Raises:
        NotFound: no such user, or none that this actor may know of.
    """
    if tx.actor.user_id != user_id:
        require_administrator(tx.actor)
    rows = _rows(tx, user_id)
    if not rows:
        raise NotFound("user", user_id)
    return rows[0]


def user_id_of(tx: Tx, email: str) -> int | None:
    """Return the id of the login with this address, active or not; for administrators."""
    require_administrator(tx.actor)
    found = select(col(User.id)).where(col(User.email) == plain_email(email))
    return tx.session.execute(found).scalar_one_or_none()


def list_tokens(tx: Tx, user_id: int) -> tuple[TokenRow, ...]:
    """Return the API tokens of a user, newest first; for administrators and the user."""
    if tx.actor.user_id != user_id:
        require_administrator(tx.actor)
    found = select(ApiToken).where(col(ApiToken.user_id) == user_id).order_by(col(ApiToken.id).desc())
    return tuple(
        TokenRow(row.id, row.created_at, row.expires_at, row.revoked_at) for row in tx.session.execute(found).scalars()
    )


def _rows(tx: Tx, user_id: int | None) -> tuple[UserRow, ...]:
    users = select(User).order_by(col(User.name), col(User.id))
    grants = select(UserGrant).order_by(col(UserGrant.id))
    seen = select(col(SignIn.user_id), col(SignIn.seen_at))
    if user_id is not None:
        users = users.where(col(User.id) == user_id)
        grants = grants.where(col(UserGrant.user_id) == user_id)
        seen = seen.where(col(SignIn.user_id) == user_id)
    by_user: dict[int, list[Grant]] = {}
    for grant in tx.session.execute(grants).scalars():
        by_user.setdefault(grant.user_id, []).append(Grant(grant.role, grant.team_id))
    last_seen: dict[int, datetime] = {}
    for owner, at in tx.session.execute(seen):
        last_seen[owner] = max(at, last_seen.get(owner, at))
    return tuple(
        UserRow(
            id=user.id,
            name=user.name,
            email=user.email,
            person_id=user.person_id,
            locale=user.locale,
            is_active=user.is_active,
            has_password=user.password_hash is not None,
            grants=tuple(by_user.get(user.id, ())),
            seen_at=last_seen.get(user.id),
            version=user.version,
        )
        for user in tx.session.execute(users).scalars()
    )
