"""Put a unit of work together with everything that reacts to its events."""

from muster.clock import Clock, SystemClock
from muster.db import Database
from muster.ids import Ids, SystemIds
from muster.settings import Settings
from services.reactions import REACTIONS
from services.unit_of_work import UnitOfWork


def open_house(
    settings: Settings, *, clock: Clock | None = None, ids: Ids | None = None, database: Database | None = None
) -> UnitOfWork:
    """Return the unit of work of a process; the caller disposes of its database."""
    return UnitOfWork(
        database or Database(settings.database_url),
        clock=clock or SystemClock(settings.clock_offset),
        ids=ids or SystemIds(),
        settings=settings,
        reactions=REACTIONS,
    )
