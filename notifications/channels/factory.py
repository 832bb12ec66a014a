"""Builds the channel that a URL names.

maildir:///var/mailbox                          a folder, relative like in SQLite's URLs (four slashes: absolute)
smtp://user:pw@host:587?starttls=required       encrypted after STARTTLS; required is also the default
smtps://user:pw@host                            encrypted from the first byte, port 465
smtp://127.0.0.1:2525                           plain, on this machine only
log://                                          a line in the log
"""

import ipaddress
import ssl
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from notifications.channels.base import Channel
from notifications.channels.log import LogChannel
from notifications.channels.maildir import MaildirChannel
from notifications.channels.smtp import SmtpChannel, SmtpLimits, SmtpServer

SUBMISSION_PORT, SUBMISSIONS_PORT, RELAY_PORT = 587, 465, 25


class BadMailUrl(ValueError):
    """The URL names no channel, or one that would send mail unprotected; the text says why, without the password."""


def open_channel(
    url: str,
    *,
    helo_name: str = "localhost",
    tls_context: ssl.SSLContext | None = None,
    limits: SmtpLimits | None = None,
) -> Channel:
    """Return the channel of a URL; nothing is connected before the first message.

    Raises:
        BadMailUrl: the URL cannot be used.
    """
    parts = urlsplit(url)
    if parts.scheme == "maildir":
        return MaildirChannel(mailbox_folder(url))
    if parts.scheme == "log":
        return LogChannel()
    return SmtpChannel(smtp_server(url, helo_name=helo_name, tls_context=tls_context), limits)


def mailbox_folder(url: str) -> Path:
    """Return the folder of a `maildir:` URL.

    Raises:
        BadMailUrl: it is another kind of URL, or names no folder.
    """
    parts = urlsplit(url)
    if parts.scheme != "maildir" or parts.netloc or len(parts.path) <= 1:
        message = "a mailbox is written maildir:///folder (relative) or maildir:////folder (absolute)"
        raise BadMailUrl(message)
    return Path(unquote(parts.path[1:]))


def smtp_server(url: str, *, helo_name: str = "localhost", tls_context: ssl.SSLContext | None = None) -> SmtpServer:
    """Return what an `smtp:` or `smtps:` URL says.

    Raises:
        BadMailUrl: malformed, or plain text to another machine was asked for.
    """
    parts = urlsplit(url)
    host, port = _host(parts)
    is_tls = parts.scheme == "smtps"
    is_starttls = _starttls(parts, host)
    default_port = SUBMISSIONS_PORT if is_tls else SUBMISSION_PORT if is_starttls else RELAY_PORT
    return SmtpServer(
        host=host,
        port=port or default_port,
        is_tls=is_tls,
        is_starttls=is_starttls,
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        helo_name=helo_name,
        tls_context=tls_context,
    )


def _host(parts: SplitResult) -> tuple[str, int | None]:
    if parts.scheme not in {"smtp", "smtps"}:
        message = f"mail cannot go to {parts.scheme}:// URLs; use smtp, smtps, maildir or log"
        raise BadMailUrl(message)
    try:
        port = parts.port
    except ValueError as error:
        message = "the port of the mail server is not a port"
        raise BadMailUrl(message) from error
    if not parts.hostname or parts.path not in {"", "/"}:
        message = "a mail server is written smtp://host:port"
        raise BadMailUrl(message)
    return parts.hostname, port


def _starttls(parts: SplitResult, host: str) -> bool:
    options = parse_qs(parts.query, keep_blank_values=True)
    asked = options.pop("starttls", ["off" if parts.scheme == "smtps" or is_loopback(host) else "required"])[-1]
    if options:
        message = f"unknown option in the mail server's URL: {', '.join(sorted(options))}"
        raise BadMailUrl(message)
    if asked not in {"required", "off"}:
        message = "starttls is required or off"
        raise BadMailUrl(message)
    if parts.scheme == "smtps" and asked == "required":
        message = "smtps is encrypted already; starttls belongs to smtp"
        raise BadMailUrl(message)
    if parts.scheme == "smtp" and asked == "off" and not is_loopback(host):
        message = "names and addresses must not travel unencrypted: starttls=off is for servers on this machine only"
        raise BadMailUrl(message)
    return asked == "required"


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine by its very name; nothing is looked up."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
