"""What a mail server's answer means for one message (reliability.md D5); pure."""

import re
from datetime import timedelta
from enum import StrEnum

from notifications.channels.base import Pause, Refused, Retry, SendReason
from notifications.facts import one_line

#: Least waits that spare a server or a provider that said no to everybody.
HOST_REST = timedelta(minutes=1)
THROTTLE_REST = timedelta(minutes=10)
SENDER_REST = timedelta(minutes=15)

#: Characters of an answer that are worth keeping.
MAX_REPLY = 500

#: First digits.
TEMPORARY, PERMANENT = 4, 5
CLOSING = 421
BAD_SEQUENCE = 503
SIGN_IN_CODES = frozenset({530, 534, 535, 538})
TEMPORARY_SIGN_IN = 454
MAILBOX_CODES = frozenset({550, 551, 553})

#: Words by which providers say "too quick", with temporary and permanent codes alike: QQ and Alibaba "frequency
#: limited", "too frequently"; NetEase by a code of its own. "Too many hops" is about the message, not about us.
_TOO_QUICK = re.compile(
    r"frequen|rate limit|too many (?!hops|received)|\bMI:(?:SFQ|DMC|CCL|CEL)|\bRP:(?:DRC|RCL|TRC|CEL)", re.IGNORECASE
)
_ENHANCED = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})(?!\d)")


def is_temporary(code: int) -> bool:
    """Tell whether a code says "not now"."""
    return code // 100 == TEMPORARY


def is_permanent(code: int) -> bool:
    """Tell whether a code says "not at all"."""
    return code // 100 == PERMANENT


class Step(StrEnum):
    """Where in the conversation the answer came."""

    connect = "connect"
    hello = "hello"
    sign_in = "sign_in"
    sender = "sender"
    recipient = "recipient"
    data = "data"


def enhanced_code(text: str) -> tuple[int, int, int] | None:
    """Return the enhanced status code (RFC 3463) that an answer starts with."""
    match = _ENHANCED.match(text)
    if match is None:
        return None
    kind, subject, detail = (int(group) for group in match.groups())
    return (kind, subject, detail)


def say(code: int, text: str) -> str:
    """Return an answer as one short line that any database and page can hold.

    Servers answer in their own encoding, and nothing stops them from sending control characters.
    """
    readable = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return one_line(f"{code} {readable}")[:MAX_REPLY]


def classify(step: Step, code: int, text: str) -> Retry | Refused:
    """Return what follows from a refusal.

    Anything that is not about this person or this message is never charged to them and
    pauses the server or the sender instead.
    """
    reply = say(code, text)
    fault_of_all = _fault_of_all(step, code, text, reply)
    if fault_of_all is not None:
        return fault_of_all
    if is_temporary(code):
        reason = SendReason.message_later if step is Step.data else SendReason.recipient_later
        return Retry(reason, after=None, is_charged=True, reply=reply)
    if _is_dead(step, code, enhanced_code(text)):
        return Refused(SendReason.address_dead, is_address_dead=True, reply=reply)
    reason = SendReason.message_refused if step is Step.data else SendReason.mailbox_refused
    return Refused(reason, is_address_dead=False, reply=reply)


def host_fault(reason: SendReason, reply: str, after: timedelta = HOST_REST) -> Retry:
    """Return the outcome for a server that cannot be used now."""
    return Retry(reason, after=after, is_charged=False, pause=Pause.host, reply=reply)


def sender_fault(reason: SendReason, reply: str) -> Retry:
    """Return the outcome for a server that will not have us; somebody must look at it."""
    return Retry(reason, after=SENDER_REST, is_charged=False, pause=Pause.sender, reply=reply)


def _fault_of_all(step: Step, code: int, text: str, reply: str) -> Retry | None:
    """Return the outcome where the answer would be the same for every person, else None."""
    if _TOO_QUICK.search(text):
        return host_fault(SendReason.throttled, reply, after=THROTTLE_REST)
    if code in {CLOSING, TEMPORARY_SIGN_IN}:
        return host_fault(SendReason.host_busy, reply)
    if code in SIGN_IN_CODES or (step is Step.sign_in and is_permanent(code)):
        return sender_fault(SendReason.sign_in_refused, reply)
    if is_permanent(code) and (step is Step.sender or _blames_sender(enhanced_code(text))):
        return sender_fault(SendReason.sender_refused, reply)
    is_refusal = is_temporary(code) or is_permanent(code)
    if step not in {Step.recipient, Step.data} or not is_refusal or code == BAD_SEQUENCE:
        reason = SendReason.host_busy if is_temporary(code) else SendReason.host_unreachable
        return host_fault(reason, reply)
    return None


def _blames_sender(enhanced: tuple[int, int, int] | None) -> bool:
    """Tell whether a permanent answer is about policy (5.7.x) or about the sender's address (5.1.7, 5.1.8)."""
    return enhanced is not None and (enhanced[:2] == (5, 7) or enhanced in {(5, 1, 7), (5, 1, 8)})


def is_dead_mailbox(enhanced: tuple[int, int, int]) -> bool:
    """Tell whether a status says that there is no such mailbox, or that it is closed; not where it blames the sender."""
    return (enhanced[:2] == (5, 1) or enhanced == (5, 2, 1)) and not _blames_sender(enhanced)


def _is_dead(step: Step, code: int, enhanced: tuple[int, int, int] | None) -> bool:
    if enhanced is None:
        return step is Step.recipient and code in MAILBOX_CODES
    return is_dead_mailbox(enhanced)
