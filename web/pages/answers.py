"""The pages behind answer links: no sign-in, no script, one request each. Opening one changes nothing."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import AnswerVia, AnswerWord, AssignmentState
from models.errors import Conflict, Invalid, NotFound
from muster.catalogue import mark
from muster.i18n import Translator
from muster.localtime import zone
from muster.signing import BadToken, ExpiredToken
from services import assignments, nominees, reconfirming
from services.access import STRANGER, Actor
from services.queries import answer_links
from services.queries.answer_links import House
from services.queries.assignments import Duty
from services.queries.assignments import duty as read_duty
from services.unit_of_work import UnitOfWork
from web.context import Page
from web.deps import FormDep, PageDep, UowDep, redirect
from web.forms import Form
from web.pages.duty_words import OPEN, Face, calendar_text, face_of, words_of
from web.pages.signed_links import gone, in_language, query_of, reasons_in_words
from web.status import status_of

router = APIRouter(include_in_schema=False)

PURPOSE = "answer"
TEMPLATES = {Face.ask: "answer/ask.html", Face.done: "answer/done.html", Face.no: "answer/no.html"}
OVER, REFUSED = "answer/over.html", "answer/refused.html"
#: What people may say with one tap; the last one says that they would rather not.
REASONS = {
    "health": mark("cannot.health"),
    "family": mark("cannot.family"),
    "time": mark("cannot.time"),
    "distance": mark("cannot.distance"),
    "none": mark("cannot.none"),
}
LONGEST_NOTE, LONGEST_NAME = 200, 40
CALENDAR_TYPE = "text/calendar; charset=utf-8; method=PUBLISH"


@dataclass(frozen=True, slots=True)
class Link:
    """A link that holds: whose it is, what it is about, and in which language the page speaks."""

    path: str
    query: str
    actor: Actor
    duty: Duty
    house: House
    next_reminder_at: datetime | None
    colleagues: tuple[tuple[int, str], ...]
    is_asked_again: bool
    page: Page

    @property
    def face(self) -> Face:
        """What the duty says now."""
        return face_of(self.duty, self.page.context.now)


@router.get("/a/{token}")
def show(token: str, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show what a person is asked, or what they said."""
    link = _follow(token, request, page, uow)
    return link if isinstance(link, Response) else _show(link)


@router.post("/a/{token}")
def answer(token: str, request: Request, form: FormDep, page: PageDep, uow: UowDep) -> Response:
    """Take an answer; a no is taken at once, and why is asked afterwards."""
    link = _follow(token, request, page, uow)
    if isinstance(link, Response):
        return link
    if form["answer"] not in set(AnswerWord):
        return _show(link)
    word = AnswerWord(form["answer"])
    nominee_id = form.row_id("nominee", optional=True) if word is AnswerWord.no else None
    try:
        with uow.write(link.actor) as tx:
            assignments.answer(
                tx,
                link.duty.assignment_id,
                word=word,
                via=AnswerVia.link,
                reason=reason_in(form, link.page.translator, named=dict(link.colleagues).get(nominee_id or 0, ""))
                if word is AnswerWord.no
                else "",
                nominee_id=nominee_id,
            )
    except (Conflict, Invalid) as error:
        if link.face not in OPEN:
            return _show(link)
        reasons = reasons_in_words(link.page, error, link.duty.zone)
        return _sealed(link, REFUSED, http_status=status_of(error), reasons=reasons)
    return redirect(f"{link.path}{link.query}", wiring=page.wiring)


@router.get("/a/{token}/calendar.ics")
def calendar_file(token: str, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Return the duty as a calendar file, to be put into the person's own calendar."""
    link = _follow(token, request, page, uow)
    if isinstance(link, Response):
        return link
    if link.face not in {Face.ask, Face.done, Face.begun}:
        return _show(link, HTTPStatus.GONE)
    context = link.page.context
    text = calendar_text([link.duty], context.translator, page.wiring.settings, name=context.house, stamp=context.now)
    headers = {"Content-Disposition": f'inline; filename="{link.duty.activity_ref}.ics"'}
    return Response(text, headers=headers, media_type=CALENDAR_TYPE)


def reason_in(form: Form, translator: Translator, *, named: str = "") -> str:
    """Return why a person cannot come, from a tap, a note and the name of somebody who could, as one text."""
    chip = REASONS.get(form["why"], "")
    said = [translator.gettext(chip)] if chip and form["why"] != "none" else []
    said += [note] if (note := _one_line(form["note"])[:LONGEST_NOTE]) else []
    if name := named or _one_line(form["who"])[:LONGEST_NAME]:
        said.append(translator.gettext("%(name)s could come instead", name=name))
    return translator.listed(said)


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _follow(token: str, request: Request, page: Page, uow: UnitOfWork) -> Link | Response:
    """Return what a link leads to, or the page that says kindly that it leads nowhere."""
    wanted = request.query_params.get("lang", "")
    now = page.context.now
    is_late = False
    try:
        subject = page.wiring.signer.read(PURPOSE, token, now)
    except ExpiredToken as late:
        subject, is_late = late.subject, True
    except BadToken:
        return gone(in_language(page, wanted), uow, HTTPStatus.NOT_FOUND)
    assignment_id = int(subject)
    try:
        with uow.read(STRANGER) as tx:
            actor, house = answer_links.link_actor(tx, assignment_id), answer_links.house(tx)
        with uow.read(actor) as tx:
            duty, remind_at = read_duty(tx, assignment_id), answer_links.next_reminder_at(tx, assignment_id)
            colleagues = nominees.of_duty(tx, duty) if duty.state is AssignmentState.declined else ()
            is_asked_again = reconfirming.is_open(tx, assignment_id)
    except NotFound:
        return gone(in_language(page, wanted), uow, HTTPStatus.NOT_FOUND)
    spoken = in_language(page, wanted or actor.locale or "")
    link = Link(
        path=f"/a/{token}",
        query=query_of(request),
        actor=actor,
        duty=duty,
        house=house,
        next_reminder_at=remind_at,
        colleagues=colleagues,
        is_asked_again=is_asked_again,
        page=spoken,
    )
    # An old message may hold a link that ended with the old date; the person has a newer one.
    if is_late and link.face in OPEN:
        return gone(spoken, uow, HTTPStatus.GONE, _contact(duty))
    return _show(link, HTTPStatus.GONE) if is_late else link


def _show(link: Link, http_status: int = HTTPStatus.OK) -> Response:
    return _sealed(link, TEMPLATES.get(link.face, OVER), http_status=http_status)


def _sealed(link: Link, template: str, *, http_status: int, **values: Any) -> Response:
    translator = link.page.translator
    return link.page.render_sealed(
        template,
        http_status=http_status,
        face=link.face,
        faces=Face,
        duty=link.duty,
        words=words_of(link.duty, translator, otherwise=(link.house.name, link.house.phone)),
        zone=zone(link.duty.zone),
        action=f"{link.path}{link.query}",
        calendar=f"{link.path}/calendar.ics{link.query}",
        other_language=_other(link.path, translator),
        next_reminder_at=link.next_reminder_at,
        colleagues=link.colleagues,
        is_asked_again=link.is_asked_again,
        reasons_to_tap=[(key, translator.gettext(msgid)) for key, msgid in REASONS.items()],
        longest_note=LONGEST_NOTE,
        longest_name=LONGEST_NAME,
        **values,
    )


def _contact(duty: Duty) -> tuple[str, str] | None:
    """Return name and phone of whoever leads the activity, where they can be called."""
    return (duty.contact_name or "", duty.contact_phone) if duty.contact_phone else None


def _other(path: str, translator: Translator) -> tuple[str, str, str]:
    """Return tag, name and address of the page in the other language."""
    return (
        ("zh-CN", "中文", f"{path}?lang=zh-CN") if translator.locale == "en" else ("en", "English", f"{path}?lang=en")
    )
