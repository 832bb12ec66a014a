"""Letters that come back: what they say is done once, and only where it is believed."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from models.enums import AnswerVia, AssignmentRole, AssignmentState, ChannelKind, DeliveryState, InboxKind
from models.tables.activities import Activity
from models.tables.assignments import Answer, Assignment
from models.tables.inbox import InboxLetter
from muster.clock import ManualClock
from notifications.channels.memory import MemoryChannel
from notifications.mailboxes import Mailbox, open_mailbox
from scheduler.database_thread import DatabaseThread
from scheduler.inbox import InboxReader
from services import activities, assignments, dead_addresses
from services.access import WORKER
from services.unit_of_work import UnitOfWork
from tests.channel.imap_server import ImapServer
from tests.scheduler.builders import attempts, drain, rows
from tests.service.builders import START, SmallHouse, add_lecture, small_house

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

BOUNCE = """Message-ID: <bounce-{number}@mx.example>
From: MAILER-DAEMON@mx.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no such user

--B
Content-Type: text/rfc822-headers

Message-ID: <{token}@127.0.0.1>
X-Muster-Delivery: {token}

--B--
"""
REPLY = """Message-ID: <reply-{number}@phone.example>
From: Li <{sender}>
MIME-Version: 1.0
Content-Type: text/calendar; charset=utf-8; method=REPLY

BEGIN:VCALENDAR
PRODID:-//Example//Phone//EN
VERSION:2.0
METHOD:REPLY
BEGIN:VEVENT
UID:{uid}
DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}
ATTENDEE;PARTSTAT={word}:mailto:{address}
COMMENT:临时有事
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


@pytest.fixture
def assignment_id(uow: UnitOfWork, house: SmallHouse) -> int:
    """A released lecture to which Li is asked; the call-up has gone out."""
    activity_id = add_lecture(uow, house)
    with uow.write(house.organiser) as tx:
        found = assignments.offer(
            tx, activity_id=activity_id, person_id=house.people[0], role=AssignmentRole.model_demo
        )
        activities.release(tx, activity_id)
    drain(uow, MemoryChannel())
    return found


def bounce(
    token: str, number: int = 1, *, address: str = "li@example.org", action: str = "failed", status: str = "5.1.1"
) -> bytes:
    return BOUNCE.format(token=token, number=number, address=address, action=action, status=status).encode()


def reply(uow: UnitOfWork, word: str, stamp: datetime, number: int = 1, **changes: str) -> bytes:
    with uow.read(WORKER) as tx:
        uid = tx.session.exec(select(Activity.uid)).first()
    given = {"uid": uid, "address": "li@example.org", "sender": "Li@example.org"} | changes
    return REPLY.format(word=word, stamp=stamp, number=number, **given).encode()


def read(uow: UnitOfWork, mailbox: Mailbox) -> int:
    async def run() -> int:
        steps = DatabaseThread(uow)
        reader = InboxReader(mailbox, steps)
        try:
            return await reader.read()
        finally:
            reader.close()
            steps.close()

    return asyncio.run(run())


def read_folder(uow: UnitOfWork, folder: Path, *letters: bytes) -> int:
    (folder / "new").mkdir(parents=True, exist_ok=True)
    for number, letter in enumerate(letters):
        (folder / "new" / f"{number}.letter").write_bytes(letter)
    return read(uow, open_mailbox(f"maildir:///{folder}"))


def results(uow: UnitOfWork) -> list[tuple[InboxKind, str]]:
    with uow.read(WORKER) as tx:
        return [(row.kind, row.result) for row in tx.session.exec(select(InboxLetter).order_by(col(InboxLetter.id)))]


def answers(uow: UnitOfWork, assignment_id: int) -> tuple[AssignmentState, list[AnswerVia]]:
    with uow.read(WORKER) as tx:
        row = tx.get(Assignment, assignment_id, noun="assignment", for_update=False)
        found = tx.session.exec(select(Answer.via).where(col(Answer.assignment_id) == assignment_id)).all()
        return row.state, list(found)


def is_dead(uow: UnitOfWork, address: str) -> bool:
    with uow.read(WORKER) as tx:
        return dead_addresses.is_dead(tx, ChannelKind.mail, address)


def test_a_bounce_is_taken_once_and_nothing_more_goes_to_a_dead_address(
    uow: UnitOfWork, house: SmallHouse, assignment_id: int, tmp_path: Path
) -> None:
    (delivery,) = rows(uow)
    assert delivery.state is DeliveryState.sent
    letter = bounce(delivery.token)
    assert read_folder(uow, tmp_path / "in", letter, letter) == 2
    assert results(uow) == [(InboxKind.bounce, "address_dead")]
    assert is_dead(uow, "LI@example.org")
    (delivery,) = rows(uow)
    assert (delivery.state, delivery.reason) == (DeliveryState.refused, "address_dead")
    assert delivery.reply == "550 5.1.1 no such user"
    assert [(one.worker, one.reason) for one in attempts(uow, delivery.id)][1:] == [("inbox", "address_dead")]
    assert sorted(path.name for path in (tmp_path / "in" / "cur").iterdir()) == ["0.letter:2,S", "1.letter:2,S"]
    assert not list((tmp_path / "in" / "new").iterdir())
    with uow.write(house.organiser) as tx:
        activities.cancel(
            tx, delivery.id and tx.get(Assignment, assignment_id, noun="assignment").activity_id, reason="台风"
        )
    channel = MemoryChannel()
    drain(uow, channel)
    assert channel.sent == []


def test_a_bounce_that_blames_something_else_leaves_the_address_alone(
    uow: UnitOfWork, assignment_id: int, tmp_path: Path
) -> None:
    token = rows(uow)[0].token
    read_folder(uow, tmp_path, bounce(token, 1, action="delayed", status="4.4.1"))
    assert rows(uow)[0].state is DeliveryState.sent
    read_folder(
        uow, tmp_path, *(bounce(token, 2 + n, status=what) for n, what in enumerate(("5.7.1", "5.2.2", "5.1.8")))
    )
    assert [result for _, result in results(uow)] == ["delayed", "bounced", "bounced", "bounced"]
    assert not is_dead(uow, "li@example.org")
    assert (rows(uow)[0].state, rows(uow)[0].reason) == (DeliveryState.refused, "bounced")


def test_a_bounce_that_nobody_could_have_got_kills_no_address(
    uow: UnitOfWork, assignment_id: int, tmp_path: Path
) -> None:
    (delivery,) = rows(uow)
    forged = bounce("guessed")
    foreign = bounce(delivery.token, 2, address="zhao@example.org")
    read_folder(uow, tmp_path, forged, foreign)
    assert results(uow) == [(InboxKind.bounce, "unknown_delivery"), (InboxKind.bounce, "address_dead")]
    assert not is_dead(uow, "zhao@example.org")
    assert is_dead(uow, "li@example.org"), "our own delivery says whose address it was"


def test_an_answer_from_a_calendar_counts_and_the_newest_stamp_wins(
    uow: UnitOfWork, clock: ManualClock, assignment_id: int, tmp_path: Path
) -> None:
    sent_at = clock.now()
    yes, no = (
        reply(uow, "ACCEPTED", sent_at + timedelta(minutes=1)),
        reply(uow, "DECLINED", sent_at + timedelta(minutes=3), 2),
    )
    clock.set(sent_at + timedelta(minutes=10))
    read_folder(uow, tmp_path, yes)
    assert answers(uow, assignment_id) == (AssignmentState.accepted, [AnswerVia.calendar])
    late = reply(uow, "ACCEPTED", sent_at + timedelta(minutes=2), 3)
    read_folder(uow, tmp_path, no, late)
    assert answers(uow, assignment_id) == (AssignmentState.declined, [AnswerVia.calendar, AnswerVia.calendar])
    assert [result for _, result in results(uow)] == ["answered", "answered", "outdated"]
    with uow.read(WORKER) as tx:
        assert tx.session.exec(select(Answer.reason).order_by(col(Answer.id).desc())).first() == "临时有事"


def test_an_answer_given_elsewhere_since_then_stands(
    uow: UnitOfWork, clock: ManualClock, house: SmallHouse, assignment_id: int, tmp_path: Path
) -> None:
    letter = reply(uow, "ACCEPTED", clock.now())
    clock.set(clock.now() + timedelta(minutes=5))
    with uow.write(house.member) as tx:
        assignments.decline(tx, assignment_id, via=AnswerVia.page)
    read_folder(uow, tmp_path, letter)
    assert answers(uow, assignment_id) == (AssignmentState.declined, [AnswerVia.page])
    future = reply(uow, "ACCEPTED", clock.now() + timedelta(days=900), 2)
    read_folder(uow, tmp_path, future)
    clock.set(clock.now() + timedelta(minutes=5))
    read_folder(uow, tmp_path, reply(uow, "DECLINED", clock.now(), 3))
    assert answers(uow, assignment_id)[0] is AssignmentState.declined, "a stamp of the future shuts nobody out"


def test_what_is_not_believed_or_refused_is_noted_and_changes_nothing(
    uow: UnitOfWork, clock: ManualClock, assignment_id: int, tmp_path: Path
) -> None:
    now = clock.now()
    letters = [
        reply(uow, "ACCEPTED", now, 1, sender="wang@example.org"),
        reply(uow, "ACCEPTED", now, 2, address="wang@example.org", sender="wang@example.org"),
        reply(uow, "ACCEPTED", now, 3, uid="another@calendar"),
        reply(uow, "TENTATIVE", now, 4),
        b"\xff\xfe no letter at all \0",
        b"Content-Type: message/rfc822\n\n" * 200,
        reply(uow, "ACCEPTED", now, 5, sender="x@example.org, li@example.org"),
    ]
    assert read_folder(uow, tmp_path, *letters) == len(letters)
    assert results(uow) == [
        (InboxKind.calendar_reply, "not_their_address"),
        (InboxKind.calendar_reply, "not_their_address"),
        (InboxKind.calendar_reply, "unknown_activity"),
        (InboxKind.other, "tentative"),
        (InboxKind.other, ""),
        (InboxKind.other, ""),
        (InboxKind.calendar_reply, "not_their_address"),
    ]
    assert answers(uow, assignment_id) == (AssignmentState.offered, [])
    clock.set(START + timedelta(days=1))
    read_folder(uow, tmp_path, reply(uow, "ACCEPTED", clock.now(), 9))
    assert results(uow)[-1] == (InboxKind.calendar_reply, "activity_over")
    assert answers(uow, assignment_id) == (AssignmentState.offered, [])


def test_letters_are_read_over_imap_flagged_and_never_deleted(
    uow: UnitOfWork, clock: ManualClock, assignment_id: int
) -> None:
    with ImapServer([reply(uow, "ACCEPTED", clock.now()), b"Subject: hello\r\n\r\n" + b"x" * 5000]) as server:
        mailbox = open_mailbox(server.url)
        assert read(uow, mailbox) == 2
        assert server.seen == {11, 12}
        assert set(server.flags) == {r"+FLAGS.SILENT (\Seen)"}
        assert read(uow, mailbox) == 0
        assert server.verbs.count("FETCH") == 2
        assert not {"EXPUNGE", "DELETE", "MOVE"} & set(server.verbs)
    assert answers(uow, assignment_id) == (AssignmentState.accepted, [AnswerVia.calendar])


def test_a_mail_server_that_cuts_loses_no_letter(uow: UnitOfWork, clock: ManualClock, assignment_id: int) -> None:
    with ImapServer([reply(uow, "ACCEPTED", clock.now())]) as server:
        for verb in ("LOGIN", "SELECT", "SEARCH", "FETCH", "STORE"):
            server.cut_at = {verb}
            assert read(uow, open_mailbox(server.url)) == 0, verb
            assert server.seen == set()
        server.cut_at = set()
        assert read(uow, open_mailbox(server.url)) == 1
    assert answers(uow, assignment_id) == (AssignmentState.accepted, [AnswerVia.calendar])
