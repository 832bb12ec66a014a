"""The choices of the form on which an audience is put together."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from models.enums import AssignmentRole, TraitKind
from models.rules.audiences import AnswerIs, PresenceIs
from muster.catalogue import mark
from muster.localtime import zone
from services.queries.activities import ActivityRow, list_activities, read_activity
from services.queries.led_teams import teams_led
from services.queries.traits import known_traits
from services.unit_of_work import Tx
from web.context import Page
from web.pages.asked import id_in

ANSWERS = {
    AnswerIs.answered: mark("have answered"),
    AnswerIs.silent: mark("have not answered"),
    AnswerIs.accepted: mark("said yes"),
    AnswerIs.declined: mark("said no"),
}
PRESENCES = {PresenceIs.attended: mark("were there"), PresenceIs.absent: mark("were not there")}
#: Activities that began so long ago are still offered, and so many at most.
LOOK_BACK, ACTIVITIES = timedelta(days=45), 100


def choices(page: Page, tx: Tx, given: Mapping[str, str]) -> dict[str, Any]:
    """Return the options of every field; an activity that is given is among them, however long ago it was."""
    rows = list(list_activities(tx, from_at=tx.now - LOOK_BACK, limit=ACTIVITIES).items)
    wanted = id_in(given.get("activity_id", ""))
    if wanted is not None and all(row.id != wanted for row in rows):
        rows.insert(0, read_activity(tx, wanted).row)
    t = page.translator
    return {
        "teams": [("", t.gettext("any team")), *((str(key), name) for key, name in teams_led(tx))],
        "traits": [("", t.gettext("any of them")), *_traits(page, tx)],
        "activities": [("", t.gettext("any activity")), *((str(row.id), _spoken(page, row)) for row in rows)],
        "answers": [("", t.gettext("no matter")), *((one.value, t.gettext(text)) for one, text in ANSWERS.items())],
        "presences": [("", t.gettext("no matter")), *((one.value, t.gettext(text)) for one, text in PRESENCES.items())],
    }


def _spoken(page: Page, row: ActivityRow) -> str:
    return f"{row.title} · {page.translator.moment(row.starts_at, zone(row.zone))}"


def _traits(page: Page, tx: Tx) -> list[tuple[str, str]]:
    found = []
    for kind in TraitKind:
        for value in known_traits(tx, kind):
            is_role = kind is TraitKind.role and value in set(AssignmentRole)
            said = page.translator.word(AssignmentRole(value)) if is_role else value
            found.append((f"{kind.value}:{value}", f"{page.translator.word(kind)} · {said}"))
    return found
