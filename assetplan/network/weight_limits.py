"""Weight limits: who must drive round a bridge that is posted, what it costs by year, and which places it severs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from assetplan._types import Bools, Floats, Ints, Shapes
from assetplan.display import Shown
from assetplan.network.arcs import link_graph
from assetplan.network.detours import charged_km, detour_cost, detours
from assetplan.network.graph import Network
from assetplan.reference import load_table


def class_traffic(aadt: ArrayLike, hgv: ArrayLike) -> Floats:
    """Return the vehicles of each class in traffic.

    Parameters
    ----------
    aadt : array (...); all traffic [vehicles/day]
    hgv : array (...); heavy goods vehicles in it [vehicles/day, 0 to `aadt`]

    Returns
    -------
    array (..., n_classes)
        [vehicles/day], in the order of reference/vehicle_classes.csv.

    Raises
    ------
    ValueError
        Heavy vehicles are below 0 or above all traffic.
    """
    table = load_table("vehicle_classes")
    every, heavy = np.broadcast_arrays(np.asarray(aadt, dtype=np.float64), np.asarray(hgv, dtype=np.float64))
    if ((heavy < 0) | (heavy > every)).any():
        raise ValueError("heavy vehicles must be 0 or more, and no more than all traffic")
    of = np.where(table["traffic"] == "hgv", heavy[..., None], (every - heavy)[..., None])
    return np.asarray(of * table["share"].to_numpy(dtype=np.float64), dtype=np.float64)


def limits_of_links(network: Network, link: ArrayLike, limit: ArrayLike, own: Floats | None = None) -> Floats:
    """Return the weight limit of every link: the lowest of its bridges and its own.

    Parameters
    ----------
    network : Network
    link : array (n_bridges,) of int; link of each bridge; −1 off the network, which restricts nothing
    limit : array (n_bridges,); weight limit [t]; missing where there is none
    own : array (n_links,), optional; limits of the links themselves [t], missing where there is none

    Returns
    -------
    array (n_links,)
        [t], infinite where there is none.
    """
    lowest = np.full(len(network.length), np.inf) if own is None else np.where(np.isnan(own), np.inf, own)
    where, tonnes = np.asarray(link, dtype=np.intp), np.asarray(limit, dtype=np.float64)
    posted = (where >= 0) & ~np.isnan(tonnes)
    np.minimum.at(lowest, where[posted], tonnes[posted])
    return lowest


@dataclass(frozen=True, eq=False, repr=False)
class WeightLimitDetours(Shown):
    """What posted limits do to traffic.

    Attributes
    ----------
    extra_km : array (n_bridges, years, n_classes)
        Detour of each class that may not use the bridge [km]; 0 for one that may, infinite where severed, missing off
        the network.
    cost : array (n_bridges, years); [£ a year]; 0 off the network
    """

    extra_km: Floats
    cost: Floats

    @property
    def severed(self) -> Bools:
        """Where a class has no legal way round, (n_bridges, years, n_classes)."""
        return np.isinf(self.extra_km)


def weight_limit_detours(
    network: Network,
    link: ArrayLike,
    limit: ArrayLike,
    traffic: ArrayLike,
    weight: ArrayLike,
    cost_per_km: ArrayLike,
    severed_km: float,
    own: Floats | None = None,
) -> WeightLimitDetours:
    """Return the detours that posted limits force, and their cost by year.

    A class must go round a bridge whose limit is below its weight, on links that it may use in that year: all limits
    of a year hold together. So where two bridges of one road are posted each carries the whole cost, and lifting one
    alone saves none of it.

    Parameters
    ----------
    network : Network
    link : array (n_bridges,) of int; link of each bridge; −1 off the network
    limit : array (n_bridges, years)
        Weight limit posted in each year [t]; missing where there is none, 0 where closed to all.
    traffic : array (n_bridges, years, n_classes)
        Vehicles that would use the bridge [vehicles/day]; broadcast, so one year may stand for all.
    weight : array (n_classes,); weight of each class [t, above 0]: it may pass where the limit is no lower
    cost_per_km : array (n_classes,); [£/km]
    severed_km : float; distance charged to a vehicle that has no legal way round [km, 0 or more]
    own : array (n_links,), optional; limits of the links themselves [t], the same in all years

    Raises
    ------
    ValueError
        Shapes do not fit, or as `detours`.
    """
    where, tonnes = np.asarray(link, dtype=np.intp), np.asarray(limit, dtype=np.float64)
    weights = np.asarray(weight, dtype=np.float64)
    if tonnes.ndim != 2 or len(tonnes) != len(where):
        raise ValueError(f"limits of shape {tonnes.shape} do not fit {len(where)} bridges by year")
    vehicles = np.broadcast_to(np.asarray(traffic, dtype=np.float64), (*tonnes.shape, len(weights)))
    extra = np.zeros(vehicles.shape)
    known: dict[bytes, Floats] = {}
    for year in range(tonnes.shape[1]):
        lowest = limits_of_links(network, where, tonnes[:, year], own)
        for k, heavy in enumerate(weights):
            round_it = np.flatnonzero(tonnes[:, year] < heavy)
            closed = lowest < heavy
            key = round_it.tobytes() + closed.tobytes()
            if len(round_it) and key not in known:
                known[key] = detours(network, where[round_it], closed).extra_km
            if len(round_it):
                extra[round_it, year, k] = known[key]
    charged = charged_km(extra, severed_km)
    return WeightLimitDetours(extra, detour_cost(vehicles, charged, np.asarray(cost_per_km)).sum(axis=-1))


def attach(points: Shapes, network: Network, within: float, links: Bools | None = None) -> Ints:
    """Return the node of the network nearest to each point.

    Parameters
    ----------
    points : array (n,) of Point; in the network's coordinates [m]
    network : Network
    within : float; farthest that a node may be [m]
    links : array (n_links,) of bool, optional
        Links at whose ends a point may lie, by default all: nobody lives on a motorway.

    Returns
    -------
    array (n,) of int
        Node; −1 where none is near enough.
    """
    chosen = slice(None) if links is None else links
    nodes = np.unique(np.r_[network.start[chosen], network.end[chosen]])
    places = shapely.get_coordinates(np.asarray(points, dtype=object))
    if not len(nodes) or not len(places):
        return np.full(len(places), -1, dtype=np.intp)
    distance, nearest = cKDTree(network.nodes[nodes]).query(places)
    return np.where(distance <= within, nodes[nearest], -1).astype(np.intp)


def cut_off(network: Network, node: Ints, closed: Bools) -> Bools:
    """Return which nodes closed links cut off.

    A node is cut off where fewer than half of the nodes that it could reach and be reached from still are. So a small
    part is cut off from a large one, an island is judged by itself, and closing more never joins what was cut.

    Parameters
    ----------
    network : Network
    node : array (n,) of int; nodes; −1 off the network, which nothing cuts off
    closed : array (n_links,) of bool; links that the vehicle may not use

    Returns
    -------
    array (n,) of bool
    """
    sizes = []
    for shut in (None, closed):
        part = connected_components(link_graph(network, shut)[0].matrix, connection="strong")[1]
        sizes.append(np.bincount(part)[part])
    return (node >= 0) & (2 * sizes[1] < sizes[0])[node]


def access_km(network: Network, node: Ints, target: Ints, closed: Bools | None = None) -> Floats:
    """Return how far each node is from the nearest of several places, driving to it.

    Parameters
    ----------
    network : Network
    node : array (n,) of int; nodes to drive from; −1 off the network
    target : array (m,) of int; nodes of the places, such as hospitals; those of −1 are left out
    closed : array (n_links,) of bool, optional; links that the vehicle may not use

    Returns
    -------
    array (n,)
        [km], infinite where none can be reached, missing off the network.
    """
    places = np.unique(target[target >= 0])
    distance = np.full(len(network.nodes), np.inf)
    if len(places):
        backward = link_graph(network, closed)[0].matrix.T.tocsr()
        distance = dijkstra(backward, indices=places, min_only=True)
    return np.where(node >= 0, distance[node], np.nan) / 1000


def severed_places(
    network: Network, ids: Sequence[str], node: Ints, limit: Floats, weight: ArrayLike, target: Ints | None = None
) -> pd.DataFrame:
    """List the places that limits cut off or take farther away, by class of vehicle.

    Parameters
    ----------
    network : Network
    ids : sequence of str (n,); identifiers of places
    node : array (n,) of int; node of each place, as `attach` gives; −1 off the network
    limit : array (n_links,); weight limit of each link [t], infinite where there is none
    weight : array (n_classes,); weight of each class [t]
    target : array (m,) of int, optional; nodes of places to be reached, such as hospitals

    Returns
    -------
    DataFrame
        One row a finding, in the order of classes and places: `place_id`, `weight_t`, `finding` (off the network, cut
        off or farther), `extra_km` to the nearest target (infinite where none is left, missing without targets).
    """
    names = np.asarray(ids, dtype=object)
    before = None if target is None else access_km(network, node, target)
    tables = []
    for heavy in np.atleast_1d(np.asarray(weight, dtype=np.float64)):
        closed = limit < heavy
        extra = np.full(len(node), np.nan)
        if before is not None and target is not None:
            after = access_km(network, node, target, closed)
            np.subtract(after, before, out=extra, where=np.isfinite(before))
        cut = cut_off(network, node, closed)
        finding = np.select([node < 0, cut, extra > 0], ["off the network", "cut off", "farther"], "")
        rows = {"place_id": names, "weight_t": heavy, "finding": finding, "extra_km": extra}
        tables.append(pd.DataFrame(rows)[finding != ""])
    return pd.concat(tables, ignore_index=True)
