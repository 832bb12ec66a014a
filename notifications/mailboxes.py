"""Reads letters out of a mailbox: a maildir folder, or a server that speaks IMAP (RFC 9051). Nothing is ever deleted.

maildir:///var/returned                a folder, relative (four slashes: absolute)
imaps://user:pw@host/INBOX             encrypted from the first byte, port 993
imap://user:pw@127.0.0.1:1143/INBOX    plain, on this machine only

All calls wait for the disk or the network: make them in a thread of their own.
"""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from notifications.channels.factory import BadMailUrl, is_loopback, mailbox_folder
from notifications.letters import LARGEST

IMAPS_PORT, IMAP_PORT = 993, 143
PATIENCE_SECONDS = 30
DEFAULT_FOLDER = "INBOX"
#: What `imaplib` raises where the server fails, cuts or talks nonsense.
FAULTS = (OSError, imaplib.IMAP4.error, ValueError, IndexError, TypeError)


class MailboxFault(Exception):
    """The mailbox cannot be read now; the text says why, without the password."""


class Mailbox(Protocol):
    """Where letters come back to."""

    def unread(self, limit: int) -> Iterator[tuple[str, bytes]]:
        """Yield up to so many unread letters, the oldest first, each with its name; reading flags nothing.

        Raises:
            MailboxFault: it cannot be read.
        """
        ...

    def flag(self, name: str) -> None:
        """Flag a letter as read, so that it is not yielded again; repetition changes nothing.

        Raises:
            MailboxFault: it cannot be written.
        """
        ...

    def close(self) -> None:
        """Give back what is held open; may be called more than once, and raises nothing."""
        ...


def open_mailbox(url: str, *, tls_context: ssl.SSLContext | None = None) -> Mailbox:
    """Return the mailbox of a URL; nothing is connected before the first letter is asked for.

    Raises:
        BadMailUrl: the URL cannot be used, or would send a password unprotected.
    """
    parts = urlsplit(url)
    if parts.scheme == "maildir":
        return MaildirMailbox(mailbox_folder(url))
    if parts.scheme not in {"imap", "imaps"}:
        message = f"letters cannot be read from {parts.scheme}:// URLs; use imaps or maildir"
        raise BadMailUrl(message)
    return ImapMailbox(parts, tls_context)


class MaildirMailbox:
    """A folder to which another program delivers; what is read moves from `new` to `cur`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def unread(self, limit: int) -> Iterator[tuple[str, bytes]]:
        """Yield what lies in `new`; a larger letter than is opened is yielded cut off."""
        try:
            names = sorted(path.name for path in (self._folder / "new").iterdir() if not path.name.startswith("."))
            for name in names[:limit]:
                with (self._folder / "new" / name).open("rb") as file:
                    yield name, file.read(LARGEST + 1)
        except OSError as error:
            message = f"{self._folder}: {error.strerror}"
            raise MailboxFault(message) from error

    def flag(self, name: str) -> None:
        """Move a letter to `cur`."""
        try:
            (self._folder / "cur").mkdir(exist_ok=True)
            with suppress(FileNotFoundError):
                (self._folder / "new" / name).rename(self._folder / "cur" / f"{name.partition(':2,')[0]}:2,S")
        except OSError as error:
            message = f"{self._folder}: {error.strerror}"
            raise MailboxFault(message) from error

    def close(self) -> None:
        """Hold nothing open."""


class ImapMailbox:
    """A folder on an IMAP server; what is read is flagged as seen."""

    def __init__(self, parts: SplitResult, tls_context: ssl.SSLContext | None) -> None:
        host, is_tls = parts.hostname or "", parts.scheme == "imaps"
        try:
            port = parts.port
        except ValueError as error:
            message = "the port of the mailbox is not a port"
            raise BadMailUrl(message) from error
        if not host or not parts.username:
            message = "a mailbox is written imaps://user:password@host/INBOX"
            raise BadMailUrl(message)
        if not is_tls and not is_loopback(host):
            message = "passwords must not travel unencrypted: imap:// is for servers on this machine only; use imaps://"
            raise BadMailUrl(message)
        self._host, self._port = host, port or (IMAPS_PORT if is_tls else IMAP_PORT)
        self._username, self._password = unquote(parts.username), unquote(parts.password or "")
        self._folder = unquote(parts.path.strip("/")) or DEFAULT_FOLDER
        if any(not char.isprintable() for char in self._username + self._password + self._folder):
            message = "the mailbox's URL holds a control character"
            raise BadMailUrl(message)
        self._context = (tls_context or ssl.create_default_context()) if is_tls else None
        self._client: imaplib.IMAP4 | None = None

    def unread(self, limit: int) -> Iterator[tuple[str, bytes]]:
        """Yield letters without the flag `Seen`; of a large one no more is fetched than is opened."""
        for uid in self._unseen()[:limit]:
            yield uid, self._fetch(uid)

    def flag(self, name: str) -> None:
        """Flag a letter as seen."""
        try:
            _fine(self._open().uid("STORE", name, "+FLAGS.SILENT", r"(\Seen)"))
        except FAULTS as error:
            raise self._fault(error) from error

    def close(self) -> None:
        """Log out."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(*FAULTS):
                client.logout()

    def _unseen(self) -> list[str]:
        try:
            found = _fine(self._open().uid("SEARCH", "UNSEEN"))
            return [str(number) for number in sorted(int(word) for word in (found[0] or b"").split())]
        except FAULTS as error:
            raise self._fault(error) from error

    def _fetch(self, uid: str) -> bytes:
        try:
            found = _fine(self._open().uid("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST + 1}>)"))
            return next((bytes(part[1]) for part in found if isinstance(part, tuple)), b"")
        except FAULTS as error:
            raise self._fault(error) from error

    def _open(self) -> imaplib.IMAP4:
        if self._client is None:
            client: imaplib.IMAP4
            if self._context is not None:
                client = imaplib.IMAP4_SSL(self._host, self._port, ssl_context=self._context, timeout=PATIENCE_SECONDS)
            else:
                client = imaplib.IMAP4(self._host, self._port, timeout=PATIENCE_SECONDS)
            self._client = client
            client.login(self._username, self._password)
            _fine(client.select(_quoted(self._folder)))
        return self._client

    def _fault(self, error: Exception) -> MailboxFault:
        client, self._client = self._client, None
        if client is not None:
            with suppress(*FAULTS):
                client.shutdown()
        said = " ".join(str(error).split()).replace(self._password or "\0", "********")
        return MailboxFault(f"{self._host}:{self._port}: {said or type(error).__name__}")


def _fine(answer: tuple[str, list[Any]]) -> list[Any]:
    status, found = answer
    if status != "OK":
        message = f"the server said {status} {found[:1]}"
        raise imaplib.IMAP4.error(message)
    return found


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
