"""Programmes: the lines of work that activities count towards."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from models.events import ProgrammeChanged, ProgrammeCreated, ProgrammeEnded
from models.rules import fields
from models.tables.topics import Programme
from services import access, registers
from services.unit_of_work import Tx

CLEANERS: dict[str, fields.Cleaner] = {
    "code": fields.code,
    "name": fields.text(100, is_required=True),
    "name_en": fields.text(100),
    "valid_until_on": fields.optional(fields.day),
}
REGISTER = registers.Register(noun="programme", cleaners=CLEANERS, created=ProgrammeCreated, changed=ProgrammeChanged)


def create(tx: Tx, *, code: str, name: str, name_en: str = "") -> int:
    """Write a programme and return its id; the code is what figures name it by.

    Raises:
        Forbidden: the actor manages nothing.
        Invalid: wrong values, all of them listed.
        Conflict: the code is another programme's.
    """
    access.require_role(tx.actor, access.MANAGING)
    values = registers.cleaned(tx, REGISTER, {"code": code, "name": name, "name_en": name_en})
    return registers.write(tx, REGISTER, Programme, values).id


def change(tx: Tx, programme_id: int, changes: Mapping[str, Any], expected_version: int | None = None) -> None:
    """Edit a programme; keys are the arguments of `create`, and `valid_until_on`, which reopens it when empty.

    Raises:
        Forbidden, NotFound, Invalid, LostRace.
        Conflict: the code is another programme's.
    """
    access.require_role(tx.actor, access.MANAGING)
    row = tx.get(Programme, programme_id, noun="programme")
    values = registers.cleaned(tx, REGISTER, changes)
    registers.edit(tx, REGISTER, row, values, expected_version=expected_version)


def end(tx: Tx, programme_id: int, until_on: date) -> None:
    """Close a programme to new activities: `until_on` is the first day without it. Repetition changes nothing.

    Raises:
        Forbidden, NotFound, Invalid.
    """
    access.require_role(tx.actor, access.MANAGING)
    row = tx.get(Programme, programme_id, noun="programme")
    values = registers.cleaned(tx, REGISTER, {"valid_until_on": until_on})
    registers.end(tx, row, values["valid_until_on"], ProgrammeEnded)
