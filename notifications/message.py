"""What is said, before it is packed for a channel."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """Words in one language; `ics` and `ics_method` are both None or both set.

    `subject` is one line. `text` ends with a line break; its line ends are LF. `ics` has CRLF.
    """

    subject: str
    text: str
    html: str
    ics: str | None = None
    ics_method: str | None = None
