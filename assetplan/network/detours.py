"""Detours: the best legal way round each of many links, and what it costs those who must take it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from assetplan._types import Bools, Floats, Ints
from assetplan.display import Shown
from assetplan.network.arcs import Graph, chains, make_graph, passable, spurs
from assetplan.network.graph import Network

DAYS = 365
# How far the first look goes beyond the road closed [m], and how much farther each look after it.
FIRST_LOOK, FARTHER = 2_000.0, 4.0
# How many times smaller the side of a cell is than that of the cell it lies in.
_FINER = 4.0


@dataclass(frozen=True, eq=False, repr=False)
class Detours(Shown):
    """What it takes to go round each link.

    Attributes
    ----------
    there_km, back_km : array (n,)
        Distance beyond the direct way from start to end of the link, and from end to start [km, 0 or more]; infinite
        where there is no way round, missing in a direction that the link does not allow and off the network.
    """

    there_km: Floats
    back_km: Floats

    @property
    def extra_km(self) -> Floats:
        """Mean over the directions that the link allows [km], as traffic is taken to be equal in both."""
        off = np.isnan(self.there_km)
        one_way = np.where(off, self.back_km, self.there_km)
        return np.where(off | np.isnan(self.back_km), one_way, (self.there_km + self.back_km) / 2)

    @property
    def severed(self) -> Bools:
        """Where one of the directions that the link allows has no way round."""
        return np.isinf(self.extra_km)


@dataclass(frozen=True, eq=False)
class _Region:
    """A part of a graph: a search in it takes arrays of its size and not of the whole.

    Attributes
    ----------
    nodes, arcs : array of int; which nodes and stored arcs of the whole it has, rising
    matrix : csr_array; length of each arc [m]
    """

    nodes: Ints
    arcs: Ints
    matrix: csr_array

    @staticmethod
    def of(graph: Graph) -> _Region:
        """The whole."""
        count = graph.matrix.shape[0]
        return _Region(np.arange(count), np.arange(len(graph.tail)), graph.matrix)

    def around(self, tails: Ints, reach: float) -> _Region:
        """The part that comes within reach of some nodes of the whole, along the arcs [m]."""
        matrix = self.matrix
        tails = np.searchsorted(self.nodes, tails)
        within = np.isfinite(dijkstra(matrix, indices=tails, limit=reach, min_only=True))
        inside = within[matrix.indices] & np.repeat(within, np.diff(matrix.indptr))
        number = np.cumsum(within, dtype=np.int32) - 1
        starts = np.r_[0, np.cumsum(inside)][matrix.indptr[np.r_[np.flatnonzero(within), len(within)]]]
        count = int(within.sum())
        part = csr_array(
            (matrix.data[inside], number[matrix.indices[inside]], starts.astype(np.int32)), shape=(count, count)
        )
        return _Region(self.nodes[within], self.arcs[inside], part)


class _Ways:
    """Ways round chains for one set of closed links: each search runs on junctions alone."""

    def __init__(self, network: Network, closed: Bools | None) -> None:
        there, back = passable(network, closed)
        self.roads = roads = chains(network)
        self.count = count = len(roads.length)
        # Whether each link cannot be driven with its chain, and against it; how many of its chain cannot.
        self.shut = np.where(roads.along, [~there, ~back], [~back, ~there])
        self.total = np.array([np.bincount(roads.chain, shut, count) for shut in self.shut])
        nodes, junction = np.unique(np.r_[roads.start, roads.end], return_inverse=True)
        self.place = network.nodes[nodes]
        # A way is a chain with (its number) or against (count + its number).
        self.tail = np.r_[junction[:count], junction[count:]]
        self.head = np.r_[junction[count:], junction[:count]]
        self.length = np.r_[roads.length, roads.length]
        self.open = np.flatnonzero(self.total.ravel() == 0)
        self.graph: Graph = make_graph(self.tail[self.open], self.head[self.open], self.length[self.open], len(nodes))
        self.spur = spurs(roads)
        # Where the graph holds each open way, if it is as short as any between its ends.
        self.held = np.full(2 * count, -1, dtype=np.intp)
        best = self.graph.shortest
        self.held[self.open[best]] = self.graph.place[best]

    def stuck(self, link: Ints, along: Bools) -> Bools:
        """Whether a vehicle on its way along the chain, or against it, cannot turn at each link and go back."""
        turned, chain = along.astype(np.intp), self.roads.chain[link]
        return self.total[turned, chain] > self.shut[turned, link]

    def round(self, ways: Ints) -> Floats:
        """Length from one end of each way to the other without its chain [m], (n,)."""
        every = float(self.roads.length.sum()) + 1.0
        out, limit = np.full(len(ways), np.inf), FIRST_LOOK
        # A search for a spur would see the whole network before it came to none.
        left = np.flatnonzero(~self.spur[ways % self.count])
        whole = _Region.of(self.graph)
        while len(left):
            reach = np.minimum(self.length[ways[left]] + limit, every)
            out[left] = self._look(whole, ways[left], reach, limit, float(np.ptp(self.place, axis=0).max(initial=0.0)))
            left = left[np.isinf(out[left]) & (reach < every)]
            limit *= FARTHER
        return out

    def _look(self, region: _Region, ways: Ints, reach: Floats, limit: float, side: float) -> Floats:
        """Length round each way within its reach [m], in ever smaller regions of ways that lie near each other."""
        if side <= limit or len(ways) == 1:
            return np.array([self._search(region, way, far) for way, far in zip(ways.tolist(), reach, strict=True)])
        cell = np.floor(self.place[self.tail[ways]] / side).astype(np.int64)
        number = np.unique(cell, axis=0, return_inverse=True)[1].ravel()
        order = np.argsort(number, kind="stable")
        out = np.empty(len(ways))
        for rows in np.split(order, np.flatnonzero(np.diff(number[order])) + 1):
            near = region.around(np.unique(self.tail[ways[rows]]), float(reach[rows].max()))
            out[rows] = self._look(near, ways[rows], reach[rows], limit, side / _FINER)
        return out

    def _search(self, region: _Region, way: int, reach: float) -> float:
        """Length from one end of a way to the other without it, infinite where it is beyond reach [m]."""
        tail, head = np.searchsorted(region.nodes, (self.tail[way], self.head[way]))
        if head == len(region.nodes) or region.nodes[head] != self.head[way]:
            return np.inf
        data, held = region.matrix.data, self.held[way]
        place = np.searchsorted(region.arcs, held)
        if held >= 0:
            kept, data[place] = data[place], self.graph.second[held]
        distance = dijkstra(region.matrix, indices=tail, limit=reach)
        if held >= 0:
            data[place] = kept
        return float(distance[head])


def detours(network: Network, links: ArrayLike, closed: Bools | None = None) -> Detours:
    """Find the best way round each of many links, each taken away alone.

    Traffic turns off where it last can: the way round runs from one end to the other of the chain of links between
    junctions that holds the link, and the direct way is that chain. It does not depend on how a survey cut the road. A
    trip whose shortest way uses the whole chain loses no more than this and less if it turns off early. On a loop,
    which leaves and reaches one junction, both are between the link's ends: traffic comes to the link, turns and goes
    back. A way round shorter than the direct way counts as no loss.

    Chains are contracted first, so that searches see junctions only; each search looks near by first, then farther.

    Parameters
    ----------
    network : Network
    links : array (n,) of int; links to go round [−1 where a bridge is off the network]
    closed : array (n_links,) of bool, optional
        Other links that the vehicle may not use, such as bridges posted below its weight; by default none.

    Raises
    ------
    ValueError
        A link is not in the network, a length is not above 0, or `closed` is not as above.
    """
    which = np.atleast_1d(np.asarray(links, dtype=np.intp))
    if not ((which >= -1) & (which < len(network.length))).all():
        raise ValueError(f"links must lie in −1 to {len(network.length) - 1}")
    ways = _Ways(network, closed)
    roads, on = ways.roads, np.flatnonzero(which >= 0)
    link = which[on]
    chain, length = roads.chain[link], network.length[link]
    loop = roads.start[chain] == roads.end[chain]
    # Beyond the direct way, less the way round from junction to junction.
    fixed = np.where(loop, roads.length[chain] - 2 * length, -roads.length[chain])
    two_way = not network.direction.any()
    known: dict[int, float] = {}
    out = np.full((2, len(which)), np.nan)
    for side, allowed in enumerate((network.direction[link] >= 0, network.direction[link] <= 0)):
        along = roads.along[link] == (side == 0)
        blocked = loop & ways.stuck(link, along)
        # Where every link is two-way, a way is as long as the way back.
        way = np.where(along | two_way, chain, chain + ways.count)
        asked = np.array(sorted(set(way[allowed & ~blocked].tolist()) - known.keys()), dtype=np.intp)
        known |= dict(zip(asked.tolist(), ways.round(asked).tolist(), strict=True))
        shortest = np.array([known.get(key, np.inf) for key in way.tolist()])
        beyond = np.maximum(np.where(blocked, np.inf, shortest) + fixed, 0.0) / 1000
        out[side, on] = np.where(allowed, beyond, np.nan)
    return Detours(*out)


def charged_km(extra_km: ArrayLike, severed_km: ArrayLike) -> Floats:
    """Return the distance that traffic is charged [km]: its detour, `severed_km` where it has none, 0 off the network.

    Parameters
    ----------
    extra_km : array; as of `Detours`, any shape
    severed_km : float or array; charged to a vehicle that has no way round [km, 0 or more]
    """
    extra = np.asarray(extra_km, dtype=np.float64)
    return np.nan_to_num(np.where(np.isinf(extra), severed_km, extra))


def detour_cost(vehicles_per_day: ArrayLike, extra_km: ArrayLike, cost_per_km: ArrayLike) -> Floats:
    """Return what a detour costs a year: vehicles a day × 365 × extra km × cost a km.

    Parameters
    ----------
    vehicles_per_day : array; vehicles that must take it [vehicles/day], any shape
    extra_km : array; extra distance [km], broadcast to it
    cost_per_km : array; running cost [£/km], broadcast to it

    Returns
    -------
    array
        [£ a year], broadcast shape; 0 where no vehicle detours, whatever the distance.
    """
    return DAYS * closure_cost(vehicles_per_day, extra_km, cost_per_km)


def closure_cost(vehicles_per_day: ArrayLike, extra_km: ArrayLike, cost_per_km: ArrayLike) -> Floats:
    """Return what closing a link costs its traffic a day [£/day]; arguments and shapes as for `detour_cost`.

    Parameters
    ----------
    vehicles_per_day : array (...); traffic on the link [vehicles/day]
    extra_km : array (...); detour of each vehicle [km], as `charged_km` gives
    cost_per_km : array or float; cost of driving [£/km]
    """
    vehicles, extra, cost = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (vehicles_per_day, extra_km, cost_per_km))
    )
    total = np.zeros(vehicles.shape)
    np.multiply(vehicles * cost, extra, out=total, where=vehicles * cost != 0)
    return total
