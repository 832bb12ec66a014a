"""Verifies the hash chain of history, with a formula of its own.

This is deliberately the second writing of what `models.rules.chain` writes: a checker
that shared the writer's code would share its mistakes.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from audit.findings import Finding
from models.enums import Severity


@dataclass(frozen=True, slots=True)
class Record:
    """One entry as it lies in the database; `shown` are columns that repeat what the text says."""

    seq: int
    prev_hash: str
    hash: str
    text: str
    shown: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain as it was written down somewhere: in its head row, or in a checkpoint."""

    seq: int
    hash: str


def genesis() -> Head:
    """Return what a chain begins behind: entry 0, sixty-four zeros."""
    return Head(0, 64 * "0")


def link(prev_hash: str, text: str) -> str:
    """Return the hash that an entry must carry."""
    digest = sha256(prev_hash.encode("ascii"))
    digest.update(b"\n")
    digest.update(text.encode("utf-8"))
    return digest.hexdigest()


def verify(records: Iterable[Record], head: Head | None = None, start: Head | None = None) -> Finding | None:
    """Walk the entries in the order given and return the first that does not hold, or None.

    `start` is a checkpoint to begin behind. `head` is the recorded end: without it a
    chain that was cut off at its tail cannot be told from a short one. Entries are
    read one by one, so a stream of any length will do.
    """
    at = start or genesis()
    for record in records:
        finding = _place(record, at) or _content(record, at)
        if finding is not None:
            return finding
        at = Head(record.seq, record.hash)
    return _end(at, head)


def _place(record: Record, at: Head) -> Finding | None:
    if record.seq == at.seq + 1:
        return None
    if record.seq > at.seq:
        return _fault("entry_missing", at.seq + 1, found=record.seq)
    return _fault("entry_out_of_order", record.seq, after=at.seq)


def _content(record: Record, at: Head) -> Finding | None:
    if link(at.hash, record.text) == record.hash:
        if record.prev_hash != at.hash:
            return _fault("entry_link_changed", record.seq)
        differing = _differing(record)
        return None if not differing else _fault("entry_columns_differ", record.seq, fields=", ".join(differing))
    if record.prev_hash != at.hash and link(record.prev_hash, record.text) == record.hash:
        # The entry fits something else than what stands before it: that one was exchanged together with its hash.
        return _fault("entry_link_broken", record.seq, before=at.seq)
    return _fault("entry_changed", record.seq)


def _differing(record: Record) -> list[str]:
    if not record.shown:
        return []
    try:
        said = json.loads(record.text)
    except ValueError:
        return sorted(record.shown)
    if not isinstance(said, dict):
        return sorted(record.shown)
    return sorted(name for name, value in record.shown.items() if said.get(name) != value)


def _end(at: Head, head: Head | None) -> Finding | None:
    if head is None or at == head:
        return None
    if at.seq < head.seq:
        return _fault("chain_truncated", at.seq + 1, last=at.seq, recorded=head.seq)
    if at.seq > head.seq:
        return _fault("chain_beyond_head", head.seq + 1, last=at.seq, recorded=head.seq)
    return _fault("chain_rewritten", at.seq)


def _fault(code: str, seq: int, **params: object) -> Finding:
    return Finding(code, Severity.fault, f"history:{seq}", {"seq": seq, **params})
