"""Due reminders become notifications and deliveries."""

import structlog

from scheduler.database_thread import DatabaseThread
from services import broadcasts, firing

log = structlog.get_logger(__name__)

BATCH = 100


async def fire_all(database: DatabaseThread) -> int:
    """Settle every due reminder, a batch a transaction, then every broadcast that is due; return how many."""
    count = 0
    while True:
        done = await database.write(lambda tx: firing.fire_due(tx, BATCH))
        count += done.total
        if done.total:
            log.info("reminders.settled", fired=done.fired, skipped=done.skipped, cancelled=done.cancelled)
        if done.total < BATCH:
            return count + await _send_broadcasts(database)


async def _send_broadcasts(database: DatabaseThread) -> int:
    """Write the deliveries of every broadcast whose wait is over; return how many broadcasts that were."""
    count = 0
    while sent := await database.write(broadcasts.send_due):
        count += sent
        log.info("broadcasts.sent", count=sent)
    return count
