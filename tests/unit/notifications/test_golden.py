"""Every kind in every language, word for word; `make golden` writes the files anew, then read the diff."""

import os
from pathlib import Path

import pytest

from muster.catalogue import LOCALES
from notifications.addresses import Mailbox
from notifications.message import Message
from notifications.mime import Posting, compose
from notifications.render import render
from tests.unit.notifications.samples import SAMPLES, SENDER, STAMP, recipient

GOLDEN = Path(__file__).with_name("golden")
IS_WRITING = os.environ.get("MUSTER_GOLDEN") == "write"
CASES = [(name, locale) for name in SAMPLES for locale in sorted(LOCALES)]


def check(path: Path, content: bytes) -> None:
    if IS_WRITING:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    assert path.is_file(), f"{path.name} is missing; run `make golden`"
    assert content.decode() == path.read_bytes().decode()


def rendered(name: str, locale: str) -> Message:
    return render(SAMPLES[name], recipient(locale), sender=SENDER, stamp=STAMP)


@pytest.mark.parametrize(("name", "locale"), CASES)
def test_subject_and_text(name, locale):
    message = rendered(name, locale)
    check(GOLDEN / f"{name}.{locale}.txt", f"{message.subject}\n\n{message.text}".encode())


@pytest.mark.parametrize(("name", "locale"), [case for case in CASES if "-" not in case[0] or case[0].endswith("-no")])
def test_html(name, locale):
    check(GOLDEN / f"{name}.{locale}.html", rendered(name, locale).html.encode())


@pytest.mark.parametrize(("name", "locale"), [("call_up", "zh-CN"), ("reminder", "en"), ("cancelled", "zh-CN")])
def test_calendar_part(name, locale):
    ics = rendered(name, locale).ics
    assert ics is not None
    check(GOLDEN / f"{name}.{locale}.ics", ics.encode())


def test_bytes_on_the_wire():
    to = recipient("zh-CN")
    posting = Posting(
        sender=SENDER,
        recipient=Mailbox(to.name, to.address),
        message_id="<d-17@muster.example>",
        date=STAMP,
        delivery="d-17",
        unsubscribe_url="https://muster.example/a/sample/stop",
    )
    check(GOLDEN / "call_up.zh-CN.eml", compose(rendered("call_up", "zh-CN"), posting))


def test_no_golden_file_is_left_over():
    expected = {f"{name}.{locale}" for name, locale in CASES}
    assert {path.name.rpartition(".")[0] for path in GOLDEN.iterdir()} == expected
