"""Letters that came back, fetched every minute: bounces and answers from calendars, each taken once.

A letter is flagged as read after what it says is committed, so a crash in between has it read again, and known
again by its Message-ID. A letter that nothing can be made of is written down as such and never stops the next.
"""

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

import structlog

from models.enums import AnswerWord, InboxKind
from models.errors import DomainError, Unavailable
from notifications.channels.smtp_replies import enhanced_code, is_dead_mailbox
from notifications.letters import Bounce, CalendarReply, FailedAddress, Letter, Partstat, read_letter
from notifications.mailboxes import Mailbox, MailboxFault
from scheduler.database_thread import DatabaseThread
from services import inbox
from services.inbox import Invited, Reply, Returned

log = structlog.get_logger(__name__)

#: Letters of one round; the rest waits for the next.
BATCH = 100
#: What an index can hold; a longer name, or none, is replaced by the letter's digest.
LONGEST_ID = 250
UNREADABLE = "unreadable"
WORDS = {Partstat.accepted: AnswerWord.yes, Partstat.declined: AnswerWord.no, Partstat.tentative: None}

R = TypeVar("R")


class InboxReader:
    """Reads one mailbox in a thread of its own, since its calls wait for the network."""

    def __init__(self, mailbox: Mailbox, database: DatabaseThread) -> None:
        self._mailbox = mailbox
        self._database = database
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="inbox")

    async def read(self) -> int:
        """Take the unread letters, the oldest first; return how many. A mailbox that cannot be read is logged."""
        count = 0
        try:
            letters = await self._call(lambda: iter(self._mailbox.unread(BATCH)))
            while found := await self._call(lambda: list(islice(letters, 1))):
                name, raw = found[0]
                result = await self._take(raw)
                await self._call(lambda name=name: self._mailbox.flag(name))  # type: ignore[misc]
                log.info("letter.read", result=result)
                count += 1
        except MailboxFault as error:
            log.warning("inbox.unreadable", reason=str(error))
        finally:
            await self._call(self._mailbox.close)
        return count

    def close(self) -> None:
        """Wait for the call that is running; take no more."""
        self._pool.shutdown(wait=True)

    async def _call(self, function: Callable[[], R]) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._pool, function)

    async def _take(self, raw: bytes) -> str:
        """Do what a letter says; return what was done.

        Raises:
            Unavailable: the database is busy; the letter stays unread.
        """
        letter = await self._call(lambda: read_letter(raw))
        name = _name(letter, raw)
        try:
            match letter:
                case Bounce():
                    return await self._database.write(lambda tx: inbox.returned(tx, _returned(name, letter)))
                case CalendarReply():
                    return await self._take_reply(_reply(name, letter))
            return await self._database.write(lambda tx: inbox.note(tx, name, InboxKind.other))
        except Unavailable:
            raise
        except Exception:
            log.exception("letter.fault")
            return await self._database.write(lambda tx: inbox.note(tx, name, InboxKind.other, UNREADABLE))

    async def _take_reply(self, reply: Reply) -> str:
        found = await self._database.read(lambda tx: inbox.invited(tx, reply))
        if not isinstance(found, Invited):
            return await self._note(reply, found)
        try:
            return await self._database.write(
                lambda tx: inbox.answered(tx, reply, found.assignment_id), actor=found.actor
            )
        except Unavailable:
            raise
        except DomainError as error:
            return await self._note(reply, error.reasons[0].code if error.reasons else error.code)

    async def _note(self, reply: Reply, result: str) -> str:
        return await self._database.write(lambda tx: inbox.note(tx, reply.message_id, InboxKind.calendar_reply, result))


def _name(letter: Letter, raw: bytes) -> str:
    """Return what a letter is known by."""
    given = letter.message_id
    return given if given and len(given) <= LONGEST_ID else f"sha256:{hashlib.sha256(raw).hexdigest()}"


def _returned(name: str, letter: Bounce) -> Returned:
    """Return what a bounce says; one message goes to one address, so the first final fault is that message's."""
    fault = next((one for one in letter.failed if one.is_final), letter.failed[0])
    return Returned(
        message_id=name,
        token=letter.delivery,
        about_id=letter.about_id,
        is_final=fault.is_final,
        is_address_dead=fault.is_final and _is_dead(fault),
        reply=fault.diagnostic or fault.status,
    )


def _is_dead(fault: FailedAddress) -> bool:
    """Tell whether a final fault is the mailbox's own; a bounce that gives no status is taken at its word."""
    status = enhanced_code(fault.status)
    return status is None or status[1:] == (0, 0) or is_dead_mailbox(status)


def _reply(name: str, letter: CalendarReply) -> Reply:
    return Reply(
        message_id=name,
        uid=letter.uid,
        address=letter.address,
        sender=letter.sender,
        word=WORDS[letter.partstat],
        stamped_at=letter.stamped_at,
        comment=letter.comment,
    )
