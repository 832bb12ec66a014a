"""Allowed moves of state as data: one table per aggregate, one question to ask it.

A state that leads nowhere is an end. Staying in a state is no move: a caller
that wants a repeated request to be harmless compares the states first.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

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
from models.rules.verdicts import Reason, Verdict, verdict

S = TypeVar("S", bound=StrEnum)

Moves = Mapping[S, frozenset[S]]

ACTIVITY_MOVES: Moves[ActivityState] = {
    ActivityState.draft: frozenset({ActivityState.released, ActivityState.cancelled}),
    #: Back to draft only as long as nobody has been written to.
    ActivityState.released: frozenset(
        {ActivityState.draft, ActivityState.postponed, ActivityState.held, ActivityState.cancelled}
    ),
    ActivityState.postponed: frozenset({ActivityState.released, ActivityState.cancelled}),
    # Held by a slip of the finger: cancelling is the way back, as long as nothing was counted.
    ActivityState.held: frozenset({ActivityState.closed, ActivityState.cancelled}),
    ActivityState.closed: frozenset(),
    ActivityState.cancelled: frozenset(),
}

TOUR_MOVES: Moves[TourState] = {
    TourState.draft: frozenset({TourState.released, TourState.cancelled}),
    TourState.released: frozenset({TourState.finished, TourState.cancelled}),
    TourState.finished: frozenset(),
    TourState.cancelled: frozenset(),
}

BOOKING_MOVES: Moves[BookingState] = {
    BookingState.requested: frozenset(
        {BookingState.held, BookingState.confirmed, BookingState.declined, BookingState.cancelled}
    ),
    # A hold that runs out falls back to the request that it came from.
    BookingState.held: frozenset(
        {BookingState.requested, BookingState.confirmed, BookingState.declined, BookingState.cancelled}
    ),
    # A booking that moves to a window the host has not agreed to is a request again.
    BookingState.confirmed: frozenset(
        {BookingState.requested, BookingState.held, BookingState.cancelled, BookingState.used, BookingState.released}
    ),
    BookingState.declined: frozenset(),
    BookingState.cancelled: frozenset(),
    BookingState.used: frozenset(),
    BookingState.released: frozenset(),
}

ASSIGNMENT_MOVES: Moves[AssignmentState] = {
    AssignmentState.offered: frozenset(
        {AssignmentState.accepted, AssignmentState.declined, AssignmentState.replaced, AssignmentState.withdrawn}
    ),
    # A new date is a new question: what was answered goes back to offered.
    AssignmentState.accepted: frozenset(
        {
            AssignmentState.offered,
            AssignmentState.declined,
            AssignmentState.replaced,
            AssignmentState.withdrawn,
            AssignmentState.served,
        }
    ),
    AssignmentState.declined: frozenset(
        {AssignmentState.offered, AssignmentState.accepted, AssignmentState.replaced, AssignmentState.withdrawn}
    ),
    # Somebody who was let go may be asked again: one person has one assignment to an activity.
    AssignmentState.replaced: frozenset({AssignmentState.offered}),
    AssignmentState.withdrawn: frozenset({AssignmentState.offered}),
    AssignmentState.served: frozenset(),
}

LOAN_MOVES: Moves[LoanState] = {
    LoanState.lent: frozenset({LoanState.returned, LoanState.cancelled}),
    LoanState.returned: frozenset(),
    LoanState.cancelled: frozenset(),
}

REMINDER_MOVES: Moves[ReminderState] = {
    ReminderState.waiting: frozenset({ReminderState.fired, ReminderState.cancelled, ReminderState.skipped}),
    ReminderState.fired: frozenset(),
    ReminderState.cancelled: frozenset(),
    ReminderState.skipped: frozenset(),
}

DELIVERY_MOVES: Moves[DeliveryState] = {
    DeliveryState.waiting: frozenset({DeliveryState.leased, DeliveryState.obsolete, DeliveryState.expired}),
    DeliveryState.leased: frozenset(
        {
            DeliveryState.waiting,
            DeliveryState.sent,
            DeliveryState.refused,
            DeliveryState.uncertain,
            DeliveryState.obsolete,
            DeliveryState.expired,
        }
    ),
    # What somebody later proves: it was accepted, or it provably was not.
    DeliveryState.uncertain: frozenset({DeliveryState.sent, DeliveryState.waiting}),
    DeliveryState.sent: frozenset(),
    DeliveryState.refused: frozenset(),
    DeliveryState.obsolete: frozenset(),
    DeliveryState.expired: frozenset(),
}

WAIT_MOVES: Moves[WaitState] = {
    WaitState.waiting: frozenset({WaitState.offered, WaitState.expired, WaitState.withdrawn}),
    WaitState.offered: frozenset({WaitState.taken, WaitState.expired, WaitState.withdrawn}),
    WaitState.taken: frozenset(),
    WaitState.expired: frozenset(),
    WaitState.withdrawn: frozenset(),
}

#: The states that `wrong_state` speaks of, by its noun: for whoever puts their words into a sentence.
STATES: Mapping[str, type[StrEnum]] = {
    "activity": ActivityState,
    "assignment": AssignmentState,
    "booking": BookingState,
    "delivery": DeliveryState,
    "loan": LoanState,
    "reminder": ReminderState,
    "tour": TourState,
    "wait": WaitState,
}


def may_move(table: Moves[S], old: S, new: S) -> bool:
    """Tell whether the table lets `old` become `new`."""
    return new in table[old]


def check(table: Moves[S], noun: str, old: S, new: S) -> Verdict:
    """Allow the move, or refuse it as `wrong_state` with the noun (a key of `STATES`) and both states' values."""
    return verdict(move_reasons(table, noun, old, new))


def move_reasons(table: Moves[S], noun: str, old: S, new: S) -> list[Reason]:
    """Return what `check` would refuse with, for rules that collect further reasons."""
    if may_move(table, old, new):
        return []
    return [Reason("wrong_state", {"noun": noun, "old": old.value, "new": new.value})]
