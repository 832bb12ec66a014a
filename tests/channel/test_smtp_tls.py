"""Encryption is required and trusted, or nothing is said: no password and no mail in clear text."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from notifications.channels.base import Outcome, Pause, Retry, SendReason, Sent
from notifications.channels.factory import open_channel
from tests.channel.fault_server import CUT, HANG_UP, FaultServer
from tests.channel.helpers import PATIENT, Before, envelope


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl program to make a certificate")
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    request = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1"
    files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{path}.key", "-out", f"{path}.crt"]
    subprocess.run([*request.split(), *files], check=True, capture_output=True)
    path.write_bytes(Path(f"{path}.key").read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


class Receiver:
    def __init__(self) -> None:
        self.accepted: list[bytes] = []
        self.logins: list[tuple[bytes, bytes]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name that aiosmtpd calls
        assert isinstance(envelope.original_content, bytes)
        self.accepted.append(envelope.original_content)
        return "250 2.0.0 kept"

    def login(self, server: SMTP, session: Session, sent: Envelope, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=True)


@asynccontextmanager
async def serving(certificate: Path, *, is_tls: bool) -> AsyncIterator[tuple[int, Receiver]]:
    loop = asyncio.get_running_loop()
    receiver = Receiver()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    def protocol() -> SMTP:
        return SMTP(
            receiver,
            loop=loop,
            hostname="sink.example",
            tls_context=None if is_tls else context,
            require_starttls=not is_tls,
            authenticator=receiver.login,
            auth_required=True,
            auth_require_tls=not is_tls,
        )

    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=context if is_tls else None)
    try:
        yield server.sockets[0].getsockname()[1], receiver
    finally:
        server.close()
        await server.wait_closed()


def trusting(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(certificate))
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


async def send(url: str, context: ssl.SSLContext | None) -> Outcome:
    channel = open_channel(url, tls_context=context, limits=PATIENT)
    before = Before()
    outcome = await channel.send(envelope(), before_data=before)
    assert before.count == isinstance(outcome, Sent)
    if not isinstance(outcome, Sent):
        again = await channel.send(envelope(2), before_data=before)
        assert not isinstance(again, Sent), "a connection without encryption was kept and used"
    await channel.close()
    return outcome


SCHEMES = [("smtp", "?starttls=required", False), ("smtps", "", True)]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
@pytest.mark.parametrize(("scheme", "query", "is_tls"), SCHEMES)
def test_trusted_server_gets_password_and_mail(certificate, scheme, query, is_tls):
    async def main() -> tuple[Outcome, Receiver]:
        async with serving(certificate, is_tls=is_tls) as (port, receiver):
            url = f"{scheme}://us%40er:p%3Aw@127.0.0.1:{port}{query}"
            return await send(url, trusting(certificate)), receiver

    outcome, receiver = asyncio.run(main())
    assert isinstance(outcome, Sent)
    assert receiver.accepted == [envelope().content]
    assert receiver.logins == [(b"us@er", b"p:w")]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"], ids=["untrusted", "other name"])
@pytest.mark.parametrize(("scheme", "query", "is_tls"), SCHEMES)
def test_certificate_that_cannot_be_trusted_gets_nothing(certificate, scheme, query, is_tls, host):
    async def main() -> tuple[Outcome, Receiver]:
        async with serving(certificate, is_tls=is_tls) as (port, receiver):
            context = trusting(certificate) if host == "localhost" else None
            return await send(f"{scheme}://user:pw@{host}:{port}{query}", context), receiver

    outcome, receiver = asyncio.run(main())
    assert isinstance(outcome, Retry)
    assert (outcome.reason, outcome.pause, outcome.is_charged) == (SendReason.tls_failed, Pause.host, False)
    assert (receiver.accepted, receiver.logins) == ([], [])


OFFERED = "250-fault.example\r\n250 STARTTLS"
#: answer to EHLO, answers to STARTTLS, reason.
NOT_ENCRYPTED = [
    ("250 fault.example", [], SendReason.tls_failed),
    (OFFERED, ["454 4.7.0 not now"], SendReason.host_busy),
    (OFFERED, ["502 no"], SendReason.host_unreachable),
    (OFFERED, [CUT], SendReason.host_unreachable),
    (OFFERED, [HANG_UP], SendReason.host_unreachable),
]


@pytest.mark.parametrize(
    ("ehlo", "starttls", "reason"),
    NOT_ENCRYPTED,
    ids=["not offered", "not now", "refused", "cut", "hung up"],
)
def test_server_without_starttls_gets_nothing(ehlo, starttls, reason):
    async def main() -> tuple[Outcome, list[str]]:
        async with FaultServer({"EHLO": [ehlo, ehlo], "STARTTLS": starttls * 2}) as server:
            return await send(f"smtp://user:pw@127.0.0.1:{server.port}?starttls=required", None), server.steps

    outcome, steps = asyncio.run(main())
    assert isinstance(outcome, Retry)
    assert (outcome.reason, outcome.pause, outcome.is_charged) == (reason, Pause.host, False)
    assert not {"AUTH", "MAIL"} & set(steps)
