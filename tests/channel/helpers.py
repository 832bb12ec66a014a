"""What the tests of all channels share."""

from datetime import timedelta

from notifications.channels.base import Envelope
from notifications.channels.smtp import SmtpChannel, SmtpLimits, SmtpServer

SHORT, LONG = timedelta(seconds=0.5), timedelta(seconds=10)
#: Nothing here is waited for in vain, however busy the machine.
PATIENT = SmtpLimits(command_timeout=LONG, data_timeout=LONG)
#: For a server that falls silent before the message, or in it.
QUICK_COMMANDS = SmtpLimits(command_timeout=SHORT, data_timeout=LONG)
QUICK_DATA = SmtpLimits(command_timeout=LONG, data_timeout=SHORT)


def envelope(number: int = 1, *, body: bytes = b"hello\r\n", recipient: str = "li@example.org") -> Envelope:
    """Return a small message; the same number gives the same message."""
    message_id = f"<mail-{number}@muster.example>"
    content = (
        b"From: notice@example.org\r\nTo: li@example.org\r\nSubject: sample\r\n"
        b"Date: Wed, 25 Feb 2026 01:30:00 +0000\r\nMessage-ID: " + message_id.encode() + b"\r\n\r\n" + body
    )
    return Envelope(message_id, "notice@example.org", recipient, content)


def channel_to(port: int, limits: SmtpLimits = PATIENT, *, username: str = "") -> SmtpChannel:
    """Return an SMTP channel to a server on this machine."""
    server = SmtpServer(host="127.0.0.1", port=port, username=username, password="secret" if username else "")
    return SmtpChannel(server, limits)


class Before:
    """A `before_data` that counts how often it was asked."""

    def __init__(self, answer: bool = True) -> None:
        self.answer = answer
        self.count = 0

    async def __call__(self) -> bool:
        self.count += 1
        return self.answer
