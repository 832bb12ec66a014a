"""Mail addresses: what may stand in a header or an SMTP command."""

import re
from dataclasses import dataclass
from email.utils import parseaddr
from functools import lru_cache

MAX_ADDRESS = 254  # RFC 5321 4.5.3.1.3, without the angle brackets
MAX_LOCAL_PART = 64

_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)


class BadAddress(ValueError):
    """The text is not a mail address that this house can write to."""


class NeedsSmtpUtf8(BadAddress):
    """The part before the @ is not ASCII: only servers with SMTPUTF8 take it, and we do not speak it."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name, which may be empty, and an address."""

    name: str
    address: str


def parse_mailbox(text: str) -> Mailbox:
    """Read `Name <address>` or a bare address.

    Raises:
        BadAddress: there is no usable address in it.
    """
    name, address = parseaddr(text)
    ascii_address(address)
    return Mailbox(name, address)


@lru_cache(maxsize=1024)
def ascii_address(address: str) -> str:
    """Return the address as it stands in headers and SMTP commands; a Chinese domain becomes its `xn--` form.

    Raises:
        NeedsSmtpUtf8: the part before the @ is not ASCII.
        BadAddress: it is not an address.
    """
    local_part, at, domain = address.rpartition("@")
    if not at or not local_part:
        message = f"not a mail address: {address!r}"
        raise BadAddress(message)
    if not local_part.isascii():
        message = f"the mail address {address!r} needs SMTPUTF8, which is not spoken here; ask for an address in ASCII"
        raise NeedsSmtpUtf8(message)
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        message = f"not a mail domain: {domain!r}"
        raise BadAddress(message) from error
    if not (_LOCAL_PART.fullmatch(local_part) and _DOMAIN.fullmatch(ascii_domain)):
        message = f"not a mail address: {address!r}"
        raise BadAddress(message)
    whole = f"{local_part}@{ascii_domain}"
    if len(local_part) > MAX_LOCAL_PART or len(whole) > MAX_ADDRESS:
        message = f"mail address too long: {address!r}"
        raise BadAddress(message)
    return whole
