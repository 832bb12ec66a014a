"""When some of the named people said that they are away, shortly before now."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from models.enums import AbsenceKind
from models.rules.absences import DayPart
from services import absences
from services.sample import data
from services.sample.accounts import ACCOUNTS
from services.sample.stage import HOUR, Do, Stage
from services.unit_of_work import Tx


def plan_absences(stage: Stage) -> None:
    """Plan that each says so two hours before the story ends; for those without a login the organiser writes it down."""
    people = {member.key: member.person_id for member in stage.house.members if member.key}
    logins = {account.person: stage.actors[account.word] for account in ACCOUNTS if account.word in stage.actors}
    for row in data.read("people")["away"]:
        from_on = stage.days.today + timedelta(days=row["in"])
        actor = logins.get(row["person"], stage.actors["organiser"])
        stage.replay.plan(stage.days.now - 2 * HOUR, actor, _said(people[row["person"]], from_on, row))


def _said(person_id: int, from_on: date, row: Mapping[str, Any]) -> Do:
    def say(tx: Tx) -> None:
        absences.write_days(
            tx,
            person_id=person_id,
            from_on=from_on,
            until_on=from_on + timedelta(days=row["days"]),
            part=DayPart(row.get("part", "all_day")),
            kind=AbsenceKind(row.get("kind", "unavailable")),
            note=row["note"],
        )

    return say
