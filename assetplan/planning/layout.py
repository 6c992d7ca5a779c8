"""A register's carriageway as a network, its bridges on it, and the traffic that each carries."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from assetplan import condition, network
from assetplan.network import Detours, Network, Noded
from assetplan.reference import load_table

Array = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Layout:
    """Where roads and bridges of a register lie on its network.

    Attributes
    ----------
    roads, bridges : GeoDataFrame
        Carriageway sections that are single lines, and bridges, numbered from 0.
    road_rows, bridge_rows : array
        Row of each in the register's table of assets.
    noded : Noded
        The network of the roads; `noded.network.line` is the row in `roads` of each link.
    placed : array (n_bridges,)
        Link that carries each bridge, −1 off the network.
    """

    roads: gpd.GeoDataFrame
    bridges: gpd.GeoDataFrame
    road_rows: Ints
    bridge_rows: Ints
    noded: Noded
    placed: Ints

    @property
    def net(self) -> Network:
        """The links and nodes."""
        return self.noded.network

    @property
    def own_limit(self) -> Array:
        """Weight limit posted on the road of each link [t] (n_links,), missing where there is none."""
        return self.roads["weight_limit_t"].to_numpy(dtype=float)[self.net.line]


def lay_out(assets: gpd.GeoDataFrame) -> Layout:
    """Make a network of the carriageway by the packaged rules, and place the bridges on it.

    Parameters
    ----------
    assets : GeoDataFrame
        Table `assets` of the register. A section that carries a bridge is one level up unless it says its own.
    """
    rules = network.network_rules()
    of_class = assets["asset_class"].to_numpy(dtype=object)
    road_rows = np.flatnonzero((of_class == "carriageway") & (assets.geom_type == "LineString").to_numpy())
    bridge_rows = np.flatnonzero(of_class == "bridge")
    roads, bridges = (assets.iloc[rows].reset_index(drop=True) for rows in (road_rows, bridge_rows))
    carries = roads["asset_id"].isin(bridges["parent_id"]).to_numpy(dtype=float)
    level = np.where(roads["level"].isna(), carries, roads["level"].to_numpy(dtype=float))
    direction = roads["one_way"].map({"forward": 1, "backward": -1}).fillna(0).to_numpy(dtype=np.intp)
    noded = network.node_lines(roads.geometry.to_numpy(), level, direction, rules["tolerance"])
    placed = _place(bridges, roads, noded.network, rules["bridge_tolerance"])
    return Layout(roads, bridges, road_rows, bridge_rows, noded, placed)


def _place(bridges: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, net: Network, within: float) -> Ints:
    """Link of each bridge: on the section that carries it, or the nearest to it; −1 where none is near."""
    middle = shapely.centroid(bridges.geometry.to_numpy())
    carrier = pd.Index(roads["asset_id"]).get_indexer(pd.Index(bridges["parent_id"]))
    nearest = network.project_points(middle, bridges["asset_id"], net.geometry, within).link
    out = np.asarray(nearest, dtype=np.intp).copy()
    # Of the links that a section was split into, the one nearest the bridge.
    link_of = pd.DataFrame({"line": net.line, "link": np.arange(len(net.line))})
    own = pd.DataFrame({"bridge": np.arange(len(bridges)), "line": carrier}).merge(link_of, on="line")
    own["off"] = shapely.distance(middle[own["bridge"]], net.geometry[own["link"]])
    own = own.sort_values(["bridge", "off", "link"], kind="stable").drop_duplicates("bridge")
    out[own["bridge"]] = own["link"]
    return out


def limits_today(bridges: pd.DataFrame) -> Array:
    """Weight limit of each bridge [t] (n,): posted, or the posting level of its assessed capacity where lower.

    Missing where it carries full loading.
    """
    assessed = condition.posting_level(bridges["capacity_t"].to_numpy(dtype=float))
    limit = np.fmin(bridges["weight_limit_t"].to_numpy(dtype=float), assessed)
    return np.where(limit < condition.full_loading(), limit, np.nan)


def closing_cost(around: Detours, carried: gpd.GeoDataFrame, rules: dict[str, float]) -> Array:
    """What closing each costs its own traffic [£ a day] (n,); `carried` holds aadt and hgv of each."""
    running = load_table("vehicle_classes")["cost_per_km"].to_numpy(dtype=float)
    return network.removal_cost(around, vehicles_of(carried), running, rules["severed_km"])


def vehicles_of(carried: gpd.GeoDataFrame) -> Array:
    """Vehicles a day by class (n, n_classes); no more of them heavy than there are."""
    aadt = carried["aadt"].fillna(0.0).to_numpy(dtype=float)
    return network.class_traffic(aadt, np.minimum(carried["hgv"].fillna(0.0).to_numpy(dtype=float), aadt))
