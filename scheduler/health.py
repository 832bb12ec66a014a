"""The worker's sign of life: its lock, its leases and its row in `workers`."""

from datetime import timedelta

from scheduler.database_thread import DatabaseThread
from scheduler.liveness import Liveness
from services import leases, workers
from services.unit_of_work import Tx


async def beat(database: DatabaseThread, liveness: Liveness, worker_id: str, *, lease: timedelta) -> None:
    """Check the lock, renew the leases, write lag and backlog."""

    def step(tx: Tx) -> None:
        leases.renew(tx, worker_id, lease=lease)
        workers.beat(tx, worker_id)

    await database.call(liveness.check)
    await database.write(step)
