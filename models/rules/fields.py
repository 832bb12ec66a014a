"""One value of a register row: from what a form, a program or a roster says to what is stored.

A cleaner takes a value, typed or as text, and returns it as it is stored; it raises `FieldRefused`
where it cannot. `clean` runs a table of them and keeps every reason, not the first.
"""

import enum
import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from models.rules import identifiers, names
from models.rules.quiet import QuietHours, QuietHoursError
from models.rules.verdicts import Reason
from muster.localtime import UnknownZone, zone

Cleaner = Callable[[object], Any]
W = TypeVar("W", bound=enum.StrEnum)

HIGHEST_ID = 2**31 - 1
FIRST_YEAR, LAST_YEAR = 1900, 2199
_WHOLE = re.compile(r"[+-]?\d{1,12}", re.ASCII)
_TRUE, _FALSE = {"1", "true", "yes", "on", "y", "是", "需要", "√"}, {"0", "false", "no", "off", "n", "否", "不需要", ""}


class FieldRefused(ValueError):
    """A value cannot be stored; `reason` says why, the field's name is added by `clean`."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


def clean(cleaners: Mapping[str, Cleaner], values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Reason]]:
    """Return the values as they are stored, and every reason against them.

    Each reason names its `field`; a value without a cleaner is refused as `field_unknown`.
    """
    cleaned: dict[str, Any] = {}
    reasons: list[Reason] = []
    for name, value in values.items():
        cleaner = cleaners.get(name)
        if cleaner is None:
            reasons.append(Reason("field_unknown", {"field": name}))
            continue
        try:
            cleaned[name] = cleaner(value)
        except FieldRefused as refused:
            reasons.append(Reason(refused.reason.code, {"field": name} | refused.reason.params))
    return cleaned, reasons


def text(limit: int, *, is_required: bool = False, spelling: Callable[[str], str] = names.tidy) -> Cleaner:
    """Return a cleaner of text of at most `limit` characters; an empty one is `""`, refused where required."""

    def cleaner(value: object) -> str:
        if not isinstance(value, str | None):
            raise FieldRefused(Reason("text_wrong"))
        spelt = spelling(value or "")
        if is_required and not spelt:
            raise FieldRefused(Reason("missing"))
        if not names.is_clean(spelt):
            raise FieldRefused(Reason("text_wrong"))
        if len(spelt) > limit:
            raise FieldRefused(Reason("too_long", {"limit": limit}))
        return spelt

    return cleaner


def optional(cleaner: Cleaner) -> Cleaner:
    """Return a cleaner for which nothing, or nothing but white space, is None."""

    def or_none(value: object) -> object:
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        return cleaner(value)

    return or_none


def shaped(shape: Callable[[str], str | None], refusal: Reason, limit: int) -> Cleaner:
    """Return a cleaner of text that a function brings into shape, or refuses by returning None."""

    def cleaner(value: object) -> str:
        found = shape(value) if isinstance(value, str) else None
        if found is None:
            raise FieldRefused(refusal)
        if len(found) > limit:
            raise FieldRefused(Reason("too_long", {"limit": limit}))
        return found

    return cleaner


def _known_zone(key: str) -> str | None:
    try:
        return zone(key.strip()).key
    except UnknownZone:
        return None


def _known_quiet(text: str) -> str | None:
    try:
        known = QuietHours.parse(text)
    except QuietHoursError:
        return None
    return known.spelled() if known else None


def person_name(value: object) -> str:
    """Clean a person's name: letters, digits and the few signs that names have."""
    spelt: str = _any_name(value)
    if not names.is_person_name(spelt):
        raise FieldRefused(Reason("name_wrong"))
    return spelt


_any_name = text(60, is_required=True, spelling=names.person_name)
contact_name = text(60, spelling=names.person_name)
phone = shaped(identifiers.phone_number, Reason("phone_wrong"), 32)
email = shaped(identifiers.email_address, Reason("email_wrong"), 254)
code = shaped(identifiers.short_code, Reason("code_wrong"), 40)
credit_code = shaped(identifiers.credit_code, Reason("credit_code_wrong"), identifiers.CREDIT_LENGTH)
division_code = shaped(identifiers.division_code, Reason("division_code_wrong"), 12)
quiet_hours = shaped(_known_quiet, Reason("quiet_hours_wrong"), 20)
zone_key = shaped(_known_zone, Reason("zone_unknown"), 40)


def whole(low: int, high: int) -> Cleaner:
    """Return a cleaner of whole numbers within bounds, both included."""

    def cleaner(value: object) -> int:
        if isinstance(value, str) and _WHOLE.fullmatch(plain := identifiers.half_width(value).replace(",", "")):
            value = int(plain)
        if isinstance(value, bool) or not isinstance(value, int):
            raise FieldRefused(Reason("number_wrong"))
        if not low <= value <= high:
            raise FieldRefused(Reason("out_of_range", {"low": low, "high": high}))
        return value

    return cleaner


def decimal(low: float, high: float) -> Cleaner:
    """Return a cleaner of numbers within bounds, both included."""

    def cleaner(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise FieldRefused(Reason("number_wrong"))
        try:
            number = float(identifiers.half_width(value) if isinstance(value, str) else value)
        except (ValueError, OverflowError) as error:
            raise FieldRefused(Reason("number_wrong")) from error
        if not math.isfinite(number):
            raise FieldRefused(Reason("number_wrong"))
        if not low <= number <= high:
            raise FieldRefused(Reason("out_of_range", {"low": low, "high": high}))
        return number

    return cleaner


reference = whole(1, HIGHEST_ID)


def day(value: object) -> date:
    """Clean a local day: a date, or text of the form 2026-03-02."""
    if isinstance(value, datetime):
        raise FieldRefused(Reason("day_wrong"))
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value.strip())
        except ValueError as error:
            raise FieldRefused(Reason("day_wrong")) from error
    if not isinstance(value, date) or not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise FieldRefused(Reason("day_wrong"))
    return value


def flag(value: object) -> bool:
    """Clean a yes or no, in the words that forms and rosters use."""
    if isinstance(value, bool):
        return value
    plain = value.strip().lower() if isinstance(value, str) else None
    if plain in _TRUE:
        return True
    if plain in _FALSE:
        return False
    raise FieldRefused(Reason("flag_wrong"))


def word(kind: type[W]) -> Cleaner:
    """Return a cleaner of one word of an enum."""

    def cleaner(value: object) -> W:
        try:
            return kind(str(value))
        except ValueError as error:
            if value in (None, ""):
                raise FieldRefused(Reason("missing")) from error
            raise FieldRefused(Reason("word_unknown", {"choices": ", ".join(kind)})) from error

    return cleaner


def choice(words: Iterable[str]) -> Cleaner:
    """Return a cleaner of one of the given words."""
    known = tuple(words)

    def cleaner(value: object) -> str:
        if isinstance(value, str) and value in known:
            return value
        raise FieldRefused(Reason("word_unknown", {"choices": ", ".join(known)}))

    return cleaner


def each(cleaner: Cleaner, *, most: int) -> Cleaner:
    """Return a cleaner of a list: every item cleaned, repeats left out, order kept."""

    def cleaners(value: object) -> tuple[Any, ...]:
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise FieldRefused(Reason("list_wrong"))
        found = tuple(dict.fromkeys(cleaner(item) for item in value))
        if len(found) > most:
            raise FieldRefused(Reason("too_many_items", {"limit": most}))
        return found

    return cleaners
