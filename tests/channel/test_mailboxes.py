"""Mailboxes by their URL: which may be read, and what a fault says."""

import pytest

from notifications.channels.factory import BadMailUrl
from notifications.mailboxes import ImapMailbox, MailboxFault, MaildirMailbox, open_mailbox
from tests.channel.imap_server import ImapServer


def test_a_wrong_password_is_told_without_the_password() -> None:
    with ImapServer([]) as server:
        url = server.url.replace(":secret@", ":hush-hush@")
        with pytest.raises(MailboxFault, match="AUTHENTICATIONFAILED") as fault:
            list(open_mailbox(url).unread(1))
        assert "hush-hush" not in str(fault.value)


def test_the_url_says_which_mailbox() -> None:
    assert isinstance(open_mailbox("maildir:///var/returned"), MaildirMailbox)
    assert isinstance(open_mailbox("imaps://notice%40example.org:pw@imap.example.org"), ImapMailbox)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("imap://notice:pw@imap.example.org/INBOX", "unencrypted"),
        ("imaps://imap.example.org/INBOX", "user:password"),
        ("imaps://notice:pw@imap.example.org:x/INBOX", "port"),
        ("imaps://notice:p%0D%0Aw@imap.example.org/INBOX", "control"),
        ("pop3://notice:pw@pop.example.org", "pop3"),
        ("maildir://", "maildir:///folder"),
    ],
)
def test_a_url_that_is_unsafe_or_wrong_is_refused(url: str, said: str) -> None:
    with pytest.raises(BadMailUrl, match=said) as refused:
        open_mailbox(url)
    assert "pw" not in str(refused.value)


def test_a_folder_that_is_not_there_is_a_fault() -> None:
    with pytest.raises(MailboxFault, match="No such file"):
        list(open_mailbox("maildir:////nowhere/at/all").unread(1))
