"""Group chat bots: WeCom, DingTalk and Feishu. One address is one group; its secret is part of it.

Formats, limits, signatures and codes: WeCom 99110 (2025-08-07), DingTalk custom robot, Feishu custom bot.
All three answer HTTP 200 to a failure and put the truth into the body.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from muster.clock import Clock
from notifications.channels.base import BeforeData, Envelope, Outcome, Sent
from notifications.channels.http import HttpPoster, Request, checked_url, not_ours, refused, throttled, unreadable
from notifications.octets import whole_characters

JSON = MappingProxyType({"content-type": "application/json; charset=utf-8"})
#: Bytes of UTF-8 that a text may have; Feishu limits the whole body, so its text gets somewhat less.
LIMITS = MappingProxyType({"wecom": 2048, "dingtalk": 20_000, "feishu": 18_000})
#: Messages a second that each takes from one bot; 20 a minute for the first two, 100 a minute for Feishu.
RATES = MappingProxyType({"wecom": 20 / 60, "dingtalk": 20 / 60, "feishu": 100 / 60})
#: DingTalk blocks a bot for so long that asked too often.
DINGTALK_BLOCK = timedelta(minutes=10)
ELLIPSIS = "…"

_WECOM_THROTTLED, _WECOM_NOT_OURS = 45009, 93000
_FEISHU_NOT_OURS = frozenset({19021, 19022, 19024})
_FEISHU_THROTTLED = frozenset({11232, 11233})
_DINGTALK_NOT_OURS = frozenset({310000, 300001, 400101})


def group_text(subject: str, text: str, limit: int) -> str:
    """Return a message for a group, cut at a whole character so that it has at most `limit` bytes of UTF-8."""
    whole = f"{subject}\n{text}".strip()
    data = whole.encode()
    if len(data) <= limit:
        return whole
    return data[: whole_characters(data, limit - len(ELLIPSIS.encode()))].decode().rstrip() + ELLIPSIS


def body_of(text: str) -> bytes:
    """Return what a bot delivery keeps as its content: the text alone; each channel wraps it in its own form."""
    return json.dumps({"text": text}, ensure_ascii=False, sort_keys=True).encode()


def _text_of(envelope: Envelope) -> str:
    text: str = json.loads(envelope.content)["text"]
    return text


@dataclass(frozen=True, slots=True)
class WeComBot:
    """`https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=KEY`; the key is the secret, nothing is signed."""

    url: str
    poster: HttpPoster

    async def send(self, envelope: Envelope, *, before_data: BeforeData) -> Outcome:
        """Send a text; see `channels.base.Channel.send`."""
        content = {"msgtype": "text", "text": {"content": _text_of(envelope)}}
        return await self.poster.post(
            lambda: _json_request(checked_url(self.url), content), _read_wecom, before_data=before_data
        )

    async def close(self) -> None:
        """Let the connection go."""
        await self.poster.close()


@dataclass(frozen=True, slots=True)
class DingTalkBot:
    """`https://oapi.dingtalk.com/robot/send?access_token=T`; with a secret, signed in the address."""

    url: str
    secret: str
    clock: Clock
    poster: HttpPoster

    async def send(self, envelope: Envelope, *, before_data: BeforeData) -> Outcome:
        """Send a text; see `channels.base.Channel.send`."""
        content = {"msgtype": "text", "text": {"content": _text_of(envelope)}, "at": {"isAtAll": False}}
        return await self.poster.post(
            lambda: _json_request(self._address(), content), _read_dingtalk, before_data=before_data
        )

    async def close(self) -> None:
        """Let the connection go."""
        await self.poster.close()

    def _address(self) -> str:
        url = checked_url(self.url)
        if not self.secret:
            return url
        stamp = int(self.clock.now().timestamp() * 1000)
        signed = urlencode({"timestamp": str(stamp), "sign": dingtalk_sign(self.secret, stamp)})
        return f"{url}{'&' if '?' in url else '?'}{signed}"


@dataclass(frozen=True, slots=True)
class FeishuBot:
    """`https://open.feishu.cn/open-apis/bot/v2/hook/TOKEN`; with a secret, signed in the body, good for an hour."""

    url: str
    secret: str
    clock: Clock
    poster: HttpPoster

    async def send(self, envelope: Envelope, *, before_data: BeforeData) -> Outcome:
        """Send a text; see `channels.base.Channel.send`."""
        return await self.poster.post(
            lambda: _json_request(checked_url(self.url), self._content(_text_of(envelope))),
            _read_feishu,
            before_data=before_data,
        )

    async def close(self) -> None:
        """Let the connection go."""
        await self.poster.close()

    def _content(self, text: str) -> dict[str, Any]:
        content: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
        if self.secret:
            stamp = int(self.clock.now().timestamp())
            content |= {"timestamp": str(stamp), "sign": feishu_sign(self.secret, stamp)}
        return content


def dingtalk_sign(secret: str, stamp_ms: int) -> str:
    """Return DingTalk's signature, not yet quoted: HMAC-SHA256 of the time, a line break and the secret, in base64."""
    digest = hmac.new(secret.encode(), f"{stamp_ms}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def feishu_sign(secret: str, stamp: int) -> str:
    """Return Feishu's signature: HMAC-SHA256 of nothing under the time, a line break and the secret, in base64."""
    digest = hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _json_request(url: str, content: Mapping[str, Any]) -> Request:
    return Request(url=url, content=json.dumps(content, ensure_ascii=False).encode(), headers=JSON)


def _read_wecom(found: dict[str, Any] | None, reply: str) -> Outcome:
    if found is None:
        return unreadable(reply)
    match found.get("errcode"):
        case 0:
            return Sent(reply)
        case code if code == _WECOM_THROTTLED:
            return throttled(reply)
        case code if code == _WECOM_NOT_OURS:
            return not_ours(reply)
        case _:
            return refused(reply)


def _read_dingtalk(found: dict[str, Any] | None, reply: str) -> Outcome:
    if found is None:
        return unreadable(reply)
    match found.get("errcode"):
        case 0:
            return Sent(reply)
        case 130101 | 410100:
            return throttled(reply, DINGTALK_BLOCK)
        case code if code in _DINGTALK_NOT_OURS:
            return not_ours(reply)
        case _:
            return refused(reply)


def _read_feishu(found: dict[str, Any] | None, reply: str) -> Outcome:
    if found is None:
        return unreadable(reply)
    code = found.get("code", found.get("StatusCode"))
    if code == 0:
        return Sent(reply)
    if code in _FEISHU_THROTTLED:
        return throttled(reply)
    return not_ours(reply) if code in _FEISHU_NOT_OURS else refused(reply)
