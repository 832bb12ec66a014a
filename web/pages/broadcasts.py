"""Messages to many: whom they are for, the preview, the wait in which they can be taken back, what became of them."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import BroadcastState, NotificationKind, TraitKind
from models.errors import Conflict, Forbidden, Invalid
from models.rules.audiences import AnswerIs, Audience, PresenceIs
from models.rules.broadcasts import LONGEST_BODY, LONGEST_SUBJECT
from services import access, broadcasts, previews
from services.queries import broadcasts as queries
from services.unit_of_work import Tx
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep, redirect, run_form
from web.forms import Form
from web.pages.asked import Asked
from web.pages.audience_choices import choices
from web.pages.preview_parts import shown
from web.pages.saving import Given
from web.pages.unsent import unsent
from web.status import status_of
from web.templating import Notice, Problem, Undo

router = APIRouter(include_in_schema=False)

PATH = "/broadcasts"
LIST, NEW, PREVIEW, SHOW = (f"broadcasts/{name}.html" for name in ("list", "new", "preview", "show"))
ROWS = 30
FIELDS = ("team_id", "trait", "activity_id", "answer", "presence", "from_on", "until_on", "subject", "body")


@router.get(PATH)
def show_all(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """List messages to many, the newest first."""
    asked = Asked(request)
    with uow.read(actor) as tx:
        found = queries.list_broadcasts(tx, activity_id=asked.number("activity"), limit=ROWS, cursor=asked.cursor)
    return page.render(
        LIST, rows=found.items, following=asked.following(found.next), may_write=actor.has(access.MANAGING)
    )


@router.get(PATH + "/new")
def ask(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show the form; the address may name an activity, a team and what people answered."""
    asked = Asked(request)
    names = {"activity_id": "activity", "team_id": "team", "answer": "answer", "presence": "presence"}
    given = Given({field: asked[name] for field, name in names.items()})
    return _form_page(page, uow, actor, given)


@router.post(PATH + "/new")
def preview(form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show who will get it and who will not; nothing is written. With `edit` the form again, as it was filled in."""
    if form["edit"]:
        return _form_page(page, uow, actor, Given(form))
    return _preview_page(form, page, uow, actor)


@router.post(PATH)
def send(request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Send what the preview showed; where other people are meant by now, show it again."""

    def change(tx: Tx) -> Done:
        audience = _audience(form)
        form.check()
        key = broadcasts.send(tx, audience=audience, subject=form["subject"], body=form["body"], mark=form["mark"])
        seconds = tx.settings.undo_seconds
        undo = Undo(f"{PATH}/{key}/undo", seconds) if seconds else None
        return Done(f"{PATH}/{key}", page.gettext("It goes out in a moment"), undo)

    try:
        return run_form(request, uow, actor, change)
    except Conflict as error:
        return _preview_page(form, page, uow, actor, page.problems(error), status_of(error))
    except Invalid as error:
        return _form_page(page, uow, actor, Given(form), _problems(page, error), status_of(error))


@router.get(PATH + "/{broadcast_id}")
def show(broadcast_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show one message to many, how long it can be taken back, and what became of it for each person."""
    asked = Asked(request)
    with uow.read(actor) as tx:
        view = queries.read_broadcast(tx, broadcast_id)
        found = queries.fates(tx, broadcast_id, limit=ROWS, cursor=asked.cursor)
    left = int((view.row.release_at - page.context.now).total_seconds())
    return page.render(
        SHOW,
        view=view,
        row=view.row,
        fates=found.items,
        following=asked.following(found.next),
        seconds_left=max(left, 0),
        is_waiting=view.row.state is BroadcastState.waiting,
        unsent=lambda code: unsent(page.translator, code),
    )


@router.post(PATH + "/{broadcast_id}/undo")
def undo(broadcast_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Take it back before anybody is written to."""

    def change(tx: Tx) -> Done:
        broadcasts.undo(tx, broadcast_id)
        return Done(f"{PATH}/{broadcast_id}", page.gettext("Taken back. Nobody was written to."))

    try:
        return run_form(request, uow, actor, change)
    except Conflict as error:
        told = [Notice(problem.message) for problem in page.problems(error)]
        return redirect(f"{PATH}/{broadcast_id}", *told, wiring=page.wiring)


def _audience(form: Form) -> Audience:
    kind, _, value = form["trait"].partition(":")
    if form["trait"] and kind not in set(TraitKind):
        form.blame("word_unknown", "trait")
    is_trait = bool(form["trait"]) and kind in set(TraitKind)
    return Audience(
        team_id=form.row_id("team_id", optional=True),
        traits=((TraitKind(kind), value),) if is_trait else (),
        activity_id=form.row_id("activity_id", optional=True),
        answer=form.choice("answer", AnswerIs, optional=True),
        presence=form.choice("presence", PresenceIs, optional=True),
        from_on=form.day("from_on", optional=True),
        until_on=form.day("until_on", optional=True),
    )


def _preview_page(
    form: Form,
    page: PageDep,
    uow: UowDep,
    actor: ActorDep,
    problems: list[Problem] | None = None,
    http_status: int = 200,
) -> Response:
    try:
        with uow.read(actor) as tx:
            audience = _audience(form)
            form.check()
            found = previews.of_broadcast(tx, audience, form["subject"], form["body"])
            payload = broadcasts.payload(tx, form["subject"], form["body"], actor.user_id)
            values = shown(
                page, tx, found, NotificationKind.broadcast, activity_id=audience.activity_id, payload=payload
            )
    except Invalid as error:
        return _form_page(page, uow, actor, Given(form), _problems(page, error), status_of(error))
    return page.render(
        PREVIEW,
        http_status=http_status,
        problems=problems or [],
        fields={name: form[name] for name in FIELDS} | {"mark": found.mark},
        **values,
    )


def _form_page(
    page: PageDep,
    uow: UowDep,
    actor: ActorDep,
    given: Given,
    problems: list[Problem] | None = None,
    http_status: int = 200,
) -> Response:
    if not actor.has(access.MANAGING):
        raise Forbidden(broadcasts.NOT_ALLOWED)
    with uow.read(actor) as tx:
        offered: dict[str, Any] = choices(page, tx, given)
    return page.render(
        NEW,
        http_status=http_status,
        given=given,
        problems=problems or [],
        longest_subject=LONGEST_SUBJECT,
        longest_body=LONGEST_BODY,
        **offered,
    )


def _problems(page: PageDep, error: Invalid) -> list[Problem]:
    """Return every reason under the field that the reader filled in."""
    return [
        Problem("trait", problem.message) if problem.field == "traits" else problem for problem in page.problems(error)
    ]
