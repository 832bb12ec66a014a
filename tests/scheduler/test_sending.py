"""From the outbox to a server that fails: dead addresses, opt-outs, signatures, and leaving a sick server alone."""

import asyncio
import base64
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import dkim
import pytest
from sqlmodel import col, select

from models.enums import ChannelKind, DeliveryState, NotificationKind
from models.errors import Invalid, NotFound
from models.tables.addresses import DeadAddress
from models.tables.history import HistoryEntry
from models.tables.people import Person
from muster.clock import ManualClock
from notifications.channels.factory import BadMailUrl
from notifications.channels.memory import MemoryChannel
from notifications.channels.providers import CAREFUL, usual_rate
from notifications.dkim import BadDkimKey, load_signer
from scheduler.bootstrap import WorkerProcess
from scheduler.database_thread import DatabaseThread
from scheduler.deliver import Deliverer
from scheduler.letters import Letters
from services import dead_addresses, opt_outs, people
from services.access import COMMAND, WORKER, Actor
from services.unit_of_work import UnitOfWork
from tests.channel.fault_server import FaultServer
from tests.channel.helpers import channel_to
from tests.scheduler.builders import LEASE, Crowd, add_crowd, ask, drain, rows, states
from tests.service.builders import SmallHouse, small_house

GONE = "550 5.1.1 no such user"
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


@pytest.fixture
def crowd(uow: UnitOfWork, house: SmallHouse) -> Crowd:
    return add_crowd(uow, house, 5)


def send(
    uow: UnitOfWork, faults: Mapping[str, Sequence[str]], rounds: Sequence[timedelta] = ()
) -> tuple[FaultServer, list[int]]:
    """Drain once, and again after each wait, over one worker and one server; return how many rows each dealt with."""

    async def scene() -> tuple[FaultServer, list[int]]:
        steps, clock = DatabaseThread(uow), uow.clock
        assert isinstance(clock, ManualClock)
        async with FaultServer(faults) as server:
            channels = [channel_to(server.port)]
            deliverer = Deliverer(
                database=steps,
                clock=clock,
                worker_id="w",
                channels=channels,
                letters=Letters(uow.settings),
                lease=LEASE,
            )
            counts = [await deliverer.drain()]
            for wait in rounds:
                clock.advance(wait)
                counts.append(await deliverer.drain())
        steps.close()
        return server, counts

    return asyncio.run(scene())


def person_at(uow: UnitOfWork, address: str) -> Person:
    with uow.read(COMMAND) as tx:
        return tx.session.exec(select(Person).where(col(Person.email) == address)).one()


def test_a_refused_address_gets_nothing_more_until_somebody_puts_it_right(uow: UnitOfWork, crowd: Crowd) -> None:
    one = [crowd.assignment_ids[0]]
    ask(uow, crowd, assignment_ids=one)
    assert send(uow, {"RCPT": [GONE]})[0].accepted == []
    assert (rows(uow)[0].state, rows(uow)[0].reason) == (DeliveryState.refused, "address_dead")
    with uow.read(WORKER) as tx:
        (dead,) = tx.session.exec(select(DeadAddress)).all()
    assert (dead.address, dead.reply, dead.delivery_id) == ("p0@example.org", GONE, rows(uow)[0].id)
    ask(uow, crowd)
    server, _ = send(uow, {})
    assert len(server.accepted) == 4
    assert (rows(uow)[1].state, rows(uow)[1].reason) == (DeliveryState.obsolete, "address_dead")
    person = person_at(uow, "p0@example.org")
    with uow.write(COMMAND) as tx:
        assert people.try_mail_anew(tx, person.id)
        assert not people.try_mail_anew(tx, person.id)
    ask(uow, crowd, assignment_ids=one)
    assert len(send(uow, {})[0].accepted) == 1
    with uow.read(WORKER) as tx:
        told = select(HistoryEntry.event).where(col(HistoryEntry.event).startswith("person.address"))
        told = told.order_by(col(HistoryEntry.seq))
        assert list(tx.session.exec(told).all()) == ["person.address_failed", "person.address_cleared"]


@on_sqlite
def test_writing_an_address_down_again_is_believed(uow: UnitOfWork, crowd: Crowd) -> None:
    person = person_at(uow, "p1@example.org")
    with uow.write(WORKER) as tx:
        for address in ("P1@example.org", "new@example.org"):
            assert dead_addresses.mark(tx, ChannelKind.mail, address, GONE)
            assert not dead_addresses.mark(tx, ChannelKind.mail, address, "again")
    with uow.write(COMMAND) as tx:
        people.change(tx, person.id, {"email": "new@example.org"})
        assert not dead_addresses.is_dead(tx, ChannelKind.mail, "new@example.org")
        assert not dead_addresses.is_dead(tx, ChannelKind.mail, "p1@example.org")


def test_a_kind_that_is_switched_off_is_not_sent_and_the_ledger_says_why(uow: UnitOfWork, crowd: Crowd) -> None:
    first, second = person_at(uow, "p0@example.org"), person_at(uow, "p1@example.org")
    ask(uow, crowd, assignment_ids=crowd.assignment_ids[1:2])  # asked for before it is switched off
    for person in (first, second):
        with uow.write(Actor(kind="link", person_id=person.id)) as tx:
            opt_outs.switch_off(tx, person.id, NotificationKind.reminder)
            opt_outs.switch_off(tx, person.id, NotificationKind.reminder)
            with pytest.raises(Invalid):
                opt_outs.switch_off(tx, person.id, NotificationKind.cancelled)
            with pytest.raises(NotFound):
                opt_outs.switch_off(tx, second.id if person is first else first.id, NotificationKind.reminder)
    ask(uow, crowd, assignment_ids=crowd.assignment_ids[:1])
    ask(uow, crowd, NotificationKind.changed, assignment_ids=crowd.assignment_ids[:1])
    channel = MemoryChannel()
    drain(uow, channel)
    assert [(row.state, row.reason) for row in rows(uow)] == [
        (DeliveryState.obsolete, "opted_out"),
        (DeliveryState.obsolete, "opted_out"),
        (DeliveryState.sent, ""),
    ]
    assert [one.recipient for one in channel.sent] == ["p0@example.org"]
    with uow.write(Actor(kind="link", person_id=first.id)) as tx:
        opt_outs.switch_on(tx, first.id, NotificationKind.reminder)
        assert not opt_outs.is_off(tx, first.id, NotificationKind.reminder)


@on_sqlite
def test_a_sick_server_is_left_alone_longer_and_longer_and_tried_with_one_message(
    uow: UnitOfWork, crowd: Crowd
) -> None:
    ask(uow, crowd)
    down = "421 4.3.2 shutting down"
    waits = [timedelta(seconds=61), timedelta(seconds=61), timedelta(seconds=61), timedelta(minutes=5)]
    server, counts = send(uow, {"CONNECT": [down, down, down]}, waits)
    # One fault; one more after a minute; a rest of two minutes; one more; a rest of four, then all of them.
    assert counts[:4] == [1, 1, 0, 1]
    assert states(uow) == {DeliveryState.sent: 5}
    assert len(server.accepted) == 5


@on_sqlite
def test_too_quick_with_a_final_code_is_tried_again(uow: UnitOfWork, crowd: Crowd) -> None:
    ask(uow, crowd, assignment_ids=crowd.assignment_ids[:1])
    _, counts = send(uow, {"MAIL": ["550 Domain frequency limited"]}, [timedelta(minutes=5), timedelta(minutes=10)])
    assert counts == [1, 0, 1]
    assert rows(uow)[0].state is DeliveryState.sent
    assert rows(uow)[0].attempts_count == 1, "what is nobody's fault is not charged"


@on_sqlite
def test_signed_mail_verifies_and_a_repeat_is_the_same_to_the_byte(
    uow: UnitOfWork, crowd: Crowd, key_file: Path
) -> None:
    ask(uow, crowd, assignment_ids=crowd.assignment_ids[:1])
    uow.settings = uow.settings.model_copy(update={"dkim_key_file": key_file, "dkim_selector": "m1"})
    server, _ = send(uow, {"DATA": ["451 4.3.0 later"]}, [timedelta(minutes=10)])
    (content,) = server.accepted
    public = subprocess.run(
        ["openssl", "rsa", "-in", str(key_file), "-pubout", "-outform", "DER"], capture_output=True, check=True
    ).stdout
    asked: list[bytes] = []

    def txt(name: bytes, timeout: int = 5) -> bytes:
        asked.append(name)
        return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)

    assert dkim.verify(content, dnsfunc=txt)
    assert asked == [b"m1._domainkey.example.org."]
    assert not dkim.verify(content.replace(b"Subject:", b"Subject: x"), dnsfunc=txt)
    assert not dkim.verify(b"Subject: another\r\n" + content, dnsfunc=txt), "nobody can add a second one"
    head = message_from_bytes(content, policy=policy.default)
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert str(head["List-Unsubscribe"]).startswith("<http://127.0.0.1:8000/u/")
    with uow.read(WORKER) as tx:
        kept = tx.session.connection().exec_driver_sql("SELECT content FROM delivery_contents").scalar_one()
    assert kept == content


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl program to make a key")
    path = tmp_path / "dkim.pem"
    subprocess.run(["openssl", "genrsa", "-out", str(path), "1024"], capture_output=True, check=True)
    return path


def test_a_key_that_cannot_sign_is_refused_and_never_shown(tmp_path: Path, key_file: Path) -> None:
    wrong, short = tmp_path / "wrong.pem", tmp_path / "short.pem"
    wrong.write_text("-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----\n")
    subprocess.run(["openssl", "genrsa", "-out", str(short), "512"], capture_output=True, check=True)
    for path, selector, said in (
        (wrong, "m1", "no private RSA key"),
        (short, "m1", "512 bits"),
        (tmp_path / "none.pem", "m1", "No such file"),
        (key_file, "", "SELECTOR"),
        (key_file, "m1\r\nX: y", "SELECTOR"),
        (None, "m1", "KEY_FILE"),
    ):
        with pytest.raises(BadDkimKey, match=said):
            load_signer(path, selector, "notice@example.org")
    assert load_signer(None, "", "notice@example.org") is None
    assert repr(load_signer(key_file, "m1", "notice@Example.org")) == "DkimSigner(m1._domainkey.example.org)"


@on_sqlite
def test_a_worker_does_not_start_with_a_key_or_a_mailbox_that_cannot_be_used(uow: UnitOfWork) -> None:
    for changes, fault, said in (
        ({"dkim_key_file": Path("/nowhere/dkim.pem"), "dkim_selector": "m1"}, BadDkimKey, "/nowhere/dkim.pem"),
        ({"inbox_url": "imap://notice:hidden@imap.example.org/INBOX"}, BadMailUrl, "unencrypted"),
    ):
        worker = WorkerProcess(uow.settings.model_copy(update=changes))
        with pytest.raises(fault, match=said) as refused:
            asyncio.run(worker.run(asyncio.Event()))
        assert "hidden" not in str(refused.value)


def test_providers_that_shut_out_whoever_is_quick_are_spared() -> None:
    assert usual_rate("smtps://a:b@smtp.exmail.qq.com") == usual_rate("smtp://a:b@SMTP.163.com:25") == CAREFUL
    assert usual_rate("smtp://127.0.0.1:2525") is usual_rate("smtps://smtp.notqq.com.example.org") is None
    assert usual_rate("maildir:///var/qq.com") is None
