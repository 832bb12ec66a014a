"""Carry the facts of a delivery to the words and the bytes that go out.

Services know rows and notifications know words; neither knows the other, and here one is
poured into the other. The same facts written at the same instant give the same bytes.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from models.enums import ActivityState, AnswerVia, AnswerWord, AssignmentState, NotificationKind
from models.rules.opt_outs import may_switch_off
from models.values import TimeWindow
from muster.ids import message_id
from muster.settings import Settings
from muster.signing import Signer
from notifications import catalog, mime
from notifications.addresses import Mailbox, parse_mailbox
from notifications.broadcast_payloads import Broadcast
from notifications.catalog import CATALOG, CancelledHow
from notifications.channels.base import Envelope
from notifications.digest import Digest, DigestLine, DigestNote
from notifications.dkim import load_signer
from notifications.facts import ActivityFacts, Payload
from notifications.recipients import recipient
from notifications.render import render
from scheduler.booking_letters import BookingLetters
from services.delivery_facts import ActivityPart, DeliveryFacts, DutyPart

#: How long after its due instant a message of each kind may still go out.
LATENESS: dict[NotificationKind, timedelta | None] = {kind: spec.lateness for kind, spec in CATALOG.items()}
#: What links are signed for; whoever reads a token names the same purpose.
ANSWER, UNSUBSCRIBE = "answer", "unsubscribe"
#: A mail may be found years later, and its sender must still be stopped then.
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
OLD_WINDOW = ("old_starts_at", "old_ends_at")


class FactsMissing(Exception):
    """A notification lacks what its kind is about."""


class Letters:
    """Writes deliveries for one house."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sender = parse_mailbox(settings.mail_from)
        self._signer = Signer(settings.secret_key.get_secret_value())
        self._dkim = load_signer(settings.dkim_key_file, settings.dkim_selector, self._sender.address)
        self._base_url = settings.base_url.rstrip("/")
        self._bookings = BookingLetters(self._base_url, self._signer)
        self._writers: dict[NotificationKind, Callable[[DeliveryFacts], Payload]] = {
            NotificationKind.call_up: self._call_up,
            NotificationKind.chase: self._chase,
            NotificationKind.stand_in: self._stand_in,
            NotificationKind.reminder: self._reminder,
            NotificationKind.reconfirm: self._reconfirm,
            NotificationKind.changed: self._changed,
            NotificationKind.cancelled: self._cancelled,
            NotificationKind.answer_received: self._answer_received,
            NotificationKind.digest: self._digest,
            NotificationKind.broadcast: self._broadcast,
            NotificationKind.close_activity: self._close_activity,
            NotificationKind.sign_in: self._sign_in,
            NotificationKind.booking_asked: self._booking,
            NotificationKind.booking_decided: self._booking,
            NotificationKind.booking_ended: self._booking,
            NotificationKind.no_show: self._booking,
            NotificationKind.place_offered: self._booking,
        }

    def envelope(self, facts: DeliveryFacts, *, stamp: datetime) -> Envelope:
        """Return a delivery ready to send: the bytes of an earlier try, or new ones written at `stamp`.

        Raises:
            BadAddress: the recipient's address cannot be written.
            FactsMissing: the notification lacks what its kind is about.
        """
        name = message_id(facts.token, self._settings.mail_domain)
        content = facts.content
        if content is None:
            payload = self.payload(facts)
            to = recipient(
                facts.recipient_name,
                facts.address,
                locale=facts.locale,
                default_locale=self._settings.locale,
            )
            message = render(payload, to, sender=self._sender, stamp=stamp)
            posting = mime.Posting(
                sender=self._sender,
                recipient=Mailbox(to.name, to.address),
                message_id=name,
                date=stamp,
                delivery=facts.token,
                unsubscribe_url=self._unsubscribe_url(facts),
            )
            content = mime.compose(message, posting)
            if self._dkim is not None:
                content = self._dkim.sign(content)
        return Envelope(message_id=name, sender=self._sender.address, recipient=facts.address, content=content)

    def payload(self, facts: DeliveryFacts) -> Payload:
        """Return what the words of a kind need."""
        return self._writers[facts.kind](facts)

    def answer_url(self, assignment_id: int, expires_at: datetime) -> str:
        """Return the address of a person's answer page; it holds until the activity is over."""
        return f"{self._base_url}/a/{self._signer.sign(ANSWER, str(assignment_id), expires_at)}"

    def _unsubscribe_url(self, facts: DeliveryFacts) -> str | None:
        """Return where one POST stops this kind for this person; None where it is mandatory, or for nobody we know."""
        if facts.person_id is None or not may_switch_off(facts.kind):
            return None
        subject = f"{facts.person_id}:{facts.kind.value}"
        return f"{self._base_url}/u/{self._signer.sign(UNSUBSCRIBE, subject, FOREVER)}"

    def _page(self, noun: str, key: int) -> str:
        return f"{self._base_url}/{noun}/{key}"

    def _call_up(self, facts: DeliveryFacts) -> Payload:
        activity, duty = _activity(facts), _duty(facts)
        return catalog.CallUp(
            activity=_activity_facts(facts, activity),
            role=duty.role,
            answer_url=self.answer_url(duty.assignment_id, activity.window.ends_at),
        )

    def _chase(self, facts: DeliveryFacts) -> Payload:
        activity, duty = _activity(facts), _duty(facts)
        return catalog.Chase(
            activity=_activity_facts(facts, activity),
            role=duty.role,
            answer_url=self.answer_url(duty.assignment_id, activity.window.ends_at),
        )

    def _stand_in(self, facts: DeliveryFacts) -> Payload:
        activity, duty = _activity(facts), _duty(facts)
        return catalog.StandIn(
            activity=_activity_facts(facts, activity),
            role=duty.role,
            answer_url=self.answer_url(duty.assignment_id, activity.window.ends_at),
            answer_by=datetime.fromisoformat(facts.payload["until"]),
        )

    def _reminder(self, facts: DeliveryFacts) -> Payload:
        activity, duty = _activity(facts), _duty(facts)
        return catalog.Reminder(
            activity=_activity_facts(facts, activity),
            role=duty.role,
            answer_url=self.answer_url(duty.assignment_id, activity.window.ends_at),
        )

    def _reconfirm(self, facts: DeliveryFacts) -> Payload:
        activity, duty = _activity(facts), _duty(facts)
        return catalog.Reconfirm(
            activity=_activity_facts(facts, activity),
            role=duty.role,
            answer_url=self.answer_url(duty.assignment_id, activity.window.ends_at),
        )

    def _changed(self, facts: DeliveryFacts) -> Payload:
        activity, duty = _activity(facts), _duty(facts)
        if activity.state is ActivityState.postponed:
            return self._cancelled(facts)
        old = [datetime.fromisoformat(text) for text in map(facts.payload.get, OLD_WINDOW) if text]
        return catalog.Changed(
            activity=_activity_facts(facts, activity),
            role=duty.role,
            answer_url=self.answer_url(duty.assignment_id, activity.window.ends_at),
            old_window=TimeWindow(*old) if old else None,
            is_answer_wanted=duty.state is AssignmentState.offered,
        )

    def _cancelled(self, facts: DeliveryFacts) -> Payload:
        activity, duty = _activity(facts), _duty(facts)
        how = CancelledHow.assignment
        if activity.state is ActivityState.cancelled:
            how = CancelledHow.activity
        elif activity.state is ActivityState.postponed:
            how = CancelledHow.postponed
        # One person's cancellation leaves the activity's own sequence as it is, but must still be
        # higher than in that person's invitation, or calendars keep the entry.
        sequence = facts.sequence + (how is CancelledHow.assignment)
        return catalog.Cancelled(
            activity=_activity_facts(facts, activity, sequence=sequence),
            role=duty.role,
            answer_url=self.answer_url(duty.assignment_id, activity.window.ends_at),
            how=how,
            reason=facts.payload.get("reason", ""),
        )

    def _answer_received(self, facts: DeliveryFacts) -> Payload:
        activity, duty = _activity(facts), _duty(facts)
        return catalog.AnswerReceived(
            activity=_activity_facts(facts, activity),
            role=duty.role,
            person_name=duty.person_name,
            word=AnswerWord(facts.payload["word"]),
            via=duty.answered_via or AnswerVia.link,
            reason=facts.payload.get("reason", ""),
            answered_by_name=duty.answered_by_name,
            is_exhausted=facts.payload.get("is_exhausted", False),
            open_duty_count=activity.open_duty_count,
            page_url=self._page("activities", activity.activity_id),
        )

    def _digest(self, facts: DeliveryFacts) -> Payload:
        if not (facts.digest or facts.notes):
            raise FactsMissing(facts.kind.value)
        return Digest(
            lines=tuple(DigestLine(**asdict(part)) for part in facts.digest),
            notes=tuple(_note(one) for one in facts.notes),
            people_count=sum(len(part.names) for part in facts.digest),
            page_url=f"{self._base_url}/{'me/messages' if facts.notes else 'activities'}",
            organisation_name=facts.organisation_name,
        )

    def _broadcast(self, facts: DeliveryFacts) -> Payload:
        if "body" not in facts.payload:
            raise FactsMissing(facts.kind.value)
        return Broadcast(
            headline=facts.payload["subject"],
            body=facts.payload["body"],
            sender_name=facts.payload.get("sender_name", ""),
            organisation_name=facts.organisation_name,
            activity=_activity_facts(facts, facts.activity) if facts.activity else None,
        )

    def _close_activity(self, facts: DeliveryFacts) -> Payload:
        activity = _activity(facts)
        return catalog.CloseActivity(
            activity=_activity_facts(facts, activity),
            attendance_count=activity.attendance_count,
            close_url=self._page("activities", activity.activity_id),
        )

    def _sign_in(self, facts: DeliveryFacts) -> Payload:
        return catalog.SignIn(
            sign_in_url=f"{self._base_url}{facts.payload['path']}",
            expires_at=datetime.fromisoformat(facts.payload["expires_at"]),
            zone=self._settings.zone,
            organisation_name=facts.organisation_name,
        )

    def _booking(self, facts: DeliveryFacts) -> Payload:
        if facts.booking is None:
            raise FactsMissing(facts.kind.value)
        return self._bookings.payload(facts, facts.booking)


def _activity_facts(facts: DeliveryFacts, activity: ActivityPart, *, sequence: int | None = None) -> ActivityFacts:
    return ActivityFacts(
        activity_id=activity.activity_id,
        ref=activity.ref,
        title=activity.title,
        starts_at=activity.window.starts_at,
        ends_at=activity.window.ends_at,
        zone=activity.zone,
        uid=activity.uid,
        sequence=facts.sequence if sequence is None else sequence,
        kind=activity.kind,
        venue_name=activity.venue_name,
        venue_address=activity.venue_address,
        place=activity.place,
        contact_name=activity.contact_name,
        contact_phone=activity.contact_phone,
        organisation_name=facts.organisation_name,
        description=activity.description,
    )


def _note(payload: Mapping[str, Any]) -> DigestNote:
    return DigestNote(headline=payload["subject"], body=payload["body"], sender_name=payload.get("sender_name", ""))


def _activity(facts: DeliveryFacts) -> ActivityPart:
    if facts.activity is None:
        raise FactsMissing(facts.kind.value)
    return facts.activity


def _duty(facts: DeliveryFacts) -> DutyPart:
    if facts.duty is None:
        raise FactsMissing(facts.kind.value)
    return facts.duty
