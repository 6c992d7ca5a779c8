"""Places on links: by hand, against shapely's own substring, there and back, and whatever is wrong, by row."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from assetplan.network import check_survey, nearest_links, read_chainages

# A bend of 100 m, and 30 m straight on another road.
LINES = np.array([shapely.LineString([(0, 0), (50, 0), (50, 50)]), shapely.LineString([(100, 0), (100, 30)])])
LENGTH = shapely.length(LINES)
NAMES = ["0712", "00815"]


def fault_rows(faults) -> list[tuple]:
    return [
        (row, name, problem, None if np.isnan(m) else m) for row, name, problem, m in faults.itertuples(index=False)
    ]


def test_chainages_by_hand() -> None:
    placed = read_chainages(["0712", "00815"], [40, 10], [70, np.nan], NAMES, LENGTH)
    assert (placed.link.tolist(), placed.from_m.tolist(), placed.to_m.tolist()) == ([0, 1], [40, 10], [70, 10])
    assert placed.faults.empty


def test_faults_are_listed_by_row_and_the_rest_goes_on() -> None:
    link = ["0712", "712", "0712", "0712", "0712", "0712", "00815", "0712", "0712"]
    start = [10, 0, 60, 95, -8, 140, np.nan, 0, -30]
    end = [20, 10, 40, 105, 12, 150, 10, 100.3, -10]
    placed = read_chainages(link, start, end, NAMES, LENGTH)
    assert fault_rows(placed.faults) == [
        (1, "712", "no such link", None),
        (2, "0712", "reversed", 20),
        (3, "0712", "runs past the end of its link", 5),
        (4, "0712", "begins before its link", 8),
        (5, "0712", "off its link", 40),
        (6, "00815", "no chainage", None),
        (8, "0712", "off its link", 10),
    ]
    np.testing.assert_array_equal(placed.from_m, [10, np.nan, 40, 95, 0, np.nan, np.nan, 0, np.nan])
    np.testing.assert_array_equal(placed.to_m, [20, np.nan, 60, 100, 12, np.nan, np.nan, 100, np.nan])


def test_identifiers_are_text_and_links_have_one_each() -> None:
    with pytest.raises(TypeError, match="link: identifiers of links are kept as text"):
        read_chainages([712], [0], [1], NAMES, LENGTH)
    with pytest.raises(TypeError, match="names: identifiers"):
        read_chainages(["0712"], [0], [1], [712.0, 815.0], LENGTH)
    with pytest.raises(ValueError, match="links with one identifier: 0712"):
        read_chainages(["0712"], [0], [1], ["0712", "0712"], LENGTH)


def test_a_survey_with_overlaps_and_gaps() -> None:
    link = np.array([0, 0, 0, 0, 1, -1, 1])
    start = np.array([10.0, 0.0, 15.0, 50.0, 0.0, 0.0, 30.0])
    end = np.array([20.0, 10.0, 18.0, 90.0, 30.0, 10.0, 30.0])
    assert fault_rows(check_survey(link, start, end, NAMES, LENGTH)) == [
        (2, "0712", "overlaps the reading before", 5),
        (3, "0712", "gap before", 30),  # from 20 m, where the long reading ends, not 18
        (3, "0712", "gap after", 10),
        (6, "00815", "no length", 0),
    ]
    first = np.zeros(1, dtype=int)
    assert fault_rows(check_survey(first, np.array([2.0]), np.array([99.8]), NAMES, LENGTH)) == [
        (0, "0712", "gap before", 2)
    ]


def test_points_have_their_nearest_link_and_strays_none() -> None:
    points = [shapely.Point(20, 3), shapely.Point(400, 1), None, shapely.Point(100, 31), shapely.Point(75, 0)]
    # Half-way between two links: the first.
    assert nearest_links(np.array(points), LINES, 25).tolist() == [0, -1, -1, 1, 0]


def test_nothing_to_place() -> None:
    none = np.zeros(0)
    assert nearest_links(LINES[:0], LINES, 5).tolist() == []
    assert nearest_links(np.array([shapely.Point(0, 0)]), LINES[:0], 5).tolist() == [-1]
    assert read_chainages([], [], [], [], []).faults.empty
    assert check_survey(none.astype(int), none, none, NAMES, LENGTH).empty


whole = st.integers(-50, 50)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 100), st.integers(-9, 9)), min_size=1, max_size=9))
def test_points_come_back_to_their_link(rows) -> None:
    # Parallel roads 40 m apart: a point within 9 m of one is nearest to it.
    lines = np.array([shapely.LineString([(0, 40 * i), (100, 40 * i)]) for i in range(4)])
    link, chainage, aside = np.array(rows, dtype=float).T
    points = shapely.points(chainage, 40 * link + aside)
    near = np.abs(aside) <= 8
    np.testing.assert_array_equal(nearest_links(points, lines, 8.5), np.where(near, link, -1))
