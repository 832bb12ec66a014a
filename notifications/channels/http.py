"""What all channels over HTTPS share: one POST, and what each way of it failing means.

Before `before_data` nothing is sent. A connection that never came about is certainly no
acceptance; whatever fails after the request began may have been accepted. That HTTP says 200
means nothing yet: every provider answers in a body of its own, which its channel reads.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx

from notifications.channels.base import (
    LEASE_LOST,
    BeforeData,
    Outcome,
    Pause,
    Refused,
    Retry,
    SendReason,
    Uncertain,
)
from notifications.channels.factory import is_loopback

#: Seconds for each step of a request: connecting, sending, hearing the answer.
TIMEOUT = httpx.Timeout(10.0, read=30.0)
#: The answers of providers are short; a longer one is no answer.
LONGEST_ANSWER = 65_536
REPLY_LENGTH = 300
#: How long to wait where the other side says "too often" and not until when.
THROTTLED = timedelta(minutes=1)
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_NOT_ALLOWED = frozenset({401, 403})


class BadAddressOfService(ValueError):
    """The address of a service is none, or would send names and numbers unencrypted over the network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One POST, ready to go."""

    url: str
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


#: Reads what a provider answered with a status of success: the JSON object, None where it was none, and the reply.
Verdict = Callable[[dict[str, Any] | None, str], Outcome]


def checked_url(url: str) -> str:
    """Return the URL where it may be used: HTTPS, or plain HTTP on this machine.

    Raises:
        BadAddressOfService: anything else.
    """
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if not parts.hostname or not is_safe:
        message = "a service is reached over https:// (or http:// on this machine only)"
        raise BadAddressOfService(message)
    return url


class HttpPoster:
    """Sends one request after another over a connection that is kept open."""

    def __init__(
        self, timeout: httpx.Timeout = TIMEOUT, *, transport: Callable[[], httpx.AsyncBaseTransport] | None = None
    ) -> None:
        self._timeout = timeout
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    async def post(self, request: Callable[[], Request], read: Verdict, *, before_data: BeforeData) -> Outcome:
        """Send what `request` builds and let `read` judge the answer; see `channels.base.Channel.send`."""
        if not await before_data():
            return LEASE_LOST
        built = request()
        client = self._opened()
        try:
            answer = await client.post(built.url, content=built.content, headers=dict(built.headers))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
            return Retry(
                SendReason.host_unreachable, after=None, is_charged=False, pause=Pause.host, reply=_named(error)
            )
        except httpx.HTTPError as error:
            await self.close()
            return Uncertain(SendReason.cut_in_data, reply=_named(error))
        return _judged(answer, read)

    async def close(self) -> None:
        """Let the connection go."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _opened(self) -> httpx.AsyncClient:
        if self._client is None:
            # No proxy, no cookie and no redirect of anybody's choosing: the address was checked, another was not.
            transport = self._transport() if self._transport else None
            self._client = httpx.AsyncClient(
                timeout=self._timeout, trust_env=False, follow_redirects=False, transport=transport
            )
        return self._client


def throttled(reply: str, after: timedelta = THROTTLED, *, pause: Pause = Pause.host) -> Retry:
    """Return the outcome of having asked too often; it says nothing about the message.

    Where only this recipient has had enough for now, nothing else needs to pause.
    """
    return Retry(SendReason.throttled, after=after, is_charged=False, pause=pause, reply=reply)


def not_ours(reply: str) -> Retry:
    """Return the outcome of a key, signature or address that the service does not take: somebody has to look."""
    return Retry(SendReason.sender_refused, after=None, is_charged=False, pause=Pause.sender, reply=reply)


def refused(reply: str, reason: SendReason = SendReason.message_refused, *, is_address_dead: bool = False) -> Refused:
    """Return the outcome of a message that will never be taken."""
    return Refused(reason, is_address_dead=is_address_dead, reply=reply)


def unreadable(reply: str) -> Uncertain:
    """Return the outcome of an answer that is not what the provider's always is, e.g. a captive portal's page."""
    return Uncertain(SendReason.answer_unreadable, reply=reply)


def _judged(answer: httpx.Response, read: Verdict) -> Outcome:
    text = answer.text[:LONGEST_ANSWER]
    reply = f"{answer.status_code} {' '.join(text.split())}"[:REPLY_LENGTH]
    if answer.status_code in _BUSY:
        return Retry(SendReason.host_busy, after=_retry_after(answer), is_charged=False, pause=Pause.host, reply=reply)
    if answer.status_code in _NOT_ALLOWED:
        return not_ours(reply)
    if not answer.is_success:
        return refused(reply)
    try:
        found = json.loads(text) if text.strip() else {}
    except ValueError:
        found = None
    return read(found if isinstance(found, dict) else None, reply)


def _retry_after(answer: httpx.Response) -> timedelta | None:
    seconds = answer.headers.get("retry-after", "")
    return timedelta(seconds=min(int(seconds), 86_400)) if seconds.isdecimal() else None


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:REPLY_LENGTH]
