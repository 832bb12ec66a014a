"""People who said yes early are asked whether it still holds: when that is, and when somebody calls the silent."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.rules.reminders import ReminderRule
from muster.localtime import local_day
from muster.workcalendar import add_workdays, is_workday

MOST_DAYS = 60
#: Local time at which people are asked.
ASK_AT = time(9, 0)
#: Whoever said yes so short a time ago is not asked again.
FRESH = timedelta(hours=24)
#: So long after the question somebody calls, sooner where the start is near.
PATIENCE = timedelta(hours=24)


def ask_rule(days: int, starts_at: datetime, zone: ZoneInfo) -> ReminderRule:
    """Return the promise to ask `days` days before the start; where that is a day off, on the last working day before.

    It counts working days back from the local day of the start, as promises of reminders do.
    """
    starts_on = local_day(starts_at, zone)
    ask_on = starts_on - timedelta(days=days)
    if not is_workday(ask_on):
        ask_on = add_workdays(ask_on, -1)
    between = (ask_on + timedelta(days=n) for n in range((starts_on - ask_on).days))
    return ReminderRule(workdays_before=sum(map(is_workday, between)), at=ASK_AT)


def is_fresh(said_at: datetime | None, now: datetime) -> bool:
    """Tell whether a yes is so new that nobody need ask whether it still holds."""
    return said_at is not None and now - said_at < FRESH


def call_at(asked_at: datetime, starts_at: datetime) -> datetime:
    """Return when whoever has not said that it still holds goes on a call list: always before the start."""
    return asked_at + min(PATIENCE, (starts_at - asked_at) / 2)
