"""What a worker that is gone has left behind.

Whether a worker lives is asked of the kernel (see scheduler/liveness.py), never of a clock: a
paused worker keeps its rows however long it sleeps, and a killed one loses them at once. Taking
a row back raises nothing that the old holder could pass: its lease's number stays used up.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import select, update

from models.enums import AttemptOutcome, DeliveryPhase, DeliveryState
from services.deliveries import Tried, record
from services.leases import DELIVERIES, FREE, Lease, held
from services.unit_of_work import Tx

PERHAPS_ACCEPTED = "perhaps_accepted"


@dataclass(frozen=True, slots=True)
class Recovered:
    """How many rows came back: `unsent` ones certainly never went out, of `uncertain` ones nobody can say.

    `overdue` rows are held past their lease by workers that live; they are left alone.
    """

    unsent: int = 0
    uncertain: int = 0
    overdue: int = 0

    def __bool__(self) -> bool:
        return bool(self.unsent or self.uncertain or self.overdue)


def recover(
    tx: Tx,
    is_alive: Callable[[str], bool],
    *,
    worker_id: str = "",
    in_hand: Collection[int] = frozenset(),
) -> Recovered:
    """Take back what dead workers held, and what the asking worker holds on paper only.

    A row that had not begun to go out waits again. One that had is written down as perhaps
    accepted and goes out once more with the same bytes and Message-ID, where its kind allows;
    the second time it ends as uncertain. `in_hand` are the deliveries that `worker_id` is really
    busy with.
    """
    row = DELIVERIES.c
    leased = select(row.id, row.lease_token, row.leased_by, row.phase, row.leased_until).where(
        row.state == DeliveryState.leased
    )
    alive: dict[str, bool] = {}
    unsent = uncertain = overdue = 0
    for found in tx.session.execute(leased.order_by(row.id)).all():
        owner = found.leased_by
        if owner == worker_id:
            is_kept = found.id in in_hand
        else:
            is_kept = alive[owner] if owner in alive else alive.setdefault(owner, is_alive(owner))
        if is_kept:
            overdue += found.leased_until < tx.now
            continue
        lease = Lease(found.id, found.lease_token, owner)
        if found.phase is DeliveryPhase.data:
            tried = Tried(outcome=AttemptOutcome.uncertain, reason=PERHAPS_ACCEPTED)
            uncertain += record(tx, lease, tried) is not None
        else:
            unsent += _give_back(tx, lease)
    return Recovered(unsent, uncertain, overdue)


def _give_back(tx: Tx, lease: Lease) -> bool:
    row = DELIVERIES.c
    given_back = (
        update(DELIVERIES)
        .where(held(lease), row.phase == DeliveryPhase.none)
        .values(FREE | {"state": DeliveryState.waiting})
        .returning(row.id)
    )
    return tx.session.execute(given_back).first() is not None
