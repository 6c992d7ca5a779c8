"""Noding by hand, and against exact arithmetic on small grids."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from assetplan.network import Noded, components, line_components, node_lines

EAST = LineString([(0, 0), (100, 0)])
NORTH = LineString([(50, -50), (50, 50)])


def noded(*lines: LineString | None, **options) -> Noded:
    return node_lines(np.array(lines, dtype=object), **options)


def kinds(made: Noded) -> dict[str, int]:
    counts = made.notes["kind"].value_counts().to_dict()
    counts.pop("dangling end", None)
    return counts


def links(made: Noded) -> list[list[tuple[float, float]]]:
    return [[tuple(xy) for xy in shapely.get_coordinates(line)] for line in made.network.geometry]


def test_t_junction_at_a_vertex() -> None:
    made = noded(LineString([(0, 0), (50, 0), (100, 0)]), LineString([(50, 0), (50, 80)]))
    assert links(made) == [[(0, 0), (50, 0)], [(50, 0), (100, 0)], [(50, 0), (50, 80)]]
    network = made.network
    assert network.nodes.tolist() == [[0, 0], [50, 0], [50, 80], [100, 0]]
    assert (network.start.tolist(), network.end.tolist()) == ([0, 1, 1], [1, 3, 2])
    assert (network.from_m.tolist(), network.to_m.tolist()) == ([0, 50, 0], [50, 100, 80])
    assert (network.line.tolist(), network.length.tolist()) == ([0, 0, 1], [50, 50, 80])
    assert network.degree.tolist() == [1, 3, 1, 1]
    dangling = made.notes
    assert dangling["kind"].tolist() == ["dangling end"] * 3
    assert dangling[["line", "x", "y"]].to_numpy().tolist() == [[0, 0, 0], [0, 100, 0], [1, 50, 80]]


def test_crossing_at_grade_is_joined_and_noted() -> None:
    made = noded(EAST, NORTH)
    assert len(made.network.line) == 4
    assert kinds(made) == {"crossing without a node, joined": 1}
    row = made.notes.iloc[0]
    assert (row["line"], row["other"], row["x"], row["y"]) == (0, 1, 50, 0)
    # A layer that is split at every junction has a bridge here.
    apart = noded(EAST, NORTH, at_grade=False)
    assert len(apart.network.line) == 2
    assert kinds(apart) == {"crossing left apart": 1}


@pytest.mark.parametrize("level", [1, -1, 0.5])
@pytest.mark.parametrize("vertex", [False, True])
def test_bridge_over_and_tunnel_under_stay_apart(level: float, vertex: bool) -> None:
    middle = [(50, 0)] if vertex else []
    over = LineString([(50, -50), *middle, (50, 50)])
    made = noded(LineString([(0, 0), *middle, (100, 0)]), over, level=[0, level])
    assert components(made.network).tolist() == [0, 1]
    assert kinds(made) == {"crossing left apart": 1}


def test_bridge_joins_the_ways_on_either_bank() -> None:
    river_road = EAST
    approach, deck = LineString([(50, -90), (50, -10)]), LineString([(50, -10), (50, 10)])
    bank_road = LineString([(0, 10), (50, 10), (100, 10)])
    made = noded(river_road, approach, deck, bank_road, level=[0, 0, 1, 0])
    assert line_components(made.network, 4).tolist() == [1, 0, 0, 0]
    assert kinds(made) == {"crossing left apart": 1}


def test_dead_end_under_a_bridge_is_not_joined_to_it() -> None:
    made = noded(EAST, LineString([(50, -50), (50, -0.2)]), level=[1, 0])
    assert components(made.network).tolist() == [0, 1]


def test_nodes_in_one_place_on_two_levels_are_two() -> None:
    over = [LineString([(20, -30), (80, 30)]), LineString([(20, 30), (80, -30)])]
    made = noded(EAST, NORTH, *over, level=[0, 0, 1, 1])
    assert len(made.network.line) == 8
    assert line_components(made.network, 4).tolist() in ([0, 0, 1, 1], [1, 1, 0, 0])


@pytest.mark.parametrize(("gap", "joined"), [(0.3, True), (-0.3, True), (0.7, False)])
def test_end_near_a_line_is_snapped_within_the_tolerance(gap: float, joined: bool) -> None:
    side = LineString([(50, gap), (50, 80)])
    made = noded(EAST, side, at_grade=False)
    assert made.network.line.tolist() == ([0, 0, 1] if joined else [0, 1])
    if joined:
        assert links(made)[2] == [(50, gap), (50, 80)]
        assert links(made)[0] == [(0, 0), (50, gap)]
        assert kinds(made) == {}
        assert len(noded(EAST, side, tolerance=0.1, at_grade=False).network.line) == 2


def test_ends_near_each_other_become_one_node() -> None:
    made = noded(LineString([(0, 0), (50, 0)]), LineString([(50.3, 0.2), (100, 0)]), level=[0, 1])
    assert made.network.end[0] == made.network.start[1]
    assert shapely.get_coordinates(made.network.geometry[1])[0].tolist() == [50, 0]


def test_end_near_its_own_line_makes_a_loop() -> None:
    lasso = LineString([(0, 0), (50, 0), (80, 30), (30, 30), (30, 0.3)])
    made = noded(lasso)
    assert len(made.network.line) == 2
    assert made.network.start[1] == made.network.end[1] == made.network.end[0]
    open_ring = LineString([(0, 0), (50, 0), (50, 50), (0, 50), (0, 0.4)])
    ring = noded(open_ring).network
    assert (len(ring.line), ring.start[0]) == (1, ring.end[0])


def test_duplicates_are_listed_and_kept() -> None:
    same = LineString([(100, 0.2), (50, 0.1), (0.1, 0)])
    around = LineString([(0, 0), (50, 30), (100, 0)])
    made = noded(EAST, same, around)
    assert made.duplicate.tolist() == [-1, 0, -1]
    assert kinds(made) == {"duplicate": 1}
    assert made.notes.iloc[0][["line", "other"]].tolist() == [1, 0]
    # Carriageways of one road that go opposite ways are no duplicates; both drawn one way are.
    assert noded(EAST, EAST, direction=[1, -1]).duplicate.tolist() == [-1, -1]
    assert noded(EAST, EAST.reverse(), direction=[1, -1]).duplicate.tolist() == [-1, 0]


def test_bad_rows_are_noted_and_survived() -> None:
    with np.errstate(invalid="ignore"):
        unknown = LineString([(0, 0), (np.nan, 1)])
    bad = [
        None,
        LineString(),
        LineString([(3, 3), (3, 3)]),
        LineString([(0, 0), (0.2, 0)]),
        shapely.Point(1, 1),
        unknown,
        shapely.MultiLineString([[(0, 0), (1, 1)], [(5, 5), (6, 6)]]),
    ]
    made = noded(*bad, shapely.MultiLineString([EAST.coords]), LineString([(100, 0, 7), (200, 0, 9)]))
    listed = made.notes.groupby("kind")["line"].apply(list).to_dict()
    assert listed == {"not a line": [0, 1, 4, 5, 6], "no length": [2, 3], "dangling end": [7, 8]}
    assert made.network.line.tolist() == [7, 8]
    assert line_components(made.network, 9).tolist() == [-1] * 7 + [0, 0]


def test_nothing_and_only_bad_lines_give_an_empty_network() -> None:
    for made in (noded(), noded(None, LineString([(1, 1), (1, 1)]))):
        assert made.network.nodes.shape == (0, 2)
        assert components(made.network).tolist() == []


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match=r"tolerance must be at least 0\.001 m, not 0"):
        noded(EAST, tolerance=0)
    with pytest.raises(ValueError, match="level has shape"):
        noded(EAST, level=[0, 1])
    with pytest.raises(ValueError, match="direction must be"):
        noded(EAST, direction=[2])


def test_loop_stays_whole() -> None:
    made = noded(LineString([(0, 0), (10, 0), (10, 10), (0, 0)]))
    assert made.network.start.tolist() == made.network.end.tolist() == [0]
    assert made.network.degree.tolist() == [2]
    assert made.notes.empty


def test_line_that_crosses_itself() -> None:
    eight = LineString([(0, 0), (10, 10), (10, 0), (0, 10)])
    made = noded(eight)
    assert links(made) == [[(0, 0), (5, 5)], [(5, 5), (10, 10), (10, 0), (5, 5)], [(5, 5), (0, 10)]]
    assert made.network.from_m == pytest.approx([0, 50**0.5, 10 + 3 * 50**0.5])
    assert kinds(made) == {"crossing without a node, joined": 1}


def test_three_lines_cross_in_one_point() -> None:
    made = noded(EAST, NORTH, LineString([(17, -33), (83, 33)]))
    assert len(made.network.nodes) == 7
    assert made.network.degree.max() == 6


def test_crossings_within_the_tolerance_are_one_node() -> None:
    made = noded(EAST, NORTH, LineString([(20.2, -30), (80.2, 30)]))
    assert len(made.network.nodes) == 7
    assert made.network.degree.max() == 6
    # The pieces between them, 0.2 m each, are swallowed.
    assert shapely.length(made.network.geometry).sum() == pytest.approx(200 + 60 * 2**0.5, abs=1)


def test_lines_that_run_together_are_split_where_they_part() -> None:
    made = noded(EAST, LineString([(30, 0), (70, 0), (70, 40)]))
    assert [round(m) for m in made.network.length] == [30, 40, 30, 40, 40]
    assert made.duplicate.tolist() == [-1, -1, -1, 1, -1]


def test_direction_is_carried_to_links() -> None:
    made = noded(EAST, NORTH, direction=[1, -1])
    assert made.network.direction.tolist() == [1, 1, -1, -1]


# A cell is 10 km: places that are not one are then far more than the tolerance apart, whatever crosses what.
CELL = 10_000
corners = st.tuples(st.integers(0, 5), st.integers(0, 5))
ways = st.lists(st.lists(corners, min_size=2, max_size=4).filter(lambda way: len(set(way)) > 1), min_size=1, max_size=7)
straight = st.lists(st.lists(corners, min_size=2, max_size=2, unique=True), min_size=1, max_size=9)


def drawn(layer, shift=0.0) -> np.ndarray:
    return np.array([LineString(np.array(way) * CELL + shift) for way in layer])


def meeting(a, b, c, d) -> list[tuple[Fraction, Fraction]]:
    """Where segments ab and cd meet: nothing, a point, or the two ends of what they share. Exact."""
    (ux, uy), (vx, vy) = (b[0] - a[0], b[1] - a[1]), (d[0] - c[0], d[1] - c[1])
    wx, wy = c[0] - a[0], c[1] - a[1]
    turn = ux * vy - uy * vx
    if turn:
        s, t = Fraction(wx * vy - wy * vx, turn), Fraction(wx * uy - wy * ux, turn)
        return [(a[0] + s * ux, a[1] + s * uy)] if 0 <= s <= 1 and 0 <= t <= 1 else []
    if wx * uy - wy * ux:
        return []
    inside = {p for p in (a, b) if on(p, c, d)} | {p for p in (c, d) if on(p, a, b)}
    return sorted((Fraction(x), Fraction(y)) for x, y in inside)


def on(p, a, b) -> bool:
    flat = (p[0] - a[0]) * (b[1] - a[1]) == (p[1] - a[1]) * (b[0] - a[0])
    return flat and min(a[0], b[0]) <= p[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= p[1] <= max(a[1], b[1])


def distinct(way) -> list[tuple[int, int]]:
    return [p for k, p in enumerate(way) if k == 0 or p != way[k - 1]]


def slow_links(layer) -> list[tuple]:
    """Links of lines on one level as (line, start, end), by looking at every pair of segments."""
    layer = [distinct(way) for way in layer]
    segments = [(way[k], way[k + 1]) for way in layer for k in range(len(way) - 1)]
    corner = [p for way in layer for p in way]
    nodes = {p for way in layer for p in (way[0], way[-1])} | {p for p in corner if corner.count(p) > 1}
    for one, other in combinations(segments, 2):
        nodes |= {p for p in meeting(*one, *other) if not (p in one and p in other)}
    out = []
    for line, way in enumerate(layer):
        path = [way[0]]
        for a, b in pairwise(way):
            along = [p for p in nodes if on(p, a, b) and p != a]
            path += sorted(along, key=lambda p: abs(p[0] - a[0]) + abs(p[1] - a[1]))
        out += [(line, p, q) for p, q in pairwise(path)]
    return out


def slow_components(layer, level) -> list[int]:
    """Component of each line, by its lowest line."""
    layer = [distinct(way) for way in layer]
    label = list(range(len(layer)))
    for i, j in combinations(range(len(layer)), 2):
        one, other = layer[i], layer[j]
        if level[i] == level[j]:
            pairs = [(a, b) for a in pairwise(one) for b in pairwise(other)]
            joined = any(meeting(*a, *b) for a, b in pairs)
        else:
            joined = any(p in other for p in (one[0], one[-1])) or any(p in one for p in (other[0], other[-1]))
        if joined:
            low, high = sorted([label[i], label[j]])
            label = [low if each == high else each for each in label]
    return label


def same_partition(one, other) -> bool:
    return len(set(zip(one, other, strict=True))) == len(set(one)) == len(set(other))


@settings(max_examples=50)
@given(ways)
def test_links_agree_with_exact_arithmetic(layer) -> None:
    network = node_lines(drawn(layer)).network
    # 0.001 of a cell is 10 m: under the least distance of two nodes, over rounding.
    ends = np.round(network.nodes / CELL, 3)
    mine = [(line, *ends[s], *ends[e]) for line, s, e in zip(network.line, network.start, network.end, strict=True)]
    slow = [(line, *np.round([float(v) for v in (*p, *q)], 3)) for line, p, q in slow_links(layer)]
    assert mine == slow
    assert (network.length > 0).all()
    # Each end of a link is written to 0.1 mm.
    slack = 2e-4
    assert network.length.sum() == pytest.approx(shapely.length(drawn(layer)).sum(), abs=slack * len(slow))
    assert network.to_m - network.from_m == pytest.approx(network.length, abs=slack)


@settings(max_examples=50)
@given(ways, st.lists(st.integers(-1, 1), min_size=7, max_size=7))
def test_components_agree_with_exact_arithmetic(layer, level) -> None:
    level = level[: len(layer)]
    slow = slow_components(layer, level)
    assert same_partition(line_components(node_lines(drawn(layer), level).network, len(layer)).tolist(), slow)


@settings(max_examples=40)
@given(straight, st.randoms(use_true_random=False))
def test_ends_moved_within_the_tolerance_change_no_component(layer, random) -> None:
    moved = [np.array(way, dtype=float) * CELL + [[random.uniform(-0.15, 0.15)] * 2 for _ in way] for way in layer]
    lines = np.array([LineString(way) for way in moved])
    network = node_lines(lines).network
    assert same_partition(line_components(network, len(layer)).tolist(), slow_components(layer, [0] * len(layer)))
    assert network.length.sum() == pytest.approx(shapely.length(lines).sum(), abs=1.0 * len(network.line))


@settings(max_examples=40)
@given(ways, st.floats(0, 1000))
def test_noding_a_noded_network_changes_nothing(layer, shift: float) -> None:
    once = node_lines(drawn(layer, shift)).network
    twice = node_lines(once.geometry).network
    assert (once.geometry == twice.geometry).all()
    assert np.array_equal(once.nodes, twice.nodes)
    assert twice.line.tolist() == list(range(len(once.line)))


@settings(max_examples=40)
@given(ways, st.randoms(use_true_random=False), st.floats(0, 1000))
def test_the_order_of_the_lines_does_not_matter(layer, random, shift: float) -> None:
    lines = drawn(layer, shift)
    order = list(range(len(lines)))
    random.shuffle(order)
    one, other = node_lines(lines).network, node_lines(lines[order]).network
    assert np.array_equal(one.nodes, other.nodes)
    back = np.argsort(np.array(order)[other.line], kind="stable")
    for name in ("start", "end", "length", "from_m", "to_m", "geometry"):
        # 1e-6 m: chainage is the difference of two sums along all lines in their order.
        mine, theirs = getattr(one, name), getattr(other, name)[back]
        assert (
            mine == pytest.approx(theirs, abs=1e-6)
            if name.endswith("_m") or name == "length"
            else (mine == theirs).all()
        ), name


def test_a_real_county_is_in_a_thousand_pieces_unless_noded(shared) -> None:
    from assetplan.importers.osm_roads import council_ways
    from assetplan.importers.osm_tags import read_osm
    from assetplan.network import connected_pieces
    from assetplan.register.positions import metric

    ways, _, _ = council_ways(read_osm(shared / "rutland.osm.pbf", "lines"))
    lines = metric(ways).geometry.to_numpy()
    network = node_lines(lines).network
    assert connected_pieces(lines) > 1000
    assert components(network).max() < 40
    again = node_lines(network.geometry).network
    assert (again.geometry == network.geometry).all()
