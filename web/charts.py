"""Geometry of the small bar charts: SVG lengths as attributes, so that no page needs an inline style."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: Left free between two segments, in hundredths of the bar, so that neighbours stay apart in grey print.
GAP = 0.6


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of a bar 100 wide: `css` fills it, `percent` is what words say of it."""

    css: str
    x: float
    width: float
    percent: int


def percentages(counts: Sequence[int]) -> list[int]:
    """Return whole percentages that add up to 100 (largest remainder); all 0 where nothing was counted."""
    total = sum(counts)
    if total == 0:
        return [0] * len(counts)
    shares = [count * 100 / total for count in counts]
    whole = [int(share) for share in shares]
    by_remainder = sorted(range(len(counts)), key=lambda index: (whole[index] - shares[index], index))
    for index in by_remainder[: 100 - sum(whole)]:
        whole[index] += 1
    return whole


def segments(parts: Iterable[tuple[str, int]], total: int | None = None) -> list[Segment]:
    """Lay parts (class, count) side by side on a bar 100 wide; empty ones have no segment.

    `total` is what the whole bar stands for, by default the sum of the parts.
    """
    rows = [(css, count) for css, count in parts]
    whole = sum(count for _, count in rows) if total is None else total
    names = percentages([count for _, count in rows])
    laid: list[Segment] = []
    x = 0.0
    for (css, count), percent in zip(rows, names, strict=True):
        if count <= 0 or whole <= 0:
            continue
        share = count * 100 / whole
        laid.append(Segment(css, round(x, 1), share, percent))
        x += share
    return [
        Segment(s.css, s.x, round(s.width if index == len(laid) - 1 else max(s.width - GAP, GAP), 1), s.percent)
        for index, s in enumerate(laid)
    ]


def spark_points(values: Sequence[float]) -> str:
    """Return the points of a line through the values, in a box 100 wide and 30 high; the largest touches the top."""
    highest = max(values, default=0)
    step = 100 / max(len(values) - 1, 1)
    return " ".join(
        f"{index * step:.0f},{29 - 28 * value / highest if highest else 29:.0f}" for index, value in enumerate(values)
    )
