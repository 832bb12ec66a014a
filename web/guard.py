"""What every request passes before its route: who is it, may strangers come here, is it sent by a page of ours.

The guard is a dependency of the whole application, so a new route is closed and protected until
its path is put on the list below.
"""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.routing import compile_path

from models.errors import Invalid, SignInNeeded
from models.rules.verdicts import Reason
from services.access import Actor
from services.idempotency import LONGEST_KEY
from web.csrf import FIELD, HEADER, SAFE_METHODS, require_same_origin, require_token
from web.visitors import Proof, Visitor, find_visitor

#: Paths that need no sign-in, and where a changing request needs no token of a session: what it
#: may do does not depend on who is signed in. A path with a token in it is its own proof.
PUBLIC = (
    "/a/{token}",
    "/a/{token}/calendar.ics",
    "/b/{token}",
    "/d/{token}",
    "/feeds/{token}/calendar.ics",
    "/h/{token}",
    "/healthz",
    "/metrics",
    "/preferences",
    "/readyz",
    "/sign-in",
    "/sign-in/link",
    "/sign-in/{token}",
    "/u/{token}",
    "/u/{token}/all",
    "/w/{token}",
)
ONCE_FIELD, ONCE_HEADER = "once", "idempotency-key"
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
MOST_FIELDS, MOST_FILES, LONGEST_FIELD = 500, 20, 256 * 1024

_PUBLIC = tuple(compile_path(path)[0] for path in PUBLIC)

VisitorDep = Annotated[Visitor, Depends(find_visitor)]


@dataclass(frozen=True, slots=True)
class Once:
    """The one-time key of a changing request, and the digest of all that it asks for."""

    key: str
    request_sha256: str


def is_public(path: str) -> bool:
    """Tell whether strangers may come to a path."""
    return any(pattern.match(path) for pattern in _PUBLIC)


def is_secret(path: str) -> bool:
    """Tell whether a path is public because it carries a token that only its receiver knows."""
    return is_public(path) and path not in PUBLIC


async def guard(request: Request, visitor: VisitorDep) -> AsyncIterator[None]:
    """Let a request through to its route.

    Raises:
        SignInNeeded: a stranger on a path that is not public.
        Forbidden: another site sent it, or the token of the session is missing.
        Invalid: the one-time key cannot be used.
    """
    path = request.scope["path"]
    is_open = is_public(path)
    if visitor.proof is Proof.none and not is_open:
        raise SignInNeeded
    if request.method in SAFE_METHODS:
        yield
        return
    if visitor.proof is not Proof.bearer:
        require_same_origin(request, may_hide_origin=is_secret(path))
    form = await _form(request)
    try:
        if visitor.proof is Proof.cookie and not is_open:
            given = request.headers.get(HEADER) or _text(form, FIELD)
            require_token(visitor.csrf_token, given)
        request.state.once = await _once(request, form)
        yield
    finally:
        await form.close()


def once_of(request: Request, actor: Actor) -> Once | None:
    """Return the one-time key that came with a request; strangers have none, since all share one name."""
    once = getattr(request.state, "once", None)
    return once if isinstance(once, Once) and actor.kind != "stranger" else None


def shown_path(path: str) -> str:
    """Return a path as logs may keep it: a secret in it is not shown."""
    if not is_secret(path):
        return path
    return next(template for template, pattern in zip(PUBLIC, _PUBLIC, strict=True) if pattern.match(path))


async def _form(request: Request) -> FormData:
    if not request.headers.get("content-type", "").lower().startswith(FORM_TYPES):
        return FormData()
    return await request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES, max_part_size=LONGEST_FIELD)


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


async def _once(request: Request, form: FormData) -> Once | None:
    """Return the key of a program's header, or of a form's hidden field.

    A program that reuses a key is told so. A person who goes back to a form and sends other
    values means another thing: the key of a form holds for the same values only.
    """
    header = request.headers.get(ONCE_HEADER)
    field = _text(form, ONCE_FIELD)
    if header is None and not field:
        return None
    wanted = await _digest(request, form)
    if header is None:
        return Once(f"form:{hashlib.sha256(f'{field}:{wanted}'.encode()).hexdigest()}", wanted)
    if not 0 < len(header) <= LONGEST_KEY - len("head:") or not header.isprintable():
        raise Invalid(Reason("idempotency_key_malformed", {"field": "Idempotency-Key", "limit": LONGEST_KEY - 5}))
    return Once(f"head:{header}", wanted)


async def _digest(request: Request, form: FormData) -> str:
    """Return the SHA-256 of method, address and body of a request."""
    hashed = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    if not form:
        hashed.update(await request.body())
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            content = hashlib.sha256()
            while chunk := await value.read(1 << 20):
                content.update(chunk)
            await value.seek(0)
            shown = f"{value.filename}:{content.hexdigest()}"
        else:
            shown = value
        hashed.update(f"{name}\0{shown}\0".encode("utf-8", "surrogatepass"))
    return hashed.hexdigest()
