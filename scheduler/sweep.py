"""Put right what was left behind: rows of dead workers, and stale rows that nobody needs any more."""

from collections.abc import Callable

import structlog

from scheduler.database_thread import DatabaseThread
from scheduler.deliver import Deliverer
from scheduler.liveness import Liveness
from services import booking_ends, idempotency, recovery, sign_ins, stand_ins, wait_offers, workers
from services.recovery import Recovered
from services.unit_of_work import Tx

log = structlog.get_logger(__name__)

#: What is forgotten in every sweep, by name.
STALE: dict[str, Callable[[Tx], int]] = {
    "idempotency_keys": idempotency.forget_old,
    "sign_ins": sign_ins.forget_old,
    "workers": workers.forget_old,
}

#: What time does to bookings and to the queue, by name, in this order: what is freed is offered in the same round.
DUE: dict[str, Callable[[Tx], int]] = {
    "holds_lapsed": booking_ends.lapse_holds,
    "no_shows_warned": booking_ends.warn_no_shows,
    "no_shows_released": booking_ends.release_no_shows,
    "bookings_used": booking_ends.finish,
    "waits_ended": wait_offers.expire,
    "places_offered": wait_offers.offer_anew,
    "stand_ins_asked": stand_ins.advance,
}
#: A step that has settled this many batches lets the others have their turn; the rest waits for the next round.
MOST_BATCHES = 20


async def recover(database: DatabaseThread, liveness: Liveness, deliverer: Deliverer, worker_id: str) -> Recovered:
    """Take back the deliveries of workers that are gone."""
    done = await database.write(
        lambda tx: recovery.recover(tx, liveness.is_alive, worker_id=worker_id, in_hand=deliverer.in_hand)
    )
    if done:
        log.warning("deliveries.recovered", unsent=done.unsent, uncertain=done.uncertain, overdue=done.overdue)
    return done


async def forget_stale(database: DatabaseThread) -> None:
    """Delete rows that have served their time, each family in a transaction of its own."""
    for name, forget in STALE.items():
        count = await database.write(forget)
        if count:
            log.info("rows.forgotten", family=name, count=count)


async def settle_bookings(database: DatabaseThread) -> int:
    """Do to bookings what time asks for, a batch a transaction; return how many rows were settled.

    What was missed while no worker ran is made up for. A step that fails does not keep the others from their turn.

    Raises:
        Exception: what the first step that failed raised, once all have run.
    """
    total, failed = 0, None
    for name, step in DUE.items():
        try:
            total += await _settle_all(database, name, step)
        except Exception as error:
            log.exception("bookings.step_failed", step=name)
            failed = failed or error
    if failed is not None:
        raise failed
    return total


async def _settle_all(database: DatabaseThread, name: str, step: Callable[[Tx], int]) -> int:
    total = 0
    for _ in range(MOST_BATCHES):
        count = await database.write(step)
        total += count
        if count < booking_ends.BATCH:
            break
    if total:
        log.info("bookings.settled", step=name, count=total)
    return total
