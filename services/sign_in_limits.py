"""Slow guessing down: count tries per account and per network address, in the database, for all processes."""

import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, text
from sqlmodel import col

from models.errors import TooMany
from models.tables.users import SignInAttempt
from services.unit_of_work import Tx

SPAN = timedelta(minutes=15)
IPV6_NETWORK_BITS = 64  # one household or office gets that many addresses


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `tries` within `SPAN` in one bucket, a keyed hash that names nobody."""

    bucket_sha256: str
    tries: int


def limit(tx: Tx, kind: str, value: str, tries: int) -> Limit:
    """Return the limit of one account or address; `kind` keeps different counters apart."""
    secret = tx.settings.secret_key.get_secret_value().encode()
    name = f"{kind}:{value}".encode("utf-8", "surrogatepass")
    return Limit(hmac.new(secret, name, hashlib.sha256).hexdigest(), tries)


def network(address: str) -> str:
    """Return what counts as one sender: an IPv4 address, or the /64 network of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), IPV6_NETWORK_BITS), strict=False))
    return str(parsed)


def count_try(tx: Tx, limits: Sequence[Limit]) -> tuple[int, ...]:
    """Write one try into every bucket and return the ids of the rows; a refused one leaves no row.

    Tries that come at the same time are counted one after the other.

    Raises:
        TooMany: a bucket is full; says after how many seconds the oldest try in it is forgotten.
    """
    for each in sorted(limits, key=lambda bucket: bucket.bucket_sha256):
        _queue(tx, each)
        latest = _latest(tx, each)
        if len(latest) >= each.tries:
            free_at = latest[-1] + SPAN
            raise TooMany(max(1, round((free_at - tx.now).total_seconds())))
    return tuple(tx.add(SignInAttempt(bucket_sha256=each.bucket_sha256, at=tx.now)).id for each in limits)


def forgive(tx: Tx, bucket: Limit) -> None:
    """Forget every try in a bucket."""
    tx.session.execute(delete(SignInAttempt).where(col(SignInAttempt.bucket_sha256) == bucket.bucket_sha256))


def take_back(tx: Tx, attempt_ids: Sequence[int]) -> None:
    """Forget single tries, since they turned out to be no guesses."""
    tx.session.execute(delete(SignInAttempt).where(col(SignInAttempt.id).in_(attempt_ids)))


def forget_old(tx: Tx) -> int:
    """Delete tries that count no more; return how many."""
    done = tx.session.execute(delete(SignInAttempt).where(col(SignInAttempt.at) <= tx.now - SPAN))
    return int(getattr(done, "rowcount", 0))


def _latest(tx: Tx, bucket: Limit) -> list[datetime]:
    """Return the instants of the newest tries that still count, newest first, as many as the limit at most."""
    found = (
        select(col(SignInAttempt.at))
        .where(col(SignInAttempt.bucket_sha256) == bucket.bucket_sha256, col(SignInAttempt.at) > tx.now - SPAN)
        .order_by(col(SignInAttempt.at).desc())
        .limit(bucket.tries)
    )
    return list(tx.session.execute(found).scalars())


def _queue(tx: Tx, bucket: Limit) -> None:
    """Let one transaction at a time count in a bucket; SQLite has one writer anyway."""
    if tx.session.get_bind().dialect.name == "postgresql":
        key = int(bucket.bucket_sha256[:15], 16)
        tx.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
