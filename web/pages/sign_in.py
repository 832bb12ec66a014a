"""Sign in by password or mailed link, and out again."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from models.errors import Invalid, SignInNeeded
from models.rules.verdicts import Reason
from services import sign_ins
from services.access import STRANGER
from services.sign_ins import ABSOLUTE, Opened
from web.context import Page
from web.deps import ActorDep, FormDep, PageDep, WiringDep, redirect
from web.forms import Form
from web.modes import own_path
from web.status import status_of
from web.visitors import address_of, cookie_name, session_token
from web.wiring import Wiring

router = APIRouter()

LONGEST_EMAIL = 254
TEMPLATE, LINK_TEMPLATE = "sign_in.html", "sign_in_link.html"


@router.get("/sign-in")
def ask(
    page: PageDep, wiring: WiringDep, actor: ActorDep, wanted: Annotated[str, Query(alias="next")] = ""
) -> Response:
    """Show the form; whoever is signed in goes on."""
    if actor.user_id is not None:
        return redirect(wanted or "/", wiring=wiring)
    return page.render(TEMPLATE, email="", problems=[], sent=False, back=own_path(wanted))


@router.post("/sign-in")
def by_password(request: Request, form: FormDep, page: PageDep, wiring: WiringDep) -> Response:
    """Sign in by password."""
    try:
        opened = _check_password(request, form, wiring)
    except (Invalid, SignInNeeded) as error:
        return _ask_again(form, page, error)
    return _let_in(opened, form["back"], wiring)


@router.post("/sign-in/link")
def mail_link(request: Request, form: FormDep, page: PageDep, wiring: WiringDep) -> Response:
    """Mail a one-time link; the answer is the same for an address that nobody has."""
    try:
        email = _email(form)
    except Invalid as error:
        return _ask_again(form, page, error)
    with wiring.uow.write(STRANGER) as tx:
        sign_ins.request_link(tx, email=email, address=address_of(request))
    return page.render(TEMPLATE, email=email, problems=[], sent=True, back="/")


@router.get("/sign-in/{token}")
def show_link(token: str, page: PageDep, wiring: WiringDep) -> Response:
    """Show a button for a mailed link. Opening it changes nothing: mail scanners open links before people do."""
    with wiring.uow.read(STRANGER) as tx:
        is_good = sign_ins.is_link_good(tx, token)
    return page.render(LINK_TEMPLATE, http_status=200 if is_good else 410, token=token, is_good=is_good)


@router.post("/sign-in/{token}")
def by_link(token: str, request: Request, page: PageDep, wiring: WiringDep) -> Response:
    """Sign in by a mailed link, once."""
    try:
        with wiring.uow.write(STRANGER) as tx:
            opened = sign_ins.use_link(tx, token, old_token=session_token(request))
    except SignInNeeded:
        return page.render(LINK_TEMPLATE, http_status=410, token=token, is_good=False)
    return _let_in(opened, "/", wiring)


@router.post("/sign-out")
def sign_out(request: Request, actor: ActorDep, wiring: WiringDep) -> Response:
    """End this browser's session."""
    token = session_token(request)
    if token is not None:
        with wiring.uow.write(actor) as tx:
            sign_ins.sign_out(tx, token)
    response = redirect("/sign-in", wiring=wiring)
    response.delete_cookie(cookie_name(wiring), secure=wiring.is_https, httponly=True, samesite="lax")
    return response


def _check_password(request: Request, form: Form, wiring: Wiring) -> Opened:
    """Count the try, hash outside of any transaction, then open a session or write the failure down."""
    email = _email(form)
    with wiring.uow.write(STRANGER) as tx:
        attempt = sign_ins.begin(tx, email=email, address=address_of(request))
    stored, password = attempt.password_hash, form["password"]
    if not wiring.passwords.holds(stored, password):
        with wiring.uow.write(STRANGER) as tx:
            sign_ins.refuse(tx, attempt)
        raise SignInNeeded(Reason("sign_in_refused"))
    new_hash = wiring.passwords.rehash(stored, password)
    with wiring.uow.write(STRANGER) as tx:
        return sign_ins.finish(tx, attempt, old_token=session_token(request), new_hash=new_hash)


def _ask_again(form: Form, page: Page, error: Invalid | SignInNeeded) -> Response:
    return page.render(
        TEMPLATE,
        http_status=status_of(error),
        email=form["email"],
        problems=page.problems(error),
        sent=False,
        back=own_path(form["back"]),
    )


def _email(form: Form) -> str:
    email = form.text("email", longest=LONGEST_EMAIL)
    form.check()
    return email


def _let_in(opened: Opened, wanted: str, wiring: Wiring) -> Response:
    response = redirect(wanted or "/", wiring=wiring)
    response.set_cookie(
        cookie_name(wiring),
        opened.token,
        int(ABSOLUTE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=wiring.is_https,
    )
    return response
