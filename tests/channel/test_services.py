"""Bots, short messages and webhooks against servers of their documented protocols: forms, signatures, limits, faults."""

import asyncio
import base64
import hashlib
import hmac
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from muster.clock import ManualClock
from muster.ids import SystemIds
from notifications.channels.base import Channel, Envelope, Outcome, Pause, Refused, Retry, SendReason, Sent, Uncertain
from notifications.channels.bots import (
    DINGTALK_BLOCK,
    LIMITS,
    DingTalkBot,
    FeishuBot,
    WeComBot,
    body_of,
    dingtalk_sign,
    feishu_sign,
    group_text,
)
from notifications.channels.http import BadAddressOfService, HttpPoster, checked_url
from notifications.channels.sms import AliyunSms, TencentSms, aliyun_signature, sms_content, tencent_authorization
from notifications.channels.webhook import Webhook, webhook_signature
from tests.channel.services import Cut, Heard, said, serving

CLOCK = ManualClock(datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC))  # 1700000000
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
KINDS = ("wecom", "dingtalk", "feishu", "aliyun", "tencent", "webhook")
FINE = {
    "wecom": {"errcode": 0, "errmsg": "ok"},
    "dingtalk": {"errcode": 0, "errmsg": "ok"},
    "feishu": {"code": 0, "msg": "success"},
    "aliyun": {"Code": "OK", "BizId": "9", "RequestId": "r"},
    "tencent": {"Response": {"SendStatusSet": [{"Code": "Ok", "SerialNo": "7"}], "RequestId": "r"}},
    "webhook": {},
}


def channel(kind: str, address: str, poster: HttpPoster | None = None) -> Channel:
    poster = poster or HttpPoster(httpx.Timeout(2.0, read=0.5))
    match kind:
        case "wecom":
            return WeComBot(f"{address}/cgi-bin/webhook/send?key=K", poster)
        case "dingtalk":
            return DingTalkBot(f"{address}/robot/send?access_token=T", "SECtest", CLOCK, poster)
        case "feishu":
            return FeishuBot(f"{address}/open-apis/bot/v2/hook/H", "test", CLOCK, poster)
        case "aliyun":
            return AliyunSms(
                key_id="id", key_secret="secret", sign_name="大冶工会", clock=CLOCK, ids=SystemIds(), poster=poster,
                url=f"{address}/",
            )  # fmt: skip
        case "tencent":
            return TencentSms(
                key_id="id", key_secret="secret", app_id="1400", sign_name="大冶工会", clock=CLOCK, poster=poster,
                url=f"{address}/",
            )  # fmt: skip
        case _:
            return Webhook(f"{address}/hook", SECRET, CLOCK, poster)


def envelope(kind: str) -> Envelope:
    is_sms = kind in {"aliyun", "tencent"}
    content = (
        sms_content("SMS_1", {"day": "3月5日", "place": "工人文化宫"}) if is_sms else body_of("明天下午2点，工人文化宫")
    )
    return Envelope("token-1@example.org", "", "+8613800000001" if is_sms else "", content)


def send(kind: str, address: str, *, may: bool = True) -> tuple[Outcome, int]:
    asked = 0

    async def before_data() -> bool:
        nonlocal asked
        asked += 1
        return may

    async def run() -> Outcome:
        sender = channel(kind, address)
        try:
            return await sender.send(envelope(kind), before_data=before_data)
        finally:
            await sender.close()

    return asyncio.run(run()), asked


def check_form(kind: str, heard: Heard) -> None:
    """Hold a request against what the provider's documents ask for, in other code than the channel's."""
    match kind:
        case "wecom":
            assert (heard.path, heard.query) == ("/cgi-bin/webhook/send", {"key": "K"})
            assert heard.json == {"msgtype": "text", "text": {"content": "明天下午2点，工人文化宫"}}
        case "dingtalk":
            assert heard.query == {
                "access_token": "T",
                "timestamp": "1700000000000",
                "sign": "aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g=",
            }
            assert heard.json["text"] == {"content": "明天下午2点，工人文化宫"}
        case "feishu":
            assert heard.path == "/open-apis/bot/v2/hook/H"
            assert heard.json == {
                "timestamp": "1700000000",
                "sign": "eSJQnOl8XqPTMPHWz9e5IzeHS/tqoc68g2967ekIPmg=",
                "msg_type": "text",
                "content": {"text": "明天下午2点，工人文化宫"},
            }
        case "aliyun":
            form = heard.form
            assert (form["Action"], form["Version"], form["PhoneNumbers"]) == ("SendSms", "2017-05-25", "13800000001")
            assert form["Timestamp"] == "2023-11-14T22:13:20Z"
            assert form.pop("Signature") == aliyun_signature(form, "secret")
        case "tencent":
            assert heard.headers["x-tc-action"] == "SendSms"
            assert heard.json["PhoneNumberSet"] == ["+8613800000001"]
            assert heard.json["TemplateParamSet"] == ["3月5日", "工人文化宫"]
            assert heard.headers["authorization"] == tencent_authorization(
                "id", "secret", heard.headers["host"], heard.body, 1_700_000_000, "2023-11-14"
            )
        case _:
            signed = f"token-1@example.org.{heard.headers['webhook-timestamp']}.".encode() + heard.body
            key = b"0123456789abcdef0123456789abcdef"
            expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
            assert heard.headers["webhook-signature"] == f"v1,{expected}"
            assert heard.headers["webhook-id"] == "token-1@example.org"


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_is_sent_once_in_the_providers_own_form(kind: str) -> None:
    with serving(lambda _: said(FINE[kind])) as service:
        outcome, asked = send(kind, service.address)
    assert isinstance(outcome, Sent)
    assert asked == 1
    (heard,) = service.heard
    check_form(kind, heard)


@pytest.mark.parametrize("kind", KINDS)
def test_without_leave_nothing_is_sent(kind: str) -> None:
    with serving(lambda _: said(FINE[kind])) as service:
        outcome, _ = send(kind, service.address, may=False)
    assert isinstance(outcome, Retry)
    assert outcome.reason is SendReason.lease_lost
    assert service.heard == []


CODES: list[tuple[str, Any, type, SendReason, Pause]] = [
    ("wecom", {"errcode": 45009}, Retry, SendReason.throttled, Pause.host),
    ("wecom", {"errcode": 93000}, Retry, SendReason.sender_refused, Pause.sender),
    ("wecom", {"errcode": 40058}, Refused, SendReason.message_refused, Pause.none),
    ("dingtalk", {"errcode": 130101, "errmsg": "send too fast"}, Retry, SendReason.throttled, Pause.host),
    ("dingtalk", {"errcode": 310000}, Retry, SendReason.sender_refused, Pause.sender),
    ("dingtalk", {"errcode": 40035}, Refused, SendReason.message_refused, Pause.none),
    ("feishu", {"code": 11232}, Retry, SendReason.throttled, Pause.host),
    ("feishu", {"code": 19021}, Retry, SendReason.sender_refused, Pause.sender),
    ("feishu", {"code": 9499}, Refused, SendReason.message_refused, Pause.none),
    ("aliyun", {"Code": "isv.BUSINESS_LIMIT_CONTROL"}, Retry, SendReason.throttled, Pause.none),
    ("aliyun", {"Code": "Throttling.User"}, Retry, SendReason.throttled, Pause.host),
    ("aliyun", {"Code": "isv.SMS_SIGNATURE_ILLEGAL"}, Retry, SendReason.sender_refused, Pause.sender),
    ("aliyun", {"Code": "isv.MOBILE_NUMBER_ILLEGAL"}, Refused, SendReason.address_dead, Pause.none),
    ("aliyun", {"Code": "isv.BLACK_KEY_CONTROL_LIMIT"}, Refused, SendReason.message_refused, Pause.none),
    (
        "tencent",
        {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure"}}},
        Retry,
        SendReason.sender_refused,
        Pause.sender,
    ),
    (
        "tencent",
        {"Response": {"SendStatusSet": [{"Code": "LimitExceeded.PhoneNumberDailyLimit"}]}},
        Retry,
        SendReason.throttled,
        Pause.none,
    ),
    (
        "tencent",
        {"Response": {"SendStatusSet": [{"Code": "InvalidParameterValue.IncorrectPhoneNumber"}]}},
        Refused,
        SendReason.address_dead,
        Pause.none,
    ),
    ("tencent", {"Response": {"SendStatusSet": []}}, Refused, SendReason.message_refused, Pause.none),
]


@pytest.mark.parametrize(("kind", "document", "outcome_type", "reason", "pause"), CODES)
def test_codes_in_the_body_decide_and_not_the_200(
    kind: str, document: Any, outcome_type: type, reason: SendReason, pause: Pause
) -> None:
    with serving(lambda _: said(document)) as service:
        outcome, _ = send(kind, service.address)
    assert isinstance(outcome, outcome_type)
    assert not isinstance(outcome, Sent)
    assert outcome.reason is reason
    assert getattr(outcome, "pause", Pause.none) is pause
    if reason is SendReason.throttled:
        assert isinstance(outcome, Retry)
        assert outcome.after is not None
        assert not outcome.is_charged
        assert (outcome.after == DINGTALK_BLOCK) or kind != "dingtalk"


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_of_the_line_is_what_the_table_says(kind: str) -> None:
    def cut(_: Heard) -> tuple[int, dict[str, str], bytes]:
        raise Cut

    table = [
        (lambda _: said({}, 503, retry_after="120"), Retry, SendReason.host_busy),
        (lambda _: said({}, 429), Retry, SendReason.host_busy),
        (lambda _: said({}, 403), Retry, SendReason.sender_refused),
        (lambda _: said({}, 404), Refused, SendReason.message_refused),
        (lambda _: said({}, 302, location="http://127.0.0.1:9/"), Refused, SendReason.message_refused),
        (cut, Uncertain, SendReason.cut_in_data),
    ]
    with serving(table[0][0]) as service:
        for answer, outcome_type, reason in table:
            service.answer = answer
            outcome, _ = send(kind, service.address)
            assert isinstance(outcome, outcome_type), (reason, outcome)
            assert not isinstance(outcome, Sent)
            assert outcome.reason is reason
            if reason is SendReason.host_busy and isinstance(outcome, Retry):
                assert outcome.after in {timedelta(seconds=120), None}
        service.answer = lambda _: (200, {"content-type": "text/html"}, b"<html>sign in to the network</html>")
        outcome, _ = send(kind, service.address)
        assert isinstance(outcome, Sent if kind == "webhook" else Uncertain)
    outcome, _ = send(kind, service.address)  # nobody listens any more
    assert isinstance(outcome, Retry)
    assert (outcome.reason, outcome.is_charged) == (SendReason.host_unreachable, False)


def test_silence_after_the_request_is_uncertain() -> None:
    stop = threading.Event()

    def silent(_: Heard) -> tuple[int, dict[str, str], bytes]:
        stop.wait(3)
        return said(FINE["wecom"])

    with serving(silent) as service:
        outcome, _ = send("wecom", service.address)
        stop.set()
    assert isinstance(outcome, Uncertain)


@pytest.mark.parametrize(
    "url", ["http://qyapi.weixin.qq.com/x", "ftp://127.0.0.1/", "https:///x", "http://127.0.0.1.evil.example/", ""]
)
def test_names_and_numbers_never_travel_unencrypted(url: str) -> None:
    with pytest.raises(BadAddressOfService):
        checked_url(url)


def test_vectors_of_the_documents() -> None:
    assert dingtalk_sign("SECtest", 1_700_000_000_000) == "aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g="
    assert feishu_sign("test", 1_700_000_000) == "eSJQnOl8XqPTMPHWz9e5IzeHS/tqoc68g2967ekIPmg="
    # The example of Standard Webhooks' own specification.
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signature = webhook_signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    with pytest.raises(ValueError, match="whsec_"):
        webhook_signature("whsec_no base64", "m", 1, b"")


@pytest.mark.parametrize(("kind", "limit"), LIMITS.items())
def test_a_text_is_cut_at_a_whole_character_and_says_so(kind: str, limit: int) -> None:
    whole = group_text("通知", "字" * (limit // 3 - 10), limit)
    assert whole.endswith("字"), kind
    cut = group_text("通知", "字" * limit, limit)
    assert len(cut.encode()) <= limit
    assert cut.endswith("字…")
    assert limit - len(cut.encode()) < 3
