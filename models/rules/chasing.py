"""When somebody who does not answer is asked again, when somebody calls them, and how long a stand-in has to answer."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from models.rules.quiet import QuietHours

#: So long after having been asked, people are asked a second time.
SILENCE = timedelta(hours=48)
#: The second message never comes later than this before the start.
LATEST = timedelta(hours=24)
#: So long after the second message somebody calls, sooner where the start is near.
PATIENCE = timedelta(hours=24)
#: Who is asked shortly before the start is called once this part of the time that is left has passed.
SHORT_PART = 4
#: A stand-in has at most this part of the time until the start ...
OFFER_PART = 4
#: ... and at least this long.
SHORTEST_OFFER = timedelta(minutes=30)


def chase_at(asked_at: datetime, starts_at: datetime) -> datetime | None:
    """Return when to ask a second time; None where the first question came so late that only a call helps."""
    at = min(asked_at + SILENCE, starts_at - LATEST)
    return at if at > asked_at else None


def call_at(asked_at: datetime, starts_at: datetime) -> datetime:
    """Return when whoever still has not answered goes on a call list: always before the start."""
    chased_at = chase_at(asked_at, starts_at)
    if chased_at is None:
        return asked_at + max(starts_at - asked_at, timedelta(0)) / SHORT_PART
    return chased_at + min(PATIENCE, (starts_at - chased_at) / 2)


def asked_from(now: datetime, quiet: QuietHours | None, zone: ZoneInfo, starts_at: datetime) -> datetime:
    """Return when to ask a stand-in: now, or after their quiet hours where that leaves enough time to answer."""
    if quiet is None or not quiet.covers(now, zone):
        return now
    ends_at = quiet.after(now, zone)
    return ends_at if ends_at + SHORTEST_OFFER * OFFER_PART <= starts_at else now


def offer_until(now: datetime, each: timedelta, starts_at: datetime) -> datetime:
    """Return until when a stand-in may answer: `each`, less where the start is near, never beyond the start."""
    longest = max((starts_at - now) / OFFER_PART, SHORTEST_OFFER)
    return min(now + min(each, longest), starts_at)
