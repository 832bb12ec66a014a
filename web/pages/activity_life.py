"""One activity as its page shows it: read once, then turned into the values of the template."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.enums import (
    ActivityState,
    AssignmentState,
    DeliveryState,
    EvidenceClass,
    NotificationKind,
    ReminderKind,
    ReminderState,
    StandInSearchState,
    UserRole,
)
from models.rules.assignment import LIVE_STATES
from muster.localtime import local_day, zone
from services import access
from services.queries.activities import ActivityView, read_activity
from services.queries.assignments import AssignmentRow, of_activity
from services.queries.deliveries import list_deliveries, list_reminders
from services.queries.equipment import ActivityEquipment
from services.queries.equipment import of_activity as equipment_of
from services.queries.history import HistoryLine
from services.queries.home import IN_HALLS
from services.queries.paging import MAX_LIMIT
from services.queries.stand_ins import StandInSearchView
from services.queries.stand_ins import of_activity as searches_of
from services.queries.timeline import Timeline, timeline
from services.unit_of_work import Tx
from web.context import Page
from web.pages.activity_steps import Next, Verb, booking_of, next_of, possible, step_of
from web.pages.booking_words import reason_in_words
from web.pages.conflict_words import tag_of
from web.pages.history_words import Names, actor_of, sentence
from web.pages.stand_in_words import why_in_words
from web.pages.unsent import unsent
from web.problems import say

#: Rows of the long lists that are shown before one asks for all.
FEW_MESSAGES, FEW_PASSAGES, FEW_CHANGES = 8, 12, 6
LEDGER_READERS = access.LEADING | {UserRole.auditor}
#: People who are no longer on the list of an activity.
SEARCHING = StandInSearchState.searching
LET_GO = frozenset({AssignmentState.replaced, AssignmentState.withdrawn})


@dataclass(frozen=True, slots=True)
class Message:
    """A message to one person, sent or not, or a timer that has not fired; `settled_at` is when its fate was known."""

    kind: NotificationKind | ReminderKind
    name: str | None
    due_at: datetime
    settled_at: datetime | None
    state: DeliveryState | ReminderState
    reason: str

    @property
    def is_sent(self) -> bool:
        """Tell whether it went out."""
        return self.state is DeliveryState.sent


@dataclass(frozen=True, slots=True)
class Life:
    """Everything about one activity that the actor may see; `may_read_ledger` opens messages, files and changes."""

    view: ActivityView
    people: tuple[AssignmentRow, ...]
    line: Timeline
    messages: tuple[Message, ...]
    may_read_ledger: bool
    equipment: ActivityEquipment
    searches: tuple[StandInSearchView, ...] = ()

    def shown(self, page: Page, *, everything: str = "") -> dict[str, Any]:
        """Return the values of the page; `everything` names the long list that is wanted whole."""
        now, row = page.context.now, self.view.row
        doable = possible(self.view, self.line, now)
        messages = self.messages
        passages = self.line.passages
        booking = booking_of(self.view, self.line)
        return {
            "view": self.view,
            "row": row,
            "people": self.people,
            "line": self.line,
            "may_read_ledger": self.may_read_ledger,
            "step": step_of(self.view),
            "next": next_of(self.view, self.people, self.line, now),
            "nexts": Next,
            "doable": [(one.verb, _blocked(page, one.reasons)) for one in doable],
            "verbs": Verb,
            "booking": booking,
            "declined_because": reason_in_words(page, booking.reason) if booking else "",
            "live_count": sum(one.state in LIVE_STATES for one in self.people),
            "asked_count": row.asked_count,
            "accepted_count": row.accepted_count,
            "needs_hall": row.venue_id is not None or row.kind in IN_HALLS,
            "equipment": self.equipment,
            "note": _note(page, self.equipment),
            "counted": lambda name, count=1: _counted(page, name, count),
            "declined": [one for one in self.people if one.state is AssignmentState.declined],
            "silent": [one for one in self.people if one.state is AssignmentState.offered],
            "hidden_count": max(row.asked_count - sum(one.state not in LET_GO for one in self.people), 0),
            "stands_in_for": self._replaced(),
            "searches": self.searches,
            "searched_for": {one.assignment_id for one in self.searches if one.state is SEARCHING},
            "holders": {one.id: one.person_name for one in self.people},
            "why_of": lambda why: [why_in_words(page.translator, one, zone(row.zone)) for one in why],
            "conflict_tag": lambda code: tag_of(code, page.translator),
            "let_go": LET_GO,
            "messages": messages if everything == "messages" else messages[-FEW_MESSAGES:],
            "message_count": len(messages),
            "are_messages_settled": all(one.settled_at is not None for one in messages),
            "passages": passages if everything == "passages" else passages[:FEW_PASSAGES],
            "passage_count": len(passages),
            "evidence_classes": tuple(EvidenceClass),
            "changes": self._changes(page, everything),
            "change_count": len(self.line.history),
            "unsent": lambda code: unsent(page.translator, code),
            "is_over": now >= row.ends_at,
            "is_closed": row.state is ActivityState.closed,
            "zone": zone(row.zone),
            "day": local_day(row.starts_at, zone(row.zone)).isoformat(),
        }

    def _changes(self, page: Page, everything: str) -> list[tuple[HistoryLine, str, str]]:
        """Return the newest changes as (line, sentence, who)."""
        if not self.may_read_ledger:
            return []
        names = self._names()
        newest = tuple(reversed(self.line.history))
        where = zone(self.view.row.zone)
        return [
            (line, sentence(line, names, page.translator, where), actor_of(line, page.translator))
            for line in (newest if everything == "changes" else newest[:FEW_CHANGES])
        ]

    def _names(self) -> Names:
        people = {one.person_id: one.person_name for one in self.people}
        people |= {one.person_id: one.person_name for one in self.line.passages if one.person_name}
        return Names(
            people=people,
            venues={one.venue_id: one.venue_name for one in self.line.bookings},
            holders={one.id: one.person_name for one in self.people},
        )

    def _replaced(self) -> dict[int, str]:
        """Return whom each assignment stands in for, by its id."""
        return {one.replaced_by_id: one.person_name for one in self.people if one.replaced_by_id is not None}


def life_of(tx: Tx, activity_id: int) -> Life:
    """Return one activity with everything that happened to it.

    Raises:
        NotFound: no such activity for this actor.
    """
    view = read_activity(tx, activity_id)
    may_read_ledger = access.has_role_over(tx.session, tx.actor, view.row.team_id, LEDGER_READERS)
    return Life(
        view,
        of_activity(tx, activity_id),
        timeline(tx, activity_id),
        _messages(tx, activity_id, view.organiser_name) if may_read_ledger else (),
        may_read_ledger=may_read_ledger,
        equipment=equipment_of(tx, activity_id),
        searches=searches_of(tx, activity_id),
    )


def _messages(tx: Tx, activity_id: int, organiser: str | None) -> tuple[Message, ...]:
    """Return what was and will be sent, by due instant; timers that fired have become messages.

    A timer that is for no person is for the organiser.
    """
    sent = list_deliveries(tx, activity_id=activity_id, limit=MAX_LIMIT).items
    timers = list_reminders(tx, activity_id=activity_id, limit=MAX_LIMIT).items
    found = [
        Message(one.kind, one.recipient_name or one.address, one.due_at, one.settled_at, one.state, one.reason)
        for one in sent
    ] + [
        Message(one.kind, one.person_name or organiser, one.due_at, one.settled_at, one.state, one.reason)
        for one in timers
        if one.state is not ReminderState.fired
    ]
    return tuple(sorted(found, key=lambda one: one.due_at))


def _note(page: Page, equipment: ActivityEquipment) -> str:
    return say(equipment.note, page.translator, page.wiring.zone) if equipment.note else ""


def _counted(page: Page, name: str, count: int) -> str:
    """Return so many things of a name, `投影机×2`; one by its name alone."""
    return page.gettext("%(name)s × %(count)s", name=name, count=count) if count > 1 else name


def _blocked(page: Page, reasons: Any) -> str:
    return " ".join(say(reason, page.translator, page.wiring.zone) for reason in reasons)
