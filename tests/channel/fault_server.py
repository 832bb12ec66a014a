"""A mail server that fails where it is told to, and keeps a list of what it accepted.

The list is the evidence: what stands in `accepted` was accepted, whatever the client was told.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

#: Special answers beside plain text such as "451 4.7.1 later".
CUT = "cut"  # the connection is reset instead of an answer
HANG_UP = "hang up"  # the connection is closed in good order instead of an answer
SILENCE = "silence"  # no answer, the connection stays open
ACCEPT_AND_CUT = "accept and cut"  # the message is kept, then the connection is reset
ACCEPT_AND_SILENCE = "accept and silence"
SPECIAL = frozenset({CUT, HANG_UP, SILENCE, ACCEPT_AND_CUT, ACCEPT_AND_SILENCE})

#: Steps beside the verbs: the greeting, and the end of the message.
CONNECT, DOT = "CONNECT", "DOT"

USUAL = {
    CONNECT: "220 fault.example ESMTP",
    "EHLO": "250-fault.example\r\n250-ENHANCEDSTATUSCODES\r\n250-AUTH PLAIN\r\n250 SIZE 10000000",
    "HELO": "250 fault.example",
    "AUTH": "235 2.7.0 welcome",
    "DATA": "354 go on",
    DOT: "250 2.0.0 queued as 4711",
    "QUIT": "221 2.0.0 bye",
}


class _Ended(Exception):
    """The conversation is over."""


class FaultServer:
    """Answers as usual, except for the planned answers of a step, which are used up in order."""

    def __init__(self, faults: Mapping[str, Sequence[str]] | None = None) -> None:
        self.faults: dict[str, deque[str]] = defaultdict(deque)
        for step, answers in (faults or {}).items():
            self.faults[step].extend(answers)
        self.accepted: list[bytes] = []
        self.steps: list[str] = []
        self.connection_count = 0
        self.open_count = 0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def settle(self) -> None:
        """Wait until no conversation is open any more."""
        async with asyncio.timeout(5), self._news:
            await self._news.wait_for(lambda: self.open_count == 0)

    async def reached(self, step: str) -> None:
        """Wait until the conversation has come to a step."""
        async with asyncio.timeout(5), self._news:
            await self._news.wait_for(lambda: step in self.steps)

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connection_count += 1
        self.open_count += 1
        try:
            await self._converse(reader, writer)
        except (_Ended, ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # also when cancelled: Python 3.11 would log a cancelled conversation as a fault
        finally:
            self.open_count -= 1
            writer.transport.abort()
            self._tasks.discard(task)
            await self._tell()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._answer(CONNECT, reader, writer)
        while line := await reader.readline():
            verb = line.split()[0].decode("ascii", "replace").upper()
            answer = await self._answer(verb, reader, writer)
            if verb == "QUIT":
                raise _Ended
            if verb == "DATA" and answer.startswith("354"):
                message = (await reader.readuntil(b"\r\n.\r\n")).removesuffix(b".\r\n")
                await self._answer(DOT, reader, writer, message.replace(b"\r\n..", b"\r\n."))

    async def _answer(
        self, step: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: bytes | None = None
    ) -> str:
        self.steps.append(step)
        await self._tell()
        planned = self.faults[step]
        answer = planned.popleft() if planned else USUAL.get(step, "250 2.0.0 ok")
        is_accepted = answer.startswith(("2", "accept"))
        if message is not None and is_accepted:
            self.accepted.append(message)
        if answer not in SPECIAL:
            writer.write(f"{answer}\r\n".encode("utf-8", "surrogateescape"))
            await writer.drain()
            if answer.startswith("421"):
                raise _Ended
            return answer
        if answer == HANG_UP:
            writer.close()
            raise _Ended
        if answer in {SILENCE, ACCEPT_AND_SILENCE}:
            while await reader.read(1024):
                pass
        raise _Ended
