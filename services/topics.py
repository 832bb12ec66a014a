"""Topics: what lectures are about, each an approved script with its length and audience."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from models.events import TopicChanged, TopicCreated, TopicEnded
from models.rules import fields
from models.tables.topics import Topic
from services import access, registers
from services.unit_of_work import Tx

LONGEST_MINUTES = 1440

CLEANERS: dict[str, fields.Cleaner] = {
    "title": fields.text(100, is_required=True),
    "length_minutes": fields.whole(1, LONGEST_MINUTES),
    "audience": fields.text(100),
    "approved_on": fields.optional(fields.day),
    "valid_until_on": fields.optional(fields.day),
}
REGISTER = registers.Register(noun="topic", cleaners=CLEANERS, created=TopicCreated, changed=TopicChanged)


def create(tx: Tx, *, title: str, length_minutes: int = 90, audience: str = "", approved_on: date | None = None) -> int:
    """Write a topic and return its id; `approved_on` is the day its script was approved.

    Raises:
        Forbidden: the actor manages nothing.
        Invalid: wrong values, all of them listed.
    """
    access.require_role(tx.actor, access.MANAGING)
    values = registers.cleaned(
        tx,
        REGISTER,
        {"title": title, "length_minutes": length_minutes, "audience": audience, "approved_on": approved_on},
    )
    return registers.write(tx, REGISTER, Topic, values).id


def change(tx: Tx, topic_id: int, changes: Mapping[str, Any], expected_version: int | None = None) -> None:
    """Edit a topic; keys are the arguments of `create`, and `valid_until_on`, which reopens it when empty.

    Raises:
        Forbidden, NotFound, Invalid, LostRace.
    """
    access.require_role(tx.actor, access.MANAGING)
    row = tx.get(Topic, topic_id, noun="topic")
    values = registers.cleaned(tx, REGISTER, changes)
    registers.edit(tx, REGISTER, row, values, expected_version=expected_version)


def end(tx: Tx, topic_id: int, until_on: date) -> None:
    """Take a topic out of use: `until_on` is the first day without it. Repetition changes nothing.

    Raises:
        Forbidden, NotFound, Invalid.
    """
    access.require_role(tx.actor, access.MANAGING)
    row = tx.get(Topic, topic_id, noun="topic")
    values = registers.cleaned(tx, REGISTER, {"valid_until_on": until_on})
    registers.end(tx, row, values["valid_until_on"], TopicEnded)
