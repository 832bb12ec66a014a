"""Venues, and what is taken at them, as the facts that booking rules take. Constant number of statements."""

from collections import defaultdict
from datetime import time

from sqlmodel import col, select

from models.enums import Datum
from models.rules.alternatives import VenueOption
from models.rules.booking import OpeningHours, VenueFacts
from models.tables.resources import Occupancy
from models.tables.venues import Venue, VenueHours, VenueResource
from models.values import DayWindow, Place, TimeWindow
from muster.localtime import zone
from services.unit_of_work import Tx

MINUTES_A_DAY = 1440


def clock_time(minute: int) -> time:
    """Return the local time of a minute of the day; 1440 is midnight at its end, 00:00."""
    return time(minute // 60 % 24, minute % 60)


def venue_facts(venue: Venue, hours: list[VenueHours]) -> VenueFacts:
    """Return what booking rules need of a venue. Coordinates in other datums are not used for roads."""
    known = venue.lat is not None and venue.lon is not None and venue.datum is Datum.wgs84
    return VenueFacts(
        venue_id=venue.id,
        zone=zone(venue.zone),
        capacity=venue.capacity,
        hours=tuple(
            OpeningHours(span.weekday, clock_time(span.opens_minute), clock_time(span.closes_minute))
            for span in sorted(hours, key=lambda span: (span.weekday, span.opens_minute))
        ),
        valid=DayWindow(venue.valid_from_on, venue.valid_until_on),
        place=Place(venue.lat, venue.lon) if known and venue.lat is not None and venue.lon is not None else None,
    )


def options(tx: Tx, venue_id: int | None = None) -> dict[int, VenueOption]:
    """Return one venue, or all of them, with the parts that booking each takes."""
    venues = select(Venue)
    spans = select(VenueHours)
    parts = select(VenueResource)
    if venue_id is not None:
        venues = venues.where(col(Venue.id) == venue_id)
        spans = spans.where(col(VenueHours.venue_id) == venue_id)
        parts = parts.where(col(VenueResource.venue_id) == venue_id)
    hours: dict[int, list[VenueHours]] = defaultdict(list)
    for span in tx.session.exec(spans):
        hours[span.venue_id].append(span)
    taken: dict[int, list[int]] = defaultdict(list)
    for part in tx.session.exec(parts):
        taken[part.venue_id].append(part.resource_id)
    return {
        venue.id: VenueOption(venue=venue_facts(venue, hours[venue.id]), resource_ids=tuple(sorted(taken[venue.id])))
        for venue in tx.session.exec(venues)
    }


def busy(tx: Tx, around: TimeWindow) -> dict[int, list[TimeWindow]]:
    """Return, by resource, the windows taken by bookings that overlap `around`."""
    rows = tx.session.exec(
        select(Occupancy.resource_id, Occupancy.occupied_from, Occupancy.occupied_until).where(
            col(Occupancy.booking_id).is_not(None),
            col(Occupancy.occupied_until) > around.starts_at,
            col(Occupancy.occupied_from) < around.ends_at,
        )
    )
    found: dict[int, list[TimeWindow]] = defaultdict(list)
    for resource_id, start, until in rows:
        found[resource_id].append(TimeWindow(start, until))
    return found
