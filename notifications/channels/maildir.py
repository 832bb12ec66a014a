"""A mailbox in a folder (maildir), used until a mail server is set, and its reader.

The file's name comes from the Message-ID, so the same message written twice is there once:
this channel is its own evidence of what was accepted.
"""

import asyncio
import hashlib
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from notifications.channels.base import LEASE_LOST, BeforeData, Envelope, Outcome, Pause, Retry, SendReason, Sent

NAME_LENGTH = 32
_NAME = re.compile(rf"[0-9a-f]{{{NAME_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A message as it lies in the mailbox; missing parts are empty."""

    id: str
    message_id: str
    #: As the message says, in UTC; None where it does not say.
    date: datetime | None
    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    ics: str


class MaildirChannel:
    """Delivers into a maildir; safe for several processes at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, envelope: Envelope, *, before_data: BeforeData) -> Outcome:
        """Write the message, durably, unless it is there already."""
        if not await before_data():
            return LEASE_LOST
        try:
            is_new = await asyncio.to_thread(_store, self._folder, envelope)
        except OSError as error:
            if find_mail(self._folder, envelope.message_id) is not None:
                return Sent("kept")
            reply = error.strerror or type(error).__name__
            return Retry(SendReason.storage_failed, after=None, is_charged=False, pause=Pause.host, reply=reply)
        return Sent("kept" if is_new else "kept before")

    async def was_accepted(self, message_id: str) -> bool:
        """Look the message up in the folder."""
        return await asyncio.to_thread(find_mail, self._folder, message_id) is not None

    async def close(self) -> None:
        """Do nothing; no file stays open."""


def mail_name(message_id: str) -> str:
    """Return the name under which a message lies in the mailbox."""
    return hashlib.sha256(message_id.encode()).hexdigest()[:NAME_LENGTH]


def find_mail(folder: Path, message_id: str) -> Path | None:
    """Return the file of a message, None where it was never accepted."""
    return _find(folder, mail_name(message_id))


def read_mailbox(folder: Path, limit: int = 50) -> list[StoredMail]:
    """Return the newest messages, newest first; an absent mailbox is an empty one."""
    files = [path for part in ("new", "cur") if (folder / part).is_dir() for path in (folder / part).iterdir()]
    ours = [(path.stat().st_mtime_ns, path) for path in files if _NAME.match(path.name)]
    return [_read(path) for _, path in sorted(ours, reverse=True)[:limit]]


def read_mail(folder: Path, mail_id: str) -> StoredMail | None:
    """Return one message by the id that `read_mailbox` gave, None where there is none."""
    path = _find(folder, mail_id) if _NAME.fullmatch(mail_id) else None
    return None if path is None else _read(path)


def _store(folder: Path, envelope: Envelope) -> bool:
    for part in ("tmp", "new", "cur"):
        (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    name = mail_name(envelope.message_id)
    if _find(folder, name) is not None:
        return False
    draft = folder / "tmp" / f"{name}.{os.getpid()}"
    try:
        with draft.open("wb") as file:
            file.write(envelope.content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / "new" / name)
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(folder / "new")
    return True


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _find(folder: Path, name: str) -> Path | None:
    fresh = folder / "new" / name
    if fresh.exists():
        return fresh
    # A mail program that opens the folder moves what was seen to cur/ and adds flags to the name.
    return next((folder / "cur").glob(f"{name}*"), None)


def _read(path: Path) -> StoredMail:
    with path.open("rb") as file:
        message = BytesParser(policy=policy.default).parse(file)
    date = message["Date"]
    return StoredMail(
        id=path.name[:NAME_LENGTH],
        message_id=str(message.get("Message-ID", "")),
        date=None if date is None or date.datetime is None else date.datetime.astimezone(UTC),
        sender=_words(message, "From"),
        recipient=_words(message, "To"),
        subject=_words(message, "Subject"),
        text=_part(message, "text/plain"),
        html=_part(message, "text/html"),
        ics=_part(message, "text/calendar"),
    )


def _words(message: EmailMessage, name: str) -> str:
    """Return a header decoded; the modern parser of Python 3.11 would put spaces between the words of a long name."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    try:
        return str(make_header(decode_header(raw)))
    except (HeaderParseError, LookupError, UnicodeError):
        return raw


def _part(message: EmailMessage, content_type: str) -> str:
    for part in message.walk():
        if part.get_content_type() == content_type:
            payload = part.get_payload(decode=True)
            text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
            return text.replace("\r\n", "\n")
    return ""
