"""When people are reminded: the promises of the house, for those who manage all of it."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import ActivityKind, AssignmentRole, ReminderKind
from models.rules.reminder_plans import KINDS, Promise, Scope
from models.rules.reminders import DAY_BEFORE, EVENING_BEFORE, WORKDAY_AFTER
from muster.catalogue import mark
from services import reminder_plans
from services.access import Actor
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, UowDep, run_form
from web.forms import Form
from web.pages.reminder_words import spoken
from web.pages.saving import Given, all_at_once, save, word_options
from web.templating import Problem

router = APIRouter(include_in_schema=False)

TEMPLATE = "settings/reminders.html"
PATH = "/settings/reminders"
#: Units as the form offers them, by the word that rules are spelled with.
UNITS = {"d": mark("days"), "wd": mark("working days"), "h": mark("hours"), "m": mark("minutes")}


@dataclass(frozen=True, slots=True)
class Line:
    """One list in words; each promise with the word that takes it away."""

    kind: ReminderKind
    activity_kind: ActivityKind | None
    role: AssignmentRole | None
    promises: tuple[tuple[str, str, int | None], ...]


@router.get(PATH)
def show(page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show when people are reminded, and the form for one more promise."""
    return _plans_page(page, uow, actor, Given(kind=ReminderKind.reminder.value, number="1", unit="d"))


@router.post(PATH)
def add(request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Add a promise to a list."""

    def change(tx: Tx) -> Done:
        kind, activity_kind, role = _scope(form)
        number, unit, at = form.number("number"), form["unit"], form["at"].strip()
        hours = form.number("hours", optional=True)
        form.check()
        side = "end+" if KINDS.get(kind) else "start-"
        rule = f"{side}{number}{unit}{'@' + at if at else ''}"
        lateness = None if hours is None else hours * 60
        all_at_once(form, lambda: reminder_plans.add(tx, kind, rule, lateness, activity_kind=activity_kind, role=role))
        return Done(PATH, page.gettext("Written down. It holds for answers from now on."))

    def again(problems: list[Problem], status: int) -> Response:
        return _plans_page(page, uow, actor, Given(form), problems, status)

    return save(request, page, uow, actor, change, again)


@router.post(PATH + "/remove")
def remove(request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Take a promise away."""

    def change(tx: Tx) -> Done:
        kind, activity_kind, role = _scope(form)
        form.check()
        reminder_plans.drop(tx, kind, form["rule"], activity_kind=activity_kind, role=role)
        return Done(PATH, page.gettext("Taken away."))

    return run_form(request, uow, actor, change)


def _scope(form: Form) -> Scope:
    return (
        form.choice("kind", ReminderKind) or ReminderKind.reminder,
        form.choice("activity_kind", ActivityKind, optional=True),
        form.choice("role", AssignmentRole, optional=True),
    )


def _line(scope: Scope, promises: tuple[Promise, ...], page: Page) -> Line:
    said = tuple((spoken(one.rule, page.translator), one.rule.spelled(), one.lateness_minutes) for one in promises)
    return Line(*scope, said)


def _plans_page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    given: Given,
    problems: list[Problem] | None = None,
    http_status: int = 200,
) -> Response:
    with uow.read(actor) as tx:
        found = reminder_plans.list_plans(tx)
    t = page.translator
    return page.render(
        TEMPLATE,
        http_status=http_status,
        path=PATH,
        given=given,
        problems=problems or [],
        lines=[_line(scope, promises, page) for scope, promises in found],
        usual=[spoken(rule, t) for rule in (DAY_BEFORE, EVENING_BEFORE, WORKDAY_AFTER)],
        kinds=[(kind.value, t.word(kind)) for kind in KINDS],
        activity_kinds=word_options(t, ActivityKind),
        roles=word_options(t, AssignmentRole),
        units=[(unit, t.gettext(label)) for unit, label in UNITS.items()],
    )
