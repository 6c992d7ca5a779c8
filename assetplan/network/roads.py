"""Roads through their junctions: the links of one road in order along it, whatever crosses it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike

from assetplan._types import Bools, Floats, Ints, Shapes
from assetplan.display import Shown
from assetplan.network.arcs import follow
from assetplan.network.graph import Network, pieces
from assetplan.network.stretches import ranges

# Two ways on whose deflections differ by less are equally straight [degrees]: rounding of coordinates decides nothing.
_SAME_ANGLE = 0.001


@dataclass(frozen=True, eq=False, repr=False)
class LinkRuns(Shown):
    """Where each link lies along the run of its road, from end to end through the junctions.

    Attributes
    ----------
    run : array (n_links,) of int; number of its run, from 0, the one with the first link first; −1 for none
    from_m, to_m : array (n_links,); ends of the link along the run [m], from_m the lesser; missing where it has none
    along : array (n_links,) of bool; whether the link's own start to end runs with the run
    """

    run: Ints
    from_m: Floats
    to_m: Floats
    along: Bools


def roads_through(
    network: Network,
    key: ArrayLike,
    named: ArrayLike,
    order: ArrayLike,
    length: ArrayLike,
    deflection: float,
    bearing_over: float,
) -> LinkRuns:
    """Chain the links of one road through its junctions.

    At every node the ends of links of one key are paired, each at most once:

    - Links next to each other on one line of the layer go on into each other, whatever the angle.
    - Where just two of a key meet they join if they are named, or if nothing else meets there.
    - Elsewhere the straightest way on is paired first, up to a deflection.
    - Two one-way links that double back, within the deflection of a full turn, never join: they are the two
      carriageways of one road.

    A ring is cut at the start of its first link.

    Parameters
    ----------
    network : Network
    key : array (n_links,) of int
        The same for links that may be one road: of one name or number, class, surface and environment; −1 for links
        that are in no run. Links of one line have one key.
    named : array (n_links,) of bool; whether the road of the link has a name or number
    order : array (n_links,) of int
        A number of its own for each link: the lower come first where two ways on are as straight as each other, at the
        ends of runs and in their numbers. So the result does not depend on the order of rows.
    length : array (n_links,); of each along the run, as the register has it [m]
    deflection : float; most by which a road may turn where others of its key meet it [degrees]
    bearing_over : float; length over which the direction of a link at its end is taken [m]
    """
    key, named, length = np.asarray(key), np.asarray(named, dtype=bool), np.asarray(length, dtype=np.float64)
    rows = np.argsort(order, kind="stable")  # links in their own order from here on
    ends = np.column_stack([network.start[rows], network.end[rows]]).ravel()  # 2i the start of a link, 2i + 1 its end
    one, other, alone = _meetings(ends, np.repeat(key[rows], 2))
    same_line = _next_on_line(network, rows)[one] == other
    free = alone & (named[rows][one // 2] | (network.degree[ends[one]] == 2))
    one_way = network.direction[rows] != 0
    both_one_way = one_way[one // 2] & one_way[other // 2]
    turn = np.zeros(len(one))
    asked = ~same_line & (~free | both_one_way)
    turn[asked] = _turns(network.geometry[rows], one[asked], other[asked], bearing_over)
    back = both_one_way & (turn > 180.0 - deflection)
    good = same_line | (((turn <= deflection) | free) & ~back)
    rank = np.lexsort((other, one, np.round(turn / _SAME_ANGLE), ~same_line))
    rank = rank[good[rank]]
    partner = _cut_rings(pair_in_turn(one[rank], other[rank], len(ends)))
    onward = np.where(partner >= 0, partner, np.arange(len(ends)) ^ 1)[np.arange(len(ends)) ^ 1]
    chain, along, before, _, _ = follow(onward, length[rows])
    return _numbered(rows, key, chain, along, before, length)


def pair_in_turn(one: Ints, other: Ints, count: int) -> Ints:
    """Pair things by a list of pairs, the first that still holds two free ones each time.

    Every round takes all pairs that come first for both of their own, which is the same as one by one.

    Parameters
    ----------
    one, other : array (n_pairs,) of int; the two of each pair, the best pair first
    count : int; how many things there are

    Returns
    -------
    array (count,) of int
        What each is paired with, −1 for nothing.
    """
    partner = np.full(count, -1, dtype=np.intp)
    left = np.arange(len(one))
    while len(left):
        first = np.full(count, len(one))
        np.minimum.at(first, one[left], left)
        np.minimum.at(first, other[left], left)
        taken = left[(first[one[left]] == left) & (first[other[left]] == left)]
        partner[one[taken]], partner[other[taken]] = other[taken], one[taken]
        left = left[(partner[one[left]] < 0) & (partner[other[left]] < 0)]
    return partner


def _turns(lines: Shapes, one: Ints, other: Ints, over: float) -> Floats:
    """By how much the way from one end to another turns, 0 straight on and 180 back [degrees] (n_pairs,)."""
    ends, place = np.unique(np.r_[one, other], return_inverse=True)
    line, at_start = lines[ends // 2], ends % 2 == 0
    along = np.minimum(over, shapely.length(line) / 2)  # a loop does not come back on itself
    here = shapely.get_coordinates(shapely.get_point(line, np.where(at_start, 0, -1)))
    there = shapely.get_coordinates(shapely.line_interpolate_point(line, np.where(at_start, along, -along)))
    bearing = np.degrees(np.arctan2(*(there - here).T[::-1]))[place]
    return 180.0 - np.abs((bearing[: len(one)] - bearing[len(one) :] + 180.0) % 360.0 - 180.0)


def _meetings(node: Ints, key: Ints) -> tuple[Ints, Ints, Bools]:
    """Every two ends of one key at one node, the lower first; and whether they are the only two of it there."""
    rows = np.lexsort((key, node))
    rows = rows[key[rows] >= 0]
    begins = np.r_[True, (np.diff(node[rows]) != 0) | (np.diff(key[rows]) != 0)][: len(rows)]
    group = np.cumsum(begins) - 1
    size = np.bincount(group)
    stop = np.cumsum(size)[group]
    place, partner = ranges(np.arange(1, len(rows) + 1), stop - np.arange(1, len(rows) + 1))
    return rows[place], rows[partner], size[group[place]] == 2


def _next_on_line(network: Network, rows: Ints) -> Ints:
    """For each end the end that follows it on the line of the layer it came from, in either direction; −1 none."""
    out = np.full(2 * len(rows), -1, dtype=np.intp)
    place = np.empty(len(rows), dtype=np.intp)
    place[rows] = np.arange(len(rows))
    in_line = np.lexsort((network.from_m, network.line))
    before, after = in_line[:-1], in_line[1:]
    joined = (network.line[before] == network.line[after]) & (network.end[before] == network.start[after])
    here, there = 2 * place[before[joined]] + 1, 2 * place[after[joined]]
    out[here], out[there] = there, here
    return out


def _cut_rings(partner: Ints) -> Ints:
    """Undo one pair of each ring: the one at the start of its first link."""
    partner = partner.copy()
    paired = np.flatnonzero(partner >= 0)
    ring = pieces(paired // 2, partner[paired] // 2, len(partner) // 2)
    free = np.bincount(ring, weights=(partner.reshape(-1, 2) < 0).sum(axis=1))
    start = 2 * np.unique(ring, return_index=True)[1][free == 0]
    partner[partner[start]] = -1
    partner[start] = -1
    return partner


def _numbered(rows: Ints, key: Ints, chain: Ints, along: Bools, before: Floats, length: Floats) -> LinkRuns:
    """Runs by link as the network has them, those of links in no run left out."""
    held = key[rows] >= 0
    run, start = np.full(len(rows), -1, dtype=np.intp), np.full(len(rows), np.nan)
    run[rows[held]] = np.unique(chain[held], return_inverse=True)[1]
    start[rows[held]] = before[held]
    with_run = np.ones(len(rows), dtype=bool)
    with_run[rows] = along
    return LinkRuns(run, start, start + length, with_run)
