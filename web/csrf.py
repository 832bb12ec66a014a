"""Proof that a changing request comes from a page of ours, and not from another site in the same browser."""

import hmac
from urllib.parse import urlsplit

from starlette.requests import Request

from models.errors import Forbidden
from models.rules.verdicts import Reason
from web.wiring import wiring_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FIELD, HEADER = "csrf_token", "x-csrf-token"


def require_same_origin(request: Request, *, may_hide_origin: bool = False) -> None:
    """Raise `Forbidden` where the browser says that another site sent the request.

    A request with neither `Sec-Fetch-Site` nor `Origin` comes from no browser of this decade, or
    from no browser at all. `may_hide_origin` lets `Origin: null` pass, which old browsers send
    from pages that keep their address to themselves; only for addresses that hold a secret.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise Forbidden(Reason("cross_site"))
        return
    origin = request.headers.get("origin")
    if origin is None or (origin == "null" and may_hide_origin):
        return
    own = {request.headers.get("host", "").lower(), urlsplit(wiring_of(request).settings.base_url).netloc.lower()}
    if urlsplit(origin).netloc.lower() not in own:
        raise Forbidden(Reason("cross_site"))


def require_token(expected: str, given: str) -> None:
    """Raise `Forbidden` where the token of the session did not come with the form or in the header."""
    if not expected or not hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass")):
        raise Forbidden(Reason("csrf_missing"))
