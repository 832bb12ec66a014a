"""The calendars of people and of teams as text; the same rows always make the same text."""

from dataclasses import replace

from muster.i18n import Translator
from muster.settings import Settings
from notifications import calendar
from notifications.addresses import parse_mailbox
from notifications.calendar import Entry, Status
from services.duty_feeds import DutyFeed, TeamEntry, TeamFeed
from web.pages.duty_words import entry_of


def duties_text(feed: DutyFeed, translator: Translator, settings: Settings) -> str:
    """Return a person's duties: tentative while they are asked, confirmed once they said yes."""
    organizer = parse_mailbox(settings.mail_from)
    entries = [
        replace(
            entry_of(one.duty, translator, organizer),
            sequence=one.sequence,
            status=_status(is_firm=one.is_firm, is_cancelled=one.is_cancelled),
        )
        for one in feed.entries
    ]
    return calendar.feed(entries, name=translator.gettext("My duties"), stamp=feed.changed_at)


def team_text(feed: TeamFeed, settings: Settings) -> str:
    """Return a team's activities; who is asked to them is not told."""
    organizer = parse_mailbox(settings.mail_from)

    def entry(one: TeamEntry) -> Entry:
        return Entry(
            uid=one.uid,
            sequence=one.sequence,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            zone=one.zone,
            summary=one.title,
            organizer=organizer,
            status=_status(is_firm=True, is_cancelled=one.is_cancelled),
            location=" ".join(part for part in (one.venue_name, one.venue_address) if part),
            description=one.description,
            url=f"{settings.base_url.rstrip('/')}/activities/{one.activity_id}",
        )

    return calendar.feed([entry(one) for one in feed.entries], name=feed.name, stamp=feed.changed_at)


def _status(*, is_firm: bool, is_cancelled: bool) -> Status:
    if is_cancelled:
        return Status.cancelled
    return Status.confirmed if is_firm else Status.tentative
