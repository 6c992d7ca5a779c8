"""Small networks: by hand, at random with parallel links, loops and one-way links, and as networkx sees them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import networkx as nx
import numpy as np
import shapely
from hypothesis import strategies as st

from assetplan.network.graph import Network


def network(links: Sequence[tuple[int, int, float] | tuple[int, int, float, int]], nodes: int | None = None) -> Network:
    """Links as (start, end, length in metres[, direction]) on nodes along a line."""
    rows = [(*link, 0)[:4] for link in links]
    start, end, length, direction = (np.array(column) for column in zip(*rows, strict=True))
    count = int(max(start.max(), end.max())) + 1 if nodes is None else nodes
    where = np.column_stack([np.arange(count) * 1000.0, np.zeros(count)])
    shapes = shapely.linestrings(np.stack([where[start], where[end]], axis=1))
    return Network(
        where, start, end, length.astype(float), direction, np.arange(len(rows)), np.zeros(len(rows)), length, shapes
    )


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Up to nine nodes and fourteen links; short whole lengths, so that equal ways are common."""
    nodes = draw(st.integers(2, 9))
    node = st.integers(0, nodes - 1)
    link = st.tuples(node, node, st.integers(1, 4), st.sampled_from([0, 0, 0, 1, -1]))
    return network(draw(st.lists(link, min_size=1, max_size=14)), nodes)


@st.composite
def networks_with(draw: st.DrawFn, high: int) -> tuple[Network, np.ndarray]:
    """A network and a whole number from 0 to `high` for each link."""
    one = draw(networks())
    count = len(one.length)
    return one, np.array(draw(st.lists(st.integers(0, high), min_size=count, max_size=count)))


def as_graph(one: Network, without: Iterable[int] = ()) -> nx.MultiDiGraph:
    """The same network in networkx, an edge a direction, its key the link."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(len(one.nodes)))
    left_out = set(without)
    for i in set(range(len(one.length))) - left_out:
        if one.direction[i] >= 0:
            graph.add_edge(one.start[i], one.end[i], key=i, length=one.length[i])
        if one.direction[i] <= 0:
            graph.add_edge(one.end[i], one.start[i], key=i, length=one.length[i])
    return graph


def shortest(graph: nx.MultiDiGraph, start: int, end: int) -> float:
    try:
        return float(nx.dijkstra_path_length(graph, start, end, weight="length"))
    except nx.NetworkXNoPath:
        return np.inf
