"""Signed tokens for links: short, URL-safe, and the same each time they are made.

A token is `<subject>.<expiry>.<signature>`: its subject can be read by anyone, so it holds
an id and never a name, but nobody without the secret can make or prolong one. The purpose is
part of the key: a token made for one use is worthless for another.

BadToken(ValueError)     not one of ours, or changed, or made for another purpose
└── ExpiredToken         one of ours, too late
"""

import hashlib
import hmac
from datetime import UTC, datetime

from itsdangerous import BadData, HMACAlgorithm
from itsdangerous import Signer as HmacSigner
from itsdangerous.encoding import base64_decode, base64_encode

SIGNATURE_BYTES = 16


class BadToken(ValueError):
    """The token is not one of ours for this purpose."""


class ExpiredToken(BadToken):
    """The token was ours, but its time is over; `subject` tells whom to send a new one."""

    def __init__(self, subject: str) -> None:
        super().__init__("expired")
        self.subject = subject


class _ShortHmac(HMACAlgorithm):
    """HMAC cut to 128 bits (RFC 2104, section 5), which keeps links short enough for a text message."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        """Return the first half of the digest."""
        return super().get_signature(key, value)[:SIGNATURE_BYTES]


class Signer:
    """Makes and reads tokens under one secret."""

    def __init__(self, secret: str) -> None:
        if not secret:
            message = "an empty secret signs nothing"
            raise ValueError(message)
        self._secret = secret

    def sign(self, purpose: str, subject: str, expires_at: datetime) -> str:
        """Return the token of a subject; the same input makes the same token.

        `expires_at` is aware and kept in whole seconds, rounded down.
        """
        if expires_at.tzinfo is None:
            message = "an expiry needs a zone"
            raise ValueError(message)
        body = f"{base64_encode(subject).decode()}.{int(expires_at.timestamp()):x}"
        return self._signer(purpose).sign(body).decode()

    def read(self, purpose: str, token: str, now: datetime) -> str:
        """Return the subject of a token.

        Raises:
            BadToken: the token is not one of ours for this purpose.
            ExpiredToken: `now` is at or past its expiry.
        """
        try:
            body, _, _ = token.rpartition(".")
            # The whole text is compared: decoding the signature would let other spellings of it pass.
            if not hmac.compare_digest(self._signer(purpose).sign(body), token.encode()):
                raise BadToken(purpose)
            subject, expiry = body.split(".")
            name, expires_at = base64_decode(subject).decode(), datetime.fromtimestamp(int(expiry, 16), UTC)
        except (BadData, ValueError, OverflowError) as error:
            raise BadToken(purpose) from error
        if now >= expires_at:
            raise ExpiredToken(name)
        return name

    def _signer(self, purpose: str) -> HmacSigner:
        return HmacSigner(
            self._secret,
            salt=f"muster.{purpose}",
            key_derivation="hmac",
            algorithm=_ShortHmac(hashlib.sha256),
        )
