"""State tables: complete, and asked in one way."""

from enum import StrEnum
from typing import Any

import pytest

from models.enums import (
    ActivityState,
    AssignmentState,
    BookingState,
    DeliveryState,
    LoanState,
    ReminderState,
    TourState,
    WaitState,
)
from models.rules import transitions
from models.rules.transitions import (
    ACTIVITY_MOVES,
    ASSIGNMENT_MOVES,
    BOOKING_MOVES,
    DELIVERY_MOVES,
    LOAN_MOVES,
    REMINDER_MOVES,
    STATES,
    TOUR_MOVES,
    WAIT_MOVES,
    Moves,
    check,
    may_move,
)
from tests.unit.rules.samples import codes, params

TABLES: list[tuple[Moves[Any], type[StrEnum]]] = [
    (ACTIVITY_MOVES, ActivityState),
    (TOUR_MOVES, TourState),
    (BOOKING_MOVES, BookingState),
    (ASSIGNMENT_MOVES, AssignmentState),
    (LOAN_MOVES, LoanState),
    (REMINDER_MOVES, ReminderState),
    (DELIVERY_MOVES, DeliveryState),
    (WAIT_MOVES, WaitState),
]


@pytest.mark.parametrize(("table", "states"), TABLES)
def test_table_names_every_state_and_never_stays(table: Moves[Any], states: type[StrEnum]) -> None:
    assert set(table) == set(states)
    assert all(new in set(states) and new is not old for old, news in table.items() for new in news)


@pytest.mark.parametrize(("table", "states"), TABLES)
def test_every_state_can_be_reached_from_the_first(table: Moves[Any], states: type[StrEnum]) -> None:
    first = next(iter(states))
    reached, waiting = {first}, [first]
    while waiting:
        new = table[waiting.pop()] - reached
        reached |= new
        waiting += new
    assert reached == set(states)


def test_every_noun_of_a_wrong_state_has_its_states() -> None:
    assert set(STATES.values()) == {states for _, states in TABLES}
    assert len(STATES) == len(TABLES)


def test_closed_activity_moves_nowhere() -> None:
    assert not ACTIVITY_MOVES[ActivityState.closed]


def test_may_move_follows_the_table() -> None:
    assert may_move(BOOKING_MOVES, BookingState.requested, BookingState.confirmed)
    assert not may_move(BOOKING_MOVES, BookingState.declined, BookingState.confirmed)


def test_check_refuses_with_noun_and_both_states() -> None:
    assert check(TOUR_MOVES, "tour", TourState.draft, TourState.released)
    refusal = check(TOUR_MOVES, "tour", TourState.finished, TourState.draft)
    assert codes(refusal) == ["wrong_state"]
    assert params(refusal, "wrong_state") == {"noun": "tour", "old": "finished", "new": "draft"}


def test_staying_is_no_move() -> None:
    assert codes(check(REMINDER_MOVES, "reminder", ReminderState.fired, ReminderState.fired)) == ["wrong_state"]


def test_deliveries_end_in_exactly_one_of_five_states() -> None:
    ends = {state for state, news in DELIVERY_MOVES.items() if not news} | {DeliveryState.uncertain}
    assert ends == set(DeliveryState) - {DeliveryState.waiting, DeliveryState.leased}


def test_tables_are_all_exported_as_moves() -> None:
    assert {name for name in vars(transitions) if name.endswith("_MOVES")} == {
        f"{noun.upper()}_MOVES" for noun in STATES
    }
