"""How the one connection of an SMTP channel is kept, checked and given up."""

import asyncio
from datetime import timedelta

import pytest

from notifications.channels.base import Sent
from notifications.channels.smtp import SmtpLimits
from tests.channel.fault_server import CONNECT, CUT, HANG_UP, SILENCE, FaultServer
from tests.channel.helpers import PATIENT, Before, channel_to, envelope


def send_all(server_faults, limits, count, pause=0.0):
    async def main():
        async with FaultServer(server_faults) as server:
            channel = channel_to(server.port, limits)
            outcomes = []
            for number in range(count):
                outcomes.append(await channel.send(envelope(number), before_data=Before()))
                await asyncio.sleep(pause)
            await channel.close()
            await channel.close()
            await server.settle()
            return outcomes, server

    return asyncio.run(main())


def limits(**changes):
    return SmtpLimits(command_timeout=PATIENT.command_timeout, data_timeout=PATIENT.data_timeout, **changes)


def test_batch_uses_one_connection_and_says_goodbye():
    outcomes, server = send_all({}, PATIENT, 20)
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert server.connection_count == 1
    assert server.steps.count("EHLO") == 1
    assert server.steps[-1] == "QUIT"
    assert server.accepted == [envelope(number).content for number in range(20)]


def test_connection_is_renewed_after_so_many_mails():
    outcomes, server = send_all({}, limits(mails_per_connection=3), 7)
    assert len(outcomes) == 7
    assert server.connection_count == 3
    assert server.steps.count("QUIT") == 3


def test_idle_connection_is_checked_before_use():
    _, server = send_all({}, limits(idle=timedelta(0)), 3)
    assert server.connection_count == 1
    assert server.steps.count("NOOP") == 2


@pytest.mark.parametrize("fault", [CUT, HANG_UP, "421 4.4.2 idle too long", "500 what?"])
def test_idle_connection_that_fails_the_check_is_replaced(fault):
    outcomes, server = send_all({"NOOP": [fault]}, limits(idle=timedelta(0)), 2)
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert server.connection_count == 2


@pytest.mark.parametrize("fault", [CUT, HANG_UP, "421 4.4.2 idle too long"])
def test_kept_connection_that_the_server_gave_up_is_replaced_unseen(fault):
    outcomes, server = send_all({"MAIL": ["250 ok", fault]}, PATIENT, 2)
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert server.connection_count == 2
    assert len(server.accepted) == 2


def test_new_connection_is_not_tried_twice():
    outcomes, server = send_all({CONNECT: [CUT, CUT]}, PATIENT, 1)
    assert not isinstance(outcomes[0], Sent)
    assert server.connection_count == 1


def test_refused_reset_gives_the_connection_up():
    outcomes, server = send_all({"RCPT": ["550 5.1.1 no"], "RSET": ["500 what?"]}, PATIENT, 2)
    assert isinstance(outcomes[1], Sent)
    assert server.connection_count == 2


def test_messages_queue_for_the_connection():
    async def main():
        async with FaultServer() as server:
            channel = channel_to(server.port, PATIENT)
            outcomes = await asyncio.gather(
                *(channel.send(envelope(number), before_data=Before()) for number in range(10))
            )
            await channel.close()
            return outcomes, server

    outcomes, server = asyncio.run(main())
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert server.connection_count == 1
    assert sorted(server.accepted) == sorted(envelope(number).content for number in range(10))


def test_connection_that_went_between_two_messages_is_replaced():
    async def main():
        async with FaultServer() as server:
            channel = channel_to(server.port, PATIENT)
            first = await channel.send(envelope(1), before_data=Before())
            for task in list(server._tasks):
                task.cancel()
            await server.settle()
            await asyncio.sleep(0.02)
            second = await channel.send(envelope(2), before_data=Before())
            await channel.close()
            return first, second, server

    first, second, server = asyncio.run(main())
    assert isinstance(first, Sent)
    assert isinstance(second, Sent)
    assert server.connection_count == 2


#: What a server may do to a goodbye.
AT_QUIT = [CUT, HANG_UP, SILENCE, "500 what?", "421 4.3.2 shutting down"]


@pytest.mark.parametrize("fault", AT_QUIT)
def test_server_that_takes_no_goodbye_is_left_all_the_same(fault):
    outcomes, server = send_all({"QUIT": [fault]}, SmtpLimits(command_timeout=timedelta(seconds=1)), 1)
    assert isinstance(outcomes[0], Sent)
    assert server.connection_count == 1
