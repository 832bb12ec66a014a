"""Tours: campaigns of lectures under one plan, and the order of their stops."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import col, select

from models.enums import ActivityKind, TourState
from models.errors import Conflict, Invalid, LostRace, NotFound
from models.events import TourChanged, TourCreated
from models.rules import fields
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.base import table_of
from models.tables.teams import Team
from models.tables.topics import Programme
from models.tables.tours import Stop, Tour
from services import access, registers
from services.unit_of_work import Tx

CLEANERS: dict[str, fields.Cleaner] = {
    "name": fields.text(100, is_required=True),
    "aim": fields.text(500),
    "team_id": fields.reference,
    "programme_id": fields.optional(fields.reference),
    "first_on": fields.day,
    "last_on": fields.day,
}
REGISTER = registers.Register(
    noun="tour",
    cleaners=CLEANERS,
    created=TourCreated,
    changed=TourChanged,
    references={"team_id": Team, "programme_id": Programme},
)
SETTLED = (TourState.finished, TourState.cancelled)
MOST_STOPS = 1000


def create(
    tx: Tx,
    *,
    name: str,
    team_id: int,
    first_on: date,
    last_on: date,
    aim: str = "",
    programme_id: int | None = None,
) -> int:
    """Write a tour as a draft and return its id; both `first_on` and `last_on` belong to it.

    Raises:
        Forbidden: the actor does not manage the team.
        Invalid: wrong values or unknown references, all of them listed.
    """
    access.require_role(tx.actor, access.MANAGING)
    values = registers.cleaned(
        tx,
        REGISTER,
        {
            "name": name,
            "aim": aim,
            "team_id": team_id,
            "programme_id": programme_id,
            "first_on": first_on,
            "last_on": last_on,
        },
    )
    _require_days(values["first_on"], values["last_on"])
    access.require_over(tx.session, tx.actor, values["team_id"], access.MANAGING)
    return registers.write(tx, REGISTER, Tour, values).id


def change(tx: Tx, tour_id: int, changes: Mapping[str, Any], expected_version: int | None = None) -> None:
    """Edit a tour; keys are the arguments of `create`.

    Raises:
        Forbidden: the actor does not manage the team, or not the new one.
        NotFound, Invalid, LostRace.
        Conflict: the tour is over or cancelled.
    """
    row = _managed(tx, tour_id)
    values = registers.cleaned(tx, REGISTER, changes)
    _require_days(values.get("first_on", row.first_on), values.get("last_on", row.last_on))
    if "team_id" in values:
        access.require_over(tx.session, tx.actor, values["team_id"], access.MANAGING)
    registers.edit(tx, REGISTER, row, values, expected_version=expected_version)


def set_stops(tx: Tx, tour_id: int, activity_ids: Sequence[int], expected_version: int | None = None) -> None:
    """Make these lectures the stops of a tour, in this order; whatever was a stop and is not named leaves it.

    Raises:
        Forbidden: the actor does not manage the team.
        NotFound, LostRace.
        Invalid: an activity is named twice, is unknown to the actor, or is no lecture; all listed.
        Conflict: an activity is a stop of another tour, or the tour is over or cancelled; all listed.
    """
    row = _managed(tx, tour_id)
    if expected_version is not None and row.version != expected_version:
        raise LostRace
    wanted = list(activity_ids)
    _require_lectures(tx, wanted)
    table = table_of(Stop)
    elsewhere = tx.session.execute(
        select(table.c.activity_id, table.c.tour_id)
        .where(table.c.activity_id.in_(wanted), table.c.tour_id != tour_id)
        .order_by(table.c.activity_id)
    ).all()
    if elsewhere:
        raise Conflict(
            *(
                Reason("stop_in_other_tour", {"activity_id": stop.activity_id, "tour_id": stop.tour_id})
                for stop in elsewhere
            )
        )
    old = stops_of(tx, tour_id)
    if old == wanted:
        return
    tx.session.execute(delete(table).where(table.c.tour_id == tour_id))
    rows = [
        {"tour_id": tour_id, "position": position, "activity_id": activity_id}
        for position, activity_id in enumerate(wanted, start=1)
    ]
    if rows:
        tx.session.execute(insert(table), rows)
    tx.touch(row)
    tx.record(TourChanged(subject_id=row.id, changes={"stops": [old, wanted]}))


def stops_of(tx: Tx, tour_id: int) -> list[int]:
    """Return the activities of a tour, in order."""
    found = select(Stop.activity_id).where(col(Stop.tour_id) == tour_id).order_by(col(Stop.position))
    return list(tx.session.exec(found))


def _managed(tx: Tx, tour_id: int) -> Tour:
    access.require_signed_in(tx.actor)
    row = tx.get(Tour, tour_id, noun="tour")
    if not access.has_role_over(tx.session, tx.actor, row.team_id, access.SEEING):
        raise NotFound("tour", tour_id)
    access.require_over(tx.session, tx.actor, row.team_id, access.MANAGING)
    if row.state in SETTLED:
        raise Conflict(Reason("tour_settled", {"state": row.state}))
    return row


def _require_days(first_on: date, last_on: date) -> None:
    if last_on < first_on:
        raise Invalid(Reason("ends_before_begins", {"field": "last_on", "from_on": first_on.isoformat()}))


def _require_lectures(tx: Tx, activity_ids: Iterable[int]) -> None:
    wanted = list(activity_ids)
    reasons = []
    if len(wanted) > MOST_STOPS:
        raise Invalid(Reason("too_many_items", {"field": "activity_ids", "limit": MOST_STOPS}))
    if len(set(wanted)) < len(wanted):
        reasons.append(Reason("stop_repeated", {"field": "activity_ids"}))
    visible = select(Activity.id, Activity.kind).where(col(Activity.id).in_(wanted), access.may_see_activity(tx.actor))
    kinds = dict(tx.session.exec(visible).all())
    for activity_id in dict.fromkeys(wanted):
        if activity_id not in kinds:
            reasons.append(Reason("unknown_reference", {"field": "activity_ids", "id": str(activity_id)}))
        elif kinds[activity_id] is not ActivityKind.lecture:
            reasons.append(Reason("stop_not_lecture", {"field": "activity_ids", "activity_id": activity_id}))
    if reasons:
        raise Invalid(*reasons)
