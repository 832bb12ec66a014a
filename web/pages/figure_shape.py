"""The rows behind a figure in shapes that can be read at a glance: by team, by month or year, and page by page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.enums import EvidenceClass
from models.values import EvidenceMix
from muster.i18n import Translator
from muster.localtime import local_day, zone
from muster.phrasing import MONTHS
from services.queries.figures import EvidenceRow

TEAMS_SHOWN = 8
#: With more months than these, a column is a year.
MOST_MONTHS = 18
COLUMN_WIDTH, COLUMN_GAP, HEIGHT, FLOOR = 40, 22, 96, 120
#: A chart of two columns is drawn no larger than one of five.
NARROWEST = 310


@dataclass(frozen=True, slots=True)
class Share:
    """One team's part of a figure."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a chart, in units of its picture: from `x`, `height` above the floor."""

    x: int
    height: int
    count: int
    label: str

    @property
    def middle(self) -> int:
        """Where its number and its label stand."""
        return self.x + COLUMN_WIDTH // 2

    @property
    def top(self) -> int:
        """Where it begins, from above."""
        return FLOOR - self.height


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns side by side; `told` says the same in words."""

    columns: tuple[Column, ...]
    width: int
    highest: int
    told: str


def by_team(rows: Sequence[EvidenceRow]) -> tuple[tuple[Share, ...], Share | None]:
    """Return what each team adds, most first, and all others together; the others are None where there are none.

    `name` of the others is how many they are.
    """
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row.team_name] += row.count
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown = tuple(Share(name, count) for name, count in ordered[:TEAMS_SHOWN])
    others = ordered[TEAMS_SHOWN:]
    return shown, Share(str(len(others)), sum(count for _, count in others)) if others else None


def chart(rows: Sequence[EvidenceRow], from_on: date, until_on: date, translator: Translator) -> Chart | None:
    """Return what each month adds, or each year of a long period; None where there is but one."""
    is_long = _months(from_on, until_on) > MOST_MONTHS
    counts: Counter[tuple[int, int]] = Counter()
    for row in rows:
        on = local_day(row.starts_at, zone(row.zone))
        counts[on.year, 0 if is_long else on.month] += row.count
    keys = _keys(from_on, until_on, is_long=is_long)
    if len(keys) < 2:  # noqa: PLR2004 - one column says nothing that the number does not
        return None
    highest = max(counts.values(), default=0)
    columns = tuple(
        Column(
            x=COLUMN_GAP // 2 + index * (COLUMN_WIDTH + COLUMN_GAP),
            height=round(HEIGHT * counts[key] / highest) if highest else 0,
            count=counts[key],
            label=str(key[0]) if is_long else _month(key[1], translator),
        )
        for index, key in enumerate(keys)
    )
    told = translator.listed(f"{column.label} {translator.number(column.count)}" for column in columns)
    return Chart(columns, max(len(columns) * (COLUMN_WIDTH + COLUMN_GAP), NARROWEST), highest, told)


def class_of(mix: EvidenceMix) -> EvidenceClass:
    """Return the class that most of a row rests on; the stronger of two alike."""
    return max(EvidenceClass, key=lambda strength: (getattr(mix, strength.value), -ord(strength.value)))


def _months(from_on: date, until_on: date) -> int:
    last = date.fromordinal(until_on.toordinal() - 1)
    return (last.year - from_on.year) * 12 + last.month - from_on.month + 1


def _keys(from_on: date, until_on: date, *, is_long: bool) -> list[tuple[int, int]]:
    count = _months(from_on, until_on)
    months = [
        ((from_on.year * 12 + from_on.month - 1 + number) // 12, (from_on.month - 1 + number) % 12 + 1)
        for number in range(count)
    ]
    return sorted({(year, 0) for year, _ in months}) if is_long else months


def _month(month: int, translator: Translator) -> str:
    return translator.gettext(MONTHS[month - 1])
