"""What may wait for a daily digest, and when that is: answers for organisers, and what can wait for anybody."""

import hashlib
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.enums import AnswerWord, NotificationKind
from models.rules.quiet import QuietHours
from muster.localtime import local_day, settle

#: Local time of the daily digest; it comes up to `SPREAD` earlier, so that not all come at once.
DIGEST_AT = time(17, 0)
SPREAD = timedelta(minutes=7)
#: Local time of the letter of people who want what can wait in one; it comes up to `SPREAD` earlier.
LETTER_AT = time(8, 0)
#: What is asked for so shortly before a letter waits for the next, since that one may be on its way.
CLOSING = timedelta(minutes=10)
#: Kinds that ask for nothing and that no date hangs on.
CAN_WAIT = frozenset({NotificationKind.broadcast})
#: Before so short a time every answer is told at once.
SOON = timedelta(hours=48)


def is_told_at_once(word: AnswerWord, now: datetime, starts_at: datetime) -> bool:
    """Tell whether the organiser learns of an answer at once: it is a no, or the activity starts within 48 hours."""
    return word is AnswerWord.no or starts_at - now <= SOON


def can_wait(kind: NotificationKind) -> bool:
    """Tell whether a kind may come with the letter of the day."""
    return kind in CAN_WAIT


def digest_at(now: datetime, zone: ZoneInfo, seed: int) -> datetime:
    """Return the next instant of the daily digest after `now`, in UTC; the same for the same seed on one day."""
    return _next(DIGEST_AT, now, zone, seed)


def letter_at(now: datetime, zone: ZoneInfo, quiet: QuietHours | None, seed: int) -> datetime:
    """Return when a person's next letter goes out, in UTC and outside of their quiet hours."""
    at = _next(LETTER_AT, now + CLOSING, zone, seed)
    return quiet.after(at, zone) if quiet is not None and quiet.covers(at, zone) else at


def _next(clock: time, after: datetime, zone: ZoneInfo, seed: int) -> datetime:
    number = int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:8])
    early = timedelta(seconds=60 + number % (int(SPREAD.total_seconds()) - 60))
    day = local_day(after, zone)
    while True:
        at = settle(datetime.combine(day, clock), zone) - early
        if at > after:
            return at
        day += timedelta(days=1)
