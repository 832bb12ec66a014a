"""Calendars to subscribe to, of a venue, a person or a team, at addresses that nobody can guess and that can be made void."""

import hashlib
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import FeedKind
from models.errors import NotFound
from muster.i18n import Translator
from muster.settings import Settings
from muster.signing import BadToken
from notifications import calendar
from notifications.addresses import Mailbox, parse_mailbox
from notifications.calendar import Entry, Status
from services import access, duty_feeds, feeds
from services.access import STRANGER, Actor
from services.feeds import Address, FeedEntry, VenueFeed
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import PageDep, UowDep
from web.pages.feed_texts import duties_text, team_text
from web.pages.signed_links import in_language
from web.secret_addresses import CALENDAR, calendar_links, door_url

router = APIRouter(include_in_schema=False)

CALENDAR_TYPE = "text/calendar; charset=utf-8; method=PUBLISH"
ETAG_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Addresses:
    """The secret addresses of a venue, whole; `titled` tells what is on, read with the rights of one organiser."""

    door: str
    busy: str
    titled: str | None


def addresses(page: Page, tx: Tx, venue_id: int) -> Addresses | None:
    """Return the addresses of a venue that the actor may hand on; None for those who lead nobody."""
    if not tx.actor.has(access.LEADING):
        return None
    generation = feeds.generation(tx, FeedKind.venue, venue_id)
    shared = Address(FeedKind.venue, venue_id, generation)
    own = Address(FeedKind.venue, venue_id, generation, tx.actor.user_id) if tx.actor.user_id else None
    return Addresses(
        door=door_url(page.wiring, shared),
        busy=calendar_links(page.wiring, shared).url,
        titled=calendar_links(page.wiring, own).url if own else None,
    )


def followed(page: Page, purpose: str, token: str) -> Address:
    """Return what a token says; whether it was made void is for `feeds.require_current`.

    Raises:
        NotFound: it is none of ours for this purpose.
    """
    try:
        return feeds.parse(page.wiring.signer.read(purpose, token, page.context.now))
    except BadToken as error:
        raise NotFound("feed", purpose) from error


@router.api_route("/feeds/{token}/calendar.ics", methods=["GET", "HEAD"])
def calendar_file(token: str, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Return a calendar; 304 where the reader has it already."""
    address = followed(page, CALENDAR, token)
    with uow.read(STRANGER) as tx:
        feeds.require_current(tx, address)
        actor = feeds.reader(tx, address)
    spoken = in_language(page, _language(request, page, actor))
    text = _text(address, spoken.translator, page.wiring.settings, uow, actor)
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:ETAG_DIGITS]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    name = f"muster-{address.kind.value}-{address.subject_id}.ics"
    headers["Content-Disposition"] = f'inline; filename="{name}"'
    return Response(text, headers=headers, media_type=CALENDAR_TYPE)


def _text(address: Address, translator: Translator, settings: Settings, uow: UnitOfWork, actor: Actor) -> str:
    with uow.read(actor) as tx:
        if address.kind is FeedKind.person:
            return duties_text(duty_feeds.person_feed(tx, address.subject_id), translator, settings)
        if address.kind is FeedKind.team:
            return team_text(duty_feeds.team_feed(tx, address.subject_id), settings)
        return calendar_text(feeds.venue_feed(tx, address.subject_id), translator, settings)


def calendar_text(feed: VenueFeed, translator: Translator, settings: Settings) -> str:
    """Return a venue's calendar as text; the same rows always make the same text."""
    organizer = parse_mailbox(settings.mail_from)
    entries = [_entry(one, feed, translator, organizer, settings.base_url) for one in feed.entries]
    return calendar.feed(entries, name=feed.venue.name, stamp=feed.changed_at)


def _entry(one: FeedEntry, feed: VenueFeed, translator: Translator, organizer: Mailbox, base_url: str) -> Entry:
    if feed.is_masked:
        summary = translator.gettext("Busy")
    elif one.venue_name is not None:
        summary = translator.gettext("%(venue)s is booked", venue=one.venue_name)
    else:
        summary = one.title or translator.word(one.state)
    return Entry(
        uid=f"booking-{one.booking_id}@muster",
        sequence=one.sequence,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        zone=feed.venue.zone,
        summary=summary,
        organizer=organizer,
        status=Status.confirmed if one.is_settled else Status.tentative,
        location=" ".join(part for part in (feed.venue.name, feed.venue.address) if part),
        url="" if feed.is_masked else f"{base_url.rstrip('/')}/bookings/{one.booking_id}",
    )


def _language(request: Request, page: Page, actor: Actor) -> str:
    """Return the language of a calendar: calendar programs ask for none, so the browser's header does not count."""
    return request.query_params.get("lang", "") or actor.locale or page.wiring.settings.locale


def _has(given: str, tag: str) -> bool:
    """Tell whether an `If-None-Match` names a tag; weak ones count, as RFC 9110 says."""
    return given.strip() == "*" or tag in {one.strip().removeprefix("W/") for one in given.split(",")}
