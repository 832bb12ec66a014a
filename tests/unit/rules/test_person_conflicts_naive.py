"""A naive checker that walks through time agrees with the rules on every kind of life."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from models.enums import AbsenceKind
from models.rules.person_conflicts import Away, Duty, PersonLoad, conflicts
from models.rules.travel import travel_minutes
from models.values import Place, TimeWindow
from tests.unit.rules.samples import DAYE, ODD_ZONES

MINUTE = timedelta(minutes=1)
WANTED = 1
QUARTER = timedelta(minutes=15)
FIRST = datetime(2026, 3, 23, tzinfo=UTC)  # the week before Europe's clocks go forward
PLACES = (None, Place(30.0927, 114.9638), Place(30.0500, 114.8000), Place(30.2095, 114.8234))


def _window(quarters: tuple[int, int]) -> TimeWindow:
    start, length = quarters
    return TimeWindow(FIRST + start * QUARTER, FIRST + (start + length) * QUARTER)


windows = st.tuples(st.integers(0, 14 * 96), st.integers(1, 14)).map(_window)
places = st.sampled_from(PLACES)
buffers = st.integers(0, 2).map(lambda n: n * QUARTER)
drawn = st.builds(
    Duty, activity_id=st.just(0), window=windows, zone=st.just(DAYE), place=places, set_up=buffers, tear_down=buffers,
    venue_id=st.none(), venue_name=st.sampled_from([None, "大冶一中"]),
)  # fmt: skip


def _apart(duties: list[Duty]) -> tuple[Duty, ...]:
    """Return the duties that the database would let one person accept, numbered."""
    kept: list[Duty] = []
    for one in duties:
        if not any(one.window.overlaps(other.window) for other in kept):
            kept.append(replace(one, activity_id=2 + len(kept)))
    return tuple(kept)


people = st.builds(
    PersonLoad, person_id=st.just(7), accepted=st.lists(drawn, max_size=9).map(_apart),
    asked=st.lists(drawn.map(lambda one: replace(one, activity_id=99)), max_size=2).map(tuple),
    absences=st.lists(st.builds(Away, st.sampled_from(AbsenceKind), windows), max_size=2).map(tuple),
    day_limit=st.integers(1, 3), week_limit=st.integers(1, 6),
)  # fmt: skip


def _ticks(when: TimeWindow) -> set[datetime]:
    return {when.starts_at + n * QUARTER for n in range(int(when.length / QUARTER))}


def _days(when: TimeWindow, zone: ZoneInfo) -> set[date]:
    return {tick.astimezone(zone).date() for tick in _ticks(when)}


def _too_full(person: PersonLoad, asked: Duty) -> Iterator[str]:
    spans = [_days(one.window, asked.zone) for one in person.accepted]
    for day in _days(asked.window, asked.zone):
        if sum(day in days for days in spans) + 1 > person.day_limit:
            yield "day_limit"
        week = day.isocalendar()[:2]
        if sum(week in {other.isocalendar()[:2] for other in days} for days in spans) + 1 > person.week_limit:
            yield "week_limit"


def _too_close(first: Duty, then: Duty, zone: ZoneInfo) -> Iterator[str]:
    gap = (then.window.starts_at - first.window.ends_at) / MINUTE
    if len({one.window.starts_at.astimezone(zone).date() for one in (first, then)}) == 2 and gap < 600:
        yield "rest"
    if first.place and then.place and first.place != then.place:
        road = travel_minutes(first.place, then.place)
        if (first.tear_down + then.set_up) / MINUTE + road > gap:
            yield "travel"


def naive(person: PersonLoad, asked: Duty) -> set[str]:
    """Find the same by walking through time a quarter of an hour at a time, and over whole lists."""
    mine = _ticks(asked.window)
    codes = {away.kind.value for away in person.absences if _ticks(away.window) & mine}
    codes |= {"asked_elsewhere" for one in person.asked if _ticks(one.window) & mine}
    codes |= {"busy" for one in person.accepted if _ticks(one.window) & mine}
    codes |= set(_too_full(person, asked))
    line = [asked, *(one for one in person.accepted if not _ticks(one.window) & mine)]
    line.sort(key=lambda one: one.window.starts_at)
    for first, then in pairwise(line):
        if asked in (first, then):
            codes |= set(_too_close(first, then, asked.zone))
    return codes


@given(people, drawn, st.sampled_from(ODD_ZONES))
def test_a_naive_checker_finds_the_same(person: PersonLoad, one: Duty, place: ZoneInfo) -> None:
    asked = replace(one, activity_id=WANTED, zone=place)
    answer = conflicts(person, asked)
    assert {conflict.code for conflict in answer} == naive(person, asked)
    assert all(conflict.is_hard is (conflict.code == "busy") for conflict in answer)
    assert all(conflict.params["conflict"] == conflict.code for conflict in answer)
    assert len({(conflict.code, conflict.about) for conflict in answer}) == len(answer)
