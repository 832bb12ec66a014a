"""The roll-call: everybody who said yes with one tap each, and a search for whoever else came."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from fastapi import APIRouter
from starlette.responses import Response

from models.enums import CheckInSource, Direction
from models.values import TimeWindow
from services import attendance
from services.queries.activities import read_activity
from services.queries.people import list_people
from services.queries.timeline import PassageLine
from services.unit_of_work import Tx
from web.deps import Done, FormDep, RowId
from web.pages.activity_frame import Again, Desk, DeskDep, address
from web.pages.activity_life import LET_GO
from web.pages.activity_steps import Verb, window_of

router = APIRouter(include_in_schema=False)

ROLL = "activities/roll.html"
FOUND = 20  # people that a search shows
#: What an organiser can write down; scans come from devices.
SOURCES = frozenset({CheckInSource.roll_call, CheckInSource.paper})


@router.get("/activities/{activity_id}/check-in")
def call_roll(activity_id: RowId, desk: DeskDep, q: str = "", source: str = "") -> Response:
    """Show everybody who was asked, to tick off one by one; with `source=paper`, from a sheet filled in at the door."""
    return _roll(desk, activity_id, {"q": q, "source": source})


@router.post("/activities/{activity_id}/check-in")
def check_in(activity_id: RowId, form: FormDep, desk: DeskDep) -> Response:
    """Write down that one person came or left; the same tap twice is one row."""

    def change(tx: Tx) -> Done:
        person_id, direction = form.row_id("person_id") or 0, form.choice("direction", Direction) or Direction.arrival
        source = form.choice("source", CheckInSource) or CheckInSource.roll_call
        nonce = form.text("nonce", longest=attendance.NONCE_LIMIT)
        if source not in SOURCES:
            form.blame("word_unknown", "source")
        form.check()  # stops where anything is missing
        window = window_of(read_activity(tx, activity_id))
        attendance.check_in(
            tx,
            activity_id,
            person_id=person_id,
            at=passed_at(window, direction, source, tx.now),
            nonce=nonce,
            direction=direction,
            source=source,
        )
        return Done(f"{address(activity_id)}/check-in?source={source.value}")

    return desk.run(change, lambda again: _roll(desk, activity_id, again.given, again), form)


def passed_at(window: TimeWindow, direction: Direction, source: CheckInSource, now: datetime) -> datetime:
    """Return when a person passed the door: now while the activity is on, else what the plan says."""
    is_live = source is CheckInSource.roll_call and now < window.ends_at
    if is_live:
        return now
    return window.starts_at if direction is Direction.arrival else window.ends_at


def _roll(desk: Desk, activity_id: int, asked: Mapping[str, str], again: Again | None = None) -> Response:
    life = desk.read(activity_id)
    expected = [one for one in life.people if one.state not in LET_GO]
    known = {one.person_id for one in expected}
    q = asked.get("q", "").strip()
    with desk.uow.read(desk.actor) as tx:
        found = list_people(tx, q=q, limit=FOUND).items if q else ()
    came = _standing(life.line.passages, Direction.arrival)
    is_paper = asked.get("source") == CheckInSource.paper.value
    return desk.ask(
        activity_id,
        Verb.check_in,
        ROLL,
        again,
        q=q,
        source=CheckInSource.paper if is_paper else CheckInSource.roll_call,
        sources=CheckInSource,
        expected=expected,
        found=[one for one in found if one.id not in known],
        others=[one for one in came.values() if one.person_id not in known],
        came=came,
        left=_standing(life.line.passages, Direction.departure),
        directions=Direction,
    )


def _standing(passages: Iterable[PassageLine], direction: Direction) -> dict[int, PassageLine]:
    """Return each person's first passage in a direction, those left out that were taken back."""
    found: dict[int, PassageLine] = {}
    for one in passages:
        if one.direction is direction and one.reverses_id is None and not one.is_reversed:
            found.setdefault(one.person_id, one)
    return found
