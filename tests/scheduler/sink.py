"""A slow mail server in threads of this process; its receipts are on disk before it says 250.

What stands in the receipts was accepted, whatever the client lived to hear.
"""

import json
import os
import socketserver
import threading
import time
from contextlib import suppress
from email import message_from_bytes, policy
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class _Conversation(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        with suppress(ConnectionError):  # a killed client; what was written down stays
            self._talk()

    def _talk(self) -> None:
        self._say("220 sink")
        recipient = ""
        while line := self.rfile.readline():
            verb = line.split(maxsplit=1)[0].upper() if line.strip() else b""
            if verb == b"RCPT":
                recipient = line.decode().partition("<")[2].partition(">")[0]
                self._say("250 ok")
            elif verb == b"DATA":
                self._say("354 go on")
                content = b""
                while (line := self.rfile.readline()) not in {b".\r\n", b""}:
                    content += line
                if not line:
                    return
                self.server.sink.keep(recipient, content)
                self._say("250 kept")
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    sink: "Sink"


class Sink:
    """Takes `seconds` for each message, and keeps a receipt of it."""

    def __init__(self, folder: Path, *, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self._path = folder / "receipts.jsonl"
        self._lock = threading.Lock()
        self._file = self._path.open("a", encoding="utf-8")
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.sink = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        """What `MUSTER_SMTP_URL` is set to."""
        return f"smtp://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._file.close()

    def keep(self, recipient: str, content: bytes) -> None:
        """Write a receipt to the disk."""
        message_id = message_from_bytes(content, policy=policy.default)["Message-ID"]
        receipt = {"recipient": recipient, "message_id": message_id, "sha256": sha256(content).hexdigest()}
        time.sleep(self.seconds)
        with self._lock:
            self._file.write(json.dumps(receipt) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def receipts(self) -> list[dict[str, Any]]:
        """Return what was accepted, in order."""
        return [json.loads(line) for line in self._path.read_text(encoding="utf-8").splitlines()]

    def wait_for(self, count: int, *, seconds: float = 30) -> None:
        """Wait until so many messages were accepted."""
        for _ in range(int(seconds / 0.02)):
            if len(self.receipts()) >= count:
                return
            time.sleep(0.02)
        message = f"only {len(self.receipts())} of {count} messages came"
        raise AssertionError(message)
