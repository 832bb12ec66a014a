"""Users: logins, their rights, and the proofs they sign in with. Secrets are stored hashed."""

from datetime import datetime

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field

from models.enums import UserRole
from models.tables.base import Row, Stamped, instant_column, key_column, reference, text_column, word_column


class User(Row, Stamped, table=True):
    """A login; most volunteers never need one."""

    __tablename__ = "users"

    id: int = key_column()
    person_id: int | None = reference("people.id", nullable=True)
    name: str = text_column(60)
    email: str = text_column(254, unique=True)  #: lower case
    password_hash: str | None = text_column(200, nullable=True)  #: argon2id; None: only mailed links
    locale: str = text_column(8, default="zh-CN")
    is_active: bool = Field(default=True, nullable=False)


class UserGrant(Row, table=True):
    """One role of a user over a team's subtree; no team means the whole house."""

    __tablename__ = "user_grants"
    __table_args__ = (UniqueConstraint("user_id", "role", "team_id"),)

    id: int = key_column()
    user_id: int = reference("users.id")
    role: UserRole = word_column(UserRole)
    team_id: int | None = reference("teams.id", nullable=True)


class SignIn(Row, table=True):
    """A signed-in browser: an opaque token, its SHA-256 here, revocable at once."""

    __tablename__ = "sign_ins"

    id: int = key_column()
    user_id: int = reference("users.id")
    token_sha256: str = text_column(64, unique=True)
    csrf_token: str = text_column(64)
    created_at: datetime = instant_column()
    seen_at: datetime = instant_column()
    expires_at: datetime = instant_column()


class SignInLink(Row, table=True):
    """A mailed one-time link."""

    __tablename__ = "sign_in_links"

    id: int = key_column()
    user_id: int = reference("users.id")
    token_sha256: str = text_column(64, unique=True)
    created_at: datetime = instant_column()
    expires_at: datetime = instant_column()
    used_at: datetime | None = instant_column(nullable=True)


class ApiToken(Row, table=True):
    """A bearer token for programs."""

    __tablename__ = "api_tokens"

    id: int = key_column()
    user_id: int = reference("users.id")
    token_sha256: str = text_column(64, unique=True)
    created_at: datetime = instant_column()
    expires_at: datetime | None = instant_column(nullable=True)
    revoked_at: datetime | None = instant_column(nullable=True)


class SignInAttempt(Row, table=True):
    """A failed sign-in, kept to slow guessing per account and per address."""

    __tablename__ = "sign_in_attempts"

    id: int = key_column()
    bucket_sha256: str = text_column(64, index=True)  #: hash of the account or of the network address
    at: datetime = instant_column(index=True)


class IdempotencyKey(Row, table=True):
    """The answer once given to a POST, so that a repeat gets the same."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("actor", "key"),)

    id: int = key_column()
    actor: str = text_column(40)
    key: str = text_column(200)
    request_sha256: str = text_column(64)
    status: int = Field(nullable=False)
    body: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = instant_column(index=True)
