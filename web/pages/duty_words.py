"""A duty in the words of the mails: what, where, how long, and as a calendar entry. One wording, wherever it is read."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.enums import ActivityState, AssignmentState
from models.values import Place
from muster.i18n import Translator
from muster.settings import Settings
from notifications import calendar
from notifications.addresses import Mailbox, parse_mailbox
from notifications.calendar import Entry
from notifications.catalog import CallUp, DutyPayload, Reminder
from notifications.facts import ActivityFacts
from notifications.invite import duty_entry
from notifications.wording import Wording, dialled
from services.queries.assignments import Duty


class Face(StrEnum):
    """What a duty says to the person; the last ones cannot be answered any more."""

    ask = "ask"
    done = "done"
    no = "no"
    not_yet = "not_yet"
    postponed = "postponed"
    begun = "begun"
    over = "over"
    cancelled = "cancelled"
    replaced = "replaced"
    withdrawn = "withdrawn"


_BY_ASSIGNMENT = {
    AssignmentState.offered: Face.ask,
    AssignmentState.accepted: Face.done,
    AssignmentState.declined: Face.no,
    AssignmentState.replaced: Face.replaced,
    AssignmentState.withdrawn: Face.withdrawn,
    AssignmentState.served: Face.over,
}
_BY_ACTIVITY = {
    ActivityState.cancelled: Face.cancelled,
    ActivityState.held: Face.over,
    ActivityState.closed: Face.over,
    ActivityState.postponed: Face.postponed,
    ActivityState.draft: Face.not_yet,
}
#: Faces that still take an answer.
OPEN = frozenset({Face.ask, Face.done, Face.no})


@dataclass(frozen=True, slots=True)
class DutyWords:
    """What a page says of a duty; texts are plain, in the reader's language."""

    ask: str
    task: str
    place: str
    length: str
    contact_name: str
    contact_phone: str
    contact_dial: str
    map_link: str
    coordinates: str


def face_of(duty: Duty, now: datetime) -> Face:
    """Return what a duty says to the person at an instant."""
    if duty.state in {AssignmentState.replaced, AssignmentState.withdrawn} and (
        duty.activity_state is not ActivityState.cancelled
    ):
        return _BY_ASSIGNMENT[duty.state]
    if duty.activity_state in _BY_ACTIVITY:
        return _BY_ACTIVITY[duty.activity_state]
    if now >= duty.ends_at:
        return Face.over
    return Face.begun if now >= duty.starts_at else _BY_ASSIGNMENT[duty.state]


def words_of(duty: Duty, translator: Translator, *, otherwise: tuple[str, str] = ("", "")) -> DutyWords:
    """Return a duty in words; `otherwise` is name and phone of whom to ask where the duty names nobody with a phone."""
    payload, say = _payload(duty), Wording(translator)
    has_phone = bool(duty.contact_phone)
    name, phone = (duty.contact_name or "", duty.contact_phone or "") if has_phone else otherwise
    spot = "" if duty.venue_lat is None else f"{duty.venue_lat:.5f},{duty.venue_lon:.5f}"
    return DutyWords(
        ask=say.capital(say.ask(payload)),
        task=say.task(payload),
        place=say.place(payload.activity),
        length=say.length(payload.activity),
        contact_name=name or duty.contact_name or "",
        contact_phone=phone,
        contact_dial=dialled(phone),
        map_link=f"geo:{spot}?q={spot}" if spot else "",
        coordinates=spot.replace(",", ", "),
    )


def entry_of(duty: Duty, translator: Translator, organizer: Mailbox) -> Entry:
    """Return a duty as an entry of a calendar that is read by whoever has it: nobody is invited there."""
    return duty_entry(_payload(duty), Wording(translator), organizer=organizer, attendee=organizer)


def calendar_text(
    duties: Collection[Duty], translator: Translator, settings: Settings, *, name: str, stamp: datetime
) -> str:
    """Return duties as a calendar file; one alone without a calendar name, to be put among the reader's own."""
    organizer = parse_mailbox(settings.mail_from)
    entries = [entry_of(duty, translator, organizer) for duty in duties]
    if len(entries) == 1:
        return calendar.publication(entries[0], stamp=stamp)
    return calendar.feed(entries, name=name, stamp=stamp)


def _payload(duty: Duty) -> DutyPayload:
    kind = Reminder if duty.state is AssignmentState.accepted else CallUp
    has_spot = duty.venue_lat is not None and duty.venue_lon is not None
    return kind(
        activity=ActivityFacts(
            activity_id=duty.activity_id,
            ref=duty.activity_ref,
            title=duty.title,
            starts_at=duty.starts_at,
            ends_at=duty.ends_at,
            zone=duty.zone,
            uid=duty.uid,
            sequence=duty.sequence,
            kind=duty.activity_kind,
            venue_name=duty.venue_name or "",
            venue_address=duty.venue_address,
            place=Place(duty.venue_lat or 0.0, duty.venue_lon or 0.0) if has_spot else None,
            contact_name=duty.contact_name or "",
            contact_phone=duty.contact_phone or "",
            organisation_name=duty.organisation_name,
            description=duty.description,
        ),
        role=duty.role,
        answer_url="",
    )
