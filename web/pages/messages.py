"""What somebody gets from us: their own page, that of those who answer for them, and the one behind a link in a mail."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.errors import DomainError, NotFound
from services import absences, feeds, message_choices
from services.access import Actor
from services.message_choices import MessageChoices
from services.queries import answer_links
from services.queries.people import PersonRow, read_person
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep, redirect, run_form
from web.forms import Form
from web.pages import message_words
from web.pages.message_words import HOUSE
from web.pages.saving import save
from web.pages.unsubscribe import Link, follow
from web.secret_addresses import calendar_links
from web.status import status_of
from web.templating import Problem

router = APIRouter(include_in_schema=False)

TEMPLATE, BY_LINK = "messages/show.html", "answer/messages.html"
OWN = "/me/messages"
SAVE = "save"
LANGUAGES = [("zh-CN", "中文"), ("en", "English")]


@dataclass(frozen=True, slots=True)
class Place:
    """Whose messages are shown, and where; `person` is None where nobody is behind the login."""

    path: str
    person: PersonRow | None
    is_own: bool


@router.get(OWN)
def show_own(page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show what the reader gets, and let them choose."""
    return _show(page, uow, actor, _own(uow, actor))


@router.post(OWN)
def change_own(request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Take over what the reader chose."""
    return _change(request, form, page, uow, actor, _own(uow, actor))


@router.post(OWN + "/calendar/reset")
def reset_own(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Make the address of the reader's calendar void."""
    return _reset(request, page, uow, actor, _own(uow, actor))


@router.get("/people/{person_id}/messages")
def show(person_id: RowId, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show what a person gets to those who answer for them."""
    return _show(page, uow, actor, _theirs(uow, actor, person_id))


@router.post("/people/{person_id}/messages")
def change(person_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Choose for a person without a login."""
    return _change(request, form, page, uow, actor, _theirs(uow, actor, person_id))


@router.post("/people/{person_id}/messages/calendar/reset")
def reset(person_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Make the address of a person's calendar void."""
    return _reset(request, page, uow, actor, _theirs(uow, actor, person_id))


@router.get("/u/{token}/all")
def show_by_link(token: str, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show everything that may be chosen to whoever holds the link of a mail; opening it changes nothing."""
    link = follow(token, request, page, uow)
    return link if isinstance(link, Response) else _show_by_link(link, uow)


@router.post("/u/{token}/all")
def change_by_link(token: str, request: Request, form: FormDep, page: PageDep, uow: UowDep) -> Response:
    """Take over what the holder of a link chose; anything but our own form changes nothing."""
    link = follow(token, request, page, uow)
    if isinstance(link, Response):
        return link
    if form[SAVE] != "1":
        return _show_by_link(link, uow)
    try:
        with uow.write(link.actor) as tx:
            _take_over(tx, form, link.person_id)
    except DomainError as error:
        return _show_by_link(link, uow, form=form, problems=link.page.problems(error), http_status=status_of(error))
    return redirect(f"/u/{token}/all?saved=1&lang={form['locale']}", wiring=page.wiring)


def _own(uow: UnitOfWork, actor: Actor) -> Place:
    if actor.person_id is None:
        return Place(OWN, None, is_own=True)
    with uow.read(actor) as tx:
        return Place(OWN, read_person(tx, actor.person_id).person, is_own=True)


def _theirs(uow: UnitOfWork, actor: Actor, person_id: int) -> Place:
    with uow.read(actor) as tx:
        absences.require_answering(tx, person_id)
        person = read_person(tx, person_id).person
    return Place(f"/people/{person_id}/messages", person, is_own=False)


def _person_id(place: Place) -> int:
    if place.person is None:
        raise NotFound("person", 0)
    return place.person.id


def _take_over(tx: Tx, form: Form, person_id: int) -> None:
    choices = message_choices.read(tx, person_id)
    off = message_words.off_in(form, choices)
    message_choices.change(tx, person_id, message_words.changes_in(form, choices), off=off)


def _change(request: Request, form: Form, page: Page, uow: UnitOfWork, actor: Actor, place: Place) -> Response:
    def change(tx: Tx) -> Done:
        _take_over(tx, form, _person_id(place))
        return Done(place.path, page.gettext("Saved. From now on it is as you chose."))

    def again(problems: list[Problem], status: int) -> Response:
        return _show(page, uow, actor, place, form=form, problems=problems, http_status=status)

    return save(request, page, uow, actor, change, again)


def _reset(request: Request, page: Page, uow: UnitOfWork, actor: Actor, place: Place) -> Response:
    def change(tx: Tx) -> Done:
        feeds.reset_person(tx, _person_id(place))
        return Done(f"{place.path}#calendar", page.gettext("The old address is void; this is the new one."))

    return run_form(request, uow, actor, change)


def _show(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    place: Place,
    *,
    form: Form | None = None,
    problems: list[Problem] | None = None,
    http_status: int = 200,
) -> Response:
    values: dict[str, Any] = {"place": place, "problems": problems or []}
    if place.person is not None:
        with uow.read(actor) as tx:
            choices = message_choices.read(tx, place.person.id)
            links = calendar_links(page.wiring, feeds.person_address(tx, place.person.id))
        values |= _values(choices, page, form) | {"links": links}
    return page.render(TEMPLATE, http_status=http_status, **values)


def _values(choices: MessageChoices, page: Page, form: Form | None) -> dict[str, Any]:
    free, fixed = message_words.lines(choices, page.translator, form)
    return {
        "choices": choices,
        "free": free,
        "fixed": fixed,
        "quiet": message_words.quiet_of(choices) if form is None else message_words.quiet_in(form, choices),
        "house": HOUSE,
        "house_quiet": choices.house_quiet_hours.replace("-", "–"),
        "locale": choices.locale if form is None else form["locale"],
        "wants_digest": choices.wants_digest if form is None else form.flag("wants_digest"),
        "languages": LANGUAGES,
    }


def _show_by_link(
    link: Link,
    uow: UnitOfWork,
    *,
    form: Form | None = None,
    problems: list[Problem] | None = None,
    http_status: int = HTTPStatus.OK,
) -> Response:
    with uow.read(link.actor) as tx:
        choices, house = message_choices.read(tx, link.person_id), answer_links.house(tx)
    values = _values(choices, link.page, form)
    return link.page.render_sealed(
        BY_LINK,
        http_status=http_status,
        office=house,
        action=f"/u/{link.token}/all?lang={link.page.translator.locale}",
        is_saved=link.is_saved,
        problems=problems or [],
        **values,
    )
