"""Equipment and vehicles: edits of their register, and what becomes of a loan.

`equipment` is what people call the thing, its name and inventory number, so that history tells which one it was.
"""

from dataclasses import dataclass
from datetime import datetime

from models.events.base import Event, RowChanged, RowCreated, RowEnded


class EquipmentCreated(RowCreated):
    """A piece of equipment was written in."""

    key = "equipment.created"


class EquipmentChanged(RowChanged):
    """A piece of equipment was edited."""

    key = "equipment.changed"


class EquipmentEnded(RowEnded):
    """A piece of equipment was given an end."""

    key = "equipment.ended"


@dataclass(frozen=True, kw_only=True)
class LoanMade(Event):
    """A piece of equipment was lent to an activity; from now on it is taken."""

    key = "loan.made"
    activity_id: int
    equipment_id: int
    equipment: str
    occupied_from: datetime
    occupied_until: datetime


@dataclass(frozen=True, kw_only=True)
class LoanMoved(Event):
    """A loan followed its activity to another window."""

    key = "loan.moved"
    activity_id: int
    equipment_id: int
    equipment: str
    occupied_from: datetime
    occupied_until: datetime


@dataclass(frozen=True, kw_only=True)
class LoanSwapped(Event):
    """A loan followed its activity with another thing of the same name, since the first one is taken then."""

    key = "loan.swapped"
    activity_id: int
    equipment_id: int
    equipment: str
    old_equipment_id: int
    old_equipment: str
    occupied_from: datetime
    occupied_until: datetime


@dataclass(frozen=True, kw_only=True)
class LoanReturned(Event):
    """A piece of equipment came back; from now on it is free."""

    key = "loan.returned"
    activity_id: int
    equipment_id: int
    equipment: str


@dataclass(frozen=True, kw_only=True)
class LoanCancelled(Event):
    """A loan was called off, by somebody or with its activity."""

    key = "loan.cancelled"
    activity_id: int
    equipment_id: int
    equipment: str
    reason: str = ""
