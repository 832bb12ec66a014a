"""What people get: their own page, that of those who answer for them, the one behind a mail, and their own calendars."""

import re

import pytest

from models.enums import NotificationKind
from models.values import TimeWindow
from muster.signing import Signer
from services import message_choices, outside_calendars
from services.access import COMMAND
from services.message_choices import MessageChoices
from services.outside_busy import Busy
from services.outside_calendars import Fault
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.web.browser import Browser
from tests.web.pages_a.conftest import SignIn
from tests.web.pages_a.stories import DAY, HOUR, Story
from web.pages.unsubscribe import PURPOSE
from web.secret_addresses import FOREVER

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OWN, ABSENCES = "/me/messages", "/me/absences"
BOX = re.compile(r'<input type="checkbox" name="([a-z_.]+)" value="1"( checked)?>')


def ticks(text: str) -> dict[str, str]:
    """Return the boxes that are ticked, as a browser would send them."""
    return {name: "1" for name, is_ticked in BOX.findall(text) if is_ticked}


def chosen(uow: UnitOfWork, person_id: int) -> MessageChoices:
    with uow.read(COMMAND) as tx:
        return message_choices.read(tx, person_id)


def off(choices: MessageChoices) -> set[NotificationKind]:
    return {row.kind for row in choices.kinds if row.off}


def test_a_member_unticks_a_kind_and_keeps_the_rest(uow: UnitOfWork, story: Story, member: Browser) -> None:
    li = story.house.people[0]
    assert f'href="{OWN}"' in member.get("/duties").text
    page = member.get(OWN).text
    given = ticks(page)
    assert {"reminder.mail", "call_up.mail"} <= given.keys()
    assert "wants_digest" not in given
    assert "这些一定会发" in page
    assert "少了它您可能白跑一趟" in page
    del given["reminder.mail"]
    form = given | {"locale": "zh-CN", "quiet": "own", "quiet_from": "20:00", "quiet_to": "08:30", "wants_digest": "1"}
    assert member.post(OWN, form).headers["location"] == OWN
    after = chosen(uow, li)
    assert (off(after), after.quiet_hours, after.wants_digest) == ({NotificationKind.reminder}, "20:00-08:30", True)
    page = member.get(OWN).text
    assert "已保存" in page
    assert "reminder.mail" not in ticks(page)
    assert 'value="20:00"' in page
    member.post(OWN, form | {"quiet": "house"})
    assert chosen(uow, li).quiet_hours is None
    member.post(OWN, form | {"quiet": "house", "quiet_from": "9：00", "quiet_to": "12:00:00"})  # typed and not ticked
    assert chosen(uow, li).quiet_hours == "09:00-12:00"
    wrong = member.post(OWN, form | {"quiet_to": "20:10", "quiet_from": "20:30", "call_up.mail": ""})
    assert wrong.status_code == 422
    assert 'href="#f-quiet_hours"' in wrong.text
    assert "call_up.mail" not in ticks(wrong.text)  # what was typed stays
    assert off(chosen(uow, li)) == {NotificationKind.reminder}


def test_a_leader_chooses_for_somebody_without_a_login_and_only_reads_of_others(
    uow: UnitOfWork, story: Story, organiser: Browser, member: Browser, sign_in: SignIn
) -> None:
    li, wang, zhao = story.house.people
    assert f'href="/people/{zhao}/messages"' in organiser.get(f"/people/{zhao}").text
    page = organiser.get(f"/people/{zhao}/messages").text
    assert "没有登录账号" in page
    form = {"locale": "en", "quiet": "house"}
    assert organiser.post(f"/people/{zhao}/messages", form).status_code == 303
    after = chosen(uow, zhao)
    assert (after.locale, NotificationKind.call_up in off(after)) == ("en", True)
    leader = sign_in("leader")
    assert "就这样保存" not in leader.get(f"/people/{li}/messages").text
    assert leader.post(f"/people/{li}/messages", form).status_code == 403
    assert member.get(f"/people/{wang}/messages").status_code == 403
    assert leader.get(f"/people/{zhao}/messages").status_code == 404


def test_the_link_of_a_mail_leads_to_everything_that_may_be_chosen(
    uow: UnitOfWork, story: Story, stranger: Browser
) -> None:
    li = story.house.people[0]
    signer = Signer(uow.settings.secret_key.get_secret_value())
    path = f"/u/{signer.sign(PURPOSE, f'{li}:reminder', FOREVER)}"
    assert f'href="{path}/all?lang=zh-CN"' in stranger.get(path).text
    page = stranger.get(f"{path}/all").text
    assert "<script" not in page
    assert "webcal" not in page  # who holds a link of a mail does not get the calendar
    given = ticks(page) | {"locale": "en", "quiet": "house"}
    del given["chase.mail"]
    stranger.client.post(f"{path}/all", data=given)  # not our form
    assert off(chosen(uow, li)) == set()
    done = stranger.client.post(f"{path}/all", data=given | {"save": "1"})
    assert done.headers["location"] == f"{path}/all?saved=1&lang=en"
    assert off(chosen(uow, li)) == {NotificationKind.chase}
    assert "Saved." in stranger.get(done.headers["location"]).text
    refused = stranger.client.post(f"{path}/all", data=given | {"save": "1", "quiet": "own", "quiet_from": "x"})
    assert refused.status_code == 422
    assert stranger.client.post(f"{path}x/all", data=given | {"save": "1"}).status_code == 404


def test_a_member_gives_their_own_calendar_and_reads_why_it_fails(
    uow: UnitOfWork, story: Story, member: Browser, organiser: Browser
) -> None:
    assert "我自己的日历" in member.get(ABSENCES).text
    wrong = member.post("/me/calendars", {"url": "https://192.168.1.1/a.ics"})
    assert wrong.status_code == 422
    assert "内部网络" in wrong.text
    assert 'value="https://192.168.1.1/a.ics"' in wrong.text
    given = member.post("/me/calendars", {"url": "webcal://calendar.example.org/private-xyz/basic.ics"})
    assert given.headers["location"] == f"{ABSENCES}#calendars"
    page = member.get(ABSENCES).text
    assert "calendar.example.org" in page
    assert "private-xyz" not in page
    number = int(re.findall(r"/me/calendars/(\d+)/end", page)[0])
    with uow.write(COMMAND) as tx:
        outside_calendars.settle(tx, number, Fault.refused)
    assert "对方不让读" in member.get(ABSENCES).text
    window = TimeWindow(NOW + 3 * DAY, NOW + 3 * DAY + HOUR)
    with uow.write(COMMAND) as tx:
        outside_calendars.settle(tx, number, outside_calendars.Reading((Busy("x", window),)))
    assert "今后90天有1段时间没空" in member.get(ABSENCES).text
    theirs = organiser.get(f"/people/{story.house.people[0]}/absences").text
    assert "本人日历里有事的时间" in theirs
    assert "3月5日" in theirs
    assert member.post(f"/me/calendars/{number}/read").status_code == 303
    assert member.post(f"/me/calendars/{number}/end").status_code == 303
    assert "calendar.example.org" not in member.get(ABSENCES).text
