"""Web addresses that people write down, judged by their very text; nothing is looked up."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

_LOCAL_ENDINGS = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


def parts_of(url: str) -> SplitResult | None:
    """Return the parts of a web address; None where it is none, or carries a name and a password."""
    try:
        parts = urlsplit(url)
        is_usable = parts.port is None or parts.port > 0
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        return None
    return parts if is_usable and url.isprintable() and " " not in url else None


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine by its very name."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_global(address: str) -> bool:
    """Tell whether an IP address is out in the world: of no private network, link, machine or group.

    Raises:
        ValueError: it is no IP address.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return found.is_global and not found.is_multicast


def is_inside(host: str) -> bool:
    """Tell whether a host is by its very name not out in the world."""
    try:
        return not is_global(host)
    except ValueError:
        name = host.lower().rstrip(".")
        return "." not in name or name.rpartition(".")[2].isdigit() or name.endswith(_LOCAL_ENDINGS)
