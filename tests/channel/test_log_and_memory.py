"""The log channel and the memory channel beyond the common contract."""

import asyncio
from datetime import timedelta

from structlog.testing import capture_logs

from notifications.channels.base import Refused, Retry, SendReason, Sent, Uncertain
from notifications.channels.log import LogChannel
from notifications.channels.memory import MemoryChannel
from tests.channel.helpers import Before, envelope


def test_log_names_the_message_and_no_person():
    with capture_logs() as lines:
        asyncio.run(LogChannel().send(envelope(), before_data=Before()))
    assert lines == [
        {
            "event": "mail.logged",
            "log_level": "info",
            "message_id": "<mail-1@muster.example>",
            "byte_count": len(envelope().content),
        }
    ]
    assert "li@example.org" not in str(lines)


def test_memory_answers_as_planned():
    async def main():
        channel = MemoryChannel()
        retry = Retry(SendReason.recipient_later, after=timedelta(minutes=5), is_charged=True)
        refused = Refused(SendReason.address_dead, is_address_dead=True)
        uncertain = Uncertain(SendReason.cut_in_data)
        channel.answer_next(retry)
        channel.answer_next(refused)
        channel.answer_next(uncertain)
        channel.answer_next(uncertain, is_accepted=True)
        before = Before()
        outcomes = [await channel.send(envelope(number), before_data=before) for number in range(5)]
        assert outcomes[:4] == [retry, refused, uncertain, uncertain]
        assert isinstance(outcomes[4], Sent)
        assert before.count == 3
        assert [one.message_id for one in channel.sent] == ["<mail-3@muster.example>", "<mail-4@muster.example>"]
        assert not channel.is_closed
        await channel.close()
        assert channel.is_closed

    asyncio.run(main())
