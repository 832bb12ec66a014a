"""History in words: one sentence for every kind of event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from models.enums import (
    AbsenceKind,
    AnswerVia,
    AnswerWord,
    AssignmentRole,
    CheckInSource,
    Direction,
    EvidenceKind,
    ImportKind,
    StandInSearchState,
    TallyMethod,
    UserRole,
)
from muster.catalogue import mark
from muster.i18n import Translator
from services.queries.history import HistoryLine

#: One sentence for every event key; its values come from the event and from `_values`.
SENTENCES: Mapping[str, str] = {
    "absence.withdrawn": mark("history.absence.withdrawn"),
    "absence.written": mark("history.absence.written"),
    "activity.cancelled": mark("history.activity.cancelled"),
    "activity.changed": mark("history.activity.changed"),
    "activity.closed": mark("history.activity.closed"),
    "activity.created": mark("history.activity.created"),
    "activity.held": mark("history.activity.held"),
    "activity.moved": mark("history.activity.moved"),
    "activity.postponed": mark("history.activity.postponed"),
    "activity.release_undone": mark("history.activity.release_undone"),
    "activity.released": mark("history.activity.released"),
    "assignment.answered": mark("history.assignment.answered"),
    "assignment.offered": mark("history.assignment.offered"),
    "assignment.overridden": mark("history.assignment.overridden"),
    "assignment.replaced": mark("history.assignment.replaced"),
    "assignment.withdrawn": mark("history.assignment.withdrawn"),
    "attendance.recorded": mark("history.attendance.recorded"),
    "attendance.reversed": mark("history.attendance.reversed"),
    "booking.arrived": mark("history.booking.arrived"),
    "booking.cancelled": mark("history.booking.cancelled"),
    "booking.confirmed": mark("history.booking.confirmed"),
    "booking.declined": mark("history.booking.declined"),
    "booking.held": mark("history.booking.held"),
    "booking.lapsed": mark("history.booking.lapsed"),
    "booking.moved": mark("history.booking.moved"),
    "booking.released": mark("history.booking.released"),
    "booking.requested": mark("history.booking.requested"),
    "booking.used": mark("history.booking.used"),
    "booking.warned": mark("history.booking.warned"),
    "broadcast.queued": mark("history.broadcast.queued"),
    "broadcast.sent": mark("history.broadcast.sent"),
    "broadcast.undone": mark("history.broadcast.undone"),
    "call.done": mark("history.call.done"),
    "equipment.changed": mark("history.equipment.changed"),
    "equipment.created": mark("history.equipment.created"),
    "equipment.ended": mark("history.equipment.ended"),
    "channel_endpoint.changed": mark("history.channel_endpoint.changed"),
    "channel_endpoint.created": mark("history.channel_endpoint.created"),
    "channel_endpoint.tested": mark("history.channel_endpoint.tested"),
    "evidence.added": mark("history.evidence.added"),
    "import.applied": mark("history.import.applied"),
    "import.undone": mark("history.import.undone"),
    "loan.cancelled": mark("history.loan.cancelled"),
    "loan.made": mark("history.loan.made"),
    "loan.moved": mark("history.loan.moved"),
    "loan.returned": mark("history.loan.returned"),
    "loan.swapped": mark("history.loan.swapped"),
    "membership.changed": mark("history.membership.changed"),
    "membership.created": mark("history.membership.created"),
    "membership.ended": mark("history.membership.ended"),
    "org.changed": mark("history.org.changed"),
    "org.created": mark("history.org.created"),
    "org.ended": mark("history.org.ended"),
    "outside_calendar.ended": mark("history.outside_calendar.ended"),
    "outside_calendar.given": mark("history.outside_calendar.given"),
    "person.address_cleared": mark("history.person.address_cleared"),
    "person.address_failed": mark("history.person.address_failed"),
    "person.changed": mark("history.person.changed"),
    "person.created": mark("history.person.created"),
    "person.ended": mark("history.person.ended"),
    "person.feed_reset": mark("history.person.feed_reset"),
    "person.opted_in": mark("history.person.opted_in"),
    "person.opted_out": mark("history.person.opted_out"),
    "programme.changed": mark("history.programme.changed"),
    "programme.created": mark("history.programme.created"),
    "programme.ended": mark("history.programme.ended"),
    "reminder_plan.removed": mark("history.reminder_plan.removed"),
    "reminder_plan.set": mark("history.reminder_plan.set"),
    "stand_in_search.ended": mark("history.stand_in_search.ended"),
    "stand_in_search.started": mark("history.stand_in_search.started"),
    "series.cancelled": mark("history.series.cancelled"),
    "series.changed": mark("history.series.changed"),
    "series.created": mark("history.series.created"),
    "series.date_booked": mark("history.series.date_booked"),
    "series.date_refused": mark("history.series.date_refused"),
    "series.split": mark("history.series.split"),
    "tally.recorded": mark("history.tally.recorded"),
    "tally.reversed": mark("history.tally.reversed"),
    "team.changed": mark("history.team.changed"),
    "team.created": mark("history.team.created"),
    "team.ended": mark("history.team.ended"),
    "team.feed_reset": mark("history.team.feed_reset"),
    "token.created": mark("history.token.created"),
    "token.revoked": mark("history.token.revoked"),
    "topic.changed": mark("history.topic.changed"),
    "topic.created": mark("history.topic.created"),
    "topic.ended": mark("history.topic.ended"),
    "tour.changed": mark("history.tour.changed"),
    "tour.created": mark("history.tour.created"),
    "user.added": mark("history.user.added"),
    "user.changed": mark("history.user.changed"),
    "user.sign_in_refused": mark("history.user.sign_in_refused"),
    "user.signed_in": mark("history.user.signed_in"),
    "user.signed_out": mark("history.user.signed_out"),
    "venue.changed": mark("history.venue.changed"),
    "venue.created": mark("history.venue.created"),
    "venue.ended": mark("history.venue.ended"),
    "venue.feed_reset": mark("history.venue.feed_reset"),
    "wait.expired": mark("history.wait.expired"),
    "wait.joined": mark("history.wait.joined"),
    "wait.offered": mark("history.wait.offered"),
    "wait.taken": mark("history.wait.taken"),
    "wait.withdrawn": mark("history.wait.withdrawn"),
}
#: What the columns of an activity are called; others go by their own name.
COLUMNS: Mapping[str, str] = {
    "title": mark("column.title"),
    "description": mark("column.description"),
    "capacity": mark("column.capacity"),
    "reconfirm_days": mark("column.reconfirm_days"),
    "equipment": mark("column.equipment"),
    "layout": mark("column.layout"),
    "host_org_id": mark("column.host"),
    "programme_id": mark("column.programme"),
    "topic_id": mark("column.topic"),
    "venue_id": mark("column.venue"),
    "organiser_id": mark("column.organiser"),
}
#: Columns whose old and new values are told; the others hold ids or long texts.
TOLD = frozenset({"title", "capacity", "reconfirm_days"})
#: Reasons that the house gives itself when it gives a hall back.
OWN_REASONS: Mapping[str, str] = {
    "venue_changed": mark("given_back.venue_changed"),
    "activity_cancelled": mark("given_back.cancelled"),
    "activity_postponed": mark("given_back.postponed"),
    "activity_moved": mark("given_back.moved"),
    "hold_expired": mark("given_back.hold_expired"),
    "offer_expired": mark("given_back.offer_expired"),
    "offer_left": mark("given_back.offer_left"),
    "other_confirmed": mark("declined.other_confirmed"),
}
#: Who acted, where it was no user.
ACTORS: Mapping[str, str] = {
    "link": mark("actor.link"),
    "worker": mark("actor.worker"),
    "command": mark("actor.command"),
    "stranger": mark("actor.stranger"),
}
SAID: Mapping[str, str] = {
    AnswerWord.yes: mark("said.yes"),
    AnswerWord.no: mark("said.no"),
    "unreached": mark("said.unreached"),
}
SHOWN_OF_A_HASH = 8


@dataclass(frozen=True, slots=True)
class Names:
    """Names of what events call by id, as far as the reader may know them."""

    people: Mapping[int, str] = field(default_factory=dict)
    venues: Mapping[int, str] = field(default_factory=dict)
    holders: Mapping[int, str] = field(default_factory=dict)  #: person's name by assignment


def sentence(line: HistoryLine, names: Names, translator: Translator, zone: ZoneInfo) -> str:
    """Return what happened, as a sentence; where no reason was given, it ends before the colon."""
    told = translator.gettext(SENTENCES[line.event], **_values(line, names, translator, zone)).rstrip("：: ")
    if line.event == "assignment.offered" and line.payload.get("overridden"):
        return translator.gettext("history.all_the_same", told=told, reason=line.payload["reason"])
    return told


def actor_of(line: HistoryLine, translator: Translator) -> str:
    """Return who did it: a user's name, or what kind of actor it was."""
    if line.actor_name:
        return line.actor_name
    kind = ACTORS.get(line.actor.partition(":")[0])
    return translator.gettext(kind) if kind else line.actor


def _values(line: HistoryLine, names: Names, translator: Translator, zone: ZoneInfo) -> dict[str, Any]:
    payload = line.payload
    values: dict[str, Any] = {
        "subject": names.venues.get(line.subject_id, f"#{line.subject_id}"),
        "person": names.people.get(payload.get("person_id", 0)) or translator.gettext("somebody"),
        "other": names.holders.get(payload.get("by_assignment_id", 0)) or translator.gettext("somebody else"),
        "venue": names.venues.get(payload.get("venue_id", 0)) or translator.gettext("the hall"),
        "reason": _reason(payload.get("reason", ""), translator),
        "count": payload.get("count", ""),
        "equipment": payload.get("equipment") or translator.gettext("a thing"),
        "old_equipment": payload.get("old_equipment") or translator.gettext("a thing"),
        "fields": _changed(payload.get("changes", {}), translator),
        "hash": payload.get("manifest_sha256", "")[:SHOWN_OF_A_HASH],
        "until": payload.get("until_on", ""),
        "created": payload.get("created_count", ""),
        "changed": payload.get("changed_count", ""),
    }
    for name, say in _WORDS.items():
        if isinstance(payload.get(name), str):
            values[name] = say(payload[name], line, translator)
    values |= _windows(payload, translator, zone)
    return values


def _word(kinds: Any) -> Callable[[str, HistoryLine, Translator], str]:
    return lambda value, _line, translator: translator.word(kinds(value))


def _kind(value: str, line: HistoryLine, translator: Translator) -> str:
    words = {"absence": AbsenceKind, "evidence": EvidenceKind}
    return translator.word(words.get(line.noun, ImportKind)(value))


def _role(value: str, line: HistoryLine, translator: Translator) -> str:
    return translator.word(UserRole(value) if line.noun == "user" else AssignmentRole(value))


def _state(value: str, line: HistoryLine, translator: Translator) -> str:
    return translator.word(StandInSearchState(value)) if line.noun == "stand_in_search" else value


def _said(value: str, _line: HistoryLine, translator: Translator) -> str:
    return translator.gettext(SAID[value])


_WORDS: Mapping[str, Callable[[str, HistoryLine, Translator], str]] = {
    "word": _said,
    "via": _word(AnswerVia),
    "direction": _word(Direction),
    "source": _word(CheckInSource),
    "method": _word(TallyMethod),
    "kind": _kind,
    "role": _role,
    "state": _state,
}


def _windows(payload: Mapping[str, Any], translator: Translator, zone: ZoneInfo) -> dict[str, str]:
    pairs = {
        "old": ("old_starts_at", "old_ends_at"),
        "new": ("starts_at", "ends_at"),
        "occupied": ("occupied_from", "occupied_until"),
    }
    return {
        name: translator.window(
            datetime.fromisoformat(payload[begin]), datetime.fromisoformat(payload[end]), zone, year=False
        )
        for name, (begin, end) in pairs.items()
        if payload.get(begin) and payload.get(end)
    }


def _changed(changes: Mapping[str, Any], translator: Translator) -> str:
    told = []
    known = [name for name in COLUMNS if name in changes]
    for name in [*known, *(name for name in changes if name not in COLUMNS)]:
        values = changes[name]
        label = translator.gettext(COLUMNS[name]) if name in COLUMNS else name
        if name in TOLD and isinstance(values, list) and all(value is not None for value in values):
            old, new = values
            label = translator.gettext("%(column)s from %(old)s to %(new)s", column=label, old=old, new=new)
        told.append(label)
    return translator.listed(told)


def _reason(text: str, translator: Translator) -> str:
    return translator.gettext(OWN_REASONS[text]) if text in OWN_REASONS else text
