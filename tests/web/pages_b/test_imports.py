"""Rosters: a file is looked at, taken over whole or not at all, and taken back."""

import io
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from openpyxl import Workbook
from sqlmodel import col, select

from models.errors import Unavailable
from models.tables.imports import ImportBatch
from models.tables.people import Person
from muster.clock import ManualClock
from muster.settings import Settings
from services.access import COMMAND
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.web.browser import Browser
from tests.web.pages_a.stories import Story
from web.pages.kept_uploads import LIFE, KeptUploads

GOOD = "姓名,队伍,电话,备注\n郑示例,铜都分队,13800002001,甲\n钱样张,金湖分队,,乙\n"
BAD = "姓名,队伍,电话\n郑示例,没有的队,13800002001\n,铜都分队,12\n"
EVIL = "<script>alert(1)</script>"


def upload(browser: Browser, content: str | bytes, *, kind: str = "people", name: str = "名册.csv") -> Response:
    """Send a file from the form."""
    sent = {"kind": kind, "csrf_token": browser.csrf_token}
    body = content if isinstance(content, bytes) else content.encode()
    headers = {"sec-fetch-site": "same-origin"}
    return browser.client.post("/imports", data=sent, files={"file": (name, body)}, headers=headers)


def looked_at(browser: Browser, content: str | bytes, **given: Any) -> Response:
    """Send a file and follow to what it would do."""
    sent = upload(browser, content, **given)
    assert sent.status_code == 303, sent.text
    return browser.get(sent.headers["location"])


def hidden(page: Response, name: str) -> str:
    return page.text.partition(f'name="{name}" value="')[2].partition('"')[0]


def take(browser: Browser, page: Response) -> Response:
    return browser.post("/imports/apply", {name: hidden(page, name) for name in ("file", "kind", "name")})


def names(uow: UnitOfWork) -> set[str]:
    with uow.read(COMMAND) as tx:
        return set(tx.session.exec(select(Person.name)).all())


def test_file_is_looked_at_taken_over_and_taken_back(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    page = looked_at(organiser, GOOD)
    assert "会写入2行" in page.text
    assert "郑示例" in page.text
    assert "郑示例" not in names(uow)
    done = take(organiser, page)
    assert done.status_code == 303, done.text
    assert {"郑示例", "钱样张"} <= names(uow)
    batch = organiser.get(done.headers["location"])
    assert "名册.csv已导入" in batch.text
    assert "undo" in batch.text
    assert "名册.csv" in organiser.get("/imports").text
    assert organiser.post(f"{done.headers['location']}/undo").status_code == 303
    assert not {"郑示例", "钱样张"} & names(uow)
    assert "已撤回" in organiser.get(done.headers["location"]).text


def test_workbook_is_read_too(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("名称", "级别", "上级"), ("焊工小队", "小队", "铜都分队")):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    page = looked_at(organiser, content.getvalue(), kind="teams", name="队伍.xlsx")
    assert "会写入1行" in page.text
    assert take(organiser, page).status_code == 303
    assert "焊工小队" in organiser.get("/teams").text


def test_bad_rows_are_all_named_and_nothing_can_be_taken(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    page = looked_at(organiser, BAD)
    assert "先要改好3处" in page.text
    for shown in ("第2行", "第3行", "没有的队", "姓名", "电话"):
        assert shown in page.text
    assert "/imports/apply" not in page.text
    before = names(uow)
    refused = organiser.post("/imports/apply", {"file": page.url.params["file"], "kind": "people", "name": "名册.csv"})
    assert refused.status_code == 422
    assert names(uow) == before


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "empty.csv"), (b"\x00\x01\x02\xff", "x.csv"), (b"PK\x03\x04broken", "x.xlsx"), (b"a,b\n1,2\n", "no.csv")],
)
def test_file_that_cannot_be_read_is_told_at_the_form(
    content: bytes, name: str, story: Story, organiser: Browser
) -> None:
    refused = upload(organiser, content, name=name)
    assert refused.status_code == 422
    assert 'id="f-file-error"' in refused.text
    assert 'value="people" checked' in refused.text


def test_form_without_file_or_kind_names_both(story: Story, organiser: Browser) -> None:
    refused = organiser.post("/imports", {"kind": ""})
    assert refused.status_code == 422
    assert 'href="#f-kind"' in refused.text
    assert 'href="#f-file"' in refused.text


def test_file_that_is_gone_is_asked_for_again(
    story: Story, organiser: Browser, clock: ManualClock, settings: Settings
) -> None:
    page = looked_at(organiser, GOOD)
    clock.advance(LIFE + timedelta(minutes=1))
    for answer in (organiser.get(str(page.url)), take(organiser, page)):
        assert answer.status_code == 410
        assert "请重新选一次" in answer.text
    assert organiser.get("/imports/preview?file=../../etc/passwd&kind=people").status_code == 410


def test_roster_used_since_cannot_be_taken_back(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    done = take(organiser, looked_at(organiser, GOOD))
    with uow.write(COMMAND) as tx:
        row = tx.session.exec(select(Person).where(col(Person.name) == "郑示例")).one()
        tx.touch(row)
    refused = organiser.post(f"{done.headers['location']}/undo")
    assert refused.status_code == 409
    assert 'class="errors"' in refused.text
    with uow.read(COMMAND) as tx:
        assert tx.session.exec(select(ImportBatch.undone_at)).one() is None


def test_cells_and_file_names_are_escaped(story: Story, organiser: Browser) -> None:
    page = looked_at(organiser, f"名称,类别\n{EVIL},企业\n", kind="orgs", name=f"{EVIL}.csv")
    assert page.status_code == 200
    assert EVIL not in page.text
    assert EVIL not in organiser.get("/imports").text


def test_only_managers_come_here(story: Story, member: Browser, auditor: Browser) -> None:
    for browser in (member, auditor):
        assert browser.get("/imports").status_code == 403
        assert upload(browser, GOOD).status_code == 403
        assert browser.post("/imports/apply", {"file": "0" * 64, "kind": "people"}).status_code == 403
        assert browser.get("/imports/preview?file=x&kind=people").status_code == 403
        assert browser.post("/imports/1/undo").status_code == 403


def test_kept_files_are_found_by_their_hash_until_they_are_old(tmp_path: Path) -> None:
    kept = KeptUploads(tmp_path)
    key = kept.keep(b"roster", NOW)
    assert kept.open(key, NOW) == b"roster"
    assert kept.open(key, NOW + LIFE) is None
    assert kept.open(key.upper(), NOW) is None
    (tmp_path / "uploads" / key).write_bytes(b"exchanged")
    os.utime(tmp_path / "uploads" / key, (NOW.timestamp(), NOW.timestamp()))
    assert kept.open(key, NOW) is None
    other = kept.keep(b"another", NOW + LIFE)
    assert [path.name for path in (tmp_path / "uploads").iterdir()] == [other]  # the old one was swept
    kept.forget(other)
    kept.forget("../x")
    assert kept.open(other, NOW + LIFE) is None


def test_disk_that_refuses_is_told(tmp_path: Path) -> None:
    (tmp_path / "uploads").write_text("a file where the folder should be")
    with pytest.raises(Unavailable):
        KeptUploads(tmp_path).keep(b"x", NOW)
