"""The settings of a venue, one section at a time: how each fills its form, and what it reads from it.

Each reads only fields of its own, so what another section holds stays as it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from models.enums import AccessKind, HolidayRule, Layout, QuotaPeriod
from models.rules.fields import FieldRefused
from models.rules.hours import OpeningSpan, opening_spans
from models.rules.rosters import hours_of
from models.rules.venue_lists import MOST_HEADS
from models.rules.verdicts import Reason
from muster.catalogue import mark
from services import venue_fields as bounds
from services.queries.venues import VenueView
from web.forms import Form
from web.pages.saving import Given

WEEK = range(7)
ALWAYS, BY_WEEKDAY = "always", "weekdays"
#: What a length of time is counted in, the largest first; minutes each.
UNITS = {"days": 1440, "hours": 60, "minutes": 1}
OUT_OF_RANGE = {
    "days": mark("days_out_of_range"),
    "hours": mark("hours_out_of_range"),
    "minutes": mark("minutes_out_of_range"),
}
#: What the first weekdays of a new venue say: the hours of offices, to be written over.
USUAL_HOURS = "08:30-17:30"
WORKDAYS = range(5)

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """One page of settings."""

    title: str
    lead: str
    template: str
    fill: Callable[[VenueView], Given]
    read: Callable[[Form], Values]


def fill_hours(view: VenueView) -> Given:
    """Return the opening hours as the form holds them: one text for each weekday."""
    given = Given(open=BY_WEEKDAY if view.hours else ALWAYS, holiday_rule=view.terms.holiday_rule.value)
    for weekday in WEEK:
        spans = (f"{span.opens}-{span.closes}" for span in view.hours if span.weekday == weekday)
        given[f"hours_{weekday}"] = " ".join(spans)
    return given


def usual_hours() -> Given:
    """Return what the form of a new venue begins with."""
    hours = {f"hours_{weekday}": USUAL_HOURS if weekday in WORKDAYS else "" for weekday in WEEK}
    return Given(open=BY_WEEKDAY, holiday_rule=HolidayRule.by_weekday.value, **hours)


def read_hours(form: Form) -> Values:
    """Read the opening hours, several spans a day; each day that cannot be read is noted at its field."""
    values: Values = {"holiday_rule": form["holiday_rule"]}
    if form["open"] == ALWAYS:
        return values | {"hours": ()}
    spans: list[OpeningSpan] = []
    for weekday in WEEK:
        spans += _spans(form, weekday)
    if not any(form[f"hours_{weekday}"].strip() for weekday in WEEK):
        form.take_back([Reason("no_day_open", {"field": "open"})])
    return values | {"hours": spans}


def _spans(form: Form, weekday: int) -> tuple[OpeningSpan, ...]:
    """Read the hours of one weekday; times alone hold for every day, so that any day will do."""
    name = f"hours_{weekday}"
    text = form[name].strip()
    read = hours_of(text) if text else ()
    if read is not None and {day for day, *_ in read} in (set(), set(WEEK)):
        try:
            return opening_spans([(weekday, opens, closes) for day, opens, closes in read if day == weekday])
        except FieldRefused as refused:
            if refused.reason.code == "hours_overlap":
                form.take_back([Reason("day_hours_overlap", {"field": name, "span": text})])
                return ()
    form.take_back([Reason("day_hours_wrong", {"field": name, "span": text})])
    return ()


def fill_terms(view: VenueView) -> Given:
    """Return the terms of booking as the form holds them."""
    terms, venue = view.terms, view.venue
    return Given(
        needs_approval="yes" if venue.needs_approval else "no",
        notice_workdays=str(terms.notice_workdays),
        horizon_days=str(terms.horizon_days),
        team_quota="" if terms.team_quota is None else str(terms.team_quota),
        quota_period=terms.quota_period.value if terms.quota_period else QuotaPeriod.month.value,
        set_up_minutes=str(venue.set_up_minutes),
        tear_down_minutes=str(venue.tear_down_minutes),
        **_length("shortest_minutes", terms.shortest_minutes),
        **_length("longest_minutes", terms.longest_minutes),
        **_length("notice_minutes", terms.notice_minutes),
        **_length("hold_minutes", terms.hold_minutes),
        **_length("no_show_minutes", terms.no_show_minutes),
    )


def read_terms(form: Form) -> Values:
    """Read the terms of booking."""
    quota = form["team_quota"].strip()
    numbers = ("set_up_minutes", "tear_down_minutes", "notice_workdays")
    values: Values = {name: form[name].strip() or 0 for name in numbers}
    values |= {
        "needs_approval": form["needs_approval"] == "yes",
        "horizon_days": form["horizon_days"],
        "team_quota": quota,
        "quota_period": form["quota_period"] if quota else "",
    }
    lengths = {
        "shortest_minutes": _minutes(form, "shortest_minutes", bounds.SHORTEST_MINUTES, bounds.MINUTES_A_DAY),
        "longest_minutes": _minutes(form, "longest_minutes", bounds.SHORTEST_MINUTES, bounds.LONGEST_MINUTES),
        "notice_minutes": _minutes(form, "notice_minutes", 0, bounds.LONGEST_NOTICE_MINUTES, otherwise=0),
        "hold_minutes": _minutes(form, "hold_minutes", bounds.SHORTEST_MINUTES, bounds.LONGEST_HOLD_MINUTES),
    }
    values |= {name: minutes for name, minutes in lengths.items() if minutes is not None}
    no_show = _minutes(form, "no_show_minutes", bounds.SHORTEST_NO_SHOW_MINUTES, bounds.MINUTES_A_DAY, otherwise=0)
    return values if no_show is None else values | {"no_show_minutes": no_show or None}


def fill_layouts(view: VenueView) -> Given:
    """Return the seats of each layout as the form holds them."""
    return Given({f"layout_{row.layout}": str(row.capacity) for row in view.layouts})


def read_layouts(form: Form) -> Values:
    """Read how many people fit in each layout; one without a number is not possible there."""
    found: dict[Layout, int] = {}
    for layout in Layout:
        seats = form.number(f"layout_{layout}", least=1, most=MOST_HEADS, optional=True)
        if seats is not None:
            found[layout] = seats
    return {"layouts": found}


def fill_access(view: VenueView) -> Given:
    """Return the way in, and whom to ask, as the form holds them."""
    return Given(
        access_kind=view.access_kind.value,
        access_note=view.access_note or "",
        access_code=view.access_code or "",
        contact_name=view.contact_name or "",
        contact_phone=view.contact_phone or "",
        contact_email=view.contact_email or "",
    )


def read_access(form: Form) -> Values:
    """Read the way in, and whom to ask; a code belongs to a lock that asks for one."""
    names = ("access_kind", "access_note", "contact_name", "contact_phone", "contact_email")
    values: Values = {name: form[name] for name in names}
    return values | {"access_code": form["access_code"] if form["access_kind"] == AccessKind.code else ""}


#: Every section that is one form, by the last step of its address; in the order in which people go through them.
SECTIONS: Mapping[str, Section] = {
    "hours": Section(
        mark("Opening hours"), mark("When people may use it."), "venues/edit_hours.html", fill_hours, read_hours
    ),
    "terms": Section(
        mark("Rules of booking"),
        mark("How it is booked, how early, how long."),
        "venues/edit_terms.html",
        fill_terms,
        read_terms,
    ),
    "layouts": Section(
        mark("Chairs and seats"),
        mark("How many fit when the chairs stand this way."),
        "venues/edit_layouts.html",
        fill_layouts,
        read_layouts,
    ),
    "access": Section(
        mark("Getting in, and whom to ask"),
        mark("Told to those who lead a team; the code only to those who have booked."),
        "venues/edit_access.html",
        fill_access,
        read_access,
    ),
}


def _length(name: str, minutes: int | None) -> dict[str, str]:
    """Return a length of time as a number and its unit, the largest that gives a whole number."""
    if minutes is None:
        return {name: "", f"{name}_unit": "minutes"}
    unit = next(unit for unit, size in UNITS.items() if minutes % size == 0 and (minutes or unit == "hours"))
    return {name: str(minutes // UNITS[unit]), f"{name}_unit": unit}


def _minutes(form: Form, name: str, low: int, high: int, *, otherwise: int | None = None) -> int | None:
    """Read a length of time; None where it is noted as wrong. Nothing typed means `otherwise`."""
    if otherwise is not None and not form[name].strip():
        return otherwise
    number = form.number(name)
    if number is None:
        return None
    unit = form[f"{name}_unit"] if form[f"{name}_unit"] in UNITS else "minutes"
    size = UNITS[unit]
    if low <= number * size <= high or number * size == otherwise:
        return number * size
    form.take_back([Reason(OUT_OF_RANGE[unit], {"field": name, "low": -(-low // size), "high": high // size})])
    return None
