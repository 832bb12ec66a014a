"""Run cases in turn, round after round, and print medians with their spread, and ratios taken within each round.

The machine is shared and noisy: an absolute figure is only a scale. What is compared runs in the same round,
and a ratio is the median of the rounds' own ratios.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter


@dataclass
class Figures:
    """The figures of each case, one a round."""

    unit: str
    by_case: dict[str, list[float]] = field(default_factory=dict)

    def note(self, case: str, value: float) -> None:
        """Keep one figure."""
        self.by_case.setdefault(case, []).append(value)

    def show(self, title: str) -> None:
        """Print every case: median, least and most, rounds."""
        print(f"\n{title}")
        width = max(map(len, self.by_case))
        for case, values in self.by_case.items():
            print(f"  {case:{width}}  {spread(values)} {self.unit}")

    def ratio(self, case: str, to: str) -> list[float]:
        """Return the ratio of two cases in each round."""
        return [one / other for one, other in zip(self.by_case[case], self.by_case[to], strict=True)]

    def show_ratio(self, case: str, to: str, *, wanted: str = "") -> None:
        """Print how many times one case is the other; `wanted` says what the house promises."""
        print(f"  {case} / {to}: {spread(self.ratio(case, to))}" + (f"  (wanted: {wanted})" if wanted else ""))


def spread(values: Sequence[float]) -> str:
    """Return `median [least–most] n=rounds`."""
    return f"{median(values):.3g} [{min(values):.3g}–{max(values):.3g}] n={len(values)}"


def interleaved(cases: Mapping[str, Callable[[], float]], rounds: int, unit: str) -> Figures:
    """Run every case once a round, first to last and then last to first, after one round that does not count."""
    figures = Figures(unit)
    for run in cases.values():
        run()
    names = list(cases)
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            figures.note(name, cases[name]())
    return figures


def milliseconds(run: Callable[[], object], times: int = 1) -> float:
    """Return how long one run takes."""
    start = perf_counter()
    for _ in range(times):
        run()
    return (perf_counter() - start) * 1000 / times


def machine() -> str:
    """Return what this is measured on, with how busy it is."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return f"{os.cpu_count()} cores, load average {load}"
