"""The mailbox in a folder: once for every Message-ID, and readable."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifications.addresses import Mailbox
from notifications.channels.base import Envelope, Pause, Retry, SendReason, Sent
from notifications.channels.maildir import MaildirChannel, find_mail, mail_name, read_mail, read_mailbox
from notifications.mime import Posting, compose
from notifications.render import render
from tests.channel.helpers import Before, envelope
from tests.unit.notifications.samples import SAMPLES, SENDER, STAMP, recipient


def send(folder: Path, *envelopes: Envelope):
    async def main():
        channel = MaildirChannel(folder)
        return [await channel.send(one, before_data=Before()) for one in envelopes]

    return asyncio.run(main())


def invitation(number: int = 1) -> Envelope:
    to = recipient("zh-CN")
    message = render(SAMPLES["call_up"], to, sender=SENDER, stamp=STAMP)
    message_id = f"<sample-{number}@muster.example>"
    posting = Posting(
        sender=SENDER, recipient=Mailbox(to.name, to.address), message_id=message_id, date=STAMP, delivery="d1"
    )
    return Envelope(message_id, SENDER.address, to.address, compose(message, posting))


def test_same_message_id_is_there_once(tmp_path: Path):
    outcomes = send(tmp_path / "box", envelope(1), envelope(1), envelope(2))
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert len(list((tmp_path / "box" / "new").iterdir())) == 2
    assert list((tmp_path / "box" / "tmp").iterdir()) == []


def test_message_that_a_mail_program_has_moved_is_not_written_again(tmp_path: Path):
    send(tmp_path, envelope(1))
    name = mail_name(envelope(1).message_id)
    (tmp_path / "new" / name).rename(tmp_path / "cur" / f"{name}:2,S")
    send(tmp_path, envelope(1))
    assert list((tmp_path / "new").iterdir()) == []
    assert find_mail(tmp_path, envelope(1).message_id) == tmp_path / "cur" / f"{name}:2,S"
    assert [mail.id for mail in read_mailbox(tmp_path)] == [name]


def test_message_never_sent_is_not_found(tmp_path: Path):
    assert find_mail(tmp_path, "<never@muster.example>") is None


def test_unwritable_folder_is_not_charged_and_loses_nothing(tmp_path: Path):
    (tmp_path / "box").write_text("not a folder")
    (outcome,) = send(tmp_path / "box", envelope(1))
    assert isinstance(outcome, Retry)
    assert (outcome.reason, outcome.is_charged, outcome.pause) == (SendReason.storage_failed, False, Pause.host)


def test_reader_takes_a_message_apart(tmp_path: Path):
    send(tmp_path, invitation())
    (mail,) = read_mailbox(tmp_path)
    message = render(SAMPLES["call_up"], recipient("zh-CN"), sender=SENDER, stamp=STAMP)
    assert mail.subject == "请您答复：2月27日周五下午2点，陈贵镇，主讲"
    assert mail.sender == "大冶市总工会（示例） <notice@example.org>"
    assert mail.recipient == "李样本 <li@example.org>"
    assert mail.date == datetime(2026, 2, 25, 1, 30, tzinfo=UTC)
    assert mail.message_id == "<sample-1@muster.example>"
    assert (mail.text, mail.html) == (message.text, message.html)
    assert message.ics is not None
    assert mail.ics == message.ics.replace("\r\n", "\n")
    assert read_mail(tmp_path, mail.id) == mail


def test_newest_first_and_no_more_than_asked_for(tmp_path: Path):
    for number in range(5):
        send(tmp_path, invitation(number))
    names = [mail_name(f"<sample-{number}@muster.example>") for number in (4, 3, 2)]
    assert [mail.id for mail in read_mailbox(tmp_path, 3)] == names


def test_mailbox_that_is_not_there_is_empty(tmp_path: Path):
    assert read_mailbox(tmp_path / "nowhere") == []
    assert read_mail(tmp_path / "nowhere", "0" * 32) is None


def test_id_cannot_leave_the_mailbox(tmp_path: Path):
    (tmp_path / "secret").write_text("Subject: x\n\n")
    (tmp_path / "box" / "new").mkdir(parents=True)
    for mail_id in ("../../secret", "..", "", "*", "a" * 31 + "/", "A" * 32):
        assert read_mail(tmp_path / "box", mail_id) is None


def test_fault_after_the_message_was_put_in_place_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    real = os.open

    def fail(path, flags, *rest):
        if path == tmp_path / "new":
            raise OSError(5, "disk fault")
        return real(path, flags, *rest)

    monkeypatch.setattr(os, "open", fail)
    (outcome,) = send(tmp_path, envelope(1))
    assert isinstance(outcome, Sent)
    assert len(read_mailbox(tmp_path)) == 1


def test_foreign_and_broken_files_do_not_stop_the_reader(tmp_path: Path):
    send(tmp_path, envelope(1))
    (tmp_path / "new" / "README").write_text("not ours")
    (tmp_path / "new" / ("0" * 32)).write_bytes(b"\xff\xfe\x00 no headers\nDate: nonsense\n\nbody")
    (tmp_path / "new" / ("1" * 32)).write_bytes(
        b"Date: nonsense\nSubject: =?none?b?5aSn?=\nContent-Type: text/plain; charset=none\n\n\xff"
    )
    mails = {mail.id: mail for mail in read_mailbox(tmp_path)}
    assert len(mails) == 3
    assert mails["1" * 32].subject == "=?none?b?5aSn?="
