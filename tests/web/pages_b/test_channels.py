"""The page of groups, SMS accounts and programs: written down, tested, changed, switched off, never told in full."""

import pytest
from sqlmodel import select

from models.tables.endpoints import ChannelEndpoint
from services import endpoints
from services.access import WORKER
from services.unit_of_work import UnitOfWork
from tests.web.browser import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PATH = "/settings/channels"
KEY = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"
BOT = {"channel": "wecom", "name": "铜都分队的群", "team_id": "", "locale": "zh-CN"}
BOT |= {"url": f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"}
ACCOUNT = {"channel": "sms", "name": "短信", "provider": "aliyun", "key_id": "LTAI", "secret": "key-secret-1"}
ACCOUNT |= {"sign_name": "大冶工会", "template_call_up": "SMS_1"}


def test_a_group_is_added_tested_and_switched_off(uow: UnitOfWork, organiser: Browser, member: Browser) -> None:
    assert member.get(PATH).status_code == 403
    assert "目前只发邮件" in organiser.get(PATH).text
    assert organiser.post(PATH, BOT).status_code == 303
    with uow.read(WORKER) as tx:
        bot = tx.session.exec(select(ChannelEndpoint.id)).one()
    assert organiser.post(f"{PATH}/{bot}/test").status_code == 303
    page = organiser.get(PATH).text
    assert "还没试过" in page
    assert "1条消息在等" in page
    with uow.write(WORKER) as tx:
        endpoints.note_fault(tx, bot, "sender_refused 200 invalid webhook url")
    page = organiser.get(PATH).text
    assert "需要有人看一下" in page
    assert "invalid webhook url" in page
    form = organiser.get(f"{PATH}/{bot}").text
    assert KEY not in page + form
    changed = BOT | {"name": "新群", "url": "", "version": "1"}
    assert organiser.post(f"{PATH}/{bot}", changed).status_code == 303
    assert "invalid webhook url" not in organiser.get(PATH).text
    assert organiser.post(f"{PATH}/{bot}/switch", {"is_on": "0"}).status_code == 303
    assert "已停用" in organiser.get(PATH).text
    assert organiser.post(f"{PATH}/{bot}/test").status_code == 422
    with uow.read(WORKER) as tx:
        row = tx.session.exec(select(ChannelEndpoint)).one()
    assert (row.name, KEY in row.url, row.is_on) == ("新群", True, False)


def test_every_fault_of_a_form_is_told_and_every_channel_has_one(uow: UnitOfWork, organiser: Browser) -> None:
    for channel in ("wecom", "dingtalk", "feishu", "sms", "webhook"):
        assert organiser.get(f"{PATH}/new?channel={channel}").status_code == 200
    assert "whsec_" in organiser.get(f"{PATH}/new?channel=webhook").text
    wrong = organiser.post(PATH, {"channel": "webhook", "name": "", "url": "http://10.0.0.1/", "secret": "x"})
    assert wrong.status_code == 422
    assert all(
        text in wrong.text
        for text in ("地址须以 https:// 开头", "密钥应为 whsec_", 'href="#f-name"', 'href="#f-events"')
    )
    assert organiser.post(PATH, ACCOUNT).status_code == 303
    with uow.read(WORKER) as tx:
        row = tx.session.exec(select(ChannelEndpoint)).one()
    assert row.settings["templates"] == {"call_up": "SMS_1"}
    assert "key-secret-1" not in organiser.get(f"{PATH}/{row.id}").text + organiser.get(PATH).text
