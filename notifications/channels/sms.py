"""Short messages over Aliyun and Tencent: a template approved beforehand plus its variables, never free text.

Aliyun: RPC signature version 1.0 (HMAC-SHA1), SendSms of 2017-05-25. Tencent: TC3-HMAC-SHA256, SendSms of 2021-01-11.
Both answer HTTP 200 to a failure and put a code into the body.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from muster.clock import Clock
from muster.ids import Ids
from notifications.channels.base import BeforeData, Envelope, Outcome, Pause, SendReason, Sent
from notifications.channels.http import HttpPoster, Request, checked_url, not_ours, refused, throttled, unreadable

ALIYUN_URL = "https://dysmsapi.aliyuncs.com/"
TENCENT_URL = "https://sms.tencentcloudapi.com/"
#: Aliyun counts a number's messages over a rolling day; asking again sooner than this is in vain.
ALIYUN_BLOCK = timedelta(hours=1)
_ALIYUN_NOT_OURS = ("isv.SMS_SIGN", "isv.SMS_TEMPLATE", "isv.ACCOUNT", "isv.AMOUNT", "InvalidAccessKey", "Signature")
_TENCENT_NOT_OURS = ("AuthFailure", "UnauthorizedOperation", "FailedOperation.Signature", "FailedOperation.Template")
_TENCENT_NO_NUMBER = ("InvalidParameterValue.IncorrectPhoneNumber", "UnsupportedOperation.ContainDomesticAnd")


def sms_content(template_id: str, variables: Mapping[str, str]) -> bytes:
    """Return what a short message keeps as its content: the template and its variables, in their order."""
    return json.dumps({"template": template_id, "variables": dict(variables)}, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class AliyunSms:
    """Sends to one mainland number at a time; `sign_name` is the approved signature."""

    key_id: str
    key_secret: str
    sign_name: str
    clock: Clock
    ids: Ids
    poster: HttpPoster
    url: str = ALIYUN_URL

    async def send(self, envelope: Envelope, *, before_data: BeforeData) -> Outcome:
        """Send a template; the recipient is a number in E.164; see `channels.base.Channel.send`."""
        return await self.poster.post(lambda: self._request(envelope), _read_aliyun, before_data=before_data)

    async def close(self) -> None:
        """Let the connection go."""
        await self.poster.close()

    def _request(self, envelope: Envelope) -> Request:
        content = json.loads(envelope.content)
        fields = {
            "AccessKeyId": self.key_id,
            "Action": "SendSms",
            "Format": "JSON",
            "OutId": envelope.message_id,
            "PhoneNumbers": envelope.recipient.removeprefix("+86"),
            "SignName": self.sign_name,
            "SignatureMethod": "HMAC-SHA1",
            "SignatureNonce": self.ids.token(),
            "SignatureVersion": "1.0",
            "TemplateCode": content["template"],
            "TemplateParam": json.dumps(content["variables"], ensure_ascii=False),
            "Timestamp": self.clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "Version": "2017-05-25",
        }
        fields["Signature"] = aliyun_signature(fields, self.key_secret)
        form = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in fields.items())
        return Request(
            url=checked_url(self.url),
            content=form.encode(),
            headers={"content-type": "application/x-www-form-urlencoded"},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TencentSms:
    """Sends to one number at a time; `app_id` is the SMS application, `sign_name` the approved signature."""

    key_id: str
    key_secret: str
    app_id: str
    sign_name: str
    clock: Clock
    poster: HttpPoster
    region: str = "ap-guangzhou"
    url: str = TENCENT_URL

    async def send(self, envelope: Envelope, *, before_data: BeforeData) -> Outcome:
        """Send a template; the recipient is a number in E.164; see `channels.base.Channel.send`."""
        return await self.poster.post(lambda: self._request(envelope), _read_tencent, before_data=before_data)

    async def close(self) -> None:
        """Let the connection go."""
        await self.poster.close()

    def _request(self, envelope: Envelope) -> Request:
        kept = json.loads(envelope.content)
        body = json.dumps(
            {
                "PhoneNumberSet": [envelope.recipient],
                "SessionContext": envelope.message_id[:512],
                "SignName": self.sign_name,
                "SmsSdkAppId": self.app_id,
                "TemplateId": kept["template"],
                "TemplateParamSet": list(kept["variables"].values()),
            },
            ensure_ascii=False,
        ).encode()
        url = checked_url(self.url)
        stamp = int(self.clock.now().timestamp())
        day = self.clock.now().astimezone(UTC).strftime("%Y-%m-%d")
        host = urlsplit(url).netloc
        return Request(
            url=url,
            content=body,
            headers={
                "authorization": tencent_authorization(self.key_id, self.key_secret, host, body, stamp, day),
                "content-type": TENCENT_TYPE,
                "x-tc-action": "SendSms",
                "x-tc-region": self.region,
                "x-tc-timestamp": str(stamp),
                "x-tc-version": "2021-01-11",
            },
        )


TENCENT_TYPE = "application/json; charset=utf-8"


def aliyun_signature(fields: Mapping[str, str], key_secret: str) -> str:
    """Return the signature of a POST's fields: HMAC-SHA1 of the sorted, quoted fields under the secret and `&`."""
    sorted_fields = "&".join(f"{_quoted(name)}={_quoted(fields[name])}" for name in sorted(fields))
    signed = f"POST&{_quoted('/')}&{_quoted(sorted_fields)}"
    return base64.b64encode(hmac.new(f"{key_secret}&".encode(), signed.encode(), hashlib.sha1).digest()).decode()


def tencent_authorization(key_id: str, key_secret: str, host: str, body: bytes, stamp: int, day: str) -> str:
    """Return the Authorization header of a SendSms at `stamp` (Unix seconds), a `day` of UTC (YYYY-MM-DD)."""
    names = "content-type;host;x-tc-action"
    headers = f"content-type:{TENCENT_TYPE}\nhost:{host}\nx-tc-action:sendsms\n"
    request = f"POST\n/\n\n{headers}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{day}/sms/tc3_request"
    signed = f"TC3-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"TC3{key_secret}".encode()
    for part in (day, "sms", "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, signed.encode(), hashlib.sha256).hexdigest()
    return f"TC3-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}"


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")


def _read_aliyun(found: dict[str, Any] | None, reply: str) -> Outcome:
    if found is None:
        return unreadable(reply)
    code = str(found.get("Code", ""))
    if code == "OK":
        return Sent(reply)
    if code == "isv.BUSINESS_LIMIT_CONTROL":  # of this one number
        return throttled(reply, ALIYUN_BLOCK, pause=Pause.none)
    if code.startswith("Throttling"):
        return throttled(reply)
    if code == "isv.MOBILE_NUMBER_ILLEGAL":
        return refused(reply, SendReason.address_dead, is_address_dead=True)
    return not_ours(reply) if code.startswith(_ALIYUN_NOT_OURS) else refused(reply)


def _read_tencent(found: dict[str, Any] | None, reply: str) -> Outcome:
    if found is None:
        return unreadable(reply)
    response = found.get("Response")
    answer: dict[str, Any] = response if isinstance(response, dict) else {}
    states = answer.get("SendStatusSet")
    first = states[0] if isinstance(states, list) and states and isinstance(states[0], dict) else {}
    code = str(first.get("Code") or (answer.get("Error") or {}).get("Code") or "")
    if code == "Ok":
        return Sent(reply)
    if code.startswith(("LimitExceeded", "RequestLimitExceeded")):
        of_number = "PhoneNumber" in code
        wait = ALIYUN_BLOCK if "DailyLimit" in code else timedelta(minutes=1)
        return throttled(reply, wait, pause=Pause.none if of_number else Pause.host)
    if code.startswith(_TENCENT_NO_NUMBER):
        return refused(reply, SendReason.address_dead, is_address_dead=True)
    return not_ours(reply) if code.startswith(_TENCENT_NOT_OURS) else refused(reply)
