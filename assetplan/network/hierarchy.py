"""Hierarchy of the Code of Practice, the resilient network over it, and how much an asset's importance counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse.csgraph import dijkstra

from assetplan._types import Bools, Floats, Ints, Texts
from assetplan.network.arcs import link_graph
from assetplan.network.graph import Network
from assetplan.reference import load_table

# Levels whose roads are on the resilient network whatever they lead to.
MAIN = ("resilient", "strategic", "main distributor")


def hierarchy(road_class: ArrayLike, environment: ArrayLike, aadt: ArrayLike, own: ArrayLike) -> Texts:
    """Return the level of each road: the council's own, else by its class, environment and traffic.

    Source: levels of Well-managed Highway Infrastructure (2016), described in its forerunner of 2005, table 1. The
    thresholds of traffic are this project's.

    Parameters
    ----------
    road_class, environment : array (n,) of str; motorway, trunk, A, B, C or U; urban or rural. Blank where not known
    aadt : array (n,); [vehicles/day]; missing counts as none
    own : array (n,) of str; the council's level; blank where it has none

    Returns
    -------
    array (n,) of str
        Level; blank where no row of reference/hierarchy.csv fits.
    """
    classes, places, level = (np.asarray(each, dtype=object) for each in (road_class, environment, own))
    traffic = np.nan_to_num(np.asarray(aadt, dtype=np.float64))
    ruled = np.full(len(classes), "", dtype=object)
    rules = load_table("hierarchy").fillna({"environment": ""}).sort_values("aadt_from", kind="stable")
    least = rules["aadt_from"].to_numpy(dtype=np.float64)
    columns = (rules[name].to_numpy(dtype=object) for name in ("road_class", "environment", "level"))
    for of, place, name, low in zip(*columns, least, strict=True):
        here = (places == place) | (place == "")
        ruled[(classes == of) & here & (traffic >= low)] = name
    return np.where(level != "", level, ruled)


def inherited_levels(own: ArrayLike, road_level: ArrayLike, carrier: Ints) -> Texts:
    """Return the level of each asset: the council's own, else its level as a road, else that of the road it is on.

    Parameters
    ----------
    own : array (n,) of str; the council's level of the asset itself; blank where it has none
    road_level : array (n,) of str; level as `hierarchy` gives, blank for what is no road
    carrier : array (n,) of int; row of the road that carries the asset; −1 where none does

    Returns
    -------
    array (n,) of str
        Level; blank where the asset is on no road of a known level.
    """
    given, level = np.asarray(own, dtype=object), np.asarray(road_level, dtype=object)
    carried = np.append(level, "")[carrier]
    return np.where(given != "", given, np.where(level != "", level, carried))


def resilient_roads(network: Network, level: ArrayLike, node: Ints) -> Bools:
    """Return the resilient network: roads of the main levels, and the shortest ways between each place and the nearest.

    Source: the rule is this project's; Well-managed Highway Infrastructure (2016) asks for a network that keeps vital
    services and places reached, and leaves the choice to the authority.

    Parameters
    ----------
    network : Network
    level : array (n_links,) of str; as `hierarchy` gives
    node : array (n,) of int
        Nodes of places that must be reached, such as hospitals and fire stations; −1 off the network.

    Returns
    -------
    array (n_links,) of bool
        Both the way to a main road and the way back; a place that has neither adds nothing.
    """
    chosen = np.isin(np.asarray(level, dtype=object), MAIN)
    targets = np.unique(np.r_[network.start[chosen], network.end[chosen]])
    if not len(targets):
        return chosen
    graph, link = link_graph(network)
    count = len(network.nodes)
    of_arc = np.zeros(len(graph.tail), dtype=np.intp)
    kept = np.flatnonzero(graph.shortest)[::-1]
    # Written last to first: of parallel links of one length the first stays.
    of_arc[graph.place[kept]] = link[kept]
    keys = graph.tail * count + graph.head
    for outward, matrix in ((True, graph.matrix.T.tocsr()), (False, graph.matrix)):
        _, onward, _ = dijkstra(matrix, indices=targets, min_only=True, return_predecessors=True)
        here = np.unique(node[node >= 0])
        while len(here := here[onward[here] >= 0]):
            there = onward[here].astype(np.intp)
            arc = np.searchsorted(keys, here * count + there if outward else there * count + here)
            chosen[of_arc[arc]] = True
            here = np.unique(there)
    return chosen


def importance(criticality: ArrayLike, low: float, high: float, most: float, stated: ArrayLike | None = None) -> Floats:
    """Return the importance weight of each asset: 1 up to a low criticality, rising with its logarithm to the most.

    1 + (most − 1) · ln(c / low) / ln(high / low), held between 1 and the most: tenfold the cost of closing adds the
    same anywhere on the scale, and a weight does not depend on what else the register holds. The form is this
    project's.

    Parameters
    ----------
    criticality : array (n,)
        What closing the asset's road costs its traffic [£/day, 0 or more]; missing where that is not known.
    low, high : float
        Criticality up to which the weight is 1, and from which on it is the most [£/day, above 0, low below high].
    most : float; largest weight [1 or more]
    stated : array (n,), optional
        Weights that the council gives itself [above 0], which win; missing where it gives none.

    Returns
    -------
    array (n,)
        Weights; 1 where neither is known.

    Raises
    ------
    ValueError
        The scale is no scale: low is not above 0, high not above low, or the most below 1.
    """
    if not (0 < low < high and most >= 1):
        raise ValueError(f"a weight from 1 at £{low} to {most} at £{high} a day is no scale")
    cost = np.nan_to_num(np.asarray(criticality, dtype=float), nan=0.0)
    share = np.clip(np.log(np.maximum(cost, low) / low) / np.log(high / low), 0.0, 1.0)
    weight = 1.0 + (most - 1.0) * share
    if stated is None:
        return weight
    given = np.asarray(stated, dtype=float)
    return np.where(np.isnan(given), weight, given)
