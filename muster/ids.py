"""Names that must be unguessable or unique beyond this database; injectable like the clock."""

import hashlib
import random
import secrets
from typing import Protocol

TOKEN_BYTES = 24


class Ids(Protocol):
    """A source of tokens."""

    def token(self) -> str:
        """Return an unguessable URL-safe token."""
        ...


class SystemIds:
    """Tokens from the operating system's random source."""

    def token(self) -> str:
        """Return an unguessable URL-safe token of 192 bits."""
        return secrets.token_urlsafe(TOKEN_BYTES)


class SeededIds:
    """Repeatable tokens for the sample federation and for tests; never for secrets."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose; SystemIds makes the secrets

    def token(self) -> str:
        """Return the next token of the seeded row."""
        return self._random.randbytes(TOKEN_BYTES).hex()


def digest(token: str) -> str:
    """Return the SHA-256 hex digest under which a secret token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def message_id(delivery_token: str, domain: str) -> str:
    """Return the Message-ID of a delivery: the same for every attempt at it."""
    return f"<{delivery_token}@{domain}>"
