"""Sign messages so that other houses can tell that they are ours (DKIM, RFC 6376), with an RSA key (RFC 8301)."""

import re
from dataclasses import dataclass
from pathlib import Path

import dkim
from dkim.crypto import UnparsableKeyError, parse_pem_private_key

LEAST_KEY_BITS = 1024
#: What of the head is signed; signed once more than it is there, so that nobody can add a second one.
HEADERS = (
    b"From", b"From", b"To", b"To", b"Subject", b"Subject", b"Date", b"Date", b"Message-ID", b"MIME-Version",
    b"Content-Type", b"Auto-Submitted", b"List-Unsubscribe", b"List-Unsubscribe-Post",
)  # fmt: skip
_SELECTOR = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")


class BadDkimKey(ValueError):
    """The key or its name cannot be used; the text says why, and shows nothing of the key."""


@dataclass(frozen=True, slots=True)
class DkimSigner:
    """Signs for one domain. The public half of the key stands in the DNS at `SELECTOR._domainkey.DOMAIN`."""

    domain: str
    selector: str
    _pem: bytes

    def __repr__(self) -> str:
        return f"DkimSigner({self.name})"

    @property
    def name(self) -> str:
        """Where in the DNS the public half stands."""
        return f"{self.selector}._domainkey.{self.domain}"

    def sign(self, content: bytes) -> bytes:
        """Return a message with its signature at the head; its instant is the machine's, so keep what is returned."""
        header: bytes = dkim.sign(
            content,
            self.selector.encode(),
            self.domain.encode(),
            self._pem,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=list(HEADERS),
        )
        return header + content


def load_signer(key_file: Path | None, selector: str, sender_address: str) -> DkimSigner | None:
    """Return the signer that the settings ask for; None where they ask for none.

    Raises:
        BadDkimKey: no such file, not a private RSA key in PEM, too short a one, or a selector is missing.
    """
    if key_file is None and not selector:
        return None
    if key_file is None:
        message = "MUSTER_DKIM_KEY_FILE: is missing, and MUSTER_DKIM_SELECTOR alone signs nothing"
        raise BadDkimKey(message)
    if not _SELECTOR.fullmatch(selector):
        message = "MUSTER_DKIM_SELECTOR: must name the key as the DNS does, e.g. muster1"
        raise BadDkimKey(message)
    return DkimSigner(sender_address.rpartition("@")[2].lower(), selector, _private_key(key_file))


def _private_key(path: Path) -> bytes:
    try:
        pem = path.read_bytes()
    except OSError as error:
        message = f"MUSTER_DKIM_KEY_FILE: {path}: {error.strerror}"
        raise BadDkimKey(message) from error
    try:
        bits = int(parse_pem_private_key(pem)["modulus"]).bit_length()
    except (UnparsableKeyError, ValueError, KeyError, TypeError, IndexError) as error:
        message = f"MUSTER_DKIM_KEY_FILE: {path} holds no private RSA key in PEM"
        raise BadDkimKey(message) from error
    if bits < LEAST_KEY_BITS:
        message = f"MUSTER_DKIM_KEY_FILE: the key in {path} has {bits} bits, fewer than {LEAST_KEY_BITS}"
        raise BadDkimKey(message)
    return pem
