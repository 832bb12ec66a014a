"""What all pages about one activity share: who may open them, how a decision is asked for, taken, and asked for again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from models.errors import Conflict, DomainError, Forbidden, Invalid, VenueTaken
from models.rules.verdicts import Reason
from services.queries.activities import ActivityView
from services.unit_of_work import Tx
from web.context import Page
from web.deps import ActorDep, Done, PageDep, UowDep, redirect, run_form
from web.pages.activity_life import Life, life_of
from web.pages.activity_steps import MANAGERS_ONLY, Verb, possible
from web.pages.saving import Visit
from web.problems import say
from web.status import status_of
from web.templating import Problem

#: Under which field of a form the reader finds what a service calls by the name of its column.
FIELDS = {
    "starts_at": "starts_time",
    "ends_at": "ends_time",
    "from": "starts_time",
    "until": "ends_time",
    "host_org_id": "host",
    "venue_id": "venue",
}


@dataclass(frozen=True, slots=True)
class Again:
    """A form that was refused: what was typed, what is wrong, and whether a taken hall stands in the way."""

    given: Mapping[str, str]
    problems: Sequence[Problem]
    status: int
    is_taken: bool


@dataclass(frozen=True, slots=True)
class Desk(Visit):
    """One request about one activity; take it as `DeskDep`."""

    def read(self, activity_id: int, *, managed: bool = False) -> Life:
        """Return an activity to those who lead its team, or with `managed` to those who manage it.

        Raises:
            NotFound, Forbidden.
        """
        with self.uow.read(self.actor) as tx:
            life = life_of(tx, activity_id)
        if not (life.view.may_manage if managed else life.view.may_lead):
            raise Forbidden(Reason("role_missing", {"team_id": life.view.row.team_id}))
        return life

    def ask(self, activity_id: int, verb: Verb, template: str, again: Again | None = None, **values: Any) -> Response:
        """Show the form of a decision. Where the activity is past it, the reader goes back to the activity."""
        life = self.read(activity_id, managed=verb in MANAGERS_ONLY)
        reasons = {one.verb: one.reasons for one in possible(life.view, life.line, self.page.context.now)}.get(verb)
        if reasons is None and again is None:
            return redirect(address(activity_id), wiring=self.page.wiring)
        shown = life.shown(self.page) | {
            "verb": verb,
            "reasons": [say(reason, self.page.translator, self.page.wiring.zone) for reason in reasons or ()],
            "given": again.given if again else {},
            "problems": again.problems if again else [],
            "is_taken": again.is_taken if again else False,
        }
        return self.page.render(template, http_status=again.status if again else 200, **(shown | values))

    def run(
        self,
        change: Callable[[Tx], Done],
        ask_again: Callable[[Again], Response],
        form: Mapping[str, str] | None = None,
    ) -> Response:
        """Run a change of a form; where it is refused, show the form again with everything that is wrong."""
        try:
            return run_form(self.request, self.uow, self.actor, change)
        except (Invalid, Conflict) as error:
            problems = form_problems(self.page, error)
            return ask_again(Again(dict(form or {}), problems, status_of(error), isinstance(error, VenueTaken)))


def _desk(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Desk:
    return Desk(request, page, uow, actor)


DeskDep = Annotated[Desk, Depends(_desk)]


def address(activity_id: int, anchor: str = "") -> str:
    """Return the path of an activity's page."""
    return f"/activities/{activity_id}" + (f"#{anchor}" if anchor else "")


def require_managing(view: ActivityView) -> None:
    """Raise `Forbidden` unless the activity was read by somebody who manages its team."""
    if not view.may_manage:
        raise Forbidden(Reason("role_missing", {"team_id": view.row.team_id}))


def form_problems(page: Page, error: DomainError) -> list[Problem]:
    """Return every reason of an error under the field that the reader filled in."""
    return [
        replace(problem, field=FIELDS.get(problem.field, problem.field)) if problem.field else problem
        for problem in page.problems(error)
    ]
