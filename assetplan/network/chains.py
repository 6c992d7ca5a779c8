"""Chains of links between junctions: roads on which nothing joins or leaves, however the survey cut them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from assetplan._types import Bools, Floats, Ints
from assetplan.network.graph import Network


@dataclass(frozen=True, eq=False)
class Chains:
    """Every link's place in its chain.

    A chain runs from one junction or end to the next; inside it two links meet at each node. A ring that nothing joins
    is one chain, from one of its nodes back to it.

    Attributes
    ----------
    chain : array (n_links,) of int
        Chain of each link.
    along : array (n_links,) of bool
        Whether the link's own start to end runs with the chain.
    before : array (n_links,)
        Distance along the chain to the near end of the link [m].
    start, end : array (n_chains,) of int
        Node at each end of a chain; the same for a loop.
    length : array (n_chains,)
        [m].
    """

    chain: Ints
    along: Bools
    before: Floats
    start: Ints
    end: Ints
    length: Floats


def _junctions(network: Network) -> Bools:
    """Nodes where a chain ends: all but those where two links meet; one on each ring that nothing joins."""
    count = len(network.nodes)
    ends = network.degree != 2
    ones = np.ones(len(network.start), dtype=np.int8)
    _, part = connected_components(coo_array((ones, (network.start, network.end)), shape=(count, count)), False)
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
    last, beyond = onward, np.where(onward == side, 0.0, np.repeat(network.length, 2)[onward])
    while not np.array_equal(last[last], last):
        beyond, last = beyond + beyond[last], last[last]
    first = last[1::2] ^ 1
    other = last[0::2] ^ 1
    ends, chain = np.unique(np.minimum(first, other), return_inverse=True)
    along = first <= other
    before = np.where(along, beyond[1::2], beyond[0::2])
    length = np.bincount(chain, network.length, len(ends)).astype(np.float64)
    return Chains(chain, along, before, head[ends ^ 1], head[last[ends]], length)
