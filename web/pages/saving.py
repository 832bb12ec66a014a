"""Forms: save and go on, or show the form again with every fault; and names that people type for rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from models.errors import Conflict, Invalid
from muster.i18n import Translator
from services.access import Actor
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, PageDep, UowDep, run_form
from web.forms import Form
from web.status import status_of
from web.templating import Problem

T = TypeVar("T")
ONE_DAY = timedelta(days=1)
#: Asks again: the problems and the HTTP status of the answer.
Again = Callable[[list[Problem], int], Response]


class Given(dict[str, str]):
    """The texts of a form as they were typed or stored; a field that is not there is empty."""

    def __missing__(self, _name: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request to a page with forms: what it brought, who acts, and what answers; take it as `VisitDep`."""

    request: Request
    page: Page
    uow: UnitOfWork
    actor: Actor


async def _visit(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Visit:
    return Visit(request, page, uow, actor)


VisitDep = Annotated[Visit, Depends(_visit)]


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in a form when it is shown, what is wrong with that, and the HTTP status of the answer."""

    given: Given
    problems: list[Problem] = field(default_factory=list)
    http_status: int = 200

    def values(self) -> dict[str, Any]:
        """Return what a template of a form needs, to be rendered with the rest."""
        return {"given": self.given, "problems": self.problems, "http_status": self.http_status}


#: Shows a form.
Show = Callable[[Filled], Response]


def word_options(translator: Translator, words: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Return the members of an enum as the options of a select or the choices of a fieldset."""
    return [(member.value, translator.word(member)) for member in words]


def save(
    request: Request, page: Page, uow: UnitOfWork, actor: Actor, change: Callable[[Tx], Done], again: Again
) -> Response:
    """Run a change of a form; where its input or the house is against it, show the form again."""
    try:
        return run_form(request, uow, actor, change)
    except (Invalid, Conflict) as error:
        return again(page.problems(error), status_of(error))


def hand_in(visit: Visit, form: Form, change: Callable[[Tx], Done], show: Show) -> Response:
    """Run a change of a form; where its input or the house is against it, show what was typed with every fault."""

    def again(problems: list[Problem], status: int) -> Response:
        return show(Filled(Given(form), problems, status))

    return save(visit.request, visit.page, visit.uow, visit.actor, change, again)


def typed_id(form: Form, name: str, found: Callable[[str], Iterable[int]]) -> int | None:
    """Return the id of the one row that a typed name means; None where nothing was typed.

    `found` looks a name or code up. What means nothing, or more than one thing, is noted in the form.
    """
    typed = form.text(name, longest=100, optional=True)
    if not typed:
        return None
    ids = tuple(dict.fromkeys(found(typed)))
    if len(ids) == 1:
        return ids[0]
    if ids:
        form.blame("reference_ambiguous", name, value=typed, count=len(ids))
    else:
        form.blame("reference_unknown", name, value=typed)
    return None


def until_on(form: Form, name: str = "last_on") -> date | None:
    """Return the first day without a thing, from the last day with it that people name."""
    last_on = form.day(name, optional=True)
    return last_on + ONE_DAY if last_on and last_on < date.max else None


def last_day(until: date | None) -> str:
    """Return the last day of a validity as a form holds it; the opposite of `until_on`."""
    return (until - ONE_DAY).isoformat() if until else ""


def all_at_once(form: Form, work: Callable[[], T]) -> T:
    """Run a service and return its result; raise its faults together with those that the form noted before.

    Raises:
        Invalid: with every reason, as one would want to read them.
    """
    result: list[T] = []
    try:
        result.append(work())
    except Invalid as error:
        form.take_back(error.reasons)
    form.check()
    return result[0]
