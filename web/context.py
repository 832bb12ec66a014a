"""What every page shares: the reader's language and modes, who they are, what was just done, and how it is sent."""

import secrets
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from models.enums import UserRole
from models.errors import DomainError
from muster.i18n import Translator, load_translator, negotiate
from services import access
from services.access import Actor
from web import flash
from web.modes import COOKIE as MODES_COOKIE
from web.modes import Modes
from web.problems import problems_of
from web.security import page_policy
from web.templating import PageContext, Problem, Viewer, render, render_part
from web.visitors import visitor_of
from web.wiring import Wiring, wiring_of

#: Who gets the organisers' menu; everybody else sees their own duties.
ORGANISING = frozenset(UserRole) - {UserRole.member}
#: Further lists, named at the foot of each page: who may open them, and whether only with a right over the whole house.
MORE: tuple[tuple[str, frozenset[UserRole], bool], ...] = (
    ("/bookings", ORGANISING, False),
    ("/calls", frozenset(access.LEADING), False),
    ("/broadcasts", frozenset({*access.MANAGING, UserRole.auditor}), False),
    ("/orgs", ORGANISING, False),
    ("/deliveries", ORGANISING, False),
    ("/settings/reminders", frozenset(access.MANAGING), True),
    ("/settings/channels", frozenset(access.MANAGING), False),
    ("/imports", frozenset(access.MANAGING), False),
    ("/audit", frozenset({*access.MANAGING, UserRole.auditor}), True),
    ("/mailbox", frozenset({UserRole.administrator}), True),
)


def modes_of(request: Request) -> Modes:
    """Return what the reader chose for this browser."""
    return Modes.read(request.cookies.get(MODES_COOKIE))


def is_api(request: Request) -> bool:
    """Tell whether a program asks: it gets JSON, and its header decides the language."""
    return request.url.path.startswith("/api/")


def translator_of(request: Request) -> Translator:
    """Return the translator for whoever sent a request.

    Pages: what was chosen in this browser, the user's language, the browser's, the house's.
    API: the header, the user's language, the house's.
    """
    house = wiring_of(request).settings.locale
    users = visitor_of(request).actor.locale
    header = request.headers.get("accept-language")
    if is_api(request):
        return load_translator(negotiate(header, users or house))
    return load_translator(modes_of(request).lang or users or negotiate(header, house))


def page_context(request: Request) -> PageContext:
    """Return what the frame of every page needs."""
    wiring = wiring_of(request)
    visitor = visitor_of(request)
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    now = wiring.uow.clock.now()
    is_known = visitor.actor.user_id is not None
    return PageContext(
        templates=wiring.templates,
        translator=translator_of(request),
        house=wiring.house_name,
        path=path,
        now=now,
        modes=modes_of(request),
        viewer=_viewer(visitor.actor) if is_known else None,
        csrf_token=visitor.csrf_token,
        once=secrets.token_urlsafe(12) if is_known else "",
        notices=flash.read(request, now),
        are_reminders_running=wiring.pulse.is_running() if is_known else None,
    )


def _viewer(actor: Actor) -> Viewer:
    more = tuple(
        href for href, roles, everywhere in MORE if (actor.has_everywhere(roles) if everywhere else actor.has(roles))
    )
    return Viewer(actor.name, actor.has(ORGANISING), actor.person_id is not None, more)


@dataclass(frozen=True, slots=True)
class Page:
    """Renders the pages of one request; take it as `PageDep`."""

    context: PageContext
    wiring: Wiring

    @property
    def translator(self) -> Translator:
        """The reader's language."""
        return self.context.translator

    def gettext(self, msgid: str, /, **params: object) -> str:
        """Translate for the reader."""
        return self.context.translator.gettext(msgid, **params)

    def render(self, template: str, /, *, http_status: int = 200, **values: Any) -> Response:
        """Return a whole page. Notices of the last change are shown once."""
        response = HTMLResponse(render(self.context, template, **values), http_status)
        if self.context.notices:
            flash.clear(response)
        return response

    def render_part(self, template: str, part: str, /, *, http_status: int = 200, **values: Any) -> Response:
        """Return one `data-part` of a page."""
        return HTMLResponse(render_part(self.context, template, part, **values), http_status)

    def render_sealed(self, template: str, /, *, http_status: int = 200, **values: Any) -> Response:
        """Return a page that stands alone, with its style inside: the answer pages behind mailed links."""
        sealed = replace(self.context, nonce=secrets.token_urlsafe(16))
        response = HTMLResponse(render(sealed, template, **values), http_status)
        response.headers["Content-Security-Policy"] = page_policy(sealed.nonce)
        return response

    def problems(self, error: DomainError) -> list[Problem]:
        """Return all reasons of an error, for the form that is shown again."""
        return problems_of(error, self.translator, self.wiring.zone)


def page_of(request: Request) -> Page:
    """Return the page of a request."""
    return Page(page_context(request), wiring_of(request))
