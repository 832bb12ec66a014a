"""Whatever goes wrong with a request, told in the reader's language: JSON for programs, a page for people."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from jinja2 import TemplateError
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.errors import DomainError, Invalid, SignInNeeded, Unavailable
from models.rules.verdicts import Reason
from muster.catalogue import mark
from muster.log import correlation_id
from services.constraints import domain_error
from web.context import is_api, page_of, translator_of
from web.csrf import SAFE_METHODS
from web.problems import Trouble, problem_response, say, trouble_of
from web.validation import reasons_of
from web.visitors import look_up
from web.wiring import wiring_of

log = structlog.get_logger(__name__)

#: Codes of statuses that the framework itself answers with.
CODES = {
    400: mark("bad_request"),
    404: mark("not_found"),
    405: mark("method_not_allowed"),
    413: mark("too_large"),
}
#: Paths outside `/api/` that programs ask, too.
MACHINE_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})


def install(app: FastAPI) -> None:
    """Answer every error in our own words."""
    app.add_exception_handler(DomainError, _domain)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(PoolTimeout, _database)


async def refuse(request: Request) -> Response:
    """Answer a request that broke on our side; the log has the reason under the request id."""
    trouble = Trouble(status=500, code="internal", reasons=(Reason("internal"),))
    return await run_in_threadpool(_answer, request, trouble)


def _domain(request: Request, error: Exception) -> Response:
    if not isinstance(error, DomainError):
        raise error
    if isinstance(error, SignInNeeded) and not _is_machine(request):
        return RedirectResponse(sign_in_address(request), HTTPStatus.SEE_OTHER)
    return _answer(request, trouble_of(error))


def _invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    faults: Sequence[Any] = error.errors()
    if any(fault["loc"][:1] == ("path",) for fault in faults):
        return _answer(request, Trouble(status=404, code="not_found", reasons=(Reason("not_found"),)))
    return _answer(request, Trouble(status=422, code="invalid", reasons=reasons_of(faults)))


def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code < HTTPStatus.BAD_REQUEST:
        return Response(status_code=error.status_code, headers=error.headers)
    code = CODES.get(error.status_code, "bad_request" if error.status_code < 500 else "internal")  # noqa: PLR2004 - our fault
    headers = dict(error.headers or {})
    return _answer(request, Trouble(status=error.status_code, code=code, reasons=(Reason(code),), headers=headers))


def _database(request: Request, error: Exception) -> Response:
    """Answer a refusal of the database outside a unit of work's own translation, or that it cannot be reached."""
    known = domain_error(error) if isinstance(error, DBAPIError) else None
    if known is None and isinstance(error, DataError):
        known = Invalid(Reason("value_refused"))  # such as a NUL in a text, which PostgreSQL does not store
    if known is None and isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        log.warning("database.unavailable", kind=type(error).__name__)
        known = Unavailable(Reason("database_busy"))
    if known is None:
        raise error
    return _answer(request, trouble_of(known))


def sign_in_address(request: Request) -> str:
    """Return where a stranger signs in, and comes back from to the page they wanted to read."""
    if request.method not in SAFE_METHODS or request.url.path == "/":
        return "/sign-in"
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/sign-in?{urlencode({'next': wanted})}"


def _is_machine(request: Request) -> bool:
    return is_api(request) or request.url.path in MACHINE_PATHS


def _answer(request: Request, trouble: Trouble) -> Response:
    if not _is_machine(request):
        try:
            return _page(request, trouble)
        except (TemplateError, LookupError, DomainError, SQLAlchemyError):
            log.exception("error_page.broke")
    return problem_response(
        trouble,
        translator_of(request),
        wiring_of(request).zone,
        instance=request.url.path,
        request_id=correlation_id(),
    )


def _page(request: Request, trouble: Trouble) -> Response:
    if trouble.status == HTTPStatus.NOT_FOUND and not hasattr(request.state, "visitor"):
        look_up(request)  # no route matched, so nobody has looked yet who it is; their menu should stay
    page = page_of(request)
    told = [reason for reason in trouble.reasons if reason.code != trouble.code or reason.params]
    response = page.render(
        "error.html",
        http_status=trouble.status,
        status=trouble.status,
        reasons=[say(reason, page.translator, page.wiring.zone) for reason in told],
        reference=correlation_id() if trouble.status >= 500 else None,  # noqa: PLR2004 - our fault
        ways_out=[(page.gettext("To the start page"), "/")],
    )
    response.headers.update(trouble.headers)
    return response
