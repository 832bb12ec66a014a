"""Who sent a request: the session cookie or the bearer token, resolved in a short transaction of its own."""

from dataclasses import dataclass
from enum import Enum

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from models.errors import DomainError
from services import sign_ins
from services.access import STRANGER, Actor
from services.sign_ins import Browser
from web.wiring import Wiring, wiring_of

HTTPS_COOKIE, HTTP_COOKIE = "__Host-muster", "muster"


class Proof(Enum):
    """How a request showed who sends it."""

    none = "none"
    cookie = "cookie"  #: sent by the browser unasked, so unsafe requests need a token of their own
    bearer = "bearer"


@dataclass(frozen=True, slots=True)
class Visitor:
    """The sender of a request; `csrf_token` is empty unless a cookie proved them."""

    actor: Actor = STRANGER
    proof: Proof = Proof.none
    csrf_token: str = ""


def cookie_name(wiring: Wiring) -> str:
    """Return the name of the session cookie; over TLS one that no other host can set."""
    return HTTPS_COOKIE if wiring.is_https else HTTP_COOKIE


def session_token(request: Request) -> str | None:
    """Return the raw session token that a browser sent."""
    return request.cookies.get(cookie_name(wiring_of(request))) or None


def address_of(request: Request) -> str:
    """Return the network address of the sender, as the server's own proxy settings report it."""
    return request.client.host if request.client else ""


async def find_visitor(request: Request) -> Visitor:
    """Return the sender; also kept on the request, see `visitor_of`.

    Raises:
        SignInNeeded: a bearer token was sent and does not hold.
    """
    if _bearer(request) is None and session_token(request) is None:
        request.state.visitor = Visitor()
        return Visitor()
    return await run_in_threadpool(look_up, request)


def look_up(request: Request) -> Visitor:
    """Return the sender as the database knows them. Raises as `find_visitor`."""
    wiring, bearer, session = wiring_of(request), _bearer(request), session_token(request)
    visitor = Visitor()
    if bearer is not None:
        visitor = _program(wiring, bearer)
    elif session is not None:
        visitor = _browser(wiring, session)
    request.state.visitor = visitor
    return visitor


def visitor_of(request: Request) -> Visitor:
    """Return the sender that was found before; a stranger where nobody has looked."""
    visitor = getattr(request.state, "visitor", None)
    return visitor if isinstance(visitor, Visitor) else Visitor()


def _bearer(request: Request) -> str | None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else None


def _program(wiring: Wiring, token: str) -> Visitor:
    with wiring.uow.read(STRANGER) as tx:
        return Visitor(sign_ins.identify_program(tx, token), Proof.bearer)


def _browser(wiring: Wiring, token: str) -> Visitor:
    with wiring.uow.read(STRANGER) as tx:
        browser = sign_ins.identify_browser(tx, token)
    if browser is None:
        return Visitor()
    if browser.is_seen_due:
        _keep_seen(wiring, browser)
    return Visitor(browser.actor, Proof.cookie, browser.csrf_token)


def _keep_seen(wiring: Wiring, browser: Browser) -> None:
    try:
        with wiring.uow.write(browser.actor) as tx:
            sign_ins.keep_seen(tx, browser.sign_in_id)
    except DomainError:
        return  # the database is busy; the next request writes it down
