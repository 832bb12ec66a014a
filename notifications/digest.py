"""What a daily digest carries: who said yes, activity by activity, or what could wait for one letter."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from models.enums import ActivityKind, NotificationKind
from notifications.facts import Facts, Payload, one_line


@dataclass(frozen=True, kw_only=True)
class DigestLine(Facts):
    """One activity with those who said yes since the last digest."""

    title: str
    kind: ActivityKind
    starts_at: datetime
    #: IANA key of the zone whose wall clock the mail speaks.
    zone: str
    #: Their names in a row.
    names: tuple[str, ...]
    #: How many duties of the activity still have nobody who said yes.
    open_duty_count: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "names", tuple(one_line(name) for name in self.names))


@dataclass(frozen=True, kw_only=True)
class DigestNote(Facts):
    """A message that could wait; plain text, its line breaks kept."""

    long_texts: ClassVar[frozenset[str]] = frozenset({"body"})

    headline: str
    body: str
    #: Who wrote it; empty where the login is gone.
    sender_name: str = ""


@dataclass(frozen=True, kw_only=True)
class Digest(Payload):
    """The organiser learns once a day who said yes; anybody who wants that reads what can wait in one letter.

    With `notes` it is such a letter, and the other parts are empty.
    """

    kind = NotificationKind.digest
    lines: tuple[DigestLine, ...] = ()
    notes: tuple[DigestNote, ...] = ()
    people_count: int = 0
    page_url: str
    organisation_name: str = ""
