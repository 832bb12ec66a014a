"""Put right what was left behind: rows of dead workers, and stale rows that nobody needs any more."""

from collections.abc import Callable

import structlog

from scheduler.database_thread import DatabaseThread
from scheduler.deliver import Deliverer
from scheduler.liveness import Liveness
from services import idempotency, recovery, sign_ins, workers
from services.recovery import Recovered
from services.unit_of_work import Tx

log = structlog.get_logger(__name__)

#: What is forgotten in every sweep, by name.
STALE: dict[str, Callable[[Tx], int]] = {
    "idempotency_keys": idempotency.forget_old,
    "sign_ins": sign_ins.forget_old,
    "workers": workers.forget_old,
}


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
