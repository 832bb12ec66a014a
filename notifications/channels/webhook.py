"""A signed POST to somebody's own program, as Standard Webhooks 1.0 has it."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from muster.clock import Clock
from notifications.channels.base import BeforeData, Envelope, Outcome, Sent
from notifications.channels.http import HttpPoster, Request, checked_url

SECRET_PREFIX = "whsec_"  # noqa: S105 - what every secret of the standard begins with


@dataclass(frozen=True, slots=True)
class Webhook:
    """Posts the content as it is; `webhook-id` is the delivery's own, so that a repeat is known as one."""

    url: str
    secret: str
    clock: Clock
    poster: HttpPoster

    async def send(self, envelope: Envelope, *, before_data: BeforeData) -> Outcome:
        """Send JSON; any status from 200 to 299 is acceptance; see `channels.base.Channel.send`."""
        return await self.poster.post(lambda: self._request(envelope), _accepted, before_data=before_data)

    async def close(self) -> None:
        """Let the connection go."""
        await self.poster.close()

    def _request(self, envelope: Envelope) -> Request:
        stamp = int(self.clock.now().timestamp())
        return Request(
            url=checked_url(self.url),
            content=envelope.content,
            headers={
                "content-type": "application/json; charset=utf-8",
                "webhook-id": envelope.message_id,
                "webhook-timestamp": str(stamp),
                "webhook-signature": webhook_signature(self.secret, envelope.message_id, stamp, envelope.content),
            },
        )


def webhook_signature(secret: str, message_id: str, stamp: int, content: bytes) -> str:
    """Return `v1,` and the HMAC-SHA256 of `id.seconds.content` under the secret's bytes, in base64.

    Raises:
        ValueError: the secret is not `whsec_` and base64.
    """
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        message = "a webhook's secret is whsec_ and base64"
        raise ValueError(message) from error
    digest = hmac.new(key, f"{message_id}.{stamp}.".encode() + content, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _accepted(_found: dict[str, Any] | None, reply: str) -> Outcome:
    return Sent(reply)
