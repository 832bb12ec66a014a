"""UTF-8 seen as octets."""

CONTINUATION_MASK, CONTINUATION = 0xC0, 0x80


def whole_characters(data: bytes, stop: int) -> int:
    """Return the greatest index up to `stop` at which UTF-8 text may be cut without splitting a character."""
    if stop >= len(data):
        return len(data)
    while data[stop] & CONTINUATION_MASK == CONTINUATION:
        stop -= 1
    return stop
