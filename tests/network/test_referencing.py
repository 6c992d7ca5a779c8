"""Places on links: by hand, against shapely's own substring, there and back, and whatever is wrong told by row."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.ops import substring
from surveys_made import steady

from assetplan.network import check_survey, project_lines, project_points, read_chainages, substrings

# A bend of 100 m, and 30 m straight on another road.
LINES = np.array([shapely.LineString([(0, 0), (50, 0), (50, 50)]), shapely.LineString([(100, 0), (100, 30)])])
LENGTH = shapely.length(LINES)
NAMES = ["0712", "00815"]


def told(faults) -> list[tuple]:
    return [
        (row, name, problem, None if np.isnan(m) else m) for row, name, problem, m in faults.itertuples(index=False)
    ]


def test_chainage_to_geometry_by_hand() -> None:
    found = read_chainages(["0712", "00815"], [40, 10], [70, np.nan], NAMES, LENGTH)
    shapes = substrings(LINES, found.link, found.from_m, found.to_m)
    assert shapes[0].wkt == "LINESTRING (40 0, 50 0, 50 20)"
    assert shapes[1].wkt == "POINT (100 10)"
    assert found.faults.empty


def test_faults_are_told_by_row_and_the_rest_goes_on() -> None:
    link = ["0712", "712", "0712", "0712", "0712", "0712", "00815", "0712", "0712"]
    start = [10, 0, 60, 95, -8, 140, np.nan, 0, -30]
    end = [20, 10, 40, 105, 12, 150, 10, 100.3, -10]
    found = read_chainages(link, start, end, NAMES, LENGTH)
    assert told(found.faults) == [
        (1, "712", "no such link", None),
        (2, "0712", "reversed", 20),
        (3, "0712", "runs past the end of its link", 5),
        (4, "0712", "begins before its link", 8),
        (5, "0712", "off its link", 40),
        (6, "00815", "no chainage", None),
        (8, "0712", "off its link", 10),
    ]
    np.testing.assert_array_equal(found.from_m, [10, np.nan, 40, 95, 0, np.nan, np.nan, 0, np.nan])
    np.testing.assert_array_equal(found.to_m, [20, np.nan, 60, 100, 12, np.nan, np.nan, 100, np.nan])
    assert np.flatnonzero(found.backward).tolist() == [2]
    shapes = substrings(LINES, found.link, found.from_m, found.to_m)
    assert [shape is None for shape in shapes] == [False, True, False, False, False, True, True, False, True]


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
    assert told(check_survey(link, start, end, NAMES, LENGTH)) == [
        (2, "0712", "overlaps the reading before", 5),
        (3, "0712", "gap before", 30),  # from 20 m, where the long reading ends, not 18
        (3, "0712", "gap after", 10),
        (6, "00815", "no length", 0),
    ]
    first = np.zeros(1, dtype=int)
    assert told(check_survey(first, np.array([2.0]), np.array([99.8]), NAMES, LENGTH)) == [(0, "0712", "gap before", 2)]


def test_points_are_projected_and_strays_named() -> None:
    points = [shapely.Point(20, 3), shapely.Point(400, 1), None, shapely.Point(100, 31), shapely.Point(75, 0)]
    found = project_points(points, ["gully 1", "gully 2", "gully 3", "signal", "sign"], LINES, 25)
    assert found.link.tolist() == [0, -1, -1, 1, 0]  # half-way between two links: the first
    np.testing.assert_array_equal(found.from_m, [20, np.nan, np.nan, 30, 50])
    np.testing.assert_array_equal(found.offset, [3, np.nan, np.nan, 1, 25])
    assert told(found.faults) == [(1, "gully 2", "off the network", None), (2, "gully 3", "no geometry", None)]


def test_lines_are_projected_along_their_link() -> None:
    lines = [
        shapely.LineString([(51, 40), (51, 10)]),  # against the direction
        shapely.LineString([(45, 1), (60, 1), (90, 1)]),  # leaves the road
        shapely.LineString([(52, 0), (99, 0), (99, 29)]),  # half of it far from either
        shapely.LineString([(99, 4), (101, 20)]),
    ]
    found = project_lines(lines, list("abcd"), LINES, 5)
    assert found.link.tolist() == [0, -1, -1, 1]
    np.testing.assert_allclose(found.from_m[[0, 3]], [60, 4])
    np.testing.assert_allclose(found.to_m[[0, 3]], [90, 20])
    assert found.backward.tolist() == [True, False, False, False]
    np.testing.assert_allclose(found.offset[[0, 3]], [1, 1])
    assert told(found.faults) == [(1, "b", "off the network", None), (2, "c", "off the network", None)]


def test_nothing_to_place() -> None:
    none = np.zeros(0)
    assert project_points([], [], LINES, 5).link.tolist() == []
    assert project_points([shapely.Point(0, 0)], ["g"], LINES[:0], 5).link.tolist() == [-1]
    assert substrings(LINES, none.astype(int), none, none).tolist() == []
    assert read_chainages([], [], [], [], []).faults.empty
    assert check_survey(none.astype(int), none, none, NAMES, LENGTH).empty


whole = st.integers(-50, 50)


@steady
@given(st.data())
def test_substrings_are_those_of_shapely_and_lie_where_they_came_from(data) -> None:
    shapes = st.lists(st.tuples(whole, whole), min_size=2, max_size=6, unique=True).map(shapely.LineString)
    lines = np.array(data.draw(st.lists(shapes, min_size=1, max_size=4)))
    shares = st.tuples(st.integers(0, len(lines) - 1), st.floats(0, 1), st.floats(0, 1))
    rows = data.draw(st.lists(shares, min_size=1, max_size=8))
    link = np.array([row[0] for row in rows])
    ends = np.sort([row[1:] for row in rows], axis=1) * shapely.length(lines)[link][:, None]
    ends = np.where(np.diff(ends) < 1e-6, ends[:, :1], ends)  # a hair of line has no direction to compare
    found = substrings(lines, link, *ends.T)
    for shape, row, (start, end) in zip(found, link, ends, strict=True):
        expected = substring(lines[row], start, end)
        assert shape.geom_type == expected.geom_type
        # Vertices that rounding sets a hair apart are one.
        assert shape.length == pytest.approx(end - start, abs=1e-6)
        assert shape.hausdorff_distance(expected) < 1e-6


@steady
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 100), st.integers(-9, 9)), min_size=1, max_size=9))
def test_points_come_back_to_their_link_chainage_and_offset(rows) -> None:
    # Parallel roads 40 m apart: a point within 9 m of one is nearest to it.
    lines = np.array([shapely.LineString([(0, 40 * i), (100, 40 * i)]) for i in range(4)])
    link, chainage, aside = np.array(rows, dtype=float).T
    points = shapely.points(chainage, 40 * link + aside)
    found = project_points(points, [str(i) for i in range(len(rows))], lines, 8.5)
    near = np.abs(aside) <= 8
    np.testing.assert_array_equal(found.link, np.where(near, link, -1))
    # GEOS rounds on its way along the line.
    np.testing.assert_allclose(found.from_m[near], chainage[near], atol=1e-9)
    np.testing.assert_allclose(found.offset[near], np.abs(aside)[near], atol=1e-9)
    assert found.faults["identifier"].tolist() == [str(i) for i in np.flatnonzero(~near)]
