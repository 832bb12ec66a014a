"""Middlewares of every answer: request id, headers, a cap on bodies, known hosts, and no traceback for anybody."""

import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Protocol
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from muster.log import bind_correlation
from web.guard import shown_path
from web.wiring import wiring_of

log = structlog.get_logger(__name__)

REQUEST_ID = "x-request-id"
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with no-referrer, browsers would hide the Origin of our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
HTTPS_HEADERS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}

SMALL_BODY, LARGE_BODY = 1 << 20, 24 << 20
#: Types that are read as text into memory; whatever else is sent is an upload.
TEXT_TYPES = ("application/json", "application/x-www-form-urlencoded", "text/")
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")


class Refuse(Protocol):
    """Makes the answer for a request that something unexpected happened to."""

    def __call__(self, request: Request) -> Awaitable[Response]:
        """Return the answer."""
        ...


def page_policy(nonce: str) -> str:
    """Return the policy of a page that stands alone: no script, its own style by nonce."""
    return f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def known_hosts(base_url: str) -> list[str]:
    """Return the names under which the house may be addressed: its own, and this machine's for checks."""
    own = urlsplit(base_url).hostname or ""
    return [f"[{own}]" if ":" in own else own, *LOOPBACK_HOSTS]


class Envelope:
    """Puts the request id and the headers on every answer, counts and logs it, and turns an unexpected error into a 500.

    The log holds no query and no secret of a path; a server's own access log would.
    """

    def __init__(self, app: ASGIApp, *, refuse: Refuse) -> None:
        self._app = app
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = given if _SANE_ID.fullmatch(given) else secrets.token_hex(12)
        bind_correlation(request_id)
        wiring = wiring_of(Request(scope))
        clock, method, path = wiring.uow.clock, scope["method"], shown_path(scope["path"])
        started_at, is_started = clock.monotonic(), False

        async def send_dressed(message: Message) -> None:
            nonlocal is_started
            if message["type"] == "http.response.start":
                is_started = True
                headers = MutableHeaders(raw=message["headers"])
                headers[REQUEST_ID] = request_id
                for name, value in (HEADERS | HTTPS_HEADERS if wiring.is_https else HEADERS).items():
                    headers.setdefault(name, value)
                status = int(message["status"])
                wiring.counts.add(method, status)
                took = round((clock.monotonic() - started_at) * 1000)
                log.info("request.answered", method=method, path=path, status=status, took_ms=took)
            await send(message)

        try:
            await self._app(scope, receive, send_dressed)
        except ClientDisconnect:
            log.info("request.left", method=method, path=path)
        except Exception:
            if is_started:
                raise
            log.exception("request.broke", method=method, path=path)
            response = await self._refuse(Request(scope, receive))
            await response(scope, receive, send_dressed)
        finally:
            bind_correlation(None)


class BodyCap:
    """Refuses bodies that nobody needs: large ones, and larger ones where files come in."""

    def __init__(self, app: ASGIApp, *, small: int = SMALL_BODY, large: int = LARGE_BODY) -> None:
        self._app = app
        self._small = small
        self._large = large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_text = headers.get("content-type", "text/").lower().startswith(TEXT_TYPES)
        await self._app(scope, self._capped(receive, headers, self._small if is_text else self._large), send)

    @staticmethod
    def _capped(receive: Receive, headers: Headers, most: int) -> Callable[[], Awaitable[Message]]:
        announced = headers.get("content-length", "0")
        size = 0

        async def receive_capped() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > most or (announced.isdigit() and int(announced) > most):
                raise HTTPException(413)
            return message

        return receive_capped
