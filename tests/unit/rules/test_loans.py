"""Lending: what stands against it, what is lacking, which thing does best."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import ActivityState, EquipmentKind, LoanState
from models.rules.loans import (
    Need,
    ThingFacts,
    lacking,
    may_borrow,
    may_cancel,
    may_lend,
    may_return,
    meets,
    needs_of,
    occupied_window,
    ranked,
    seats_note,
)
from models.values import DayWindow
from tests.unit.rules.samples import DAYE, LATER, NOW, OVER, RUNNING, activity, codes, local, params, window

FOREVER = DayWindow(date(2020, 1, 1))


def thing(
    number: int = 1, *, seats: int | None = None, valid: DayWindow = FOREVER, code: str | None = None
) -> ThingFacts:
    kind = EquipmentKind.vehicle if seats else EquipmentKind.device
    return ThingFacts(equipment_id=number, kind=kind, name="投影机", code=code, seats=seats, valid=valid)


@pytest.mark.parametrize(
    ("state", "when", "found"),
    [
        (ActivityState.draft, LATER, []),
        (ActivityState.released, RUNNING, []),
        (ActivityState.held, RUNNING, []),
        (ActivityState.released, OVER, ["activity_over"]),
        (ActivityState.postponed, OVER, ["activity_postponed"]),
        (ActivityState.closed, OVER, ["closed_for_good"]),
        (ActivityState.cancelled, LATER, ["activity_cancelled"]),
    ],
)
def test_activity_borrows_while_it_has_a_date_that_is_not_over(
    state: ActivityState, when: object, found: list[str]
) -> None:
    assert codes(may_borrow(activity(state, when), NOW)) == found  # type: ignore[arg-type]


def test_thing_must_be_there_for_the_whole_window() -> None:
    night = occupied_window(window("2026-03-05 22:00", "23:30"), 30, 30)  # back at midnight, on the 5th
    assert codes(may_lend(thing(valid=DayWindow(date(2026, 3, 5), date(2026, 3, 6))), night, DAYE)) == []
    longer = occupied_window(window("2026-03-05 22:00", "23:30"), 30, 31)
    ended = may_lend(thing(valid=DayWindow(date(2026, 3, 5), date(2026, 3, 6)), code="T-1"), longer, DAYE)
    assert params(ended, "equipment_ended") == {"equipment": "投影机 T-1", "until_on": date(2026, 3, 6)}
    early = may_lend(thing(valid=DayWindow(date(2026, 3, 6))), night, DAYE)
    assert params(early, "equipment_not_there_yet") == {"equipment": "投影机", "from_on": date(2026, 3, 6)}


def test_return_from_the_first_minute_on_and_cancel_until_the_last() -> None:
    assert codes(may_return(LoanState.lent, LATER, NOW)) == ["loan_not_begun"]
    assert codes(may_return(LoanState.lent, RUNNING, NOW)) == []
    assert codes(may_return(LoanState.lent, OVER, NOW)) == []  # late is better than never
    assert codes(may_cancel(LoanState.lent, LATER, NOW)) == []
    assert codes(may_cancel(LoanState.lent, OVER, NOW)) == ["already_over"]
    for state in (LoanState.returned, LoanState.cancelled):
        assert codes(may_return(state, RUNNING, NOW)) == ["loan_settled"]
        assert codes(may_cancel(state, LATER, NOW)) == ["loan_settled"]


def test_seats_are_only_noted() -> None:
    assert seats_note(0, 80) is None
    assert seats_note(19, None) is None
    assert seats_note(19, 19) is None
    note = seats_note(19, 80)
    assert note is not None
    assert (note.code, note.params) == ("too_few_seats", {"seats": 19, "people": 80})


def test_the_bus_that_seats_all_with_fewest_empty_seats_comes_first() -> None:
    buses = [thing(1, seats=7), thing(2, seats=45), thing(3, seats=19)]
    assert [one.seats for one in ranked(buses, 18)] == [19, 45, 7]
    assert [one.seats for one in ranked(buses, 60)] == [45, 19, 7]
    assert [one.seats for one in ranked(buses)] == [7, 19, 45]
    assert [one.code for one in ranked([thing(1, code="T-2"), thing(2), thing(3, code="T-1")], 80)] == [
        None,
        "T-1",
        "T-2",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("投影机×2、音响", (Need("投影机", 2), Need("音响"))),
        ("投影机 *２，话筒4支；工位20个", (Need("投影机", 2), Need("话筒", 4), Need("工位", 20))),
        ("projector x3, Box2", (Need("projector", 3), Need("Box2"))),
        ("音响、音响×2、 音响", (Need("音响", 4),)),
    ],
)
def test_needs_are_read_as_people_write_them(text: str, found: tuple[Need, ...]) -> None:
    assert needs_of(text) == found


def test_a_name_serves_where_one_lies_in_the_other() -> None:
    assert meets("投影机", "投影")
    assert meets("Projector", "projector")
    assert meets("话筒（无线）", "话筒(无线)")
    assert not meets("投影机", "机")
    assert not meets("音响", "话筒")


def test_what_is_there_is_taken_off_and_the_very_name_counts_first() -> None:
    wanted = needs_of("投影、投影机×2、音响")
    assert lacking(wanted, needs_of("投影机×2")) == (Need("投影"), Need("音响"))
    assert lacking(wanted, needs_of("投影、投影机")) == (Need("投影机"), Need("音响"))
    assert lacking(wanted, needs_of("投影×4、舞台音响")) == ()


names = st.sampled_from(["投影", "投影机", "音响", "话筒", "无线话筒"])
lists = st.lists(st.builds(Need, names, st.integers(1, 4)), max_size=4, unique_by=lambda need: need.name)


@given(lists, lists)
def test_lacking_is_never_more_than_wanted_and_nothing_that_serves_lies_idle(
    wanted: list[Need], there: list[Need]
) -> None:
    left = {need.name: need.count for need in lacking(wanted, there)}
    asked = {need.name: need.count for need in wanted}
    assert all(0 < count <= asked[name] for name, count in left.items())
    used = sum(asked.values()) - sum(left.values())
    assert used <= sum(need.count for need in there)
    for need in there:
        if any(meets(name, need.name) for name in left):
            assert used >= need.count
    assert lacking(wanted, wanted) == ()


def test_window_is_widened_by_the_minutes() -> None:
    away = occupied_window(LATER, 30, 60)
    assert (away.starts_at, away.ends_at) == (local("2026-03-05 13:30"), local("2026-03-05 16:30"))
    assert away.length == LATER.length + timedelta(minutes=90)
