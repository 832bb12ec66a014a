"""Submitted forms: read field by field, with every fault collected instead of the first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData, UploadFile

from models.errors import Invalid
from models.rules.verdicts import Reason
from muster.localtime import AmbiguousTime, BadTime, MissingTime, localise, parse_day, parse_wall

E = TypeVar("E", bound=StrEnum)
#: Row ids are 32-bit numbers in PostgreSQL.
LARGEST_ID = 2**31 - 1
LONGEST_TEXT = 2000


class Form(Mapping[str, str]):
    """What a person sent; as a mapping, the texts as typed, to fill the form again.

    Each reading method returns a usable value or None and notes what is wrong; `check` then
    raises all of it at once:

        title = form.text("title", longest=100)
        starts_at = form.instant("starts_at", zone)
        form.check()
    """

    def __init__(self, data: FormData) -> None:
        self._data = data
        self._reasons: list[Reason] = []

    def __getitem__(self, name: str) -> str:
        value = self._data.get(name)
        return value if isinstance(value, str) else ""

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def blame(self, code: str, field: str | None = None, **values: Any) -> None:
        """Note a fault that only the caller can see."""
        self._reasons.append(Reason(code, {"field": field, **values} if field else values))

    def check(self) -> None:
        """Raise `Invalid` with every fault noted so far; do nothing where there is none."""
        if self._reasons:
            raise Invalid(*self._reasons)

    def text(self, name: str, *, longest: int = LONGEST_TEXT, optional: bool = False) -> str:
        """Return a text without outer blanks; `""` where it is missing or unusable."""
        value = "\n".join(self[name].strip().splitlines())
        if not value and not optional:
            self.blame("missing", name)
        elif len(value) > longest:
            self.blame("too_long", name, limit=longest)
        elif any(ord(c) < ord(" ") and c not in "\n\t" for c in value):
            self.blame("text_wrong", name)
        else:
            return value
        return ""

    def texts(self, name: str) -> list[str]:
        """Return every value of a field that may come several times, without empty ones."""
        return [value.strip() for value in self._data.getlist(name) if isinstance(value, str) and value.strip()]

    def number(self, name: str, *, least: int = 0, most: int = LARGEST_ID, optional: bool = False) -> int | None:
        """Return a whole number."""
        value = self[name].strip()
        if not value:
            if not optional:
                self.blame("missing", name)
            return None
        sign, digits = (-1, value[1:]) if value.startswith("-") else (1, value)
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):  # noqa: PLR2004 - longer ones are out of range
            self.blame("number_wrong", name)
            return None
        number = sign * int(digits)
        if not least <= number <= most:
            self.blame("out_of_range", name, low=least, high=most)
            return None
        return number

    def row_id(self, name: str, *, optional: bool = False) -> int | None:
        """Return the id of a row; whether it exists is for the service to say."""
        return self.number(name, least=1, optional=optional)

    def row_ids(self, name: str) -> list[int]:
        """Return every id of a field that may come several times; what is no id is noted."""
        texts = self.texts(name)
        ids = [int(text) for text in texts if text.isascii() and text.isdigit() and 0 < int(text[:12]) <= LARGEST_ID]
        if len(ids) != len(texts):
            self.blame("number_wrong", name)
        return ids

    def choice(self, name: str, words: type[E], *, optional: bool = False) -> E | None:
        """Return a member of an enum by its word."""
        value = self[name].strip()
        if not value and optional:
            return None
        try:
            return words(value)
        except ValueError:
            self.blame("missing" if not value else "word_unknown", name)
            return None

    def flag(self, name: str) -> bool:
        """Return whether a box is ticked."""
        return bool(self[name]) and self[name] not in {"0", "false", "no"}

    def day(self, name: str, *, optional: bool = False) -> date | None:
        """Return a calendar day, typed as `2026-03-10`."""
        value = self[name].strip()
        if not value:
            if not optional:
                self.blame("missing", name)
            return None
        try:
            return parse_day(value)
        except BadTime:
            self.blame("day_wrong", name)
            return None

    def instant(self, name: str, zone: ZoneInfo, *, optional: bool = False) -> datetime | None:
        """Return the instant of a wall time typed as `2026-03-10T08:30`, or in two fields `<name>_on` and `<name>_time`.

        A time that the clocks skip or repeat in `zone` is refused.
        """
        value = self[name].strip() or f"{self[f'{name}_on'].strip()}T{self[f'{name}_time'].strip()}".strip("T")
        if not value:
            if not optional:
                self.blame("missing", name)
            return None
        try:
            return localise(parse_wall(value), zone)
        except BadTime:
            self.blame("time_wrong", name)
        except AmbiguousTime:
            self.blame("time_repeated", name)
        except MissingTime:
            self.blame("time_skipped", name)
        return None

    def files(self, name: str) -> Sequence[UploadFile]:
        """Return uploaded files; an empty input counts as none. Read them through `.file`, in the route's thread."""
        return [value for value in self._data.getlist(name) if isinstance(value, UploadFile) and value.filename]

    def take_back(self, reasons: Iterable[Reason]) -> None:
        """Note the reasons of an error that was raised elsewhere, to show them with the rest."""
        self._reasons.extend(reasons)
