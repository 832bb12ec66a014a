"""The other ways to send: each endpoint has a deliverer of its own, with its own rate and its own breaker.

An endpoint that is slow or broken rests alone: its messages wait, those of others and all mail go on. What is
sent is claimed, tried and settled exactly as mail is. The last fault of an endpoint stands on its row, for people.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

import structlog

from models.enums import ChannelKind
from muster.clock import Clock
from muster.hosts import is_loopback
from muster.ids import Ids
from muster.settings import Settings
from notifications.channels.base import BeforeData, Channel, Envelope, Outcome, Refused, Retry, SendReason, Sent
from notifications.channels.bots import RATES, DingTalkBot, FeishuBot, WeComBot
from notifications.channels.http import HttpPoster
from notifications.channels.outside import OutsideTransport
from notifications.channels.sms import ALIYUN_URL, TENCENT_URL, AliyunSms, TencentSms
from notifications.channels.webhook import Webhook
from scheduler.database_thread import DatabaseThread
from scheduler.deliver import Deliverer
from scheduler.short_letters import ShortLetters
from services import endpoint_use, endpoints
from services.endpoint_use import Endpoint

log = structlog.get_logger(__name__)

#: Messages a second where a provider names no limit of its own: short messages, and programs of people.
SMS_RATE, HOOK_RATE = 20.0, 10.0
#: Outcomes that say something of one recipient or of our own lease, nothing of the endpoint.
_NOT_ITS_FAULT = frozenset({SendReason.lease_lost, SendReason.address_dead, SendReason.mailbox_refused})


def open_endpoint(endpoint: Endpoint, *, clock: Clock, ids: Ids, poster: HttpPoster) -> Channel:
    """Return the channel of an endpoint; nothing is connected before the first message.

    Raises:
        ValueError: mail has no endpoint.
    """
    url, secret, settings = endpoint.url, endpoint.secret, endpoint.settings
    match endpoint.channel:
        case ChannelKind.wecom:
            return WeComBot(url, poster)
        case ChannelKind.dingtalk:
            return DingTalkBot(url, secret, clock, poster)
        case ChannelKind.feishu:
            return FeishuBot(url, secret, clock, poster)
        case ChannelKind.webhook:
            return Webhook(url, secret, clock, poster)
        case ChannelKind.sms if settings["provider"] == "aliyun":
            return AliyunSms(
                key_id=settings["key_id"],
                key_secret=secret,
                sign_name=settings["sign_name"],
                clock=clock,
                ids=ids,
                poster=poster,
                url=url or ALIYUN_URL,
            )
        case ChannelKind.sms:
            tencent = TencentSms(
                key_id=settings["key_id"],
                key_secret=secret,
                app_id=settings["app_id"],
                sign_name=settings["sign_name"],
                clock=clock,
                poster=poster,
                url=url or TENCENT_URL,
            )
            return replace(tencent, region=settings["region"]) if settings.get("region") else tencent
    message = "mail has no endpoint"
    raise ValueError(message)


def rate_of(channel: ChannelKind) -> float:
    """Return how many messages a second an endpoint takes."""
    return RATES.get(channel.value, SMS_RATE if channel is ChannelKind.sms else HOOK_RATE)


class _Noting:
    """A channel that has its last fault noted on the row of its endpoint, once until it changes."""

    def __init__(self, channel: Channel, endpoint_id: int, database: DatabaseThread) -> None:
        self._channel = channel
        self._endpoint_id = endpoint_id
        self._database = database
        self._noted: str | None = None

    async def send(self, envelope: Envelope, *, before_data: BeforeData) -> Outcome:
        """Send; see `channels.base.Channel.send`."""
        outcome = await self._channel.send(envelope, before_data=before_data)
        fault = _fault_of(outcome)
        if fault is not None and fault != self._noted:
            await self._database.write(lambda tx: endpoints.note_fault(tx, self._endpoint_id, fault))
            self._noted = fault
        return outcome

    async def close(self) -> None:
        """Let the connection go."""
        await self._channel.close()


def _fault_of(outcome: Outcome) -> str | None:
    """Return what to note of an outcome: nothing wrong, a code and what was said, or None where it says nothing."""
    if isinstance(outcome, Sent):
        return ""
    if outcome.reason in _NOT_ITS_FAULT or (isinstance(outcome, Refused) and outcome.is_address_dead):
        return None
    if isinstance(outcome, Retry) and outcome.reason is SendReason.throttled:
        return None  # that we were quick is nothing that anybody has to mend
    return f"{outcome.reason.value} {outcome.reply}".strip()


@dataclass(slots=True)
class _Line:
    """One endpoint at work: the version of the row that it was opened for, and the run that is under way."""

    version: int
    deliverer: Deliverer
    run: asyncio.Task[int] | None = None


class Endpoints:
    """All endpoints of one worker; `in_hand` is shared with the mail's deliverer, so that the sweep knows of both."""

    def __init__(
        self,
        *,
        database: DatabaseThread,
        clock: Clock,
        ids: Ids,
        settings: Settings,
        worker_id: str,
        in_hand: set[int],
        poster: Callable[[], HttpPoster] | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._settings = settings
        self._worker_id = worker_id
        self._in_hand = in_hand
        may_stay = is_loopback(urlsplit(settings.base_url).hostname or "")
        self._poster = poster or (lambda: HttpPoster(transport=lambda: OutsideTransport(may_stay=may_stay)))
        self._lines: dict[int, _Line] = {}
        self._is_stopping = False

    async def begin(self) -> list[asyncio.Task[int]]:
        """Have every endpoint that has something due send it, each in a run of its own; return them, wait for none."""
        begun = []
        for endpoint in await self._database.read(endpoint_use.due):
            line = self._line(endpoint)
            if self._is_stopping or line.deliverer.is_resting or (line.run is not None and not line.run.done()):
                continue
            line.run = asyncio.create_task(self._run(endpoint.id, line.deliverer))
            begun.append(line.run)
        return begun

    async def drain(self) -> int:
        """Send all that is due through endpoints that do not rest; return how many rows were dealt with."""
        return sum(await asyncio.gather(*await self.begin()))

    async def stop(self) -> None:
        """Begin nothing more and wait for the messages in hand."""
        self._is_stopping = True
        for line in self._lines.values():
            line.deliverer.stop()
        await asyncio.gather(*(line.run for line in self._lines.values() if line.run is not None))

    async def _run(self, endpoint_id: int, deliverer: Deliverer) -> int:
        try:
            return await deliverer.drain()
        except Exception:  # one endpoint's fault is nobody else's; the sweep finds what it held
            log.exception("endpoint.failed", endpoint_id=endpoint_id)
            return 0

    def _line(self, endpoint: Endpoint) -> _Line:
        """Return the deliverer of an endpoint, a new one where the row was edited: somebody has looked at it."""
        line = self._lines.get(endpoint.id)
        is_busy = line is not None and line.run is not None and not line.run.done()
        if line is None or (line.version != endpoint.version and not is_busy):
            line = _Line(endpoint.version, self._deliverer(endpoint))
            self._lines[endpoint.id] = line
        return line

    def _deliverer(self, endpoint: Endpoint) -> Deliverer:
        channel = open_endpoint(endpoint, clock=self._clock, ids=self._ids, poster=self._poster())
        lease: timedelta = self._settings.lease
        return Deliverer(
            database=self._database,
            clock=self._clock,
            worker_id=self._worker_id,
            channels=[_Noting(channel, endpoint.id, self._database)],
            letters=ShortLetters(endpoint, self._settings),
            lease=lease,
            rate=rate_of(endpoint.channel),
            endpoint_id=endpoint.id,
            in_hand=self._in_hand,
        )
