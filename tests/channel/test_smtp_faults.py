"""Every failure of a mail server, at every step, and what it means (reliability.md D5)."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from notifications.channels.base import Outcome, Pause, Refused, Retry, SendReason, Sent, Uncertain
from notifications.channels.smtp import SmtpChannel, SmtpLimits
from tests.channel.fault_server import (
    ACCEPT_AND_CUT,
    ACCEPT_AND_SILENCE,
    CONNECT,
    CUT,
    DOT,
    HANG_UP,
    SILENCE,
    FaultServer,
)
from tests.channel.helpers import PATIENT, QUICK_COMMANDS, QUICK_DATA, Before, channel_to, envelope

R, P = SendReason, Pause


def host(reason: SendReason) -> tuple[type[Outcome], SendReason, Pause]:
    return (Retry, reason, P.host)


def sender(reason: SendReason) -> tuple[type[Outcome], SendReason, Pause]:
    return (Retry, reason, P.sender)


#: step, answer, (kind, reason, what pauses). Nothing in this table is charged to the message.
NOT_CHARGED = [
    *[(step, fault, host(R.host_unreachable)) for step in (CONNECT, "EHLO") for fault in (CUT, HANG_UP, SILENCE)],
    *[(step, fault, host(R.host_unreachable)) for step in ("MAIL", "RCPT") for fault in (CUT, HANG_UP, SILENCE)],
    *[(step, "421 4.3.2 shutting down", host(R.host_busy)) for step in (CONNECT, "EHLO", "MAIL", "RCPT", "DATA", DOT)],
    *[(step, "nonsense", host(R.host_unreachable)) for step in (CONNECT, "EHLO", "MAIL", "RCPT")],
    (CONNECT, "554 no service here", host(R.host_unreachable)),
    (CONNECT, "554 5.7.1 your address is listed", sender(R.sender_refused)),
    ("EHLO", "451 4.3.0 not now", host(R.host_busy)),
    ("AUTH", "454 4.7.0 temporary authentication failure", host(R.host_busy)),
    ("AUTH", "535 5.7.8 wrong password", sender(R.sign_in_refused)),
    ("AUTH", "534 5.7.9 stronger mechanism needed", sender(R.sign_in_refused)),
    ("AUTH", "538 5.7.11 encryption needed", sender(R.sign_in_refused)),
    ("AUTH", CUT, host(R.host_unreachable)),
    ("AUTH", SILENCE, host(R.host_unreachable)),
    ("MAIL", "530 5.7.0 authentication required", sender(R.sign_in_refused)),
    ("MAIL", "550 5.1.8 bad sender", sender(R.sender_refused)),
    ("MAIL", "553 sender must be the login", sender(R.sender_refused)),
    ("MAIL", "451 4.3.0 queue full", host(R.host_busy)),
    ("MAIL", "452 4.3.1 disk full", host(R.host_busy)),
    ("MAIL", "550 Domain frequency limited", host(R.throttled)),
    ("RCPT", "550 5.7.1 relaying denied", sender(R.sender_refused)),
    ("RCPT", "503 5.5.1 bad sequence", host(R.host_unreachable)),
    ("RCPT", "454 too frequently sending", host(R.throttled)),
    (CONNECT, "554 too many connections", host(R.throttled)),
    ("DATA", "554 5.7.1 policy", sender(R.sender_refused)),
    (DOT, "550 5.7.509 DMARC", sender(R.sender_refused)),
    (DOT, "550 Connection frequency limited", host(R.throttled)),
    (DOT, "554 MI:SFQ 163 smtp", host(R.throttled)),
]

#: step, answer, outcome without its reply. These say something about the person or the message.
ABOUT_IT = [
    ("RCPT", "450 4.2.0 greylisted", Retry(R.recipient_later, None, is_charged=True)),
    ("RCPT", "451 4.7.1 greylisted", Retry(R.recipient_later, None, is_charged=True)),
    ("RCPT", "452 4.2.2 mailbox full", Retry(R.recipient_later, None, is_charged=True)),
    ("DATA", "451 4.3.0 later", Retry(R.message_later, None, is_charged=True)),
    (DOT, "451 4.3.0 later", Retry(R.message_later, None, is_charged=True)),
    (DOT, "452 4.3.1 no space", Retry(R.message_later, None, is_charged=True)),
    ("RCPT", "550 5.1.1 no such user", Refused(R.address_dead, is_address_dead=True)),
    ("RCPT", "550 no such user", Refused(R.address_dead, is_address_dead=True)),
    ("RCPT", "551 5.1.6 moved", Refused(R.address_dead, is_address_dead=True)),
    ("RCPT", "553 5.1.3 bad syntax", Refused(R.address_dead, is_address_dead=True)),
    ("RCPT", "550 5.2.1 disabled", Refused(R.address_dead, is_address_dead=True)),
    ("RCPT", "552 5.2.2 mailbox full", Refused(R.mailbox_refused, is_address_dead=False)),
    ("RCPT", "550 5.2.2 mailbox full", Refused(R.mailbox_refused, is_address_dead=False)),
    ("RCPT", "599 5.9.9 never heard of", Refused(R.mailbox_refused, is_address_dead=False)),
    ("DATA", "554 no", Refused(R.message_refused, is_address_dead=False)),
    (DOT, "552 5.3.4 too big", Refused(R.message_refused, is_address_dead=False)),
    (DOT, "554 5.4.6 too many hops", Refused(R.message_refused, is_address_dead=False)),
    (DOT, "554 DT:SPM", Refused(R.message_refused, is_address_dead=False)),
    (DOT, "550 Mail content denied", Refused(R.message_refused, is_address_dead=False)),
    (DOT, "550 5.1.1 no such user", Refused(R.address_dead, is_address_dead=True)),
]

#: step, answer, was it in truth accepted.
UNCERTAIN = [
    ("DATA", CUT, False),
    ("DATA", SILENCE, False),
    ("DATA", "nonsense", False),
    (DOT, CUT, False),
    (DOT, HANG_UP, False),
    (DOT, SILENCE, False),
    (DOT, "nonsense", False),
    (DOT, "354 go on", False),
    (DOT, "251 forwarded", True),
    (DOT, ACCEPT_AND_CUT, True),
    (DOT, ACCEPT_AND_SILENCE, True),
]


@dataclass
class Run:
    outcome: Outcome
    before: Before
    server: FaultServer
    second: Outcome


def limits_for(step: str, answer: str) -> SmtpLimits:
    if answer not in {SILENCE, ACCEPT_AND_SILENCE}:
        return PATIENT
    return QUICK_DATA if step in {"DATA", DOT} else QUICK_COMMANDS


def run(step: str, answer: str, *, username: str = "user") -> Run:
    """Send a message to a server with one fault, then another over the same channel."""

    async def main() -> Run:
        async with FaultServer({step: [answer]}) as server:
            channel = channel_to(server.port, limits_for(step, answer), username=username)
            before = Before()
            outcome = await channel.send(envelope(1), before_data=before)
            channel._limits = PATIENT
            second = await channel.send(envelope(2), before_data=Before())
            await channel.close()
            await server.settle()
            return Run(outcome, before, server, second)

    return asyncio.run(main())


@pytest.mark.parametrize(("step", "answer", "expected"), NOT_CHARGED)
def test_fault_of_server_or_sender_is_not_charged_and_pauses(step, answer, expected):
    done = run(step, answer)
    assert isinstance(done.outcome, Retry)
    assert (type(done.outcome), done.outcome.reason, done.outcome.pause) == expected
    assert not done.outcome.is_charged
    assert done.outcome.after is not None
    assert done.before.count == (1 if step in {"DATA", DOT} else 0)


@pytest.mark.parametrize(("step", "answer", "expected"), ABOUT_IT)
def test_refusal_of_person_or_message_is_theirs(step, answer, expected):
    done = run(step, answer)
    assert isinstance(done.outcome, Retry | Refused)
    assert done.outcome.reply == answer
    assert type(done.outcome) is type(expected)
    fields = (
        ("reason", "is_charged", "pause", "after") if isinstance(expected, Retry) else ("reason", "is_address_dead")
    )
    assert [getattr(done.outcome, f) for f in fields] == [getattr(expected, f) for f in fields]


@pytest.mark.parametrize(("step", "answer", "is_accepted"), UNCERTAIN)
def test_anything_unclear_once_data_began_is_uncertain(step, answer, is_accepted):
    done = run(step, answer)
    assert isinstance(done.outcome, Uncertain)
    assert done.outcome.reason is R.cut_in_data
    assert done.before.count == 1
    assert (b"mail-1@" in b"".join(done.server.accepted)) is is_accepted


@pytest.mark.parametrize(("step", "answer"), [fault[:2] for fault in (*NOT_CHARGED, *ABOUT_IT, *UNCERTAIN)])
def test_next_message_goes_through_whole_after_any_fault(step, answer):
    done = run(step, answer)
    assert isinstance(done.second, Sent)
    assert done.server.accepted[-1] == envelope(2).content
    assert [b"mail-2@" in message for message in done.server.accepted].count(True) == 1


@pytest.mark.parametrize("answer", ["535 5.7.8 wrong password", "454 4.7.0 later", "500 what?"])
def test_connection_without_sign_in_is_never_used(answer):
    done = run("AUTH", answer)
    assert isinstance(done.second, Sent)
    assert done.server.connection_count == 2
    assert done.server.steps.count("AUTH") == 2
    assert "RSET" not in done.server.steps


@pytest.mark.parametrize("step", ["RCPT", "DATA", DOT])
def test_answer_in_another_encoding_is_kept_readable(step):
    done = run(step, "550 5.1.1 \udcd3\udcc3\udcbb\udca7\0 \x1bno 用户\t" + "x" * 2000)
    assert isinstance(done.outcome, Refused)
    done.outcome.reply.encode("utf-8")
    assert done.outcome.reply.startswith("550 5.1.1 ")
    assert "no 用户 x" in done.outcome.reply
    assert len(done.outcome.reply) == 500
    assert done.outcome.reply.isprintable()


def test_unwritable_sender_pauses_the_sender():
    async def main() -> Outcome:
        async with FaultServer() as server:
            letter = replace(envelope(), sender="工会@example.org")
            return await channel_to(server.port).send(letter, before_data=Before())

    outcome = asyncio.run(main())
    assert isinstance(outcome, Retry)
    assert (outcome.reason, outcome.pause, outcome.is_charged) == (R.sender_refused, P.sender, False)


def test_refused_connection_is_the_host_and_not_charged():
    async def main() -> Outcome:
        async with FaultServer() as server:
            port = server.port
        return await channel_to(port).send(envelope(), before_data=Before())

    outcome = asyncio.run(main())
    assert isinstance(outcome, Retry)
    assert (outcome.reason, outcome.pause, outcome.is_charged) == (R.host_unreachable, P.host, False)


def test_ehlo_unknown_falls_back_to_helo():
    done = run("EHLO", "502 5.5.1 unknown", username="")
    assert isinstance(done.outcome, Sent)


def test_auth_not_offered_pauses_sender_and_shows_no_password():
    done = run("EHLO", "250 fault.example")
    assert isinstance(done.outcome, Retry)
    assert (done.outcome.reason, done.outcome.pause) == (R.sign_in_refused, P.sender)
    assert "AUTH" not in done.server.steps[: done.server.steps.index(CONNECT, 1)]


def test_unwritable_address_is_refused_without_a_word_to_the_server():
    async def main() -> tuple[Outcome, int]:
        async with FaultServer() as server:
            channel = channel_to(server.port)
            return await channel.send(
                envelope(recipient="李@example.org"), before_data=Before()
            ), server.connection_count

    outcome, connection_count = asyncio.run(main())
    assert isinstance(outcome, Refused)
    assert outcome.reason is R.address_undeliverable
    assert connection_count == 0


def test_lost_lease_stops_before_data_and_keeps_the_connection():
    async def main() -> tuple[Outcome, Outcome, FaultServer]:
        async with FaultServer() as server:
            channel = channel_to(server.port, PATIENT)
            lost = await channel.send(envelope(1), before_data=Before(answer=False))
            sent = await channel.send(envelope(2), before_data=Before())
            await channel.close()
            return lost, sent, server

    lost, sent, server = asyncio.run(main())
    assert isinstance(lost, Retry)
    assert (lost.reason, lost.is_charged) == (R.lease_lost, False)
    assert isinstance(sent, Sent)
    assert server.connection_count == 1
    assert server.steps[:6] == [CONNECT, "EHLO", "MAIL", "RCPT", "RSET", "MAIL"]


def test_connection_lost_during_before_data_is_provably_not_sent():
    async def main() -> Outcome:
        async with FaultServer() as server:
            channel = channel_to(server.port, PATIENT)

            async def slow() -> bool:
                for task in list(server._tasks):
                    task.cancel()
                await asyncio.sleep(0.05)
                return True

            return await channel.send(envelope(), before_data=slow)

    outcome = asyncio.run(main())
    assert isinstance(outcome, Retry)
    assert (outcome.reason, outcome.is_charged) == (R.host_unreachable, False)


@pytest.mark.parametrize("delay", [0, 0.02], ids=["at once", "a little later"])
@pytest.mark.parametrize("step", [CONNECT, "EHLO", "AUTH", "MAIL", "RCPT", "DATA", DOT])
def test_cancel_at_any_step_drops_the_connection_and_the_channel_stays_usable(step, delay):
    async def main() -> tuple[Outcome, FaultServer]:
        async with FaultServer({step: [SILENCE]}) as server:
            limits = SmtpLimits(command_timeout=timedelta(seconds=2), data_timeout=PATIENT.data_timeout)
            channel: SmtpChannel = channel_to(server.port, limits, username="user")
            task = asyncio.create_task(channel.send(envelope(1), before_data=Before()))
            await server.reached(step)
            await asyncio.sleep(delay)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await server.settle()
            outcome = await channel.send(envelope(2), before_data=Before())
            await channel.close()
            return outcome, server

    outcome, server = asyncio.run(main())
    assert isinstance(outcome, Sent)
    assert server.connection_count == 2
    assert server.accepted == [envelope(2).content]
