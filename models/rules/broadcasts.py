"""Broadcasts: what an organiser may write, how long it can be taken back, and when it goes out. Pure."""

import re
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from models.enums import BroadcastState
from models.rules import names
from models.rules.quiet import QuietHours
from models.rules.verdicts import Reason

_GAPS = re.compile(r"\n{3,}")
LONGEST_SUBJECT, LONGEST_BODY = 120, 2000


def tidy(subject: str, body: str) -> tuple[str, str]:
    """Return the words as they are kept: the subject on one line, the text with its lines, one empty at a time."""
    return names.tidy(subject), _GAPS.sub("\n\n", names.tidy_lines(body))


def faults(subject: str, body: str) -> tuple[Reason, ...]:
    """Return everything that is wrong with tidied words."""
    found = []
    for field, text, limit in (("subject", subject, LONGEST_SUBJECT), ("body", body, LONGEST_BODY)):
        if not text:
            found.append(Reason("missing", {"field": field}))
        elif len(text) > limit:
            found.append(Reason("too_long", {"field": field, "limit": limit}))
        elif not names.is_clean(text):
            found.append(Reason("text_wrong", {"field": field}))
    return tuple(found)


def may_undo(state: BroadcastState) -> Reason | None:
    """Return why a broadcast cannot be taken back; None as long as nothing has been written to anybody."""
    return Reason("broadcast_sent") if state is BroadcastState.sent else None


def send_at(at: datetime, quiet: QuietHours | None, zone: ZoneInfo, *, latest: datetime | None = None) -> datetime:
    """Return the instant, or the end of the quiet hours around it; not moved where it would come after `latest`."""
    if quiet is None or not quiet.covers(at, zone):
        return at
    ends_at = quiet.after(at, zone)
    return at if latest is not None and ends_at >= latest else ends_at


def mark_of(person_ids: Iterable[int]) -> str:
    """Return a short mark of a set of people: the same for the same people, whatever their order."""
    return sha256(",".join(map(str, sorted(set(person_ids)))).encode()).hexdigest()[:16]
