"""When an organiser learns of answers: at once what may not wait, the rest once a day."""

import hashlib
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.enums import AnswerWord
from muster.localtime import local_day, settle

#: Local time of the daily digest; it comes up to `SPREAD` earlier, so that not all come at once.
DIGEST_AT = time(17, 0)
SPREAD = timedelta(minutes=7)
#: Before so short a time every answer is told at once.
SOON = timedelta(hours=48)


def is_told_at_once(word: AnswerWord, now: datetime, starts_at: datetime) -> bool:
    """Tell whether the organiser learns of an answer at once: it is a no, or the activity starts within 48 hours."""
    return word is AnswerWord.no or starts_at - now <= SOON


def digest_at(now: datetime, zone: ZoneInfo, seed: int) -> datetime:
    """Return the next instant of the daily digest after `now`, in UTC; the same for the same seed on one day."""
    number = int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:8])
    early = timedelta(seconds=60 + number % (int(SPREAD.total_seconds()) - 60))
    day = local_day(now, zone)
    while True:
        at = settle(datetime.combine(day, DIGEST_AT), zone) - early
        if at > now:
            return at
        day += timedelta(days=1)
