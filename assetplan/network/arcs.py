"""Links as arcs, what may be driven in which direction, that shortest paths run on; and as chains between junctions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from assetplan._types import Bools, Floats, Ints
from assetplan.network.graph import Network, pieces


def passable(network: Network, closed: Bools | None = None) -> tuple[Bools, Bools]:
    """Return whether each link may be driven from start to end, and from end to start.

    Parameters
    ----------
    network : Network
    closed : array (n_links,) of bool, optional; links that may not be used in either direction; by default none

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
    matrix : csr_array (n_nodes, n_nodes); length of the shortest arc [m]
    tail, head : array (n_arcs,) of int; nodes of each stored arc, in the order of the matrix's data
    place : array (n_given,) of int
        Stored arc that joins the same nodes as each arc given; −1 where its ends are one node.
    shortest : array (n_given,) of bool; whether the arc given is as short as the one stored
    second : array (n_arcs,); length of the next shortest arc between the same nodes [m], infinite where there is none
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
    tail, head : array (n_given,) of int; node that each arc leaves, and the one it reaches
    length : array (n_given,); [m, above 0]
    nodes : int; how many nodes there are
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


@dataclass(frozen=True, eq=False)
class Chains:
    """Every link's place in its chain: links between junctions on which nothing joins, however the survey cut them.

    A chain runs from one junction or end to the next; inside it two links meet at each node. A ring that nothing joins
    is one chain, from one of its nodes back to it.

    Attributes
    ----------
    chain : array (n_links,) of int; chain of each link
    along : array (n_links,) of bool; whether the link's own start to end runs with the chain
    before : array (n_links,); distance along the chain to the near end of the link [m]
    start, end : array (n_chains,) of int; node at each end of a chain; the same for a loop
    length : array (n_chains,); [m]
    """

    chain: Ints
    along: Bools
    before: Floats
    start: Ints
    end: Ints
    length: Floats


def _junctions(network: Network) -> Bools:
    """Nodes where a chain ends: all but those where two links meet; one on each ring that nothing joins."""
    ends = network.degree != 2
    part = pieces(network.start, network.end, len(network.nodes))
    first = np.unique(part, return_index=True)[1]
    ends[first[np.bincount(part, weights=ends)[part[first]] == 0]] = True
    return ends


def chains(network: Network) -> Chains:
    """Return the chains of a network, by doubling steps along all of them at once.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Chains
        Numbered by the lowest link at either of a chain's ends.
    """
    count = len(network.start)
    # A side is a link in one direction: 2i from start to end, 2i + 1 from end to start; side ^ 1 turns round.
    side = np.arange(2 * count)
    head = np.column_stack([network.end, network.start]).ravel()
    inner = ~_junctions(network)[head]
    # The two sides that arrive at an inner node: each goes on as the other turned round.
    arriving = side[inner][np.argsort(head[inner], kind="stable")].reshape(-1, 2)
    onward = side.copy()
    onward[arriving[:, 0]], onward[arriving[:, 1]] = arriving[:, 1] ^ 1, arriving[:, 0] ^ 1
    chain, along, before, first, last = follow(onward, network.length)
    length = np.bincount(chain, network.length, len(first)).astype(np.float64)
    return Chains(chain, along, before, head[first ^ 1], head[last], length)


def spurs(roads: Chains) -> Bools:
    """Whether each chain leads only to dead ends (n_chains,), by cutting back chains with a free end until none is."""
    nodes, ends = np.unique(np.r_[roads.start, roads.end], return_inverse=True)
    tail, head = ends.reshape(2, -1)
    left = roads.start != roads.end
    spur = np.zeros_like(left)
    while True:
        degree = np.bincount(np.r_[tail[left], head[left]], minlength=len(nodes))
        free = left & ((degree[tail] == 1) | (degree[head] == 1))
        if not free.any():
            return spur
        spur, left = spur | free, left & ~free


def follow(onward: Ints, length: Floats) -> tuple[Ints, Bools, Floats, Ints, Ints]:
    """Number what goes on into each other, and measure along it, by doubling steps along all of it at once.

    Parameters
    ----------
    onward : array (2 n_links,) of int
        The side that each side goes on into, itself at an end: 2i is link i from start to end, 2i + 1 the other way.
        What goes on one way goes on the other way too; there are no rings.
    length : array (n_links,); [m]

    Returns
    -------
    (array of int, array of bool, array, array of int, array of int)
        By link: its chain, numbered by the lowest link at either end; whether its start to end runs with the chain,
        which begins at that lowest link; and the distance along the chain to the link's near end [m]. By chain: the
        side it begins with and the one it ends with.
    """
    last, beyond = onward, np.where(onward == np.arange(len(onward)), 0.0, np.repeat(length, 2)[onward])
    while not np.array_equal(last[last], last):
        beyond, last = beyond + beyond[last], last[last]
    first = last[1::2] ^ 1
    other = last[0::2] ^ 1
    ends, chain = np.unique(np.minimum(first, other), return_inverse=True)
    along = first <= other
    return chain, along, np.where(along, beyond[1::2], beyond[0::2]), ends, last[ends]
