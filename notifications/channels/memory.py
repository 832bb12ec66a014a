"""Keeps messages in memory: the fake that tests share."""

from collections import deque

from notifications.channels.base import LEASE_LOST, BeforeData, Envelope, Outcome, Refused, Retry, Sent


class MemoryChannel:
    """Accepts everything into `sent`, unless told beforehand to answer otherwise.

    A message that comes twice is kept twice, so that a test can see it.
    """

    def __init__(self) -> None:
        self.sent: list[Envelope] = []
        self.is_closed = False
        self._script: deque[tuple[Outcome, bool]] = deque()

    def answer_next(self, outcome: Outcome, *, is_accepted: bool = False) -> None:
        """Answer the next message with an outcome, after those already planned.

        `is_accepted` keeps the message all the same, as a server does whose answer is lost.
        """
        self._script.append((outcome, is_accepted))

    async def send(self, envelope: Envelope, *, before_data: BeforeData) -> Outcome:
        """Keep the message, or answer as planned; a planned `Retry` or `Refused` comes before the data."""
        outcome, is_accepted = self._script.popleft() if self._script else (Sent("kept in memory"), True)
        if isinstance(outcome, Retry | Refused) and not is_accepted:
            return outcome
        if not await before_data():
            return LEASE_LOST
        if is_accepted:
            self.sent.append(envelope)
        return outcome

    async def was_accepted(self, message_id: str) -> bool:
        """Look the message up among those kept."""
        return any(envelope.message_id == message_id for envelope in self.sent)

    async def close(self) -> None:
        """Note that it was closed."""
        self.is_closed = True
