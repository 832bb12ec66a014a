"""What every channel promises, and how a try can end.

Outcome
├── Sent        accepted; the other side answers for it now
├── Retry       certainly not accepted; may be tried again
├── Refused     certainly not accepted; trying the same again is pointless
└── Uncertain   the message may or may not have been accepted; only evidence can tell
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

BeforeData = Callable[[], Awaitable[bool]]


class SendReason(StrEnum):
    """Why a try did not end in `Sent`."""

    lease_lost = "lease_lost"  #: the caller may not send any more
    host_unreachable = "host_unreachable"  #: no connection, cut or silence before the message
    host_busy = "host_busy"  #: the server asks everybody to come later
    throttled = "throttled"  #: the provider finds us too quick
    tls_failed = "tls_failed"  #: no trusted encrypted connection
    sign_in_refused = "sign_in_refused"  #: the server does not take our name and password
    sender_refused = "sender_refused"  #: the server does not take mail from us, whoever it is for
    recipient_later = "recipient_later"  #: this mailbox for now not, e.g. greylisting
    message_later = "message_later"  #: this message for now not
    address_dead = "address_dead"  #: there is no such mailbox
    address_undeliverable = "address_undeliverable"  #: the address cannot be written in what the server speaks
    mailbox_refused = "mailbox_refused"  #: the mailbox takes nothing, e.g. it is full
    message_refused = "message_refused"  #: the server does not take this message
    cut_in_data = "cut_in_data"  #: the connection ended while the message was under way
    answer_unreadable = "answer_unreadable"  #: the service answered something that it never answers
    storage_failed = "storage_failed"  #: the local mailbox could not be written


class Pause(StrEnum):
    """What ought to rest after a failed try, so that one fault is not found a thousand times."""

    none = "none"
    host = "host"  #: everything that goes through this server
    sender = "sender"  #: everything that we send; somebody has to look at the settings


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message to one person; the same bytes and the same id at every attempt."""

    message_id: str
    sender: str
    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """Accepted; `reply` is what the other side said."""

    reply: str


@dataclass(frozen=True, slots=True)
class Retry:
    """Not accepted; `after` is the least wait, None leaves it to the caller's ladder.

    An attempt that is not charged says nothing about this message or this person
    and does not count towards giving up.
    """

    reason: SendReason
    after: timedelta | None
    is_charged: bool
    pause: Pause = Pause.none
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Not accepted, for good; with `is_address_dead` nothing more ought to go there."""

    reason: SendReason
    is_address_dead: bool
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Nobody can say from here whether it was accepted."""

    reason: SendReason
    reply: str = ""


Outcome = Sent | Retry | Refused | Uncertain

#: What a channel answers when `before_data` said no.
LEASE_LOST = Retry(SendReason.lease_lost, after=None, is_charged=False)


class Channel(Protocol):
    """A way to send."""

    async def send(self, envelope: Envelope, *, before_data: BeforeData) -> Outcome:
        """Send one message, or say why not; raises nothing but cancellation.

        `before_data` is awaited once, at the last point at which nothing can have been
        accepted. When it answers False the channel stops and returns `LEASE_LOST`.
        Without it having been awaited the outcome is never `Sent` or `Uncertain`.
        """
        ...

    async def close(self) -> None:
        """Give back what is held open; may be called more than once."""
        ...


@runtime_checkable
class Evidence(Protocol):
    """A channel that can tell afterwards what it accepted, and so settles an `Uncertain`.

    SMTP cannot; there the delivery stays uncertain until somebody looks.
    """

    async def was_accepted(self, message_id: str) -> bool:
        """Tell whether a message was accepted, by this process or another."""
        ...
