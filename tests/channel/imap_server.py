"""A small IMAP server in threads: log in, select, search, fetch, store; it fails where it is told to."""

import socketserver
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self


class _Conversation(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        with suppress(ConnectionError, ValueError):
            self._say(b"* OK IMAP4rev1 ready")
            while line := self.rfile.readline():
                tag, verb, *rest = line.split(maxsplit=2)
                if not self._answer(tag, verb.upper(), rest[0] if rest else b""):
                    return

    def _answer(self, tag: bytes, verb: bytes, rest: bytes) -> bool:
        imap = self.server.imap
        name = verb if verb != b"UID" else rest.split(maxsplit=1)[0].upper()
        imap.verbs.append(name.decode())
        if name.decode() in imap.cut_at:
            return False
        if verb == b"CAPABILITY":
            self._say(b"* CAPABILITY IMAP4rev1")
        elif verb == b"LOGIN" and rest.split() != [imap.username.encode(), f'"{imap.password}"'.encode()]:
            self._say(tag + b" NO [AUTHENTICATIONFAILED] wrong password")
            return True
        elif verb == b"SELECT":
            self._say(b"* %d EXISTS" % len(imap.letters))
        elif name == b"SEARCH":
            unseen = [str(uid).encode() for uid in imap.letters if uid not in imap.seen]
            self._say(b"* SEARCH " + b" ".join(reversed(unseen)))
        elif name == b"FETCH":
            uid = int(rest.split()[1])
            letter = imap.letters[uid]
            self._say(b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n" % (uid, len(letter)) + letter + b")")
        elif name == b"STORE":
            imap.seen.add(int(rest.split()[1]))
            imap.flags.append(rest.split(maxsplit=2)[2].decode().strip())
        self._say(tag + b" OK done")
        return verb != b"LOGOUT"

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    imap: "ImapServer"


class ImapServer:
    """Holds letters by UID; what a client flagged is in `seen`."""

    def __init__(self, letters: list[bytes], *, password: str = "secret") -> None:
        self.letters = dict(enumerate(letters, start=11))
        self.username, self.password = "notice", password
        self.seen: set[int] = set()
        self.flags: list[str] = []
        self.verbs: list[str] = []
        self.cut_at: set[str] = set()

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.imap = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it listens, with the password."""
        return f"imap://{self.username}:{self.password}@127.0.0.1:{self._server.server_address[1]}/INBOX"
