"""Links as arcs: what may be driven in which direction, as a sparse graph that shortest paths run on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from assetplan._types import Bools, Floats, Ints
from assetplan.network.graph import Network


def passable(network: Network, closed: Bools | None = None) -> tuple[Bools, Bools]:
    """Return whether each link may be driven from start to end, and from end to start.

    Parameters
    ----------
    network : Network
    closed : array (n_links,) of bool, optional
        Links that may not be used in either direction; by default none.

    Returns
    -------
    (array (n_links,) of bool, array (n_links,) of bool)
        There and back.

    Raises
    ------
    ValueError
        A length is not above 0, or `closed` does not fit the links.
    """
    if not (network.length > 0).all():
        raise ValueError(f"links {np.flatnonzero(~(network.length > 0)).tolist()} have no length")
    usable = np.ones(len(network.length), dtype=bool) if closed is None else ~np.asarray(closed, dtype=bool)
    if usable.shape != network.length.shape:
        raise ValueError(f"closed has shape {usable.shape} for {len(network.length)} links")
    return usable & (network.direction >= 0), usable & (network.direction <= 0)


@dataclass(frozen=True, eq=False)
class Graph:
    """The shortest arc between each ordered pair of nodes, as a sparse matrix.

    Attributes
    ----------
    matrix : csr_array (n_nodes, n_nodes)
        Length of the shortest arc [m].
    tail, head : array (n_arcs,) of int
        Nodes of each stored arc, in the order of the matrix's data.
    place : array (n_given,) of int
        Stored arc that joins the same nodes as each arc given; −1 where its ends are one node.
    shortest : array (n_given,) of bool
        Whether the arc given is as short as the one stored.
    second : array (n_arcs,)
        Length of the next shortest arc between the same nodes [m], infinite where there is none.
    """

    matrix: csr_array
    tail: Ints
    head: Ints
    place: Ints
    shortest: Bools
    second: Floats


def make_graph(tail: Ints, head: Ints, length: Floats, nodes: int) -> Graph:
    """Return arcs as a graph: of parallel arcs the shortest stands for all, and arcs back to their own node for none.

    Parameters
    ----------
    tail, head : array (n_given,) of int
        Node that each arc leaves, and the one it reaches.
    length : array (n_given,)
        [m, above 0].
    nodes : int
        How many nodes there are.
    """
    order = np.lexsort((length, head, tail))
    order = order[tail[order] != head[order]]
    from_, to, long = tail[order], head[order], length[order]
    first = np.r_[True, (from_[1:] != from_[:-1]) | (to[1:] != to[:-1])][: len(order)]
    pair = np.cumsum(first) - 1
    at = np.flatnonzero(first)
    following = np.minimum(at + 1, max(len(order) - 1, 0))
    second = np.where((at + 1 < len(order)) & ~first[following], long[following], np.inf)
    place = np.full(len(tail), -1, dtype=np.intp)
    place[order] = pair
    shortest = np.zeros(len(tail), dtype=bool)
    shortest[order] = long == long[at][pair]
    starts = np.r_[0, np.cumsum(np.bincount(from_[at], minlength=nodes))].astype(np.int32)
    matrix = csr_array((long[at], to[at].astype(np.int32), starts), shape=(nodes, nodes))
    return Graph(matrix, from_[at], to[at], place, shortest, second)


def link_graph(network: Network, closed: Bools | None = None) -> tuple[Graph, Ints]:
    """Return the graph of the links that may be driven, and the link of each arc given to it.

    Parameters
    ----------
    network, closed
        As for `passable`, which raises the same errors.

    Returns
    -------
    (Graph, array (n_given,) of int)
        Arcs there first, then arcs back.
    """
    there, back = (np.flatnonzero(side) for side in passable(network, closed))
    link = np.r_[there, back]
    graph = make_graph(
        np.r_[network.start[there], network.end[back]],
        np.r_[network.end[there], network.start[back]],
        network.length[link],
        len(network.nodes),
    )
    return graph, link
