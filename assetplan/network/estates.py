"""Estates: adjoining streets as compact clusters of at most a length."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from assetplan._types import Bools, Floats, Ints
from assetplan.network.graph import pieces


def estates(section: Ints, node: Ints, street: Ints, length: ArrayLike, most: float) -> Ints:
    """Cluster sections that adjoin into estates of at most a length, each connected.

    What hangs together and is no longer than the most is one estate. What is longer is halved, and its halves again, as
    evenly as the number of estates that each will need allows: from two streets at its far ends, every street goes to
    the one that it is nearer to by more than a distance. Each half then hangs together, for whatever lies on the
    shortest way from one of its streets to its far end is in it too.

    Parameters
    ----------
    section, node : array (n_touching,), (n_touching,) of int
        Which section touches which node; sections adjoin where they touch one. Nodes of another number keep apart what
        may not be in one estate.
    street : array (n_sections,) of int
        Number of the street that each section is a piece of; a street stays together unless it is too long itself.
    length : array (n_sections,); [m]. A section over the most is an estate of its own
    most : float; greatest length of an estate [m, above 0]

    Returns
    -------
    array (n_sections,) of int
        Number of its estate, from 0 in the order of sections. Streets as near count in the order of sections.
    """
    # Whole millimetres, rounded up: sums are then exact, and so is which of two ways is the shorter.
    size = np.maximum(np.ceil(np.round(np.asarray(length, dtype=np.float64) * 1000, 3)), 1.0)
    street = np.unique(street, return_inverse=True)[1]
    whole = np.bincount(street, size)[street] <= most * 1000
    unit = _in_order(np.where(whole, street, len(size) + np.arange(len(size))))
    weight = np.bincount(unit, size).astype(np.float64)
    touching = np.unique(np.column_stack([unit[section], node]), axis=0)
    mine, node = touching[:, 0], np.unique(touching[:, 1], return_inverse=True)[1]
    part = pieces(mine, len(weight) + node, len(weight) + int(node.max(initial=-1)) + 1)[: len(weight)]
    while (long := _too_long(part, weight, most * 1000)).any():
        inside = long[mine]
        part = _halved(part, long, mine[inside], node[inside], weight, most * 1000)
    return _in_order(part[unit])


def _in_order(code: Ints) -> Ints:
    """Codes from 0 in order of appearance."""
    _, first, number = np.unique(code, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[number]


def _too_long(part: Ints, weight: Floats, most: float) -> Bools:
    """Whether each street is in a part that is over the most and holds more than one."""
    return (np.bincount(part, weight)[part] > most) & (np.bincount(part)[part] > 1)


def _halved(part: Ints, long: Bools, mine: Ints, node: Ints, weight: Floats, most: float) -> Ints:
    """Parts numbered anew, each of the long ones as two."""
    rows = np.flatnonzero(long)
    place = np.full(len(part), -1, dtype=np.intp)
    place[rows] = np.arange(len(rows))
    own, size = np.unique(part[rows], return_inverse=True)[1], weight[rows]
    # A node that several parts touch is another node in each.
    joint = np.unique(part[mine] * (int(node.max()) + 1) + node, return_inverse=True)[1]
    count = len(rows) + int(joint.max()) + 1
    graph = coo_array((weight[mine] / 2, (place[mine], len(rows) + joint)), shape=(count, count)).tocsr()

    def away(poles: Ints) -> Floats:
        out: Floats = dijkstra(graph, directed=False, indices=poles, min_only=True)
        return out[: len(rows)]

    first = _farthest(own, away(np.unique(own, return_index=True)[1]))
    near = away(first)
    nearer = near - away(_farthest(own, near))
    order = np.lexsort((nearer, own))
    begins = np.unique(own[order], return_index=True)[1]
    total = np.bincount(own, size)[own[order]]
    before = np.cumsum(size[order])
    before -= (before - size[order])[begins][own[order]]
    parts = np.ceil(total / most)
    one = np.floor(parts / 2) / parts * total
    off = np.minimum(np.abs(before - one), np.abs(total - before - one))
    # Streets between which the distances do not tell stay together.
    cut = np.r_[(np.diff(nearer[order]) > 0) & (np.diff(own[order]) == 0), False]
    best = np.lexsort((off, ~cut, own[order]))[begins]
    out = 2 * part
    out[rows[order]] += np.arange(len(rows)) > best[own[order]]
    return np.unique(out, return_inverse=True)[1]


def _farthest(own: Ints, distance: Floats) -> Ints:
    """The street of each part at the greatest distance, the first of several."""
    order = np.lexsort((np.arange(len(own)), -distance, own))
    return order[np.unique(own[order], return_index=True)[1]]
