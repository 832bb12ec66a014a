"""What people write into the cells of roster files, and what they mean by it."""

import re
from datetime import date, datetime, time, timedelta

from models.rules import hours, identifiers, names
from models.rules.verdicts import Reason

#: Whole numbers above this have lost digits: Excel keeps fifteen.
LARGEST_EXACT = 10**15
#: What stands in a cell that is meant to be empty.
NOTHING = frozenset({"", "-", "--", "—", "——", "/", "无", "暂无", "n/a", "none", "null"})
#: Names of lines that only add up the lines above.
TOTALS = frozenset({"合计", "总计", "小计", "共计", "total"})

_SERIAL_START = date(1899, 12, 30)  # Excel counts from here, its 1900-02-29 included
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000  # 1954 to 2119
_DAY = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?", re.ASCII)
_SOLID_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_MONTH = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*月?", re.ASCII)
_LOST = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
_EXCEL_ERROR = re.compile(r"#(?:REF!|N/A|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!)")
_LIST_SIGNS = re.compile(r"[、，,；;\n]")
_HEADER_NOISE = re.compile(r"[\s*_:：]|必填|选填")
_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
_LINES = re.compile(r"[;；\n]")
_SPAN = re.compile(r"(\d{1,2}:\d\d)\s*(?:-|~|—|–|至|到)\s*(\d{1,2}:\d\d)", re.ASCII)
#: A day, or two with a sign between them; the second may leave out what it has in common with the first.
_SPECIAL = re.compile(
    r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?"
    r"(?:\s*(?:-|~|—|–|\.\.|至|到|to\b)\s*(?:(?:(\d{4})\s*[-./年]\s*)?(\d{1,2})\s*[-./月]\s*)?(\d{1,2})(?!\d|:\d)\s*[日号]?)?",
    re.ASCII,
)
#: Notes that say no more than the hours do.
_PLAIN_NOTES = {"闭馆", "关闭", "不开放", "停用", "开放", "closed", "open"}
_NUMBERED = re.compile(r"(.*?\D)\s*(\d{1,7})\s*[人座席]?")
_RANGE = re.compile(r"\s*(?:-|~|—|–|至|到)\s*")
_WEEKDAYS = {
    sign: number for number, signs in enumerate(("一1", "二2", "三3", "四4", "五5", "六6", "日天7")) for sign in signs
} | {sign: number for number, sign in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_EVERY_DAY = {"每天", "每日", "天天", "全周", "daily", ""}
_WORKDAYS = {"工作日", "weekdays"}
_WEEKEND = {"周末", "双休日", "weekend", "weekends"}


class UnreadableCell(ValueError):
    """A cell holds no value: an error of Excel, or a number that lost digits; `reason` says which."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


def cell_text(value: object) -> str:
    """Return what a cell says as one piece of text; an empty string for one that is meant to be empty.

    Raises:
        UnreadableCell: an error of Excel, or a long number of which Excel kept only the front.
    """
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, int | float):
        return _number_text(value)
    text = names.tidy_lines(str(value if value is not None else ""))
    if _EXCEL_ERROR.fullmatch(text):
        raise UnreadableCell(Reason("cell_error"))
    if _LOST.fullmatch(text):
        raise UnreadableCell(Reason("number_lost_digits"))
    return "" if text.lower() in NOTHING else text


def _number_text(value: float) -> str:
    if abs(value) >= LARGEST_EXACT or value != value:  # noqa: PLR0124 - the one number that is not itself
        raise UnreadableCell(Reason("number_lost_digits"))
    return str(int(value)) if value == int(value) else repr(value)


def header_keys(text: str) -> tuple[str, ...]:
    """Return the forms under which a column's name may be known: as written, and without what is in brackets."""
    plain = identifiers.half_width(text).lower()
    return tuple(dict.fromkeys((_HEADER_NOISE.sub("", plain), _HEADER_NOISE.sub("", _BRACKETS.sub("", plain)))))


def day_of(text: str) -> date | None:
    """Return the day that a text means: 2022-11-22, 2022.11.22, 2022年11月22日, 20221122, a serial of Excel.

    A month, 2022年11月, means its first day. None where it is no day.
    """
    plain = identifiers.half_width(text).partition(" 00:00")[0]
    if plain.isdecimal() and _FIRST_SERIAL <= int(plain) <= _LAST_SERIAL:
        return _SERIAL_START + timedelta(days=int(plain))
    found = _DAY.fullmatch(plain) or _SOLID_DAY.fullmatch(plain) or _MONTH.fullmatch(plain)
    if found is None:
        return None
    try:
        return date(*map(int, (*found.groups(), 1)[:3]))
    except ValueError:
        return None


def items_of(text: str) -> tuple[str, ...]:
    """Return the items of a list in one cell, parted by 、，；or line breaks."""
    return tuple(item for item in map(names.tidy, _LIST_SIGNS.split(text)) if item)


def hours_of(text: str) -> tuple[tuple[int, str, str], ...] | None:
    """Return opening hours, `周一至周五 08:30-11:30 14:00-17:30；周六 09:00-12:00`; None where it is none.

    Days are Chinese, English or numbers from 1 for Monday; without days the hours hold every day.
    """
    found: list[tuple[int, str, str]] = []
    for line in _LINES.split(identifiers.half_width(text)):
        spans = _SPAN.findall(line)
        days = _days_of(_SPAN.sub("", line))
        if not line.strip():
            continue
        if not spans or days is None:
            return None
        found += [(day, opens, closes) for day in days for opens, closes in spans]
    known = all(hours.minute_of(opens) is not None for _, opens, _ in found)
    return tuple(found) if found and known else None


def special_days_of(text: str) -> tuple[tuple[date, date, str | None, str | None, str], ...] | None:
    """Return closures and extra openings, `2026-10-01至2026-10-07 国庆节；2026-10-10 09:00-12:00 补开`.

    Each as first day, first day that is as usual again, opens, closes, note; the last day in the cell is
    one of them. Without hours it is closed. None where something is no such day.
    """
    plain = identifiers.half_width(text)
    found = list(_SPECIAL.finditer(plain))
    if not found or plain[: found[0].start()].strip():
        return None
    days: list[tuple[date, date, str | None, str | None, str]] = []
    for match, following in zip(found, [*found[1:], None], strict=True):
        bounds = _first_and_last(match)
        if bounds is None:
            return None
        rest = plain[match.end() : following.start() if following else None]
        note = names.tidy(_SPAN.sub("", rest).strip(" ,，、;；:\n"))
        note = "" if note.lower() in _PLAIN_NOTES else note
        spans: list[tuple[str | None, str | None]] = [*_SPAN.findall(rest)] or [(None, None)]
        days += [(bounds[0], bounds[1] + timedelta(days=1), opens, closes, note) for opens, closes in spans]
    return tuple(days)


def _first_and_last(match: re.Match[str]) -> tuple[date, date] | None:
    year, month, day, last_year, last_month, last_day = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 0, month or 0, day or 0)
        return first, date(last_year or first.year, last_month or first.month, last_day or first.day)
    except ValueError:
        return None


def numbered_of(text: str) -> tuple[tuple[str, int], ...] | None:
    """Return words that each have a number, `座椅成排120、课桌成排 60人`; None where one has none."""
    found = [_NUMBERED.fullmatch(identifiers.half_width(item)) for item in items_of(text)]
    pairs = tuple((match.group(1).strip(" :"), int(match.group(2))) for match in found if match is not None)
    return pairs if pairs and len(pairs) == len(found) else None


def _days_of(text: str) -> list[int] | None:
    plain = re.sub(r"星期|礼拜|周(?!末)|[:：]", "", text).strip(" ,，、").lower()
    if plain in _EVERY_DAY:
        return list(range(7))
    if plain in _WORKDAYS:
        return list(range(5))
    if plain in _WEEKEND:
        return [5, 6]
    days: list[int] = []
    for piece in re.split(r"[,，、\s]+", _RANGE.sub("-", plain)):
        ends = [_WEEKDAYS.get(end[:3]) for end in piece.split("-")]
        first, last = ends[0], ends[-1]
        if first is None or last is None or len(ends) > 2 or last < first:  # noqa: PLR2004 - from and to
            return None
        days += range(first, last + 1)
    return days
