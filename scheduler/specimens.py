"""Render messages before there are deliveries: the same writer and templates, but nothing in them can be pressed."""

from dataclasses import replace
from datetime import datetime

from models.enums import ChannelKind
from muster.settings import Settings
from notifications.addresses import parse_mailbox
from notifications.catalog import DutyPayload
from notifications.message import Message
from notifications.recipients import recipient
from notifications.render import render
from notifications.short import ShortFacts, sms_variables
from scheduler.letters import FactsMissing, Letters
from services.delivery_facts import DeliveryFacts

#: What stands in a preview where each person's own link will be: nobody can answer for somebody else with it.
NO_LINK = "/a/…"


class SpecimenWriter:
    """Writes what a delivery will say, without its envelope."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sender = parse_mailbox(settings.mail_from)
        self._letters = Letters(settings.model_copy(update={"dkim_key_file": None}))

    def __call__(self, facts: DeliveryFacts, *, channel: ChannelKind, stamp: datetime) -> Message:
        """Return subject and words in the recipient's language, as they would be written at `stamp`.

        Of a short message the words are its variables; the template around them lies with the provider.
        """
        if channel is ChannelKind.sms:
            return self._short_message(facts)
        payload = self._letters.payload(facts)
        if isinstance(payload, DutyPayload):
            payload = replace(payload, answer_url=self._settings.base_url.rstrip("/") + NO_LINK)
        to = recipient(facts.recipient_name, facts.address, locale=facts.locale, default_locale=self._settings.locale)
        return render(payload, to, sender=self._sender, stamp=stamp)

    def _short_message(self, facts: DeliveryFacts) -> Message:
        activity = facts.activity
        if activity is None:
            raise FactsMissing(facts.kind.value)
        short = ShortFacts(
            title=activity.title,
            kind=activity.kind,
            window=activity.window,
            zone=activity.zone,
            venue_name=activity.venue_name,
            organisation_name=facts.organisation_name,
            person_name=facts.recipient_name,
            contact=activity.contact_phone or activity.contact_name,
        )
        text = "\n".join(f"{name}={value}" for name, value in sms_variables(facts.kind, short, facts.locale).items())
        return Message("", text + "\n", "")
