"""Detours: the best legal way round each of many links, and what it costs those who must take it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse.csgraph import dijkstra

from assetplan._types import Bools, Floats, Ints
from assetplan.display import Shown
from assetplan.network.arcs import Graph, chains, make_graph, passable, spurs
from assetplan.network.graph import Network

DAYS = 365
# How far the first look goes beyond the road closed [m], and how much farther each look after it.
FIRST_LOOK, FARTHER = 2_000.0, 4.0


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


class _Ways:
    """Ways round chains for one set of closed links: each search runs on junctions alone."""

    def __init__(self, network: Network, closed: Bools | None) -> None:
        there, back = passable(network, closed)
        self.roads = roads = chains(network)
        self.count = count = len(roads.length)
        # Whether each link cannot be driven with its chain, and against it; how many of its chain cannot.
        self.shut = np.where(roads.along, [~there, ~back], [~back, ~there])
        self.total = np.array([np.bincount(roads.chain, shut, count) for shut in self.shut])
        self.nodes, junction = np.unique(np.r_[roads.start, roads.end], return_inverse=True)
        # A way is a chain with (its number) or against (count + its number).
        self.tail = np.r_[junction[:count], junction[count:]]
        self.head = np.r_[junction[count:], junction[:count]]
        self.length = np.r_[roads.length, roads.length]
        self.open = np.flatnonzero(self.total.ravel() == 0)
        self.graph: Graph = make_graph(
            self.tail[self.open], self.head[self.open], self.length[self.open], len(self.nodes)
        )
        self.spur = spurs(roads)
        # Where the graph holds each open way, if it is as short as any between its ends.
        self.held = np.full(2 * count, -1, dtype=np.intp)
        best = self.graph.shortest
        self.held[self.open[best]] = self.graph.place[best]

    def stuck(self, link: Ints, along: Bools) -> Bools:
        """Whether a vehicle on its way along the chain, or against it, cannot turn at each link and go back."""
        turned, chain = along.astype(np.intp), self.roads.chain[link]
        return self.total[turned, chain] > self.shut[turned, link]

    def round(self, way: int) -> float:
        """Length from one end of a way to the other without its chain [m]."""
        # A search would see the whole network before it came to none.
        if self.spur[way % self.count]:
            return np.inf
        every, limit = float(self.roads.length.sum()) + 1.0, FIRST_LOOK
        while True:
            reach = min(self.length[way] + limit, every)
            shortest = self._search(way, reach)
            if np.isfinite(shortest) or reach == every:
                return shortest
            limit *= FARTHER

    def _search(self, way: int, reach: float) -> float:
        """Length from one end of a way to the other without it, infinite where it is beyond reach [m]."""
        data, place = self.graph.matrix.data, self.held[way]
        if place >= 0:
            kept, data[place] = data[place], self.graph.second[place]
        distance = dijkstra(self.graph.matrix, indices=self.tail[way], limit=reach)
        if place >= 0:
            data[place] = kept
        return float(distance[self.head[way]])


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
        for key in set(way[allowed & ~blocked].tolist()) - known.keys():
            known[key] = ways.round(key)
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
