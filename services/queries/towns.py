"""Towns and sub-districts by their division codes, as far as halls stand there."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from models.enums import HostKind
from models.tables.orgs import Org
from models.tables.venues import Venue
from services.unit_of_work import Tx

PLACES = (HostKind.town, HostKind.subdistrict)


@dataclass(frozen=True, slots=True)
class Town:
    """A town or sub-district, under the name of the body that speaks for it."""

    division_code: str
    name: str


def towns_with_venues(tx: Tx) -> tuple[Town, ...]:
    """Return the towns that halls stand in, by pinyin; of several bodies of a town the oldest names it. One statement."""
    there = select(col(Venue.division_code)).where(col(Venue.division_code).is_not(None))
    query = (
        select(col(Org.division_code), col(Org.name), col(Org.sort_key))
        .where(col(Org.host_kind).in_(PLACES), col(Org.division_code).in_(there))
        .order_by(col(Org.id).desc())
    )
    named = {row.division_code: row for row in tx.session.execute(query)}
    found = sorted(named.values(), key=lambda row: (row.sort_key, row.division_code))
    return tuple(Town(row.division_code, row.name) for row in found)
