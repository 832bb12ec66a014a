"""Faults of input, as pydantic finds them, turned into our own reasons: stable codes, no English for Chinese readers."""

from collections.abc import Mapping, Sequence
from typing import Any

from models.rules.verdicts import Reason
from muster.catalogue import mark

#: Our code for each of pydantic's, and under which name its limit is told. What is missing here is `value_refused`.
_CODES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "missing": (mark("missing"), {}),
    "extra_forbidden": (mark("field_unknown"), {}),
    "json_invalid": (mark("json_broken"), {}),
    **dict.fromkeys(("string_too_short", "bytes_too_short"), (mark("too_short"), {"min_length": "limit"})),
    **dict.fromkeys(("string_too_long", "bytes_too_long"), (mark("too_long"), {"max_length": "limit"})),
    **dict.fromkeys(("string_type", "string_unicode", "string_pattern_mismatch"), (mark("text_wrong"), {})),
    "too_short": (mark("too_few_items"), {"min_length": "limit"}),
    "too_long": (mark("too_many_items"), {"max_length": "limit"}),
    **dict.fromkeys(
        (
            *("int_type", "int_parsing", "int_parsing_size", "int_from_float"),
            *("float_type", "float_parsing", "finite_number", "decimal_type", "decimal_parsing"),
        ),
        (mark("number_wrong"), {}),
    ),
    "greater_than": (mark("number_too_small"), {"gt": "limit"}),
    "greater_than_equal": ("number_too_small", {"ge": "limit"}),
    "less_than": (mark("number_too_large"), {"lt": "limit"}),
    "less_than_equal": ("number_too_large", {"le": "limit"}),
    **dict.fromkeys(("bool_type", "bool_parsing"), (mark("flag_wrong"), {})),
    **dict.fromkeys(("enum", "literal_error"), (mark("word_unknown"), {"expected": "choices"})),
    **dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
        (mark("day_wrong"), {}),
    ),
    **dict.fromkeys(("datetime_type", "datetime_parsing", "time_parsing"), (mark("time_wrong"), {})),
    **dict.fromkeys(
        ("model_type", "model_attributes_type", "dict_type", "list_type", "tuple_type"), (mark("shape_wrong"), {})
    ),
}
#: Codes that our own types raise as they are.
OWN_CODES = frozenset(
    {
        *(mark("zone_missing"), mark("time_wrong"), mark("text_wrong")),
        *(mark("ends_before_start"), mark("day_wrong")),
    }
)
REFUSED = mark("value_refused")


def reasons_of(faults: Sequence[Mapping[str, Any]]) -> tuple[Reason, ...]:
    """Return every fault as a reason with the field it is about, `starts_at` or `stops.2.venue_id`."""
    return tuple(_reason(fault) for fault in faults)


def _reason(fault: Mapping[str, Any]) -> Reason:
    where, *path = fault["loc"] or ("body",)
    kind = str(fault["type"])
    if kind == "json_invalid":
        return Reason("json_broken", {"position": path[0] if path else 0})
    code, limits = (kind, {}) if kind in OWN_CODES else _CODES.get(kind, (REFUSED, {}))
    told = fault.get("ctx") or {}
    values = {ours: _plain(told[theirs]) for theirs, ours in limits.items() if theirs in told}
    return Reason(code, {"field": ".".join(map(str, path)) or str(where), "in": str(where), **values})


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | str) else str(value)
