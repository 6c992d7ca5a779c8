"""Hierarchy of the Code of Practice: what a road is for, beside its class; and the resilient network over it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan._types import Bools, Ints, Texts
from assetplan.network.criticality import resilient_network
from assetplan.network.graph import Network
from assetplan.reference import load_table

# Levels whose roads are on the resilient network whatever they lead to.
MAIN = ("resilient", "strategic", "main distributor")


def hierarchy(
    road_class: ArrayLike,
    environment: ArrayLike,
    aadt: ArrayLike,
    own: ArrayLike,
    table: pd.DataFrame | None = None,
) -> Texts:
    """Return the level of each road: the council's own, else by its class, environment and traffic.

    Source: levels of Well-managed Highway Infrastructure (2016), described in its forerunner of 2005, table 1. The
    thresholds of traffic are this project's.

    Parameters
    ----------
    road_class, environment : array (n,) of str
        motorway, trunk, A, B, C or U; urban or rural. Blank where not known.
    aadt : array (n,)
        [vehicles/day]; missing counts as none.
    own : array (n,) of str
        The council's level; blank where it has none.
    table : DataFrame, optional
        Columns of reference/hierarchy.csv; by default that table.

    Returns
    -------
    array (n,) of str
        Level; blank where no row of the table fits.
    """
    rules = load_table("hierarchy") if table is None else table
    classes, places, level = (np.asarray(each, dtype=object) for each in (road_class, environment, own))
    traffic = np.nan_to_num(np.asarray(aadt, dtype=np.float64))
    ruled = np.full(len(classes), "", dtype=object)
    rules = rules.fillna({"environment": ""}).sort_values("aadt_from", kind="stable")
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
    own : array (n,) of str
        The council's level of the asset itself; blank where it has none.
    road_level : array (n,) of str
        Level as `hierarchy` gives, blank for what is no road.
    carrier : array (n,) of int
        Row of the road that carries the asset; −1 where none does.

    Returns
    -------
    array (n,) of str
        Level; blank where the asset is on no road of a known level.
    """
    given, level = np.asarray(own, dtype=object), np.asarray(road_level, dtype=object)
    carried = np.append(level, "")[carrier]
    return np.where(given != "", given, np.where(level != "", level, carried))


def resilient_roads(network: Network, level: ArrayLike, node: Ints) -> Bools:
    """Return which links are on the resilient network: the main levels, and the ways to places that must be reached.

    Parameters
    ----------
    network : Network
    level : array (n_links,) of str
        As `hierarchy` gives.
    node : array (n,) of int
        Nodes of places that must be reached; −1 off the network.
    """
    return resilient_network(network, np.isin(np.asarray(level, dtype=object), MAIN), node)
