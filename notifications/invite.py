"""The calendar part of a mail about a duty."""

from datetime import datetime

from notifications.addresses import Mailbox
from notifications.calendar import Entry, Method, PartStat, cancellation, invitation
from notifications.catalog import CallUp, Cancelled, Changed, DutyPayload
from notifications.facts import Recipient
from notifications.wording import Wording


def calendar_part(
    payload: DutyPayload, recipient: Recipient, say: Wording, *, sender: Mailbox, stamp: datetime
) -> tuple[str, str]:
    """Return the iCalendar text and its method."""
    entry = duty_entry(payload, say, organizer=sender, attendee=Mailbox(recipient.name, recipient.address))
    if isinstance(payload, Cancelled):
        return cancellation(entry, stamp=stamp), Method.cancel.value
    return invitation(entry, stamp=stamp), Method.request.value


def duty_entry(payload: DutyPayload, say: Wording, *, organizer: Mailbox, attendee: Mailbox) -> Entry:
    """Return a duty as a calendar entry.

    The personal answer link stays out of it: families and offices share calendars.
    """
    activity = payload.activity
    return Entry(
        uid=activity.uid,
        sequence=activity.sequence,
        starts_at=activity.starts_at,
        ends_at=activity.ends_at,
        zone=activity.zone,
        summary=say.task(payload),
        organizer=organizer,
        attendee=attendee,
        partstat=_partstat(payload),
        location=say.place(activity) if activity.venue_name else "",
        description=_description(payload, say),
        place=activity.place,
    )


def _partstat(payload: DutyPayload) -> PartStat:
    is_open = isinstance(payload, CallUp) or (isinstance(payload, Changed) and payload.is_answer_wanted)
    return PartStat.needs_action if is_open else PartStat.accepted


def _description(payload: DutyPayload, say: Wording) -> str:
    activity = payload.activity
    contact = say.comma(activity.contact_name, activity.contact_phone)
    lines = [
        activity.description,
        payload.travel_note,
        say.translator.gettext("Questions: %(contact)s", contact=contact) if contact else "",
        activity.organisation_name,
    ]
    return "\n".join(line for line in lines if line)
