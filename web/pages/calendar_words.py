"""A calendar that somebody keeps elsewhere, in words: whether it was read, and if not, why and what helps."""

from collections.abc import Mapping

from muster.catalogue import mark
from services.outside_calendars import Fault

#: Why the last try failed, and what helps.
FAULTS: Mapping[Fault, str] = {
    Fault.unreachable: mark("calendar_fault.unreachable"),
    Fault.refused: mark("calendar_fault.refused"),
    Fault.missing: mark("calendar_fault.missing"),
    Fault.too_slow: mark("calendar_fault.too_slow"),
    Fault.too_big: mark("calendar_fault.too_big"),
    Fault.no_calendar: mark("calendar_fault.no_calendar"),
    Fault.inside: mark("calendar_fault.inside"),
}
