"""The calendar of a venue to subscribe to, at an address that nobody can guess and that can be made void."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
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
from services import access, feeds
from services.access import STRANGER, Actor
from services.feeds import Address, FeedEntry, VenueFeed
from services.unit_of_work import Tx
from web.context import Page
from web.deps import PageDep, UowDep
from web.pages.signed_links import in_language

router = APIRouter(include_in_schema=False)

#: What tokens of calendars and of door pages are signed for; one cannot be used as the other.
CALENDAR, DOOR = "feed", "door"
#: Such addresses end when they are made void, not by themselves.
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
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

    def whole(path: str, purpose: str, address: Address) -> str:
        token = page.wiring.signer.sign(purpose, str(address), FOREVER)
        return page.wiring.settings.base_url.rstrip("/") + path.format(token)

    return Addresses(
        door=whole("/d/{}", DOOR, shared),
        busy=whole("/feeds/{}/calendar.ics", CALENDAR, shared),
        titled=whole("/feeds/{}/calendar.ics", CALENDAR, own) if own else None,
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


@router.get("/feeds/{token}/calendar.ics")
def calendar_file(token: str, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Return a venue's calendar; 304 where the reader has it already."""
    address = followed(page, CALENDAR, token)
    if address.kind is not FeedKind.venue:
        raise NotFound("feed", address.kind)
    with uow.read(STRANGER) as tx:
        feeds.require_current(tx, address)
        actor = feeds.reader(tx, address)
    with uow.read(actor) as tx:
        found = feeds.venue_feed(tx, address.subject_id)
    spoken = in_language(page, _language(request, page, actor))
    text = calendar_text(found, spoken.translator, page.wiring.settings)
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:ETAG_DIGITS]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    name = f"muster-venue-{address.subject_id}.ics"
    headers["Content-Disposition"] = f'inline; filename="{name}"'
    return Response(text, headers=headers, media_type=CALENDAR_TYPE)


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
