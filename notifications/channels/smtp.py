"""Sends over SMTP with one connection that is kept for a batch.

The single verbs are used, so that everything up to DATA is provably not sent. From DATA on
only a clean answer of the server decides; a cut, a timeout or nonsense leaves it uncertain.
Any exception but a clean answer drops the connection: a half-read answer would otherwise be
taken for the answer to the next message.
"""

import asyncio
import ssl
from dataclasses import dataclass
from datetime import timedelta

import aiosmtplib

from notifications.addresses import BadAddress, ascii_address
from notifications.channels.base import (
    LEASE_LOST,
    BeforeData,
    Envelope,
    Outcome,
    Refused,
    Retry,
    SendReason,
    Sent,
    Uncertain,
)
from notifications.channels.smtp_replies import (
    CLOSING,
    Step,
    classify,
    host_fault,
    is_permanent,
    is_temporary,
    say,
    sender_fault,
)
from notifications.facts import one_line

#: Beyond the timeout of the answer, for writing the message out.
WRITE_SLACK_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where and how to connect. `is_tls`: from the first byte; `is_starttls`: required, never just tried."""

    host: str
    port: int
    is_tls: bool = False
    is_starttls: bool = False
    username: str = ""
    password: str = ""
    #: The name we give ourselves in EHLO.
    helo_name: str = "localhost"
    #: Trusted certificates; None: those of the machine.
    tls_context: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpLimits:
    """How long to wait, and how long to keep a connection."""

    command_timeout: timedelta = timedelta(seconds=30)
    #: RFC 5321 4.5.3.2.6; less manufactures duplicates.
    data_timeout: timedelta = timedelta(seconds=600)
    mails_per_connection: int = 100
    idle: timedelta = timedelta(seconds=30)


#: Answers after which the conversation goes on; after a refusal of anything else it is over.
REFUSALS = (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPRecipientRefused)


class _NotOffered(Exception):
    """The server does not offer what we cannot do without."""

    def __init__(self, outcome: Retry) -> None:
        super().__init__(outcome.reply)
        self.outcome = outcome


class SmtpChannel:
    """One connection to one server; messages queue for it. Use several channels for more."""

    def __init__(self, server: SmtpServer, limits: SmtpLimits | None = None) -> None:
        self._server = server
        self._limits = limits or SmtpLimits()
        self._lock = asyncio.Lock()
        self._client: aiosmtplib.SMTP | None = None
        self._mail_count = 0
        self._used_at = 0.0

    async def send(self, envelope: Envelope, *, before_data: BeforeData) -> Outcome:
        """Send one message; see `Channel.send`. What `before_data` raises passes through."""
        async with self._lock:
            try:
                return await self._send(envelope, before_data)
            except BaseException:
                self._drop()
                raise

    async def close(self) -> None:
        """Say goodbye and close the connection."""
        async with self._lock:
            await self._quit()

    async def _send(self, envelope: Envelope, before_data: BeforeData) -> Outcome:
        try:
            recipient = ascii_address(envelope.recipient)
        except BadAddress as error:
            return Refused(SendReason.address_undeliverable, is_address_dead=True, reply=str(error))
        try:
            sender = ascii_address(envelope.sender)
        except BadAddress as error:
            return sender_fault(SendReason.sender_refused, str(error))
        cancels_before = _cancel_count()
        refusal = await self._announce(sender, recipient)
        if _cancel_count() > cancels_before:
            # Python 3.11 loses a cancellation that meets the very turn in which an answer comes (asyncio.wait_for).
            raise asyncio.CancelledError
        if refusal is not None:
            return refusal
        if not await before_data():
            await self._reset()
            return LEASE_LOST
        return await self._transmit(envelope.content)

    async def _announce(self, sender: str, recipient: str) -> Retry | Refused | None:
        """Get as far as the server taking the recipient; return why not, None where it did.

        A kept connection may have been closed by the server meanwhile; nothing was sent then,
        so a second try over a new connection is safe.
        """
        while True:  # a second time at most: after a fault no connection is kept
            was_kept = await self._check_kept()
            try:
                client = self._client or await self._open()
                await client.mail(sender)
                await client.rcpt(recipient)
            except aiosmtplib.SMTPResponseException as error:
                if isinstance(error, REFUSALS) and error.code != CLOSING:
                    await self._reset()
                else:
                    self._drop()
                    if was_kept:
                        continue
                return classify(_step(error), error.code, error.message)
            except _NotOffered as error:
                self._drop()
                return error.outcome
            except (aiosmtplib.SMTPException, OSError, ValueError) as error:
                self._drop()
                if not was_kept:
                    return _no_connection(error)
            else:
                return None

    async def _transmit(self, content: bytes) -> Outcome:
        if self._client is None or not self._client.is_connected:
            self._drop()
            return host_fault(SendReason.host_unreachable, "connection lost before DATA")
        seconds = self._limits.data_timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds + WRITE_SLACK_SECONDS):
                answer = await self._client.data(content, timeout=seconds)
        except aiosmtplib.SMTPResponseException as error:
            if not (
                is_temporary(error.code) or is_permanent(error.code)
            ):  # not an answer that SMTP knows: nobody can say
                self._drop()
                return Uncertain(SendReason.cut_in_data, reply=say(error.code, error.message))
            await self._reset()
            return classify(Step.data, error.code, error.message)
        except (aiosmtplib.SMTPException, OSError) as error:
            self._drop()
            return Uncertain(SendReason.cut_in_data, reply=_say(error))
        self._mail_count += 1
        self._used_at = _seconds()
        return Sent(say(answer.code, answer.message))

    async def _open(self) -> aiosmtplib.SMTP:
        server = self._server
        seconds = self._limits.command_timeout.total_seconds()
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=server.helo_name,
            timeout=seconds,
            use_tls=server.is_tls,
            start_tls=False,
            tls_context=server.tls_context,
        )
        try:
            async with asyncio.timeout(4 * seconds):
                await client.connect()
                await self._prepare(client)
        except BaseException:
            _abort(client)
            raise
        # Only now: a connection that is not encrypted or signed in as it should be must never be found here.
        self._client, self._mail_count, self._used_at = client, 0, _seconds()
        return client

    async def _prepare(self, client: aiosmtplib.SMTP) -> None:
        """Greet, encrypt and sign in, as the settings ask."""
        await _hello(client)
        if self._server.is_starttls:
            if not client.supports_extension("starttls"):
                raise _NotOffered(host_fault(SendReason.tls_failed, "STARTTLS is not offered"))
            await client.starttls()
            await _hello(client)
        if self._server.username:
            if not client.supports_extension("auth"):
                raise _NotOffered(sender_fault(SendReason.sign_in_refused, "AUTH is not offered"))
            await client.login(self._server.username, self._server.password)

    async def _check_kept(self) -> bool:
        """Tell whether a connection is there to be used again; give up one that is spent or gone."""
        if self._client is None:
            return False
        if not self._client.is_connected:
            self._drop()
        elif self._mail_count >= self._limits.mails_per_connection:
            await self._quit()
        elif _seconds() - self._used_at >= self._limits.idle.total_seconds():
            try:
                await self._client.noop()
            except (aiosmtplib.SMTPException, OSError):
                self._drop()
        return self._client is not None

    async def _reset(self) -> None:
        """Make the connection fit for the next message, or drop it."""
        try:
            if self._client is not None:
                await self._client.rset()
                self._used_at = _seconds()
        except (aiosmtplib.SMTPException, OSError):
            self._drop()

    async def _quit(self) -> None:
        try:
            if self._client is not None and self._client.is_connected:
                await self._client.quit()
        except (aiosmtplib.SMTPException, OSError):
            pass
        finally:
            self._drop()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            _abort(client)


def _abort(client: aiosmtplib.SMTP) -> None:
    transport = client.transport
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()  # closing would first write out what is left of a message that we have given up
    client.close()


async def _hello(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError as error:
        if not is_permanent(error.code) or not client.is_connected:
            raise
        await client.helo()


def _step(error: aiosmtplib.SMTPResponseException) -> Step:
    steps = {
        aiosmtplib.SMTPHeloError: Step.hello,
        aiosmtplib.SMTPAuthenticationError: Step.sign_in,
        aiosmtplib.SMTPSenderRefused: Step.sender,
        aiosmtplib.SMTPRecipientRefused: Step.recipient,
    }
    return steps.get(type(error), Step.connect)


def _no_connection(error: Exception) -> Retry:
    is_tls = isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError)
    return host_fault(SendReason.tls_failed if is_tls else SendReason.host_unreachable, _say(error))


def _say(error: Exception) -> str:
    return one_line(f"{type(error).__name__}: {error}")


def _cancel_count() -> int:
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()


def _seconds() -> float:
    return asyncio.get_running_loop().time()
