"""One sentence for the next page: carried over a redirect in a signed cookie that lives for a minute."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from muster.signing import BadToken
from web.templating import Notice, Undo
from web.wiring import Wiring, wiring_of

COOKIE = "muster_flash"
PURPOSE = "flash"
LIFE = timedelta(minutes=1)
LONGEST = 3500  # what a cookie holds everywhere


def put(response: Response, notices: Sequence[Notice], wiring: Wiring, now: datetime) -> None:
    """Send notices along with a redirect; they are in the reader's language already."""
    plain = [[n.text, n.undo.action, n.undo.seconds] if n.undo else [n.text] for n in notices]
    token = wiring.signer.sign(PURPOSE, json.dumps(plain, ensure_ascii=False), now + LIFE)
    if plain and len(token) <= LONGEST:
        response.set_cookie(
            COOKIE, token, int(LIFE.total_seconds()), httponly=True, samesite="lax", secure=wiring.is_https
        )


def read(request: Request, now: datetime) -> tuple[Notice, ...]:
    """Return the notices that a request brought; none where they were changed or are too old."""
    token = request.cookies.get(COOKIE)
    if token is None:
        return ()
    try:
        plain = json.loads(wiring_of(request).signer.read(PURPOSE, token, now))
    except BadToken:
        return ()
    return tuple(Notice(text, Undo(*undo) if undo else None) for text, *undo in plain)


def clear(response: Response) -> None:
    """Take the notices back from the browser, since they were shown."""
    response.delete_cookie(COOKIE)
