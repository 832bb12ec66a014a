"""The audit's pages: history in sentences, and a check that finds one changed byte."""

import pytest
from sqlmodel import col, select

from models.enums import UserRole
from models.events import all_events
from models.tables.attendance import Attendance
from models.tables.history import HistoryEntry
from services.access import COMMAND
from services.unit_of_work import UnitOfWork
from tests.service.statements import counted
from tests.web.browser import Browser
from tests.web.pages_a.stories import Story
from tests.web.pages_b.tampering import tamper
from tests.web.pages_b.test_registers import Knock
from web.house_check import verify_house
from web.pages.audit import FOUND_ONLY, NOUNS


def test_every_noun_of_history_is_told() -> None:
    nouns = {event.key.partition(".")[0] for event in all_events()}
    assert nouns <= NOUNS.keys()
    assert NOUNS.keys() - nouns - FOUND_ONLY == set()


def test_history_is_told_newest_first_and_leads_on(story: Story, auditor: Browser) -> None:
    page = auditor.get("/audit")
    assert page.status_code == 200
    assert "殷祖镇走访慰问" in page.text or "王范例" in page.text
    assert f'href="/activities/{story.short_in}"' in page.text
    narrowed = auditor.get(f"/audit?about=activity&id={story.closed}")
    assert "签字结项" in narrowed.text
    assert "没有这方面的记录" in auditor.get("/audit?about=team&id=999").text
    assert auditor.get("/audit?about=nonsense&id=x").status_code == 200


def test_history_names_nobody_in_a_statement_of_their_own(uow: UnitOfWork, story: Story, auditor: Browser) -> None:
    auditor.get("/audit")  # the first page looks whether reminders run
    with counted(uow) as few:
        auditor.get(f"/audit?about=activity&id={story.closed}")
    with counted(uow) as many:
        auditor.get("/audit")
    assert len(few) == len(many)


def test_house_in_order_is_told_with_its_numbers(uow: UnitOfWork, story: Story, auditor: Browser) -> None:
    page = auditor.get("/audit/verify")
    assert page.status_code == 200
    assert "全部对得上" in page.text
    with uow.read(story.house.auditor) as tx:
        found = verify_house(tx)
        count = len(tx.session.exec(select(HistoryEntry.seq)).all())
    assert found.findings == ()
    assert (found.entries_count, found.closings_count) == (count, 1)
    assert found.figures_count > 20


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ("UPDATE history SET body = replace(body, 'activity.closed', 'activity.cLosed')", {"entry_changed"}),
        ("UPDATE history SET actor = 'user:99' WHERE event = 'activity.held'", {"entry_columns_differ"}),
        ("UPDATE activities SET title = 'another' WHERE closed_at IS NOT NULL", {"field_changed"}),
        ("UPDATE tallies SET count = count + 1", {"field_changed"}),
        ("UPDATE closings SET manifest = replace(manifest, '85', '86')", {"manifest_changed", "field_changed"}),
    ],
)
def test_one_changed_byte_is_found_and_named(
    uow: UnitOfWork, story: Story, auditor: Browser, change: str, codes: set[str]
) -> None:
    tamper(uow, change)
    with uow.read(story.house.auditor) as tx:
        found = {finding.code for finding in verify_house(tx).findings}
    assert found == codes
    page = auditor.get("/audit/verify")
    for code in codes:
        assert f"<code>{code}</code>" in page.text
    assert "对不上" in page.text


def test_unrecorded_and_unsigned_closings_are_found(uow: UnitOfWork, story: Story) -> None:
    tamper(uow, f"UPDATE closings SET manifest_sha256 = '{64 * '0'}'")
    with uow.read(story.house.auditor) as tx:
        codes = {finding.code for finding in verify_house(tx).findings}
    assert {"manifest_changed", "closing_not_as_recorded"} <= codes
    tamper(uow, "DELETE FROM closings")
    with uow.read(story.house.auditor) as tx:
        findings = verify_house(tx).findings
    assert {finding.code for finding in findings} == {"closed_unsigned", "closing_missing"}
    assert {finding.subject for finding in findings} == {f"activity:{story.closed}"}


def test_row_added_behind_the_signature_is_found(uow: UnitOfWork, story: Story) -> None:
    with uow.write(COMMAND) as tx:
        known = tx.session.exec(select(Attendance).where(col(Attendance.activity_id) == story.closed)).first()
        assert known is not None
        copy = Attendance(
            **known.model_dump(exclude={"id", "nonce", "person_id"}), nonce="late", person_id=story.house.people[2]
        )
        tx.add(copy)
    with uow.read(story.house.auditor) as tx:
        assert {finding.code for finding in verify_house(tx).findings} == {"row_added"}


def test_only_those_of_the_whole_house_read_history(story: Story, member: Browser, knock: Knock) -> None:
    squad = story.house.squad
    for browser in (
        *(member, knock(UserRole.leader, squad), knock(UserRole.organiser, squad), knock(UserRole.auditor, squad)),
    ):
        assert browser.get("/audit").status_code == 403
        assert browser.get("/audit/verify").status_code == 403


def test_house_without_any_closing_is_in_order(uow: UnitOfWork) -> None:
    with uow.read(COMMAND) as tx:
        found = verify_house(tx)
    assert (found.entries_count, found.closings_count, found.findings) == (0, 0, ())
