"""The local mailbox: what would have gone out by mail, while no mail server is set.

Its letters hold links that sign people in, so it is shown to administrators of the house, and on
this machine to its organisers too; to everybody else it is not there.
"""

import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import UserRole
from models.errors import NotFound
from notifications.channels.factory import mailbox_folder
from notifications.channels.maildir import StoredMail, find_mail, read_mail, read_mailbox
from services import access
from services.access import Actor
from web.deps import ActorDep, PageDep, WiringDep
from web.pages.asked import Asked
from web.visitors import address_of
from web.wiring import Wiring

router = APIRouter(include_in_schema=False)

LIST, ONE = "mailbox/list.html", "mailbox/show.html"
ROWS, MOST_ROWS = 50, 1000
#: A letter may bring its own style and nothing else: no script, no picture, no frame, no origin.
LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; sandbox"


@router.get("/mailbox")
def show_list(request: Request, page: PageDep, wiring: WiringDep, actor: ActorDep) -> Response:
    """List letters, newest first."""
    folder = _folder(request, wiring, actor)
    asked = Asked(request)
    wanted = min((asked.number("rows") or 1) * ROWS, MOST_ROWS)
    letters = read_mailbox(folder, limit=wanted + 1)
    more = asked.address(rows=(asked.number("rows") or 1) + 1) if wanted < len(letters) < MOST_ROWS else None
    return page.render(LIST, letters=letters[:wanted], more=more)


@router.get("/mailbox/{letter_id}")
def show(letter_id: str, request: Request, page: PageDep, wiring: WiringDep, actor: ActorDep) -> Response:
    """Show one letter: heads, text, and links to its other parts."""
    return page.render(ONE, letter=_letter(request, wiring, actor, letter_id))


@router.get("/mailbox/{letter_id}/html")
def show_html(letter_id: str, request: Request, wiring: WiringDep, actor: ActorDep) -> Response:
    """Return the letter as it was laid out, in a box of its own that may do nothing."""
    letter = _letter(request, wiring, actor, letter_id)
    if not letter.html:
        raise NotFound("mail", letter_id)
    return Response(
        letter.html, headers={"Content-Security-Policy": LETTER_POLICY}, media_type="text/html; charset=utf-8"
    )


@router.get("/mailbox/{letter_id}/source")
def show_source(letter_id: str, request: Request, wiring: WiringDep, actor: ActorDep) -> Response:
    """Return the letter byte for byte, as plain text."""
    letter = _letter(request, wiring, actor, letter_id)
    path = find_mail(_folder(request, wiring, actor), letter.message_id)
    if path is None:
        raise NotFound("mail", letter_id)
    return Response(path.read_bytes(), media_type="text/plain; charset=utf-8")


def _letter(request: Request, wiring: Wiring, actor: Actor, letter_id: str) -> StoredMail:
    letter = read_mail(_folder(request, wiring, actor), letter_id)
    if letter is None:
        raise NotFound("mail", letter_id)
    return letter


def _folder(request: Request, wiring: Wiring, actor: Actor) -> Path:
    """Return where the letters lie.

    Raises:
        NotFound: mail goes to a server, or this reader may not look.
    """
    url = wiring.settings.smtp_url
    may_look = actor.has_everywhere({UserRole.administrator}) or (
        actor.has_everywhere(access.MANAGING) and _is_here(request)
    )
    if urlsplit(url).scheme != "maildir" or not may_look:
        raise NotFound("mailbox", "")
    return mailbox_folder(url)


def _is_here(request: Request) -> bool:
    """Tell whether the request comes from this very machine."""
    try:
        return ipaddress.ip_address(address_of(request)).is_loopback
    except ValueError:
        return False
