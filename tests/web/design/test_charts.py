"""Shares add up, segments stay inside the bar and keep a gap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.charts import percentages, segments, spark_points

COUNTS = st.lists(st.integers(min_value=0, max_value=1_000_000), min_size=1, max_size=6)


@given(COUNTS)
def test_percentages_add_up(counts: list[int]) -> None:
    shares = percentages(counts)
    assert sum(shares) == (100 if sum(counts) else 0)
    assert all(share == 0 for share, count in zip(shares, counts, strict=True) if count == 0)


@given(COUNTS)
def test_segments_stay_inside_the_bar(counts: list[int]) -> None:
    laid = segments([("f-a", count) for count in counts])
    assert len(laid) == sum(1 for count in counts if count)
    assert all(piece.width > 0 for piece in laid if piece.percent)
    assert all(0 <= piece.x <= 100 and piece.x + piece.width <= 100.7 for piece in laid)


def test_evidence_of_a_lecture() -> None:
    assert percentages([5710, 9578, 2579, 553]) == [31, 52, 14, 3]
    assert [(piece.x, piece.width) for piece in segments([("f-ok", 7), ("f-c", 1)])] == [(0.0, 86.9), (87.5, 12.5)]


def test_part_of_a_whole_leaves_the_rest_empty() -> None:
    (piece,) = segments([("f-ok", 1)], total=4)
    assert piece.width == 25


@pytest.mark.parametrize(
    ("values", "points"), [([], ""), ([0, 0], "0,29 100,29"), ([1, 2], "0,15 100,1"), ([3], "0,1")]
)
def test_spark_line(values: list[float], points: str) -> None:
    assert spark_points(values) == points
