"""How pages look and in which language: kept in a cookie of this browser, for strangers too."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from web.context import modes_of
from web.deps import FormDep, WiringDep, redirect
from web.modes import COOKIE, COOKIE_LIFE

router = APIRouter()


@router.post("/preferences")
def change(request: Request, form: FormDep, wiring: WiringDep) -> Response:
    """Keep what was chosen and go back to the page it was chosen on."""
    response = redirect(form["back"] or "/", wiring=wiring)
    modes = modes_of(request).changed({name: form[name] for name in form})
    response.set_cookie(
        COOKIE, modes.cookie, int(COOKIE_LIFE.total_seconds()), samesite="lax", secure=wiring.is_https
    )  # readable by our script, which toggles size and theme without a request
    return response
