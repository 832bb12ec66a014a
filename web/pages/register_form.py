"""What the forms of registers do alike: write a row in, change one, or show the form again with every fault."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Protocol, TypeVar

from starlette.responses import Response

from models.errors import Forbidden
from models.rules.verdicts import Reason
from services import access
from services.unit_of_work import Tx
from web.deps import Done
from web.forms import Form
from web.pages import named
from web.pages.saving import Show, Visit, all_at_once, hand_in, last_day, typed_id, until_on


class Changeable(Protocol):
    """A row as it is read, which says whether the actor may change it."""

    @property
    def may_change(self) -> bool:
        """Whether the actor may."""
        ...


V = TypeVar("V", bound=Changeable)
#: Reads the values of a row from a form; what is wrong is noted in the form.
Read = Callable[[Tx, Form], dict[str, Any]]


def to_change(visit: Visit, read: Callable[[Tx, int], V], row_id: int, **told: int) -> V:
    """Return a row that the actor may change; `told` goes into the refusal.

    Raises:
        Forbidden, NotFound.
    """
    with visit.uow.read(visit.actor) as tx:
        view = read(tx, row_id)
    if not view.may_change:
        raise Forbidden(Reason("role_missing", told))
    return view


def write_in(
    visit: Visit, form: Form, show: Show, *, at: str, read: Read, create: Callable[..., int], notice: str
) -> Response:
    """Write a row in with what a form says, and go to its page below `at`; or show the form again.

    Raises:
        Forbidden: the actor manages nothing.
    """
    access.require_role(visit.actor, access.MANAGING)

    def change(tx: Tx) -> Done:
        values = read(tx, form)
        row_id = all_at_once(form, lambda: create(tx, **values))
        return Done(f"{at}/{row_id}", notice)

    return hand_in(visit, form, change, show)


def save_changes(
    visit: Visit,
    form: Form,
    show: Show,
    *,
    at: str,
    row_id: int,
    read: Read,
    change: Callable[[Tx, int, dict[str, Any], int | None], None],
) -> Response:
    """Change a row to what a form says, of the version that the form was made from, and go to its page; or show it again."""

    def work(tx: Tx) -> Done:
        values, version = read(tx, form), form.number("version")
        all_at_once(form, lambda: change(tx, row_id, values, version))
        return Done(f"{at}/{row_id}", visit.page.gettext("Saved."))

    return hand_in(visit, form, work, show)


def typed_org(tx: Tx, form: Form, name: str = "org_id") -> int | None:
    """Return the id of the one org that is typed into a field; None where nothing is."""
    return typed_id(form, name, lambda typed: named.org_ids(tx, typed))


def values_in(tx: Tx, form: Form, plain: Iterable[str], *, org: str = "org_id") -> dict[str, Any]:
    """Return what a form says of a row: the plain fields as they are typed, the org, and the validity.

    Without a first day, the row's own or the usual one holds.
    """
    values: dict[str, Any] = {name: form[name] for name in plain}
    values |= {org: typed_org(tx, form, org), "valid_until_on": until_on(form)}
    if form["valid_from_on"]:
        values["valid_from_on"] = form.day("valid_from_on")
    return values


def validity_texts(from_on: date, until: date | None) -> dict[str, str]:
    """Return a validity as a form holds it; the opposite of what `values_in` reads."""
    return {"valid_from_on": from_on.isoformat(), "last_on": last_day(until)}


def texts_of(row: object, names: Iterable[str]) -> dict[str, str]:
    """Return columns of a row as a form holds them; empty where there is no value."""
    values = {name: getattr(row, name) for name in names}
    return {name: "" if value is None else str(value) for name, value in values.items()}
