"""The one table of how a state looks: icon and class. Its word comes from the translator, never from a template.

Classes say what a reader has to do: `ok` nothing, `act` something and now, `wait` others are at it, `hold` kept for a
while, `off` over. Evidence classes have a ramp of their own, because strength is not good or bad.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.enums import (
    ActivityState,
    AnswerWord,
    AssignmentState,
    AttemptOutcome,
    BookingState,
    BroadcastState,
    CallState,
    DeliveryState,
    EvidenceClass,
    LoanState,
    ReminderState,
    Severity,
    StandInOfferState,
    StandInSearchState,
    TourState,
    WaitState,
)


@dataclass(frozen=True, slots=True)
class Look:
    """Name of an icon in the sprite, and a class of the style sheet."""

    icon: str
    css: str


#: Two enums may hold the same text, and members with the same text are equal: hence one inner table for each enum.
LOOKS: Mapping[type[StrEnum], Mapping[str, Look]] = {
    ActivityState: {
        ActivityState.draft: Look("edit", "wait"),
        ActivityState.released: Look("check", "ok"),
        ActivityState.postponed: Look("glass", "hold"),
        ActivityState.held: Look("stamp", "wait"),
        ActivityState.closed: Look("lock", "ok"),
        ActivityState.cancelled: Look("off", "off"),
    },
    TourState: {
        TourState.draft: Look("edit", "wait"),
        TourState.released: Look("check", "ok"),
        TourState.finished: Look("lock", "ok"),
        TourState.cancelled: Look("off", "off"),
    },
    BookingState: {
        BookingState.requested: Look("clock", "wait"),
        BookingState.held: Look("glass", "hold"),
        BookingState.confirmed: Look("check", "ok"),
        BookingState.declined: Look("cross", "act"),
        BookingState.cancelled: Look("off", "off"),
        BookingState.used: Look("checks", "ok"),
        BookingState.released: Look("off", "off"),
    },
    LoanState: {
        LoanState.lent: Look("check", "ok"),
        LoanState.returned: Look("checks", "ok"),
        LoanState.cancelled: Look("off", "off"),
    },
    WaitState: {
        WaitState.waiting: Look("clock", "wait"),
        WaitState.offered: Look("glass", "hold"),
        WaitState.taken: Look("check", "ok"),
        WaitState.expired: Look("off", "off"),
        WaitState.withdrawn: Look("off", "off"),
    },
    AssignmentState: {
        AssignmentState.offered: Look("clock", "wait"),
        AssignmentState.accepted: Look("check", "ok"),
        AssignmentState.declined: Look("cross", "act"),
        AssignmentState.replaced: Look("swap", "off"),
        AssignmentState.withdrawn: Look("off", "off"),
        AssignmentState.served: Look("checks", "ok"),
    },
    BroadcastState: {
        BroadcastState.waiting: Look("clock", "wait"),
        BroadcastState.undone: Look("undo", "off"),
        BroadcastState.sent: Look("check", "ok"),
    },
    CallState: {
        CallState.open: Look("phone", "act"),
        CallState.done: Look("check", "ok"),
        CallState.void: Look("off", "off"),
    },
    StandInSearchState: {
        StandInSearchState.searching: Look("clock", "wait"),
        StandInSearchState.found: Look("check", "ok"),
        StandInSearchState.exhausted: Look("bang", "act"),
        StandInSearchState.stopped: Look("off", "off"),
    },
    StandInOfferState: {
        StandInOfferState.waiting: Look("clock", "off"),
        StandInOfferState.offered: Look("clock", "wait"),
        StandInOfferState.accepted: Look("check", "ok"),
        StandInOfferState.declined: Look("cross", "act"),
        StandInOfferState.expired: Look("glass", "off"),
        StandInOfferState.skipped: Look("off", "off"),
    },
    AnswerWord: {
        AnswerWord.yes: Look("check", "ok"),
        AnswerWord.no: Look("cross", "act"),
    },
    ReminderState: {
        ReminderState.waiting: Look("clock", "wait"),
        ReminderState.fired: Look("check", "ok"),
        ReminderState.cancelled: Look("off", "off"),
        ReminderState.skipped: Look("off", "off"),
    },
    DeliveryState: {
        DeliveryState.waiting: Look("clock", "wait"),
        DeliveryState.leased: Look("mail", "wait"),
        DeliveryState.sent: Look("check", "ok"),
        DeliveryState.refused: Look("mailx", "act"),
        DeliveryState.uncertain: Look("ask", "act"),
        DeliveryState.obsolete: Look("off", "off"),
        DeliveryState.expired: Look("off", "off"),
    },
    AttemptOutcome: {
        AttemptOutcome.sent: Look("check", "ok"),
        AttemptOutcome.retry: Look("clock", "wait"),
        AttemptOutcome.refused: Look("mailx", "act"),
        AttemptOutcome.uncertain: Look("ask", "act"),
        AttemptOutcome.obsolete: Look("off", "off"),
        AttemptOutcome.expired: Look("off", "off"),
    },
    Severity: {
        Severity.note: Look("info", "off"),
        Severity.warning: Look("ask", "wait"),
        Severity.fault: Look("bang", "act"),
    },
    EvidenceClass: {
        EvidenceClass.a: Look("scan", "f-a"),
        EvidenceClass.b: Look("people", "f-b"),
        EvidenceClass.c: Look("list", "f-c"),
        EvidenceClass.d: Look("say", "f-d"),
    },
}


def look(member: StrEnum) -> Look:
    """Return icon and class of a state.

    Raises:
        KeyError: the enum, or this member of it, has no place in the table.
    """
    return LOOKS[type(member)][member]
