"""Passwords: argon2id, few at a time, and as slow for a stranger as for a user."""

import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.errors import Invalid, Unavailable
from models.rules.verdicts import Reason

SHORTEST, LONGEST = 10, 200
FEWEST_DIFFERENT = 5
MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1  # what OWASP asks at least: 19 MiB, two passes
AT_ONCE = 2  # more would let a burst of tries take the memory and the processors of the house
MAY_WAIT = 8  # more would let it take all threads that serve everybody else


class Passwords:
    """Hashes and checks passwords; safe to share between threads."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        self._places = threading.BoundedSemaphore(AT_ONCE + MAY_WAIT)
        self._nobody_lock = threading.Lock()
        self._nobody: str | None = None

    def hash(self, password: str) -> str:
        """Return what is stored of a password; takes some 50 ms, so never call it in a write transaction of a request.

        Raises:
            Invalid: it is too short, too long or too plain.
            Unavailable: too many wait already.
        """
        require_good(password)
        with self._turn():
            return self._hasher.hash(_plain(password))

    def holds(self, stored: str | None, password: str) -> bool:
        """Tell whether a password is the stored one; with nothing stored, say no after the same time.

        Raises:
            Unavailable: too many wait already.
        """
        given = _plain(password[: LONGEST + 1])
        with self._turn():
            try:
                is_right = self._hasher.verify(stored or self._stored_by_nobody(), given)
            except (VerificationError, InvalidHashError):
                return False
        return is_right and stored is not None

    def rehash(self, stored: str | None, password: str) -> str | None:
        """Return a new hash of a right password where the stored one was made with other parameters, else None."""
        if stored is None or not self._hasher.check_needs_rehash(stored):
            return None
        with self._turn():
            return self._hasher.hash(_plain(password))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise Unavailable(Reason("sign_in_busy"))
        try:
            with self._slots:
                yield
        finally:
            self._places.release()

    def _stored_by_nobody(self) -> str:
        with self._nobody_lock:
            if self._nobody is None:
                self._nobody = self._hasher.hash(secrets.token_urlsafe())
            return self._nobody


def require_good(password: str) -> None:
    """Raise `Invalid` with every reason why a password will not do."""
    reasons = []
    if len(password) < SHORTEST:
        reasons.append(Reason("password_too_short", {"field": "password", "limit": SHORTEST}))
    if len(password) > LONGEST:
        reasons.append(Reason("password_too_long", {"field": "password", "limit": LONGEST}))
    if len(set(password)) < FEWEST_DIFFERENT:
        reasons.append(Reason("password_too_plain", {"field": "password"}))
    if reasons:
        raise Invalid(*reasons)


def _plain(password: str) -> bytes:
    """Return the bytes of a password, the same for every way of typing the same characters."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
