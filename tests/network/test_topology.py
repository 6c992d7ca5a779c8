"""Components by hand, and against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from assetplan.network import components, islands, line_components, node_lines

# A square driven round one way, a street out of it and back, one only out, one apart.
CORNERS = [(0, 0), (100, 0), (100, 100), (0, 100)]
STREETS = [
    *(shapely.LineString([CORNERS[k], CORNERS[(k + 1) % 4]]) for k in range(4)),
    shapely.LineString([(100, 0), (150, 0)]),
    shapely.LineString([(100, 100), (150, 100)]),
    shapely.LineString([(0, 900), (10, 900)]),
]


def test_components_by_hand() -> None:
    network = node_lines(np.array(STREETS), direction=[1, 1, 1, 1, 0, 1, 0]).network
    assert components(network).tolist() == [0, 0, 0, 0, 0, 0, 1]
    table = islands(network)
    assert table["links"].tolist() == [6, 1]
    assert table["length_m"].tolist() == [500, 10]
    assert table["line"].tolist() == [0, 6]


def test_the_longest_comes_first_not_the_one_of_most_links() -> None:
    long = shapely.LineString([(0, 500), (1000, 500)])
    network = node_lines(np.array([*STREETS, long])).network
    assert line_components(network, 8).tolist() == [1, 1, 1, 1, 1, 1, 2, 0]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(-1, 1)), min_size=1, max_size=14))
def test_components_agree_with_networkx(links) -> None:
    links = [(a, b, way) for a, b, way in links if a != b]
    # Nodes on a parabola, so that no two links cross but at a node; bends keep parallel links apart.
    lines = np.array([shapely.LineString([(a * 100, a * a * 100), (b * 100, b * b * 100)]) for a, b, _ in links])
    network = node_lines(lines, direction=[way for *_, way in links], at_grade=False).network
    graph = nx.MultiDiGraph()
    for link, (start, end, way) in enumerate(zip(network.start, network.end, network.direction, strict=True)):
        graph.add_nodes_from([start, end])
        if way >= 0:
            graph.add_edge(start, end, link=link)
        if way <= 0:
            graph.add_edge(end, start, link=link)
    label = components(network)
    sets = [np.isin(network.start, list(nodes)) for nodes in nx.weakly_connected_components(graph)]
    assert {tuple(np.flatnonzero(inside)) for inside in sets} == {
        tuple(np.flatnonzero(label == k)) for k in range(label.max(initial=-1) + 1)
    }
    assert (np.diff(np.bincount(label, network.length)) <= 1e-9).all()


def test_no_links() -> None:
    network = node_lines(np.empty(0, dtype=object)).network
    assert components(network).tolist() == []
    assert islands(network).empty
    assert line_components(network, 0).tolist() == []
