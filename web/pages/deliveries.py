"""The ledger of messages: who got what when, and why somebody did not."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import ChannelKind, DeliveryState, NotificationKind
from services.queries.activities import read_activity
from services.queries.deliveries import DeliveryRow, ReminderRow, list_deliveries, list_reminders
from services.queries.people import list_people, read_person
from services.unit_of_work import Tx
from web.context import Page
from web.deps import ActorDep, PageDep, UowDep
from web.pages.asked import Asked, show_page
from web.pages.saving import word_options
from web.pages.unsent import unsent

router = APIRouter(include_in_schema=False)

TEMPLATE = "deliveries/list.html"
ROWS, TIMERS_SHOWN, PEOPLE_SHOWN = 30, 20, 10


@router.get("/deliveries")
def show(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show messages, latest due first; narrowed to a person or an activity, the timers behind them too."""
    asked = Asked(request)
    with uow.read(actor) as tx:
        person_id, activity_id = asked.number("person"), asked.number("activity")
        found = list_deliveries(
            tx,
            person_id=person_id,
            activity_id=activity_id,
            kind=asked.word("kind", NotificationKind),
            state=asked.word("state", DeliveryState),
            limit=ROWS,
            cursor=asked.cursor,
        )
        is_about_one = person_id is not None or activity_id is not None
        timers = (
            list_reminders(tx, person_id=person_id, activity_id=activity_id, limit=TIMERS_SHOWN).items
            if is_about_one
            else ()
        )
        values: dict[str, Any] = {
            "person": read_person(tx, person_id).person if person_id else None,
            "activity": read_activity(tx, activity_id).row if activity_id else None,
            "people": _people(tx, asked),
        }
    values |= {
        "rows": found.items,
        "whys": {row.id: _why(page, row) for row in found.items},
        "following": asked.following(found.next),
        "timers": timers,
        "timer_whys": {row.id: _why(page, row) for row in timers},
        "asked": asked,
        "kinds": word_options(page.translator, NotificationKind),
        "states": word_options(page.translator, DeliveryState),
        "unsent": lambda code: unsent(page.translator, code),
        "may_organise": page.context.viewer is not None and page.context.viewer.may_organise,
    }
    return show_page(request, page, TEMPLATE, "deliveries", **values)


def _people(tx: Tx, asked: Asked) -> tuple[Any, ...]:
    """Return the people whom a typed name may mean."""
    name = asked.text("q")
    return list_people(tx, q=name, limit=PEOPLE_SHOWN).items if name else ()


def _why(page: Page, row: DeliveryRow | ReminderRow) -> str:
    is_mail = not isinstance(row, DeliveryRow) or row.channel is ChannelKind.mail
    return unsent(page.translator, row.reason, is_mail=is_mail)
