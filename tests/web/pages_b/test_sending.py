"""The page behind List-Unsubscribe, and a person's page once their mail came back."""

import pytest

from models.enums import ChannelKind, NotificationKind
from muster.signing import Signer
from scheduler.letters import FOREVER, UNSUBSCRIBE
from services import dead_addresses, opt_outs
from services.access import WORKER
from services.unit_of_work import UnitOfWork
from tests.service.builders import SmallHouse, small_house
from tests.web.browser import Browser, add_user, build
from web.pages import unsubscribe

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def link(uow: UnitOfWork, person_id: int, kind: NotificationKind = NotificationKind.reminder) -> str:
    signer = Signer(uow.settings.secret_key.get_secret_value())
    return f"/u/{signer.sign(UNSUBSCRIBE, f'{person_id}:{kind.value}', FOREVER)}"


def is_off(uow: UnitOfWork, person_id: int, kind: NotificationKind = NotificationKind.reminder) -> bool:
    with uow.read(WORKER) as tx:
        return opt_outs.is_off(tx, person_id, kind)


def test_one_post_without_signing_in_stops_a_kind_and_opening_changes_nothing(
    uow: UnitOfWork, house: SmallHouse
) -> None:
    assert unsubscribe.PURPOSE == UNSUBSCRIBE
    browser, person_id = Browser(build(uow)), house.people[0]
    path = link(uow, person_id)
    browser.client.head(path)
    page = browser.get(path)
    assert "不想再收这类邮件吗？活动提醒" in page.text
    assert "<script" not in page.text
    assert len(page.content) < 30_000
    assert browser.client.post(path, data={"List-Unsubscribe": "something"}).status_code == 200
    assert not is_off(uow, person_id)
    for _ in range(2):  # as a mail service does: no page, no cookie, no Origin
        answer = browser.client.post(path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "不再给您寄这类邮件" in answer.text
    assert is_off(uow, person_id)
    assert not is_off(uow, house.people[1])
    browser.client.post(path, data={"want": "again"})
    assert not is_off(uow, person_id)


def test_a_mandatory_kind_and_a_forged_link_stop_nothing(uow: UnitOfWork, house: SmallHouse) -> None:
    browser, person_id = Browser(build(uow)), house.people[0]
    click = {"List-Unsubscribe": "One-Click"}
    answer = browser.client.post(link(uow, person_id, NotificationKind.cancelled), data=click)
    assert answer.status_code == 422
    assert "这类邮件不能关闭" in answer.text
    for path in (link(uow, person_id)[:-2] + "xx", link(uow, 4711), "/u/abc"):
        assert browser.client.post(path, data=click).status_code == 404
    assert not is_off(uow, person_id)


def test_a_person_whose_mail_came_back_is_shown_so_until_somebody_tries_again(
    uow: UnitOfWork, house: SmallHouse
) -> None:
    person_id = house.people[0]
    with uow.write(WORKER) as tx:
        dead_addresses.mark(tx, ChannelKind.mail, "LI@example.org", "550 5.1.1 <no> such user")
    add_user(uow, email="office@example.org")
    browser = Browser(build(uow)).sign_in("office@example.org")
    page = browser.get(f"/people/{person_id}")
    assert "邮件退回" in page.text
    assert "550 5.1.1 &lt;no&gt; such user" in page.text
    assert browser.get(f"/api/v1/people/{person_id}").json()["email_fault"] == "550 5.1.1 <no> such user"
    assert browser.get(f"/api/v1/people/{house.people[1]}").json()["email_fault"] is None
    assert browser.post(f"/people/{person_id}/try-mail").status_code == 303
    assert "邮件退回" not in browser.get(f"/people/{person_id}").text
