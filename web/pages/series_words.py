"""Series in words: how a rule repeats, and what became of a date or would."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from models.enums import BookingState
from models.rules.alternatives import Alternative
from models.rules.recurrence import Rule, RuleRefused, read
from models.rules.verdicts import Reason
from muster.catalogue import mark
from muster.i18n import Translator
from muster.localtime import to_local, zone
from muster.phrasing import WEEKDAYS
from services.queries.series import VenueAt
from web.problems import say

#: How a rule repeats: at every turn, and at every n-th.
SAYINGS: Mapping[str, tuple[str, str]] = {
    "day": (mark("every day"), mark("every %(n)s days")),
    "week": (mark("every week on %(days)s"), mark("every %(n)s weeks on %(days)s")),
    "month_days": (mark("every month on day %(days)s"), mark("every %(n)s months on day %(days)s")),
    "month_end": (mark("on the last day of every month"), mark("on the last day of every %(n)s months")),
    "month_weekday": (mark("every month on the %(which)s"), mark("every %(n)s months on the %(which)s")),
    "year": (mark("every year on %(day)s"), mark("every %(n)s years on %(day)s")),
}
#: Which weekday of a month.
ORDINALS: Mapping[int, str] = {
    1: mark("first %(day)s"),
    2: mark("second %(day)s"),
    3: mark("third %(day)s"),
    4: mark("fourth %(day)s"),
    -1: mark("last %(day)s"),
}
#: Minutes of a day.
A_DAY = 1440
#: States that wait for somebody's yes.
WAITING = frozenset({BookingState.requested, BookingState.held})


@dataclass(frozen=True, slots=True, kw_only=True)
class WaySeen:
    """A way out in words; `key` tells it apart from what may be offered later."""

    venue: VenueAt
    zone: ZoneInfo
    starts_at: datetime
    ends_at: datetime
    why: str
    needs_approval: bool
    key: str


def rule_in_words(text: str, starts_at: datetime, where: ZoneInfo, translator: Translator) -> str:
    """Return how a rule repeats and when it ends, `每2周的周二、周四，共12次`; the rule itself where nobody says it aloud."""
    try:
        rule = read(text)
    except RuleRefused:
        return text
    said = _repeats(rule, to_local(starts_at, where).date(), translator)
    if said is None:
        return text
    if rule.count is not None:
        end = translator.ngettext("%(n)s time", "%(n)s times", rule.count)
    else:
        end = translator.gettext("until %(day)s", day=translator.day(_last_day(rule, where), year=True))
    return translator.gettext("%(rule)s, %(end)s", rule=said, end=end)


def way_seen(way: Alternative | None, venues: Mapping[int, VenueAt], translator: Translator) -> WaySeen | None:
    """Return a way out in words; None where there is none."""
    if way is None:
        return None
    venue = venues[way.venue_id]
    where = zone(venue.zone)
    return WaySeen(
        venue=venue,
        zone=where,
        starts_at=way.starts_at,
        ends_at=way.ends_at,
        why=say(way.reason, translator, where),
        needs_approval=way.needs_approval,
        key=f"{way.venue_id} {way.starts_at.isoformat()}",
    )


def told(reasons: Iterable[Reason], translator: Translator, where: ZoneInfo) -> list[str]:
    """Return reasons as sentences, by the clocks of a venue."""
    return [say(reason, translator, where) for reason in reasons]


def _repeats(rule: Rule, first_on: date, translator: Translator) -> str | None:
    """Return the part before the end."""
    match rule.frequency, tuple(rule.lists), rule.weekdays:
        case "DAILY", (), ():
            return _saying("day", rule, translator)
        case "WEEKLY", (), weekdays:
            named = sorted(day for _, day in weekdays) or [first_on.weekday()]
            days = translator.listed(translator.gettext(WEEKDAYS[day]) for day in named)
            return _saying("week", rule, translator, days=days)
        case "MONTHLY", () | ("BYMONTHDAY",), ():
            return _month_days(rule, sorted(rule.lists.get("BYMONTHDAY", (first_on.day,))), translator)
        case "MONTHLY", (), ((ordinal, day),) if ordinal in ORDINALS:
            which = translator.gettext(ORDINALS[ordinal], day=translator.gettext(WEEKDAYS[day]))
            return _saying("month_weekday", rule, translator, which=which)
        case "YEARLY", (), ():
            return _saying("year", rule, translator, day=translator.day(first_on))
        case _:
            return None


def _month_days(rule: Rule, days: list[int], translator: Translator) -> str | None:
    if days == [-1]:
        return _saying("month_end", rule, translator)
    if days[0] < 0:
        return None
    return _saying("month_days", rule, translator, days=translator.listed(map(str, days)))


def _saying(shape: str, rule: Rule, translator: Translator, **values: str) -> str:
    one, many = SAYINGS[shape]
    return translator.gettext(one if rule.interval == 1 else many, n=rule.interval, **values)


def _last_day(rule: Rule, where: ZoneInfo) -> date:
    until = rule.until
    if isinstance(until, datetime):
        return (to_local(until, where) if until.tzinfo else until).date()
    return until or date.max


def minutes_between(start: time, end: time) -> int:
    """Return how long it is from one time of day to another, over midnight where that comes first."""
    minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
    return minutes % A_DAY or A_DAY
