"""Ways split at shared vertices, cut into sections of a length, counted near a place."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from assetplan.network import connected_pieces, cut_sections, end_nodes, length_near, midpoints, node_lines


def split(lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Links and the line of each where lines meet at shared vertices only, as OSM ways do."""
    network = node_lines(lines, tolerance=0.001, at_grade=False).network
    return network.geometry, network.line


MAIN = LineString([(0, 0), (100, 0), (200, 0)])
SIDE = LineString([(100, 0), (100, 80)])


def test_a_way_is_split_where_another_joins_it() -> None:
    links, owner = split(np.array([MAIN, SIDE]))
    assert [link.wkt for link in links] == ["LINESTRING (0 0, 100 0)", "LINESTRING (100 0, 200 0)", SIDE.wkt]
    assert owner.tolist() == [0, 0, 1]
    assert connected_pieces(np.array([MAIN, SIDE])) == 2
    assert connected_pieces(links) == 1


def test_a_bridge_without_a_shared_vertex_is_not_joined() -> None:
    over = LineString([(50, -50), (50, 50)])
    links, _ = split(np.array([MAIN, over]))
    assert len(links) == 2
    assert connected_pieces(links) == 2


def test_a_way_that_meets_itself_is_split_there() -> None:
    lasso = LineString([(0, 0), (10, 0), (20, 10), (30, 0), (10, 0)])
    links, owner = split(np.array([lasso]))
    assert shapely.length(links) == pytest.approx([10, lasso.length - 10])
    assert owner.tolist() == [0, 0]


def test_a_ring_stays_whole_and_repeated_vertices_cut_nothing() -> None:
    ring = LineString([(0, 0), (10, 0), (10, 10), (0, 0)])
    stutter = LineString([(100, 0), (110, 0), (110, 0), (120, 0)])
    links, _ = split(np.array([ring, stutter]))
    assert shapely.length(links) == pytest.approx([ring.length, 20])


def test_vertices_under_a_millimetre_apart_are_one() -> None:
    near = LineString([(100.0002, 0.0001), (100, 80)])
    assert connected_pieces(split(np.array([MAIN, near]))[0]) == 1


def test_nothing_gives_nothing() -> None:
    none = np.empty(0, dtype=object)
    assert [len(part) for part in split(none)] == [0, 0]
    assert [len(part) for part in cut_sections(none)] == [0, 0, 0]
    assert connected_pieces(none) == 0
    assert len(split(np.array([LineString([(1, 1), (1, 1)])]))[0]) == 0
    assert length_near(none, none, 10).tolist() == []


def test_sections_are_equal_parts_near_the_target() -> None:
    sections, link, start = cut_sections(np.array([MAIN, LineString([(0, 0), (0, 149)]), SIDE]), 100)
    assert [section.wkt for section in sections[:2]] == ["LINESTRING (0 0, 100 0)", "LINESTRING (100 0, 200 0)"]
    assert link.tolist() == [0, 0, 1, 2]
    assert start.tolist() == [0, 100, 0, 0]
    with pytest.raises(ValueError, match="above 0"):
        cut_sections(np.array([MAIN]), 0)


points = st.tuples(st.integers(-5000, 5000), st.integers(-5000, 5000))
ways = st.lists(st.lists(points, min_size=2, max_size=6, unique=True), min_size=1, max_size=8)


@settings(max_examples=30)
@given(ways, st.floats(20, 400))
def test_splitting_and_cutting_lose_no_length_and_keep_the_order(coordinates, target: float) -> None:
    lines = np.array([LineString(each) for each in coordinates])
    links, owner = split(lines)
    sections, link, start = cut_sections(links, target)
    # 1e-9: the same segments added in another order.
    assert shapely.length(links).sum() == pytest.approx(shapely.length(lines).sum(), rel=1e-9)
    assert np.bincount(link, shapely.length(sections)) == pytest.approx(shapely.length(links), rel=1e-9)
    assert (np.diff(owner) >= 0).all()
    assert (np.diff(link) >= 0).all()
    whole = np.maximum(np.round(shapely.length(links) / target), 1)
    assert shapely.length(sections) == pytest.approx((shapely.length(links) / whole)[link], rel=1e-6)
    begins, ends = end_nodes(sections)
    same = link[1:] == link[:-1]
    assert (ends[:-1][same] == begins[1:][same]).all()
    assert connected_pieces(sections) == connected_pieces(links)
    assert (start[np.r_[True, ~same]] == 0).all()


def test_length_near_counts_lines_by_their_middle() -> None:
    lines = np.array([MAIN, LineString([(1000, 0), (1100, 0)])])
    at = midpoints(lines)
    assert length_near(at, lines, 50).tolist() == [200, 100]
    assert length_near(at, lines, 1000).tolist() == [300, 300]


@pytest.mark.benchmark
def test_fifty_thousand_sections() -> None:
    grid = [LineString([(i * 370, k * 370) for i in range(80)]) for k in range(80)]
    grid += [LineString([(k * 370, i * 370) for i in range(80)]) for k in range(80)]
    sections, _, _ = cut_sections(split(np.array(grid))[0])
    assert len(sections) > 50_000
