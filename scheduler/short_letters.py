"""Carry the facts of a delivery through an endpoint to the bytes that go out: a group's text, a template, an event."""

import json
from datetime import datetime, timedelta

from models.enums import ActivityKind, ChannelKind
from models.values import TimeWindow
from muster.ids import message_id
from muster.settings import Settings
from notifications.channels.base import Envelope
from notifications.channels.bots import body_of
from notifications.channels.sms import sms_content
from notifications.short import ShortFacts, group_message, group_test, sms_variables
from services.delivery_facts import DeliveryFacts
from services.endpoint_use import TEST, Endpoint

#: How long the made-up activity of a test takes.
SAMPLE_LENGTH = timedelta(hours=1)


class NothingToSay(Exception):
    """A notification lacks what its channel needs to say it."""


class ShortLetters:
    """Writes the deliveries of one endpoint."""

    def __init__(self, endpoint: Endpoint, settings: Settings) -> None:
        self._endpoint = endpoint
        self._settings = settings
        self._base_url = settings.base_url.rstrip("/")

    def envelope(self, facts: DeliveryFacts, *, stamp: datetime) -> Envelope:
        """Return a delivery ready to send: the bytes of an earlier try, or new ones.

        Raises:
            NothingToSay: the notification lacks what this channel needs.
        """
        content = facts.content if facts.content is not None else self._content(facts, stamp)
        is_hook = self._endpoint.channel is ChannelKind.webhook
        name = f"msg_{facts.token}" if is_hook else message_id(facts.token, self._settings.mail_domain)
        return Envelope(message_id=name, sender="", recipient=facts.address, content=content)

    def _content(self, facts: DeliveryFacts, stamp: datetime) -> bytes:
        match self._endpoint.channel:
            case ChannelKind.webhook:
                return _event(facts, stamp)
            case ChannelKind.sms:
                return self._sms(facts, stamp)
        return body_of(self._group(facts))

    def _group(self, facts: DeliveryFacts) -> str:
        said, channel = facts.payload.get("say", ""), self._endpoint.channel
        if said == TEST:
            return group_test(facts.organisation_name, facts.locale, channel)
        return group_message(said, self._short(facts, None), facts.locale, channel)

    def _sms(self, facts: DeliveryFacts, stamp: datetime) -> bytes:
        template = self._endpoint.templates.get(facts.kind.value)
        if template is None:
            raise NothingToSay(facts.kind.value)
        sample = stamp if facts.payload.get("say") == TEST else None
        return sms_content(template, sms_variables(facts.kind, self._short(facts, sample), facts.locale))

    def _short(self, facts: DeliveryFacts, sample: datetime | None) -> ShortFacts:
        activity, is_own = facts.activity, facts.person_id is not None
        if activity is None:
            if sample is None:
                raise NothingToSay(facts.kind.value)
            return ShortFacts(
                title=facts.organisation_name,
                kind=ActivityKind.meeting,
                window=TimeWindow(sample, sample + SAMPLE_LENGTH),
                zone=self._settings.zone,
                venue_name=facts.organisation_name,
                person_name=facts.recipient_name,
                organisation_name=facts.organisation_name,
            )
        old = [
            datetime.fromisoformat(text) for text in map(facts.payload.get, ("old_starts_at", "old_ends_at")) if text
        ]
        return ShortFacts(
            title=activity.title,
            kind=activity.kind,
            window=activity.window,
            zone=activity.zone,
            venue_name=activity.venue_name,
            organisation_name=facts.organisation_name,
            person_name=facts.recipient_name if is_own else "",
            contact=(activity.contact_phone or activity.contact_name) if is_own else "",
            page_url=f"{self._base_url}/activities/{activity.activity_id}",
            old_window=TimeWindow(*old) if len(old) > 1 else None,
        )


def _event(facts: DeliveryFacts, stamp: datetime) -> bytes:
    """Return an event as Standard Webhooks has it: `type`, `timestamp` and `data`."""
    if facts.payload.get("say") == TEST:
        event = {"type": "endpoint.test", "timestamp": stamp.isoformat(), "data": {}}
    else:
        event = {name: facts.payload[name] for name in ("type", "timestamp", "data")}
    return json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
