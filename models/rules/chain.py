"""The hash chain of history, as its writer sees it.

`audit.chain` has the same formula written a second time, on purpose: the checker
must not share code with what it checks. A test holds the two together.
"""

import hashlib

#: What the first entry links to.
GENESIS = "0" * 64


def link(prev_hash: str, text: str) -> str:
    """Return the hash of an entry: SHA-256 over the previous hash, a line feed and the entry's text.

    `prev_hash` is the 64 hex digits of the entry before, or `GENESIS`; `text` is
    the canonical JSON that is stored with the entry, byte for byte. Hex digits.
    """
    return hashlib.sha256(f"{prev_hash}\n{text}".encode()).hexdigest()
