"""One behaviour for every channel: memory, log, maildir, and SMTP to a real server (aiosmtpd)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from notifications.channels.base import LEASE_LOST, Channel, Evidence, Sent
from notifications.channels.log import LogChannel
from notifications.channels.maildir import MaildirChannel
from notifications.channels.memory import MemoryChannel
from tests.channel.helpers import PATIENT, Before, channel_to, envelope


@dataclass
class Rig:
    """A channel, and a look at what it accepted; None where the channel keeps nothing."""

    channel: Channel
    accepted: Callable[[], list[bytes]] | None


Opened = Callable[[Path], AbstractAsyncContextManager[Rig]]


@asynccontextmanager
async def memory(folder: Path) -> AsyncIterator[Rig]:
    channel = MemoryChannel()
    yield Rig(channel, lambda: [kept.content for kept in channel.sent])


@asynccontextmanager
async def log(folder: Path) -> AsyncIterator[Rig]:
    yield Rig(LogChannel(), None)


@asynccontextmanager
async def maildir(folder: Path) -> AsyncIterator[Rig]:
    def accepted() -> list[bytes]:
        files = sorted((folder / "new").glob("*"), key=lambda path: path.stat().st_mtime_ns)
        return [path.read_bytes() for path in files]

    yield Rig(MaildirChannel(folder), accepted)


class Receiver:
    def __init__(self) -> None:
        self.accepted: list[bytes] = []
        self.envelopes: list[tuple[str | None, list[str]]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name that aiosmtpd calls
        assert isinstance(envelope.original_content, bytes)
        self.accepted.append(envelope.original_content)
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return "250 2.0.0 kept"


@asynccontextmanager
async def smtp(folder: Path) -> AsyncIterator[Rig]:
    loop = asyncio.get_running_loop()
    receiver = Receiver()
    server = await loop.create_server(lambda: SMTP(receiver, hostname="sink.example", loop=loop), "127.0.0.1", 0)
    channel = channel_to(server.sockets[0].getsockname()[1], PATIENT)
    try:
        yield Rig(channel, lambda: list(receiver.accepted))
        assert all(pair == ("notice@example.org", ["li@example.org"]) for pair in receiver.envelopes)
    finally:
        await channel.close()
        server.close()
        await server.wait_closed()


CHANNELS = [memory, log, maildir, smtp]


@pytest.fixture(params=CHANNELS, ids=lambda channel: channel.__name__)
def opened(request: pytest.FixtureRequest) -> Opened:
    return request.param


def test_accepts_the_very_bytes(opened: Opened, tmp_path: Path):
    body = b".leading dot\r\n..two\r\n.\r\n=_boundary\r\n" + b"x" * 900 + b"\r\n"

    async def main() -> None:
        async with opened(tmp_path) as rig:
            outcome = await rig.channel.send(envelope(body=body), before_data=Before())
            assert isinstance(outcome, Sent)
            assert outcome.reply
            if rig.accepted:
                assert rig.accepted() == [envelope(body=body).content]

    asyncio.run(main())


def test_asks_once_before_anything_is_accepted(opened: Opened, tmp_path: Path):
    async def main() -> None:
        async with opened(tmp_path) as rig:
            asked = []

            async def before_data() -> bool:
                asked.append(rig.accepted() if rig.accepted else [])
                return True

            await rig.channel.send(envelope(), before_data=before_data)
            assert asked == [[]]

    asyncio.run(main())


def test_lost_lease_accepts_nothing_and_channel_goes_on(opened: Opened, tmp_path: Path):
    async def main() -> None:
        async with opened(tmp_path) as rig:
            assert await rig.channel.send(envelope(1), before_data=Before(answer=False)) == LEASE_LOST
            if rig.accepted:
                assert rig.accepted() == []
            assert isinstance(await rig.channel.send(envelope(2), before_data=Before()), Sent)
            if rig.accepted:
                assert rig.accepted() == [envelope(2).content]

    asyncio.run(main())


def test_fault_of_the_caller_passes_through_and_accepts_nothing(opened: Opened, tmp_path: Path):
    class DatabaseGone(Exception):
        pass

    async def fail() -> bool:
        raise DatabaseGone

    async def main() -> None:
        async with opened(tmp_path) as rig:
            with pytest.raises(DatabaseGone):
                await rig.channel.send(envelope(1), before_data=fail)
            if rig.accepted:
                assert rig.accepted() == []
            assert isinstance(await rig.channel.send(envelope(2), before_data=Before()), Sent)

    asyncio.run(main())


def test_keeps_the_order_of_a_batch(opened: Opened, tmp_path: Path):
    async def main() -> None:
        async with opened(tmp_path) as rig:
            for number in range(12):
                assert isinstance(await rig.channel.send(envelope(number), before_data=Before()), Sent)
                await asyncio.sleep(0.002)
            if rig.accepted:
                assert rig.accepted() == [envelope(number).content for number in range(12)]

    asyncio.run(main())


def test_may_be_closed_twice_and_before_use(opened: Opened, tmp_path: Path):
    async def main() -> None:
        async with opened(tmp_path) as rig:
            await rig.channel.close()
            await rig.channel.send(envelope(), before_data=Before())
            await rig.channel.close()
            await rig.channel.close()

    asyncio.run(main())


def test_channel_that_keeps_what_it_accepted_can_be_asked(opened: Opened, tmp_path: Path):
    async def main() -> None:
        async with opened(tmp_path) as rig:
            if not isinstance(rig.channel, Evidence):
                return
            assert not await rig.channel.was_accepted(envelope(1).message_id)
            await rig.channel.send(envelope(1), before_data=Before(answer=False))
            assert not await rig.channel.was_accepted(envelope(1).message_id)
            await rig.channel.send(envelope(1), before_data=Before())
            assert await rig.channel.was_accepted(envelope(1).message_id)
            assert not await rig.channel.was_accepted(envelope(2).message_id)

    asyncio.run(main())


def test_only_channels_with_a_store_claim_to_know():
    assert isinstance(MemoryChannel(), Evidence)
    assert isinstance(MaildirChannel(Path("box")), Evidence)
    assert not isinstance(LogChannel(), Evidence)
    assert not isinstance(channel_to(25), Evidence)
