"""Carry the facts of a delivery about a booking to what its words are made of, links included."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from models.enums import BookingState, NotificationKind
from models.values import TimeWindow
from muster.signing import Signer
from notifications import booking_payloads as payloads
from notifications.booking_payloads import EndedHow
from services.delivery_bookings import BookingPart
from services.delivery_facts import DeliveryFacts

#: What links are signed for; whoever reads a token names the same purpose.
BOOKING, ARRIVAL, WAIT = "booking", "arrival", "wait"
ENDED_HOW = {
    BookingState.requested: EndedHow.back_to_request,
    BookingState.released: EndedHow.no_show,
}


@dataclass(frozen=True, slots=True)
class BookingLetters:
    """Writes what is said about bookings; `base_url` has no slash at its end."""

    base_url: str
    signer: Signer

    def payload(self, facts: DeliveryFacts, booking: BookingPart) -> payloads.BookingPayload:
        """Return what the words of a kind need.

        Raises:
            KeyError: the kind is not about a booking.
        """
        writers = {
            NotificationKind.booking_asked: self._asked,
            NotificationKind.booking_decided: self._decided,
            NotificationKind.booking_ended: self._ended,
            NotificationKind.no_show: self._no_show,
            NotificationKind.place_offered: self._place_offered,
        }
        return writers[facts.kind](facts, booking)

    def decide_url(self, booking: BookingPart) -> str:
        """Return the address where a venue's contact decides without signing in; it holds until the start."""
        return f"{self.base_url}/b/{self.signer.sign(BOOKING, str(booking.booking_id), booking.window.starts_at)}"

    def _page(self, booking: BookingPart) -> str:
        return f"{self.base_url}/bookings/{booking.booking_id}"

    def _asked(self, facts: DeliveryFacts, booking: BookingPart) -> payloads.BookingPayload:
        return payloads.BookingAsked(
            **_told(facts, booking),
            people_count=booking.people_count,
            decide_url=self.decide_url(booking),
            decide_by=booking.held_until,
        )

    def _decided(self, facts: DeliveryFacts, booking: BookingPart) -> payloads.BookingPayload:
        return payloads.BookingDecided(
            **_told(facts, booking),
            is_confirmed=booking.state in {BookingState.confirmed, BookingState.used},
            reason=booking.reason,
            page_url=self._page(booking),
            instead=self._instead(facts, booking) if booking.state is BookingState.declined else None,
        )

    def _ended(self, facts: DeliveryFacts, booking: BookingPart) -> payloads.BookingPayload:
        return payloads.BookingEnded(
            **_told(facts, booking), how=ENDED_HOW.get(booking.state, EndedHow.hold), page_url=self._page(booking)
        )

    def _no_show(self, facts: DeliveryFacts, booking: BookingPart) -> payloads.BookingPayload:
        token = self.signer.sign(ARRIVAL, str(booking.booking_id), booking.window.ends_at)
        return payloads.NoShow(
            **_told(facts, booking),
            arrive_url=f"{self.base_url}/h/{token}",
            release_at=datetime.fromisoformat(facts.payload["release_at"]),
        )

    def _place_offered(self, facts: DeliveryFacts, booking: BookingPart) -> payloads.BookingPayload:
        wait_id, held_until = facts.payload["wait_id"], datetime.fromisoformat(facts.payload["held_until"])
        token = self.signer.sign(WAIT, str(wait_id), booking.window.ends_at)
        return payloads.PlaceOffered(
            **_told(facts, booking), take_url=f"{self.base_url}/w/{token}", held_until=held_until
        )

    def _instead(self, facts: DeliveryFacts, booking: BookingPart) -> payloads.Instead | None:
        """Return what could be had instead: what the host named, else what was found where another one got it."""
        named = [
            datetime.fromisoformat(text) for text in map(facts.payload.get, ("offered_from", "offered_until")) if text
        ]
        if named:
            window = TimeWindow(*named)
            return payloads.Instead(
                venue_name=booking.venue_name,
                window=window,
                zone=booking.zone,
                take_url=self._take_url(booking, booking.venue_id, window),
            )
        found = booking.instead
        if found is None:
            return None
        return payloads.Instead(
            venue_name=found.venue_name,
            window=found.window,
            zone=found.zone,
            take_url=self._take_url(booking, found.venue_id, found.window),
            way_minutes=found.minutes,
        )

    def _take_url(self, booking: BookingPart, venue_id: int, window: TimeWindow) -> str:
        """Return the page of the booking that was lost, with what could be had instead as the next step."""
        return f"{self._page(booking)}?{urlencode({'venue': venue_id, 'from': window.starts_at.isoformat()})}"


def _told(facts: DeliveryFacts, booking: BookingPart) -> dict[str, Any]:
    return {
        "booking_id": booking.booking_id,
        "venue_name": booking.venue_name,
        "window": booking.window,
        "occupied": booking.occupied,
        "zone": booking.zone,
        "purpose": booking.purpose,
        "asked_by_name": booking.asked_by_name,
        "asked_by_phone": booking.asked_by_phone,
        "organisation_name": facts.organisation_name,
    }
