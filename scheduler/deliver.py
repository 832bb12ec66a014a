"""Due deliveries: take, look again, write, send, note. Each step is its own short transaction.

Before the first byte of a message goes out, its bytes are kept and the row is marked in one
commit; what happens from there on is either answered by the other side or stays uncertain,
and nothing uncertain is ever sent again without the row saying so.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from models.enums import AttemptOutcome
from muster.clock import Clock
from notifications.addresses import BadAddress
from notifications.channels.base import Channel, Envelope, Outcome, Pause, Refused, Retry, SendReason, Sent, Uncertain
from scheduler.database_thread import DatabaseThread
from scheduler.letters import LATENESS
from scheduler.retry import Breaker, Bucket
from services import deliveries, leases
from services.deliveries import Settled, Tried
from services.delivery_facts import DeliveryFacts
from services.leases import Lease
from services.unit_of_work import Tx

log = structlog.get_logger(__name__)

BATCH = 100
#: A further connection is used for every so many messages of a batch.
MESSAGES_PER_LANE = 10
#: How long to leave the database alone after a fault.
FAULT_REST = timedelta(seconds=5)
NO_WAIT = timedelta(0)
FAULT = "fault"


class Writer(Protocol):
    """Writes what goes out: the same facts at the same instant give the same bytes."""

    def envelope(self, facts: DeliveryFacts, *, stamp: datetime) -> Envelope:
        """Return a delivery ready to send; see `letters.Letters.envelope`."""
        ...


class Deliverer:
    """Empties the outbox over a few channels that are kept open while there is something to send."""

    def __init__(
        self,
        *,
        database: DatabaseThread,
        clock: Clock,
        worker_id: str,
        channels: Sequence[Channel],
        letters: Writer,
        lease: timedelta,
        rate: float | None = None,
        endpoint_id: int | None = None,
        in_hand: set[int] | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._worker_id = worker_id
        self._channels = tuple(channels)
        self._letters = letters
        self._lease = lease
        self._bucket = Bucket(rate) if rate else None
        self._batch = BATCH if rate is None else max(1, min(BATCH, int(rate * lease.total_seconds() / 2)))
        self._breaker = Breaker(clock.monotonic())
        self._stopping = asyncio.Event()
        #: The endpoint whose deliveries are taken; mail where None.
        self._endpoint_id = endpoint_id
        #: Deliveries that this process is busy with; changed in the database thread when they are taken.
        self.in_hand: set[int] = set() if in_hand is None else in_hand

    @property
    def is_resting(self) -> bool:
        """Tell whether the mail server is left alone for now."""
        return self._breaker.is_open(self._clock.monotonic())

    @property
    def is_stopping(self) -> bool:
        """Tell whether nothing more is to be begun."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Begin nothing more; what is being sent is finished."""
        self._stopping.set()

    async def drain(self) -> int:
        """Deliver until nothing is due, or this process rests or stops; return how many rows were dealt with."""
        count = 0
        try:
            while not (self.is_resting or self.is_stopping):
                taken = await self._database.write(self._claim)
                if not taken:
                    break
                count += await self._deliver_all(taken)
        finally:
            for channel in self._channels:
                await channel.close()
        return count

    def _claim(self, tx: Tx) -> tuple[Lease, ...]:
        limit = 1 if self._breaker.is_probing(self._clock.monotonic()) else self._batch
        taken = leases.claim(tx, self._worker_id, limit=limit, lease=self._lease, endpoint_id=self._endpoint_id)
        self.in_hand.update(lease.delivery_id for lease in taken)
        return taken

    async def _deliver_all(self, taken: tuple[Lease, ...]) -> int:
        queue = deque(taken)
        lane_count = min(len(self._channels), 1 + len(taken) // MESSAGES_PER_LANE)
        try:
            await asyncio.gather(*(self._lane(channel, queue) for channel in self._channels[:lane_count]))
            if queue:
                left = [lease.delivery_id for lease in queue]
                await self._database.write(lambda tx: leases.release(tx, self._worker_id, left))
        finally:  # what could not even be given back is the sweep's
            self.in_hand.difference_update(lease.delivery_id for lease in taken)
        return len(taken) - len(queue)

    async def _lane(self, channel: Channel, queue: deque[Lease]) -> None:
        while queue and not self.is_resting and not await self._must_stop():
            if not queue:  # another lane took the last one while this one waited for its turn
                return
            lease = queue.popleft()
            try:
                await self._deliver(channel, lease)
            except Exception:
                # Not even the failure could be written down: the sweep finds the row, and others fare no better now.
                log.exception("delivery.fault", delivery_id=lease.delivery_id)
                self._breaker.rest(self._clock.monotonic(), FAULT_REST)
            finally:
                self.in_hand.discard(lease.delivery_id)

    async def _must_stop(self) -> bool:
        """Wait for this lane's turn under the rate limit; tell whether to stop instead."""
        if self._bucket is not None and not self.is_stopping:
            wait = self._bucket.take(asyncio.get_running_loop().time())
            if wait:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), wait)
        return self.is_stopping

    async def _deliver(self, channel: Channel, lease: Lease) -> None:
        attempt = _Attempt(self._database, self._letters, self._clock, lease)
        tried, pause = await attempt.run(channel)
        if tried is None:
            return
        state = await self._database.write(lambda tx: deliveries.record(tx, lease, tried))
        log.info(
            "delivery.tried",
            delivery_id=lease.delivery_id,
            outcome=tried.outcome.value,
            reason=tried.reason,
            state=state.value if state else "lease_lost",
        )
        if pause is not Pause.none:
            rest = self._breaker.fault(self._clock.monotonic(), tried.retry_after or NO_WAIT)
            log.warning(
                "delivery.rests",
                pause=pause.value,
                seconds=rest.total_seconds(),
                reason=tried.reason,
                reply=tried.reply,
            )
        elif tried.is_answer:
            self._breaker.success()


class _Attempt:
    """One try at one delivery."""

    def __init__(self, database: DatabaseThread, letters: Writer, clock: Clock, lease: Lease) -> None:
        self._database = database
        self._letters = letters
        self._clock = clock
        self._lease = lease
        self._may_have_gone_out = False

    async def run(self, channel: Channel) -> tuple[Tried | None, Pause]:
        """Return how the try ended, None where there is nothing to write down any more."""
        try:
            facts = await self._database.write(lambda tx: deliveries.prepare(tx, self._lease, lateness=LATENESS))
            if isinstance(facts, Settled):
                log.info("delivery.not_sent", delivery_id=self._lease.delivery_id, reason=facts.reason)
                return None, Pause.none
            envelope = await asyncio.to_thread(self._letters.envelope, facts, stamp=self._clock.now())
            new = None if facts.content else envelope.content
            outcome = await channel.send(envelope, before_data=lambda: self._begin(new))
        except BadAddress as error:
            reason = SendReason.address_undeliverable.value
            return Tried(outcome=AttemptOutcome.refused, reason=reason, reply=str(error)), Pause.none
        except Exception:
            log.exception("delivery.fault", delivery_id=self._lease.delivery_id)
            what = AttemptOutcome.uncertain if self._may_have_gone_out else AttemptOutcome.retry
            return Tried(outcome=what, reason=FAULT), Pause.none
        return tried_of(outcome), outcome.pause if isinstance(outcome, Retry) else Pause.none

    async def _begin(self, new_content: bytes | None) -> bool:
        """Commit that the message may go out from now on, with its bytes where they are not kept yet."""

        def step(tx: Tx) -> bool:
            is_ours = leases.mark_data(tx, self._lease)
            if is_ours and new_content is not None:
                leases.keep_content(tx, self._lease, new_content)
            return is_ours

        self._may_have_gone_out = await self._database.write(step)
        return self._may_have_gone_out


def tried_of(outcome: Outcome) -> Tried | None:
    """Return what to write down of a channel's answer; None where the lease was lost before anything went out."""
    match outcome:
        case Sent(reply=reply):
            return Tried(outcome=AttemptOutcome.sent, reply=reply)
        case Retry(reason=SendReason.lease_lost):
            return None
        case Retry(reason=reason, after=after, is_charged=is_charged, reply=reply):
            return Tried(
                outcome=AttemptOutcome.retry,
                reason=reason.value,
                reply=reply,
                is_charged=is_charged,
                retry_after=after,
            )
        case Refused(reason=reason, is_address_dead=is_dead, reply=reply):
            return Tried(outcome=AttemptOutcome.refused, reason=reason.value, reply=reply, is_address_dead=is_dead)
        case Uncertain(reason=reason, reply=reply):
            return Tried(outcome=AttemptOutcome.uncertain, reason=reason.value, reply=reply)
