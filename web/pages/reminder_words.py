"""Promises of reminders in words: the day before at the same time, two working days before at nine."""

from datetime import timedelta

from models.rules.reminders import ReminderRule
from muster.catalogue import mark
from muster.i18n import Translator

_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def spoken(rule: ReminderRule, t: Translator) -> str:
    """Return a rule as organisers say it, the time by the 24-hour clock."""
    at = "" if rule.at is None else f"{rule.at:%H:%M}"
    if rule.workdays_before is not None:
        return _workdays(rule.workdays_before, at, t)
    offset = abs(rule.offset or timedelta(0))
    if offset % _DAY == timedelta(0):
        return _days(offset // _DAY, at, t, is_after=rule.is_after)
    if offset % _HOUR == timedelta(0):
        length = t.ngettext("%(n)s hour", "%(n)s hours", offset // _HOUR)
    else:
        length = t.ngettext("%(n)s minute", "%(n)s minutes", offset // _MINUTE)
    if rule.anchor == "start":
        return t.gettext("%(length)s before the start", length=length)
    return t.gettext("%(length)s after the end" if rule.is_after else "%(length)s before the end", length=length)


def _workdays(count: int, at: str, t: Translator) -> str:
    if count == 1:
        return t.gettext("the working day before, %(time)s", time=at)
    if count == -1:
        return t.gettext("the working day after, %(time)s", time=at)
    if count > 0:
        return t.gettext("%(n)s working days before, %(time)s", n=count, time=at)
    return t.gettext("%(n)s working days after, %(time)s", n=-count, time=at)


def _days(count: int, at: str, t: Translator, *, is_after: bool) -> str:
    when = at or t.gettext("at the same time")
    if is_after:
        one, many = mark("the day after, %(time)s"), mark("%(n)s days after, %(time)s")
    else:
        one, many = mark("the day before, %(time)s"), mark("%(n)s days before, %(time)s")
    return t.gettext(one, time=when) if count == 1 else t.gettext(many, n=count, time=when)
