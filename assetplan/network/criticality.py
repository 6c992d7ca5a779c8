"""Which links the network can least do without: betweenness, cost of removal, places cut off."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, dijkstra

from assetplan._types import Floats, Ints
from assetplan.display import Shown
from assetplan.network.arcs import Graph, chains, link_graph, spurs
from assetplan.network.detours import Detours, charged_km, closure_cost
from assetplan.network.graph import Network

# Ways whose lengths differ by less than this share are taken to be as long as each other.
EQUAL = 1e-9
# Sources times arcs that are worked on at once: about 200 MB.
BATCH = 2_000_000


@dataclass(frozen=True, eq=False, repr=False)
class Betweenness(Shown):
    """How much of all travel uses each link.

    Attributes
    ----------
    value : array (n_links,)
        Share of ordered pairs of nodes whose shortest way uses the link, in either direction [0–1].
    error : array (n_links,); standard error of it from the sample of sources; 0 where exact
    sources : int; nodes from which ways were followed
    """

    value: Floats
    error: Floats
    sources: int


def betweenness(network: Network, sources: int | None = None, seed: int = 0) -> Betweenness:
    """Return the betweenness of every link, exact or from a sample of sources.

    Σ σ_st(e)/σ_st over ordered pairs of nodes, over n(n − 1): of several equally short ways between two nodes each
    counts its share, and so does each of parallel links of one length. Pairs with no way count and use nothing.

    Source: U. Brandes, A faster algorithm for betweenness centrality (2001); sampling: U. Brandes and C. Pich,
    Centrality estimation in large networks (2007). Dependencies of many sources are accumulated together as arrays.

    Parameters
    ----------
    network : Network
    sources : int, optional
        Nodes drawn without replacement to follow ways from [2 or more]; by default, or where there are no more, all.
    seed : int; of the draw

    Raises
    ------
    ValueError
        Fewer than two sources are asked for, or as `passable`.
    """
    if sources is not None and sources < 2:
        raise ValueError(f"an error needs at least two sources, and there are to be {sources}")
    count = len(network.nodes)
    graph, link = link_graph(network)
    kept = np.flatnonzero(graph.shortest)
    held = graph.place[kept]
    alike = np.bincount(held, minlength=len(graph.tail))
    share = csr_array((1.0 / alike[held], (held, link[kept])), shape=(len(graph.tail), len(network.length)))
    drawn = np.arange(count)
    if sources is not None and sources < count:
        drawn = np.sort(np.random.default_rng(seed).choice(count, sources, replace=False))
    total, squares = np.zeros((2, len(network.length)))
    size = max(BATCH // max(len(graph.tail), count, 1), 1)
    for first in range(0, len(drawn), size):
        flow = csr_array(_flows(graph, drawn[first : first + size])) @ share
        total += flow.sum(axis=0)
        squares += flow.power(2).sum(axis=0)
    taken = len(drawn)
    # Mean over sources of n·flow/(n(n − 1)); the sample is without replacement, so that all sources leave no error.
    value, error = total / max(taken * (count - 1), 1), np.zeros_like(total)
    if taken < count:
        variance = np.maximum(squares - total**2 / taken, 0.0) / (taken - 1)
        error = np.sqrt(variance / taken * (1 - taken / count)) / (count - 1)
    return Betweenness(value, error, taken)


def _flows(graph: Graph, sources: Ints) -> Floats:
    """Return how many nodes each arc lies on the way to, from each source, (n_sources, n_arcs)."""
    count = graph.matrix.shape[0]
    distance = dijkstra(graph.matrix, indices=sources)
    reached = distance[:, graph.tail] + graph.matrix.data
    with np.errstate(invalid="ignore"):
        # Infinite less infinite is missing, and no arc.
        on_way = np.abs(reached - distance[:, graph.head]) <= EQUAL * reached
    row, arc = np.nonzero(on_way & np.isfinite(reached))
    # A state is a node as seen from one source; arcs are in the order of the states they leave.
    leaves, enters = row * count + graph.tail[arc], row * count + graph.head[arc]
    starts = np.r_[0, np.cumsum(np.bincount(leaves, minlength=len(sources) * count))]
    waiting = np.bincount(enters, minlength=len(sources) * count)
    ways = np.zeros(len(sources) * count)
    front = np.arange(len(sources)) * count + sources
    ways[front] = 1.0
    steps = []
    while len(front):
        many = starts[front + 1] - starts[front]
        step = np.arange(many.sum()) + np.repeat(starts[front] - np.cumsum(many) + many, many)
        into = enters[step]
        np.add.at(ways, into, ways[leaves[step]])
        np.subtract.at(waiting, into, 1)
        front = np.unique(into[waiting[into] == 0])
        steps.append(step)
    beyond, flow = np.zeros(len(ways)), np.zeros(on_way.shape)
    for step in reversed(steps):
        part = ways[leaves[step]] / ways[enters[step]] * (1.0 + beyond[enters[step]])
        np.add.at(beyond, leaves[step], part)
        flow[row[step], arc[step]] = part
    return flow


def places_cut_off(network: Network, node: Ints) -> tuple[Ints, Ints]:
    """Return how many places each link is the only way to, and how many such links each place hangs on.

    Of the two sides that a link alone joins, the one with fewer places is cut off when it closes. Directions are left
    aside: a one-way road that is the only way left is worked both ways.

    Parameters
    ----------
    network : Network
    node : array (n,) of int; node of each place; −1 off the network

    Returns
    -------
    (array (n_links,) of int, array (n,) of int)
        0 where the link is not the only way; 0 where no link alone cuts the place off.
    """
    on = np.flatnonzero(node >= 0)
    of_link, block, depth = _cut_off(network, np.bincount(node[on], minlength=len(network.nodes)))
    of_place = np.zeros(len(node), dtype=np.intp)
    of_place[on] = depth[block[node[on]]]
    return of_link, of_place


def length_cut_off(network: Network) -> Floats:
    """Return the length of road that each link is the only way to, itself included [m] (n_links,).

    Of the two sides that it alone joins, the shorter is cut off; 0 where it is not the only way.
    """
    half = network.length / 2
    count = len(network.nodes)
    at_node = np.bincount(network.start, half, count) + np.bincount(network.end, half, count)
    beyond = _cut_off(network, at_node)[0]
    # what lies beyond has half of the link itself
    return np.where(beyond > 0, beyond + half, 0.0)


def _cut_off(network: Network, at_node: NDArray) -> tuple[NDArray, Ints, Ints]:
    """What lies on the lesser side of each link that alone joins two, 0 for others; the block of each node; how many
    such links part each block from where half of all lies.
    """
    sole, block, tree = _blocks(network)
    places = np.bincount(block, at_node, tree.shape[0]).astype(at_node.dtype)
    piece = connected_components(tree, False)[1]
    whole = np.bincount(piece, weights=places)[piece]
    above, held, depth = _rooted(tree, np.unique(piece, return_index=True)[1], places)
    # Seen from the block that half of the places lie at or below, no side beneath a link holds more than half.
    half = np.lexsort((-depth, 2 * held < whole, piece))
    above, held, depth = _rooted(tree, half[np.unique(piece[half], return_index=True)[1]], places)
    ends = block[network.start[sole]], block[network.end[sole]]
    of_link = np.zeros(len(network.length), dtype=at_node.dtype)
    of_link[sole] = held[np.where(above[ends[0]] == ends[1], *ends)]
    return of_link, block, depth


def _blocks(network: Network) -> tuple[Ints, Ints, csr_array]:
    """Links that alone join their ends, the block of each node, and the trees that such links make of the blocks.

    What stays joined whichever link closes is one block.
    """
    count, roads = len(network.nodes), chains(network)
    # Every chain that leads only to dead ends alone joins its ends; which of the others do is searched for.
    dead = spurs(roads)
    ring = ~dead & (roads.start != roads.end)
    low, high = np.minimum(roads.start, roads.end), np.maximum(roads.start, roads.end)
    pair, parallel, times = np.unique((low * count + high)[ring], return_inverse=True, return_counts=True)
    graph = nx.Graph(zip((pair // count).tolist(), (pair % count).tolist(), strict=True))
    only = np.array([min(edge) * count + max(edge) for edge in nx.bridges(graph)], dtype=np.intp)
    alone = dead.copy()
    alone[ring] = (np.isin(pair, only) & (times == 1))[parallel]
    sole = alone[roads.chain]
    blocks, block = connected_components(_undirected(network.start[~sole], network.end[~sole], count), False)
    links = np.flatnonzero(sole)
    return links, block, _undirected(block[network.start[links]], block[network.end[links]], blocks)


def _rooted(tree: csr_array, roots: Ints, places: NDArray) -> tuple[Ints, NDArray, Ints]:
    """Block above each block of the trees, −1 for a root; places at or below it; links between it and its root."""
    above = np.full(len(places), -1, dtype=np.intp)
    held, depth = places.copy(), np.zeros(len(places), dtype=np.intp)
    for root in roots:
        order, before = breadth_first_order(tree, root, directed=False)
        above[order[1:]] = before[order[1:]]
        for child in order[1:].tolist():
            depth[child] = depth[before[child]] + 1
        for child in order[:0:-1].tolist():
            held[before[child]] += held[child]
    return above, held, depth


def _undirected(start: Ints, end: Ints, count: int) -> csr_array:
    return csr_array((np.ones(len(start)), (start, end)), shape=(count, count))


def removal_cost(
    closures: Detours, vehicles_per_day: ArrayLike, cost_per_km: ArrayLike, severed_km: ArrayLike
) -> Floats:
    """Return the increase in travel cost when each link is closed alone: its traffic takes the best way round.

    Local: traffic elsewhere keeps its ways, and trips that turn off early lose less.

    Parameters
    ----------
    closures : Detours; ways round n links, each taken away alone
    vehicles_per_day : array (n, n_classes); traffic of each link by class [vehicles/day]
    cost_per_km : array (n_classes,); running cost [£/km]
    severed_km : float or array (n,); distance charged to a vehicle that has no way round [km, 0 or more]

    Returns
    -------
    array (n,)
        [£/day]; 0 off the network.
    """
    charged = charged_km(closures.extra_km, severed_km)
    return closure_cost(vehicles_per_day, charged[:, None], cost_per_km).sum(axis=-1)
