"""The short table in each mail: what, where, how to get there, whom to ask.

HTML and plain text show the same rows, so they are made here once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from models.enums import AnswerVia, AnswerWord
from muster.i18n import Translator
from notifications.booking_payloads import (
    BookingAsked,
    BookingDecided,
    BookingEnded,
    BookingPayload,
    Instead,
    NoShow,
    PlaceOffered,
)
from notifications.broadcast_payloads import Broadcast
from notifications.catalog import (
    AnswerReceived,
    CallUp,
    Cancelled,
    Changed,
    Chase,
    CloseActivity,
    DutyPayload,
    Reconfirm,
    Reminder,
    SignIn,
    StandIn,
)
from notifications.digest import Digest, DigestLine
from notifications.facts import ActivityFacts, Payload
from notifications.wording import SPEAKING, Wording


@dataclass(frozen=True, slots=True)
class Row:
    """A label and what belongs to it; `phone` stands last and can be dialled."""

    label: str
    text: str
    phone: str = ""


def rows_of(payload: Payload, say: Wording) -> tuple[Row, ...]:
    """Return the rows of a payload; what is not known has no row."""
    rows: tuple[Row, ...] = ROWS[type(payload)](payload, say)
    return tuple(row for row in rows if row.text or row.phone)


def _duty(payload: DutyPayload, say: Wording) -> tuple[Row, ...]:
    t = say.translator
    role = t.word(payload.role) if payload.role in SPEAKING else ""
    return (
        Row(t.gettext("What"), say.comma(say.task(payload), role, say.length(payload.activity))),
        Row(t.gettext("Where"), say.place(payload.activity)),
        Row(t.gettext("Travel"), payload.travel_note),
        _contact(payload.activity, t),
    )


def _call_up(payload: CallUp, say: Wording) -> tuple[Row, ...]:
    until = "" if payload.answer_by is None else say.moment(payload.answer_by, payload.activity.zone)
    return (*_duty(payload, say), Row(say.translator.gettext("Answer by"), until))


def _changed(payload: Changed, say: Wording) -> tuple[Row, ...]:
    old_time = "" if payload.old_window is None else say.span(payload.old_window, payload.activity.zone)
    new_time = say.span(payload.activity, payload.activity.zone)
    t = say.translator
    return (
        Row(t.gettext("Before"), say.comma(old_time, payload.old_venue_name)),
        Row(t.gettext("Now"), new_time if old_time else ""),
        *_duty(payload, say),
    )


def _cancelled(payload: Cancelled, say: Wording) -> tuple[Row, ...]:
    t = say.translator
    return (
        Row(t.gettext("Why"), payload.reason),
        Row(t.gettext("What"), say.task(payload)),
        Row(t.gettext("Where"), payload.activity.venue_name),
        _contact(payload.activity, t),
    )


def _answer_received(payload: AnswerReceived, say: Wording) -> tuple[Row, ...]:
    t = say.translator
    via = t.word(payload.via)
    if payload.via is AnswerVia.phone and payload.answered_by_name:
        via = t.gettext("By phone, written down by %(name)s", name=payload.answered_by_name)
    return (
        Row(t.gettext("Reason"), payload.reason if payload.word is AnswerWord.no else ""),
        Row(t.gettext("Activity"), say.title(payload.activity)),
        Row(t.gettext("Time"), say.office_span(payload.activity, payload.activity.zone)),
        Row(t.gettext("Venue"), payload.activity.venue_name),
        Row(t.gettext("Duty"), say.capital(say.role(payload.role))),
        Row(t.gettext("Answered by"), "" if payload.is_exhausted else via),
    )


def _digest(payload: Digest, say: Wording) -> tuple[Row, ...]:
    if payload.notes:
        house = payload.organisation_name
        return tuple(Row(note.sender_name or house, note.headline) for note in payload.notes)
    return tuple(Row(say.office_at(line.starts_at, line.zone), _who(line, say)) for line in payload.lines)


def _broadcast(payload: Broadcast, say: Wording) -> tuple[Row, ...]:
    t, activity = say.translator, payload.activity
    sender = Row(t.gettext("Sender"), payload.sender_name or payload.organisation_name)
    if activity is None:
        return (sender,)
    return (
        sender,
        Row(t.gettext("Activity"), say.title(activity)),
        Row(t.gettext("Time"), say.span(activity, activity.zone)),
        Row(t.gettext("Where"), say.place(activity) if activity.venue_name else ""),
        _contact(activity, t),
    )


def _who(line: DigestLine, say: Wording) -> str:
    t = say.translator
    told = t.gettext("%(title)s: %(names)s", title=say.title(line), names=t.listed(line.names))
    count = line.open_duty_count
    return say.comma(told, t.ngettext("one duty still open", "%(n)s duties still open", count) if count else "")


def _close_activity(payload: CloseActivity, say: Wording) -> tuple[Row, ...]:
    t = say.translator
    count = payload.attendance_count
    return (
        Row(t.gettext("Activity"), say.title(payload.activity)),
        Row(t.gettext("Time"), say.office_span(payload.activity, payload.activity.zone)),
        Row(t.gettext("Venue"), payload.activity.venue_name),
        Row(t.gettext("Seen so far"), t.ngettext("%(n)s person", "%(n)s people", count)),
    )


def _sign_in(payload: SignIn, say: Wording) -> tuple[Row, ...]:
    return (Row(say.translator.gettext("Good until"), say.moment(payload.expires_at, payload.zone)),)


def _booking(payload: BookingPayload, say: Wording) -> tuple[Row, ...]:
    t = say.translator
    is_wider = payload.occupied != payload.window
    return (
        Row(t.gettext("Venue"), payload.venue_name),
        Row(t.gettext("Time"), say.office_span(payload.window, payload.zone)),
        Row(t.gettext("With set-up"), say.office_span(payload.occupied, payload.zone) if is_wider else ""),
        Row(t.gettext("Purpose"), payload.purpose),
    )


def _booking_asked(payload: BookingAsked, say: Wording) -> tuple[Row, ...]:
    t = say.translator
    heads = payload.people_count
    by = payload.decide_by
    return (
        *_booking(payload, say),
        Row(t.gettext("Expected"), t.ngettext("%(n)s person", "%(n)s people", heads) if heads else ""),
        _phone(t.gettext("Asked by"), payload.asked_by_name, payload.asked_by_phone, say),
        Row(t.gettext("Answer by"), "" if by is None else say.moment(by, payload.zone)),
    )


def _booking_decided(payload: BookingDecided, say: Wording) -> tuple[Row, ...]:
    t = say.translator
    return (
        Row(t.gettext("Reason"), say.reason(payload.reason)),
        *_booking(payload, say),
        Row(t.gettext("Instead"), _instead(payload.instead, say) if payload.instead else ""),
    )


def _instead(instead: Instead, say: Wording) -> str:
    t = say.translator
    minutes = instead.way_minutes
    way = "" if minutes is None else t.gettext("%(length)s by road", length=t.length(timedelta(minutes=minutes)))
    return say.comma(instead.venue_name, say.office_span(instead.window, instead.zone), way)


def _no_show(payload: NoShow, say: Wording) -> tuple[Row, ...]:
    at = say.clock(payload.release_at, payload.zone)
    return (*_booking(payload, say), Row(say.translator.gettext("Kept until"), at))


def _place_offered(payload: PlaceOffered, say: Wording) -> tuple[Row, ...]:
    at = say.office_at(payload.held_until, payload.zone)
    return (*_booking(payload, say), Row(say.translator.gettext("Kept until"), at))


def _contact(activity: ActivityFacts, t: Translator) -> Row:
    return _phone(t.gettext("Questions"), activity.contact_name, activity.contact_phone, Wording(t))


def _phone(label: str, name: str, phone: str, say: Wording) -> Row:
    return Row(label, f"{name}{say.translator.gettext('mail.comma')}" if name and phone else name, phone)


#: `Any`: each function takes exactly its key, which a dictionary cannot say.
ROWS: dict[type[Payload], Callable[[Any, Wording], tuple[Row, ...]]] = {
    CallUp: _call_up,
    Chase: _call_up,
    StandIn: _call_up,
    Reminder: _duty,
    Reconfirm: _duty,
    Changed: _changed,
    Cancelled: _cancelled,
    AnswerReceived: _answer_received,
    Digest: _digest,
    Broadcast: _broadcast,
    CloseActivity: _close_activity,
    SignIn: _sign_in,
    BookingAsked: _booking_asked,
    BookingDecided: _booking_decided,
    BookingEnded: _booking,
    NoShow: _no_show,
    PlaceOffered: _place_offered,
}
