"""The page that says what happens when the mail server fails, made of the tables that the tests go through.

`python -m tests.channel.outage_page` writes it.
"""

from pathlib import Path

from notifications.channels.base import Outcome, Pause, Refused, Retry, SendReason
from tests.channel import test_smtp_connection, test_smtp_tls
from tests.channel import test_smtp_faults as faults
from tests.channel.fault_server import ACCEPT_AND_CUT, ACCEPT_AND_SILENCE, CONNECT, CUT, DOT, HANG_UP, SILENCE
from tests.packaging.tree import REPOSITORY

PAGE = REPOSITORY / "docs" / "reference" / "mail-outages.md"
STEPS = {
    CONNECT: "connecting",
    "EHLO": "`EHLO`",
    "STARTTLS": "`STARTTLS`",
    "AUTH": "`AUTH`",
    "MAIL": "`MAIL FROM`",
    "RCPT": "`RCPT TO`",
}
STEPS |= {"DATA": "`DATA`", DOT: "after the final dot", "QUIT": "`QUIT`"}
FAULTS = {CUT: "*connection reset*", HANG_UP: "*connection closed*", SILENCE: "*no answer*"}
NOT_OFFERED = "not offered"
FAULTS |= {NOT_OFFERED: "*does not offer it*"}
FAULTS |= {ACCEPT_AND_CUT: "*kept, then reset*", ACCEPT_AND_SILENCE: "*kept, then no answer*"}
REST = {
    Pause.host: "not sent, not charged; the server rests, then one message is tried",
    Pause.sender: "not sent, not charged; all sending rests for 15 minutes, somebody must look at the settings",
}
LATER = "not sent; tried again after 5, 10, 20, 40 minutes, then each hour, until it has lost its point"
DEAD = "not sent, for good; the address is marked dead, nothing more goes there"
FOR_GOOD = "not sent, for good; the address stays good"
UNSURE = "perhaps sent; the same bytes once more after a minute, with the same Message-ID, then marked uncertain"
DONE = "sent; the message had been accepted before"
HEAD = """# When the mail server fails

What becomes of a message, by the step at which the server fails and by what it says. The rows are those that the tests (`tests/channel/test_smtp_faults.py` and its
neighbours) go through with a server that fails on a real socket; `python -m tests.channel.outage_page` writes them. Encryption is not optional: a server that does not offer `STARTTLS`, or shows a certificate that is not
trusted, is treated like one that cannot be reached (`tls_failed`), and no name, password or message is sent (`tests/channel/test_smtp_tls.py`).

- **Charged** tries count towards the waits of the ladder; what is the server's fault is not charged to a message.
- A server that **rests** is left alone for 1, 2, 4, 8, then 15 minutes, longer where it was too quick for it (10 minutes) or says so; then one message is tried, and the others follow when it comes through.
- A bounce that comes back later is read from the mailbox of `MUSTER_INBOX_URL`: a final 5.1.x or 5.2.1 marks the address dead as a refusal does; any other final fault is noted at the message only.
- A dead address is shown on the person's page with the server's words. It is cleared by "try again" there, by `POST /api/v1/people/{person_id}/try-mail`, or by writing down another address.
- Accounts at QQ, NetEase and Alibaba send one message in three seconds over one connection unless `MUSTER_MAIL_RATE` says otherwise; these providers publish no limits and shut out who is quicker.

| Step | The server | Reason | What happens |
|---|---|---|---|
"""


def page() -> str:
    """Return the whole page."""
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for row in _rows())


def _rows() -> list[tuple[str, str, str, str]]:
    rows = [(step, fault, reason, REST[pause]) for step, fault, (_, reason, pause) in faults.NOT_CHARGED]
    rows += [(step, fault, outcome.reason, _said(outcome)) for step, fault, outcome in faults.ABOUT_IT]
    rows += [(step, fault, SendReason.cut_in_data, UNSURE) for step, fault, _ in faults.UNCERTAIN]
    rows += [
        ("STARTTLS", answers[0] if answers else NOT_OFFERED, reason, REST[Pause.host])
        for _, answers, reason in test_smtp_tls.NOT_ENCRYPTED
    ]
    shown = sorted(rows, key=lambda row: list(STEPS).index(row[0]))
    told = [(STEPS[step], FAULTS.get(fault, f"`{fault}`"), f"`{reason}`", said) for step, fault, reason, said in shown]
    return [
        *told,
        *((STEPS["QUIT"], FAULTS.get(fault, f"`{fault}`"), "", DONE) for fault in test_smtp_connection.AT_QUIT),
    ]


def _said(outcome: Outcome) -> str:
    if isinstance(outcome, Retry):
        return LATER
    return DEAD if isinstance(outcome, Refused) and outcome.is_address_dead else FOR_GOOD


def write(path: Path = PAGE) -> None:
    """Write the page."""
    path.write_text(page(), "utf-8")


if __name__ == "__main__":
    write()
