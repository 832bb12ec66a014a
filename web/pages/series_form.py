"""The form of a series: the first date, how it is repeated and until when; read with every fault at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from models.rules.recurrence import MOST, WEEKDAYS
from muster.catalogue import mark
from muster.i18n import Translator
from muster.localtime import parse_instant, to_local, zone
from muster.phrasing import WEEKDAYS as NAMES
from services.queries.venues import VenueRow
from services.series import SeriesWish, Ticked
from web.forms import Form
from web.pages.activity_form import Choices, read_window
from web.pages.saving import Given

MOST_HEADS, LONGEST_PURPOSE, MOST_TURNS = 1_000_000, 200, 52
#: What the form begins with.
USUAL = {"starts_time": "09:00", "ends_time": "11:00", "every": "week", "interval": "1", "workdays_only": "yes"}
A_WEEK, DAYS_A_WEEK = timedelta(days=7), 7
#: Fields that are carried from page to page; the weekdays come several times.
FIELDS = (
    *("venue_id", "on", "starts_time", "ends_time", "starts_at", "ends_at", "every", "interval", "last_on", "times"),
    *("workdays_only", "purpose", "people_count", "team_id"),
)
SEVERAL = "weekdays"


class Every(StrEnum):
    """How people say that something is repeated."""

    week = "week"
    month_weekday = "month_weekday"
    month_day = "month_day"
    day = "day"


#: What each is called in the form.
CALLED: Mapping[Every, str] = {
    Every.week: mark("every week"),
    Every.month_weekday: mark("every month, on the same weekday"),
    Every.month_day: mark("every month, on the same day"),
    Every.day: mark("every day"),
}


def read_wish(form: Form, venue: VenueRow, translator: Translator, choices: Choices) -> SeriesWish:
    """Return what a form asks for; `choices` gets the instants between which the reader has to choose.

    Raises:
        Invalid: everything that is wrong with it.
    """
    where = zone(venue.zone)
    starts_at, ends_at = read_window(form, where, translator, choices)
    every: Any = form.choice("every", Every)
    turns = form.number("interval", least=1, most=MOST_TURNS)
    end = _end(form)
    values: dict[str, Any] = {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "purpose": form.text("purpose", longest=LONGEST_PURPOSE, optional=True),
        "people_count": form.number("people_count", least=1, most=MOST_HEADS, optional=True),
        "team_id": form.row_id("team_id", optional=True),
    }
    form.check()
    named = [day for day in WEEKDAYS if day in form.texts(SEVERAL)]
    rule = _repetition(every, to_local(starts_at, where).date(), named)
    parts = [rule, *([f"INTERVAL={turns}"] if turns != 1 else []), end]
    return SeriesWish(venue_id=venue.id, rrule=";".join(parts), workdays_only=form.flag("workdays_only"), **values)


def ticked_in(form: Form) -> Iterator[Ticked]:
    """Yield the ways out that were ticked in the table; what makes no sense counts as not ticked."""
    for text in form.texts("take"):
        starts_at, _, way = text.partition(" ")
        venue_id, _, way_starts_at = way.partition(" ")
        try:
            yield Ticked(parse_instant(starts_at), int(venue_id), parse_instant(way_starts_at))
        except ValueError:
            continue


def given_in(texts: Mapping[str, str], weekdays: Sequence[str], today: date) -> tuple[Given, list[str]]:
    """Return the form as it was typed or linked to, with what it begins with where nothing was."""
    if any(texts.get(name) for name in FIELDS if name not in {"venue_id", "on"}):
        return Given({name: texts.get(name, "") for name in FIELDS}), list(weekdays)
    begun = {"on": (today + A_WEEK).isoformat(), **USUAL, **{name: text for name, text in texts.items() if text}}
    return Given(begun), list(weekdays)


def carried(form: Form) -> list[tuple[str, str]]:
    """Return the fields of a form by name, to send them again."""
    return [(name, form[name]) for name in FIELDS if form[name]] + [(SEVERAL, day) for day in form.texts(SEVERAL)]


def address(fields: Iterable[tuple[str, str]]) -> str:
    """Return the address of the form, filled."""
    return f"/bookings/series/new?{urlencode(list(fields))}"


def every_options(translator: Translator) -> list[tuple[str, str]]:
    """Return the ways of repeating as choices."""
    return [(every.value, translator.gettext(text)) for every, text in CALLED.items()]


def weekday_options(translator: Translator) -> list[tuple[str, str]]:
    """Return the weekdays as choices."""
    return [(key, translator.gettext(name)) for key, name in zip(WEEKDAYS, NAMES, strict=True)]


def _end(form: Form) -> str:
    last_on = form.day("last_on", optional=True)
    times = form.number("times", least=1, most=MOST, optional=True)
    if form["last_on"].strip() and form["times"].strip():
        form.blame(mark("series_end_twice"), "times")
    elif not form["last_on"].strip() and not form["times"].strip():
        form.blame(mark("series_end_missing"), "last_on")
    return f"UNTIL={last_on:%Y%m%d}" if last_on else f"COUNT={times}"


def _repetition(every: Every, first_on: date, named: list[str]) -> str:
    weekday = WEEKDAYS[first_on.weekday()]
    match every:
        case Every.week:
            return f"FREQ=WEEKLY;BYDAY={','.join(named or [weekday])}"
        case Every.month_weekday:
            ordinal = (first_on.day - 1) // DAYS_A_WEEK + 1
            return f"FREQ=MONTHLY;BYDAY={ordinal if ordinal < 5 else -1}{weekday}"  # noqa: PLR2004 - not every month has five
        case Every.month_day:
            return f"FREQ=MONTHLY;BYMONTHDAY={first_on.day}"
        case Every.day:
            return "FREQ=DAILY"
