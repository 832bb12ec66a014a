"""Which channel a URL names, and which URLs are refused."""

from pathlib import Path

import pytest

from notifications.channels.factory import BadMailUrl, mailbox_folder, open_channel, smtp_server
from notifications.channels.log import LogChannel
from notifications.channels.maildir import MaildirChannel
from notifications.channels.smtp import SmtpChannel


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("maildir:///var/mailbox", MaildirChannel),
        ("log://", LogChannel),
        ("smtp://127.0.0.1:2525", SmtpChannel),
        ("smtps://user:pw@mail.example", SmtpChannel),
    ],
)
def test_url_names_its_channel(url, kind):
    assert isinstance(open_channel(url), kind)


def test_mailbox_folder_is_relative_with_three_slashes_and_absolute_with_four():
    assert mailbox_folder("maildir:///var/mailbox") == Path("var/mailbox")
    assert mailbox_folder("maildir:////srv/mail%20box") == Path("/srv/mail box")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://127.0.0.1:2525", (2525, False, False)),
        ("smtp://127.0.0.1", (25, False, False)),
        ("smtp://localhost?starttls=off", (25, False, False)),
        ("smtp://[::1]:2525", (2525, False, False)),
        ("smtp://127.0.0.1:2525?starttls=required", (2525, False, True)),
        ("smtp://mail.example", (587, False, True)),
        ("smtp://mail.example:25?starttls=required", (25, False, True)),
        ("smtps://mail.example", (465, True, False)),
        ("smtps://mail.example:994", (994, True, False)),
    ],
)
def test_encryption_is_required_except_on_this_machine(url, expected):
    server = smtp_server(url)
    assert (server.port, server.is_tls, server.is_starttls) == expected


def test_name_and_password_are_unquoted_and_helo_name_is_kept():
    server = smtp_server("smtps://us%40er:p%3A%2Fw@mail.example", helo_name="muster.example")
    assert (server.username, server.password, server.helo_name) == ("us@er", "p:/w", "muster.example")


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example",
        "",
        "smtp://",
        "smtp://mail.example:nonsense",
        "smtp://mail.example:99999",
        "smtp://mail.example/path",
        "smtp://mail.example?starttls=off",
        "smtp://mail.example?starttls=",
        "smtp://mail.example?starttls=maybe",
        "smtp://10.0.0.1?starttls=off",
        "smtp://mail.example?verify=off",
        "smtps://mail.example?starttls=required",
        "maildir://",
        "maildir:///",
        "maildir://host/box",
    ],
)
def test_unusable_url_is_refused_without_showing_its_password(url):
    secret = url.replace("://mail", "://user:hunter2@mail")
    with pytest.raises(BadMailUrl) as caught:
        open_channel(secret)
    assert "hunter2" not in str(caught.value)
