"""Pages of equipment: the register, what an activity lacks and gets with one click, refusals with ways out."""

import re
from datetime import date

import pytest
from sqlmodel import col, select

from models.enums import EquipmentKind, LoanState
from models.tables.activities import Activity
from models.tables.equipment import Equipment, Loan
from muster.clock import ManualClock
from services import equipment, loans
from services.access import COMMAND
from services.unit_of_work import UnitOfWork
from tests.service.statements import counted
from tests.web.browser import Browser
from tests.web.pages_a.conftest import SignIn
from tests.web.pages_a.stories import HOUR, Story

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def things(uow: UnitOfWork, story: Story) -> list[int]:
    """Two projectors and a bus; the lecture at the palace needs two projectors and banners."""
    with uow.write(COMMAND) as tx:
        tx.get(Activity, story.asked_in, noun="activity").equipment = "投影机×2、横幅"
        projectors = [
            equipment.create(tx, name="投影机", kind=EquipmentKind.device, code=code, kept_at="四楼器材间")
            for code in ("T-1", "T-2")
        ]
        return [*projectors, equipment.create(tx, name="中巴", kind=EquipmentKind.vehicle, seats=19)]


def lent(uow: UnitOfWork) -> list[tuple[int, int]]:
    with uow.read(COMMAND) as tx:
        rows = tx.session.exec(select(Loan).where(col(Loan.state) == LoanState.lent)).all()
        return sorted((row.activity_id, row.equipment_id) for row in rows)


def test_thing_is_written_in_edited_and_ended(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    again = organiser.post("/equipment", {"name": "", "kind": "device", "seats": "3", "org_id": "没有这家"})
    assert again.status_code == 422
    assert "这一栏要填" in again.text
    assert "找不到“没有这家”" in again.text
    values = {"name": "中巴", "kind": "vehicle", "seats": "19", "code": "鄂B·A1234", "valid_from_on": "2026-01-01"}
    done = organiser.post("/equipment", values)
    assert done.status_code == 303
    path = done.headers["location"]
    page = organiser.get(path).text
    assert "中巴 鄂B·A1234" in page
    assert "在库" in page
    form = organiser.get(f"{path}/edit").text
    assert 'value="鄂B·A1234"' in form
    changed = values | {"seats": "33", "version": "1"}
    assert organiser.post(f"{path}/edit", changed | {"last_on": "2026-03-01"}).status_code == 303
    with uow.read(COMMAND) as tx:
        row = tx.session.exec(select(Equipment)).one()
        assert (row.seats, row.valid_until_on, row.version) == (33, date(2026, 3, 2), 2)
    assert organiser.post(f"{path}/edit", changed).status_code == 412
    assert "鄂B·A1234" not in organiser.get("/equipment").text
    assert "鄂B·A1234" in organiser.get("/equipment?ended=1").text
    assert 'href="/equipment"' in organiser.get("/venues").text


def test_what_is_lacking_is_lent_with_one_click_and_taken_back(
    uow: UnitOfWork, clock: ManualClock, story: Story, things: list[int], organiser: Browser, sign_in: SignIn
) -> None:
    here = f"/activities/{story.asked_in}"
    page = organiser.get(here).text
    assert "还差3件" in page
    assert "没有登记过" in page  # the banners
    button = re.search(rf'action="{here}/loans".*?name="name" value="(.*?)".*?name="count" value="(\d)"', page)
    assert button is not None
    assert button.groups() == ("投影机", "2")
    assert "借投影机×2" in page
    done = organiser.post(f"{here}/loans", {"name": "投影机", "count": "2"})
    assert (done.status_code, done.headers["location"]) == (303, f"{here}#equipment")
    assert "借到了：投影机 T-1、投影机 T-2。" in organiser.get(here).text
    assert lent(uow) == [(story.asked_in, things[0]), (story.asked_in, things[1])]
    assert organiser.post(f"{here}/loans/1/cancel").status_code == 303
    with uow.read(COMMAND) as tx:
        starts_at = tx.get(Activity, story.asked_in, noun="activity", for_update=False).starts_at
    clock.set(starts_at)
    later = sign_in("organiser")
    assert "借出到" in later.get(f"/equipment/{things[1]}").text
    assert later.post(f"/equipment/{things[1]}/loans/2/return").status_code == 303
    assert lent(uow) == []


def test_refusal_shows_every_reason_and_each_way_out_is_one_click(
    uow: UnitOfWork, story: Story, things: list[int], organiser: Browser
) -> None:
    here = f"/activities/{story.asked_in}"
    organiser.post(f"{here}/loans", {"equipment_id": str(things[0])})
    refused = organiser.post(f"{here}/loans", {"equipment_id": str(things[0])})
    assert refused.status_code == 409
    assert "借不到，有1个原因" in refused.text
    assert "投影机 T-1借出去了" in refused.text
    ways = refused.text.partition('data-part="ways-out"')[2]
    found = re.search(r'name="equipment_id" value="(\d+)"', ways)
    assert found is not None
    assert int(found.group(1)) == things[1]
    assert organiser.post(f"{here}/loans", {"equipment_id": found.group(1)}).status_code == 303
    several = organiser.post(f"{here}/loans", {"name": "投影机", "count": "3"})
    assert (several.status_code, several.text.count("借出去了")) == (409, 2)
    assert "/venues/find?activity=" in several.text
    wrong = organiser.post(f"{here}/loans", {"name": "投影机", "count": "0", "before_minutes": "-1"})
    assert wrong.status_code == 422
    assert "还有2处要改" in wrong.text


def test_move_says_what_it_swapped(uow: UnitOfWork, story: Story, things: list[int], organiser: Browser) -> None:
    with uow.write(story.house.organiser) as tx:
        row = tx.get(Activity, story.promised_in, noun="activity")
        to = row.starts_at
        loans.lend(tx, equipment_id=things[0], activity_id=story.promised_in)
        loans.lend(tx, equipment_id=things[0], activity_id=story.short_in)
    sent = {"on": f"{to + 8 * HOUR:%Y-%m-%d}", "starts_time": f"{to + 8 * HOUR:%H:%M}", "ends_time": "16:00"}
    assert organiser.post(f"/activities/{story.short_in}/move", sent).status_code == 303
    assert "投影机 T-1那时不在，换成了投影机 T-2。" in organiser.get(f"/activities/{story.short_in}").text
    assert (story.short_in, things[1]) in lent(uow)


def test_each_role_sees_and_does_what_it_may(
    uow: UnitOfWork, clock: ManualClock, story: Story, things: list[int], sign_in: SignIn
) -> None:
    with uow.write(story.house.organiser) as tx:
        loans.lend(tx, equipment_id=things[0], activity_id=story.asked_in)
        starts_at = tx.get(Activity, story.asked_in, noun="activity").starts_at
    here = f"/activities/{story.asked_in}"
    for name in ("member", "auditor", "leader"):
        browser = sign_in(name)
        assert browser.get("/equipment").status_code == browser.get(f"/equipment/{things[0]}").status_code == 200
        for path in ("/equipment/new", f"/equipment/{things[0]}/edit", f"{here}/loans"):
            assert browser.get(path).status_code == 403, path
        for path in ("/equipment", f"/equipment/{things[0]}/edit", f"{here}/loans", f"{here}/loans/1/cancel"):
            assert browser.post(path, {"name": "x", "kind": "device", "version": "1"}).status_code == 403, path
        assert "/loans" not in browser.get(here).text
    clock.set(starts_at)
    leader = sign_in("leader")
    assert f'action="{here}/loans/1/return"' in leader.get(here).text
    assert leader.post(f"{here}/loans/1/return").status_code == 303


def test_list_costs_as_many_statements_for_more_rows_and_finds_what_is_free(
    uow: UnitOfWork, story: Story, things: list[int], organiser: Browser
) -> None:
    with uow.write(story.house.organiser) as tx:
        loans.lend(tx, equipment_id=things[0], activity_id=story.asked_in)
        starts_at = tx.get(Activity, story.asked_in, noun="activity").starts_at + 8 * HOUR
    free = f"/equipment?free_from={starts_at:%Y-%m-%dT%H:%M}&free_until={starts_at + HOUR:%Y-%m-%dT%H:%M}"
    page = organiser.get(free).text
    assert "T-1" not in page
    assert "T-2" in page
    assert "请写" not in page
    assert organiser.get("/equipment?free_from=2026-03-03T09:00").text.count("这一栏要填") == 2
    with counted(uow) as few:
        organiser.get("/equipment")
    with uow.write(story.house.organiser) as tx:
        for _ in range(3):
            equipment.create(tx, name="音响", kind=EquipmentKind.device)
    with counted(uow) as many:
        assert organiser.get("/equipment").status_code == 200
    assert len(few) == len(many)
