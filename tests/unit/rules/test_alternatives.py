"""Ways out: possible, near, and never over something that is taken."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from models.enums import Layout
from models.rules.alternatives import DAYS_AHEAD, MOST, Alternative, VenueOption, Wanted
from models.rules.booking import OpeningHours, TeamTerms, VenueFacts, may_book
from models.rules.ways_out import NEAREST, Search
from models.values import DayWindow, Place, TimeWindow
from muster.localtime import day_bounds, local_day, shift_days
from muster.workcalendar import is_workday
from tests.unit.rules.samples import DAYE, LATER, NOW, ODD_ZONES, codes, local, minutes, window

OFFICE = tuple(OpeningHours(day, time(8, 0), time(18, 0)) for day in range(7))
CITY = Place(30.0927, 114.9638)
TOWN = Place(30.0500, 114.8000)
HALL = VenueOption(
    venue=VenueFacts(venue_id=1, zone=DAYE, capacity=80, hours=OFFICE, place=CITY), resource_ids=(11, 12)
)
EAST_HALF = VenueOption(
    venue=VenueFacts(venue_id=2, zone=DAYE, capacity=40, hours=OFFICE, place=CITY), resource_ids=(11,)
)
TOWN_HALL = VenueOption(
    venue=VenueFacts(venue_id=3, zone=DAYE, capacity=90, hours=OFFICE, place=TOWN), resource_ids=(31,)
)
NOWHERE = VenueOption(venue=VenueFacts(venue_id=4, zone=DAYE, capacity=None, hours=OFFICE), resource_ids=(41,))
OPTIONS = [HALL, EAST_HALF, TOWN_HALL, NOWHERE]
WANTED = Wanted(
    venue_id=1, window=LATER, set_up=timedelta(minutes=20), tear_down=timedelta(minutes=10), people_count=55
)
ALL_THURSDAY = window("2026-03-05 00:00", "23:59")


def alternatives(
    options: Sequence[VenueOption], busy: Mapping[int, Sequence[TimeWindow]], wanted: Wanted, now: datetime
) -> list[Alternative]:
    return Search(options, busy, wanted, now).plain()


def shown(ways: list[Alternative]) -> list[tuple[int, str, str]]:
    return [(way.venue_id, f"{way.starts_at.astimezone(DAYE):%m-%d %H:%M}", way.reason.code) for way in ways]


def test_unlike_ways_out_are_offered_least_trouble_first() -> None:
    ways = alternatives(OPTIONS, {11: [window("2026-03-05 13:00", "15:00")]}, WANTED, NOW)
    assert shown(ways) == [
        (3, "03-05 14:00", "other_venue"),
        (1, "03-05 15:30", "other_hour"),
        (4, "03-05 14:00", "other_venue"),
        (1, "03-05 11:15", "other_hour"),
        (1, "03-04 14:00", "other_day"),
    ]
    assert ways[0].reason.params == {"km": 16.5, "minutes": 34, "capacity": 90}
    assert ways[1].reason.params == {"minutes": 90}
    assert ways[2].reason.params == {"km": None, "minutes": None, "capacity": None}
    assert ways[3].reason.params == {"minutes": -165}
    assert ways[4].reason.params == {"days": -1}


def test_part_of_the_hall_is_offered_where_it_is_big_enough() -> None:
    busy = {12: [window("2026-03-05 14:00", "16:00")]}
    small = Wanted(venue_id=1, window=LATER, people_count=40)
    way = alternatives(OPTIONS, busy, small, NOW)[0]
    assert shown([way]) == [(2, "03-05 14:00", "part_of_venue")]
    assert way.reason.params == {"capacity": 40}


def test_taken_day_leaves_other_venues_and_other_working_days() -> None:
    ways = alternatives(OPTIONS, {11: [ALL_THURSDAY], 12: [ALL_THURSDAY]}, WANTED, NOW)
    assert {way.reason.code for way in ways} == {"other_venue", "other_day"}
    assert len(ways) == MOST
    days = [way.starts_at.astimezone(DAYE).date() for way in ways if way.reason.code == "other_day"]
    assert all(is_workday(day) for day in days)


def test_other_days_do_not_lie_in_the_past() -> None:
    ways = alternatives([HALL], {11: [ALL_THURSDAY]}, WANTED, local("2026-03-05 08:00"))
    assert shown(ways) == [
        (1, "03-06 14:00", "other_day"),
        (1, "03-09 14:00", "other_day"),
        (1, "03-10 14:00", "other_day"),
        (1, "03-11 14:00", "other_day"),
        (1, "03-12 14:00", "other_day"),
    ]


def test_other_days_lie_a_fortnight_back_and_four_weeks_ahead_at_most() -> None:
    wanted = Wanted(venue_id=1, window=window("2026-03-19 14:00", "15:30"))

    def found(first_taken: int, last_taken: int) -> list[tuple[int, str, str]]:
        start, end = wanted.window.starts_at, wanted.window.ends_at
        taken = TimeWindow(start + timedelta(days=first_taken), end + timedelta(days=last_taken))
        return shown(alternatives([HALL], {11: [taken]}, wanted, NOW))

    assert found(-15, 27) == [(1, "04-16 14:00", "other_day")]
    assert found(-13, 28) == [(1, "03-05 14:00", "other_day")]
    assert found(-14, 28) == []


def test_unknown_wanted_venue_still_gets_other_venues_near_the_origin() -> None:
    wanted = Wanted(venue_id=9, window=LATER, people_count=55, origin=TOWN)
    ways = alternatives(OPTIONS, {}, wanted, NOW)
    assert shown(ways)[0] == (3, "03-05 14:00", "other_venue")
    assert ways[0].reason.params["minutes"] == 0
    assert {way.reason.code for way in ways} == {"other_venue"}


def test_unknown_wanted_venue_without_origin_has_no_distances() -> None:
    ways = alternatives([TOWN_HALL], {}, Wanted(venue_id=9, window=LATER), NOW)
    assert ways[0].reason.params == {"km": None, "minutes": None, "capacity": 90}


def test_gap_without_a_quarter_hour_gives_its_own_edge() -> None:
    wanted = Wanted(venue_id=1, window=window("2026-03-05 14:00", "15:00"))
    early = [window("2026-03-05 08:00", "09:03"), window("2026-03-05 10:05", "23:00")]
    assert (1, "03-05 09:05", "other_hour") in shown(alternatives([HALL], {11: early}, wanted, NOW))
    late = [window("2026-03-05 00:00", "16:07"), window("2026-03-05 17:12", "23:00")]
    assert (1, "03-05 16:07", "other_hour") in shown(alternatives([HALL], {11: late}, wanted, NOW))


def test_starts_snap_to_the_quarter_hour_inside_a_gap() -> None:
    wanted = Wanted(venue_id=1, window=window("2026-03-05 14:00", "15:00"))
    busy = [window("2026-03-05 11:52", "16:07")]
    found = [way for way in shown(alternatives([HALL], {11: busy}, wanted, NOW)) if way[2] == "other_hour"]
    assert found == [(1, "03-05 16:15", "other_hour"), (1, "03-05 10:45", "other_hour")]


def test_wanted_window_itself_is_no_way_out() -> None:
    ways = alternatives([HALL], {}, WANTED, NOW)
    assert all((way.starts_at, way.venue_id) != (LATER.starts_at, 1) for way in ways)


def test_always_open_venue_is_not_offered_at_night() -> None:
    option = VenueOption(venue=VenueFacts(venue_id=1, zone=DAYE), resource_ids=(11,))
    wanted = Wanted(venue_id=1, window=LATER)
    ways = alternatives([option], {11: [window("2026-03-05 08:30", "20:00")]}, wanted, NOW)
    assert {way.reason.code for way in ways} == {"other_day"}


def test_always_open_venue_is_offered_round_a_night_window() -> None:
    option = VenueOption(venue=VenueFacts(venue_id=1, zone=DAYE), resource_ids=(11,))
    wanted = Wanted(venue_id=1, window=window("2026-03-05 21:30", "22:30"))
    ways = alternatives([option], {11: [window("2026-03-05 22:00", "22:30")]}, wanted, NOW)
    assert shown(ways)[0] == (1, "03-05 21:00", "other_hour")


def test_hour_on_the_next_local_day_is_not_the_same_day() -> None:
    hours = (OpeningHours(3, time(18, 0), time(4, 0)),)
    option = VenueOption(venue=VenueFacts(venue_id=1, zone=DAYE, hours=hours), resource_ids=(11,))
    wanted = Wanted(venue_id=1, window=window("2026-03-05 22:00", "23:00"))
    busy = {11: [TimeWindow(local("2026-03-05 17:00"), local("2026-03-06 00:30"))]}
    assert all(way.reason.code != "other_hour" for way in alternatives([option], busy, wanted, NOW))


def test_nothing_is_offered_where_the_venue_ended() -> None:
    gone = DayWindow(NOW.date() - timedelta(days=9), NOW.date())
    option = VenueOption(venue=VenueFacts(venue_id=1, zone=DAYE, valid=gone), resource_ids=(11,))
    assert alternatives([option], {}, Wanted(venue_id=1, window=LATER), NOW) == []


_taken = st.lists(
    st.builds(
        lambda after, length: TimeWindow(NOW + after, NOW + after + length), minutes(0, 8 * 24 * 60), minutes(1, 600)
    ),
    max_size=25,
)
_hours = st.sampled_from([(), OFFICE, (OpeningHours(0, time(20, 0), time(3, 0)), OpeningHours(3, time(9), time(11)))])


@settings(max_examples=60, deadline=None)
@given(
    busy=st.fixed_dictionaries({11: _taken, 12: _taken, 31: _taken}),
    after=minutes(-600, 6 * 24 * 60),
    length=minutes(5, 300),
    buffers=st.tuples(minutes(0, 40), minutes(0, 40)),
    place=st.sampled_from(ODD_ZONES),
    hours=_hours,
    people_count=st.none() | st.integers(1, 100),
)
def test_no_way_out_overlaps_or_breaks_a_rule(
    busy: dict[int, list[TimeWindow]],
    after: timedelta,
    length: timedelta,
    buffers: tuple[timedelta, timedelta],
    place: ZoneInfo,
    hours: tuple[OpeningHours, ...],
    people_count: int | None,
) -> None:
    venues = {
        number: VenueFacts(venue_id=number, zone=place, capacity=60, hours=hours, place=CITY) for number in (1, 2, 3)
    }
    parts = {1: (11, 12), 2: (11,), 3: (31,)}
    options = [VenueOption(venue=venues[number], resource_ids=parts[number]) for number in (1, 2, 3)]
    start: datetime = NOW + after
    wanted = Wanted(
        venue_id=1,
        window=TimeWindow(start, start + length),
        set_up=buffers[0],
        tear_down=buffers[1],
        people_count=people_count,
    )
    ways = alternatives(options, busy, wanted, NOW)
    assert len(ways) <= MOST
    assert len({(way.venue_id, way.starts_at) for way in ways}) == len(ways)
    for way in ways:
        offered = TimeWindow(way.starts_at, way.ends_at)
        taken = offered.widened(*buffers)
        assert offered.length == length
        assert not any(taken.overlaps(other) for part in parts[way.venue_id] for other in busy[part])
        assert codes(may_book(venues[way.venue_id], offered, taken, NOW, people_count)) == []


def test_told_buffers_travel_with_the_ask_and_others_are_each_venues_own() -> None:
    halls = [replace(HALL, set_up=timedelta(minutes=30)), replace(TOWN_HALL, tear_down=timedelta(minutes=45))]
    busy = {11: [ALL_THURSDAY], 31: [window("2026-03-05 15:50", "17:00")]}
    told = Wanted(venue_id=1, window=LATER, set_up=timedelta(0), tear_down=timedelta(minutes=20))
    (town,) = (way for way in alternatives(halls, busy, told, NOW) if way.venue_id == 3)
    assert (town.set_up_minutes, town.tear_down_minutes) == (0, 20)
    own = Wanted(venue_id=1, window=LATER)
    ways = alternatives(halls, busy, own, NOW)
    assert {way.venue_id for way in ways} == {1}  # the town hall takes 45 minutes to tear down
    assert {(way.set_up_minutes, way.tear_down_minutes) for way in ways} == {(30, 0)}


def test_what_can_be_had_at_once_comes_first_and_what_cannot_says_so() -> None:
    asked = [HALL, replace(EAST_HALF, needs_approval=True), NOWHERE]
    ways = alternatives(asked, {12: [ALL_THURSDAY]}, Wanted(venue_id=1, window=LATER), NOW)
    assert [way.needs_approval for way in ways] == [False] * (MOST - 1) + [True]
    assert shown(ways)[-1] == (2, "03-05 14:00", "part_of_venue")


def test_whole_of_the_wanted_part_is_another_venue() -> None:
    ways = alternatives([HALL, EAST_HALF], {}, Wanted(venue_id=2, window=LATER), NOW)
    assert (1, "03-05 14:00", "other_venue") in shown(ways)


def test_starts_go_on_from_the_nearest_one_until_one_is_possible() -> None:
    """The hall is free all day; what stands against it is known elsewhere, such as where its people are."""

    def stands_against(_option: VenueOption, offered: TimeWindow) -> bool:
        return offered.overlaps(window("2026-03-05 12:00", "16:20"))

    search = Search([HALL], {}, Wanted(venue_id=1, window=LATER), NOW, stands_against)
    assert shown(search.plain())[0] == (1, "03-05 16:30", "other_hour")


def test_hours_that_are_too_soon_are_not_tried() -> None:
    hall = replace(HALL, venue=replace(HALL.venue, notice=timedelta(hours=4)))
    wanted = Wanted(venue_id=1, window=window("2026-03-02 10:00", "11:00"))
    for seconds, first in ((0, "13:00"), (30, "13:01")):
        now = NOW + timedelta(seconds=seconds)
        busy = {11: [window("2026-03-02 14:02", "18:00")]}
        assert (1, f"03-02 {first}", "other_hour") in shown(alternatives([hall], busy, wanted, now))
    soon = alternatives([replace(HALL, venue=replace(HALL.venue, notice=timedelta(0)))], {}, wanted, NOW)
    assert shown(soon)[0] == (1, "03-02 10:15", "other_hour")


def test_an_event_on_a_day_off_may_go_to_any_day() -> None:
    saturday = Wanted(venue_id=1, window=window("2026-03-07 14:00", "15:30"))
    taken = window("2026-03-07 00:00", "23:59")
    days = [way[1] for way in shown(alternatives([HALL], {11: [taken]}, saturday, NOW))]
    assert days[:2] == ["03-06 14:00", "03-08 14:00"]


def closely(options: Sequence[VenueOption], busy: Mapping[int, Sequence[TimeWindow]], wanted: Wanted) -> list[str]:
    search = Search(options, busy, wanted, NOW)
    assert search.plain() == []
    return [f"{way.venue_id} {way.reason.code}" for way in search.elsewhere(search.nearest(), MOST)]


def test_venues_that_would_do_at_another_hour_are_looked_at_where_nothing_else_is_left() -> None:
    too_many = Wanted(venue_id=2, window=LATER, people_count=60)
    shut = replace(TOWN_HALL, venue=replace(TOWN_HALL.venue, venue_id=5, terms=TeamTerms(may_have=False)))
    busy = {12: [ALL_THURSDAY], 31: [window("2026-03-05 14:00", "18:00")], 41: [ALL_THURSDAY]}
    found = closely([HALL, EAST_HALF, TOWN_HALL, NOWHERE, shut], busy, too_many)
    assert found == ["3 other_venue_and_time", "1 other_venue_and_time", "4 other_venue_and_time"]
    theatre = Wanted(venue_id=2, window=LATER, people_count=60, layout=Layout.theatre, needs=frozenset({"投影"}))
    fitting = replace(HALL.venue, layouts={Layout.theatre: 60}, equipment=frozenset({"投影仪"}))
    assert closely([replace(HALL, venue=fitting), EAST_HALF, TOWN_HALL], busy, theatre) == ["1 other_venue_and_time"]


def test_only_the_nearest_venues_are_looked_at_closely() -> None:
    many = [
        replace(TOWN_HALL, venue=replace(TOWN_HALL.venue, venue_id=number, place=Place(30.0 + number / 100, 114.9)))
        for number in range(5, 25)
    ]
    nearest = Search([HALL, *many], {}, Wanted(venue_id=1, window=LATER), NOW).nearest()
    assert len(nearest) == NEAREST
    assert nearest[0].venue.venue_id == 8


@settings(max_examples=60, deadline=None)
@given(
    busy=st.fixed_dictionaries({11: _taken, 12: _taken, 31: _taken}),
    after=minutes(-60, 3 * 24 * 60),
    length=minutes(5, 300),
    buffers=st.tuples(minutes(0, 40), minutes(0, 40)),
    hours=_hours,
    notice=minutes(0, 2000),
)
def test_where_there_is_a_way_out_of_a_sort_one_is_offered(
    busy: dict[int, list[TimeWindow]],
    after: timedelta,
    length: timedelta,
    buffers: tuple[timedelta, timedelta],
    hours: tuple[OpeningHours, ...],
    notice: timedelta,
) -> None:
    """Tried against looking at every minute of the day, every venue and every day."""
    facts = {
        number: VenueFacts(venue_id=number, zone=DAYE, hours=hours, place=CITY, notice=notice) for number in (1, 2, 3)
    }
    parts = {1: (11, 12), 2: (11,), 3: (31,)}
    options = [
        VenueOption(venue=facts[key], resource_ids=parts[key], set_up=buffers[0], tear_down=buffers[1]) for key in facts
    ]
    wanted = TimeWindow(NOW + after, NOW + after + length)
    day = local_day(wanted.starts_at, DAYE)

    def is_free(key: int, start: datetime) -> bool:
        offered = TimeWindow(start, start + length)
        occupied = offered.widened(*buffers)
        taken = any(occupied.overlaps(one) for part in parts[key] for one in busy[part])
        return not taken and bool(may_book(facts[key], offered, occupied, NOW))

    def is_offered(start: datetime) -> bool:
        """At a venue that never closes nobody is sent around at night, unless they asked for it."""
        earliest, latest = local(f"{day} 08:00"), local(f"{day} 21:00")
        is_at_night = start < min(earliest, wanted.starts_at) or start + length > max(latest, wanted.ends_at)
        return bool(hours) or not is_at_night

    start_of_day = day_bounds(day, DAYE)[0]
    starts = (start_of_day + timedelta(minutes=minute) for minute in range(24 * 60))
    expected = {
        "other_hour": any(is_free(1, start) for start in starts if start != wanted.starts_at and is_offered(start)),
        "part_of_venue": is_free(2, wanted.starts_at),
        "other_venue": is_free(3, wanted.starts_at),
        "other_day": any(
            is_free(1, shift_days(wanted.starts_at, days, DAYE))
            for days in range(-DAYS_AHEAD // 2, DAYS_AHEAD + 1)
            if days and is_workday(day + timedelta(days=days))
        ),
    }
    found = {way.reason.code for way in Search(options, busy, Wanted(venue_id=1, window=wanted), NOW).plain()}
    assert {code for code, is_there in expected.items() if is_there} == found & set(expected)
