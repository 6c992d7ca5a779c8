"""Level of each road and asset in the hierarchy of the Code of Practice, and the resilient network of a register."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from assetplan import network
from assetplan._types import Bools, Ints, Texts
from assetplan.asset_classes import CARRIAGEWAY, AssetClasses
from assetplan.connectivity.layout import Layout

_VITAL = ("hospital", "fire station")


def road_levels(roads: pd.DataFrame) -> Texts:
    """Level of each road (n,), the council's own or by rule; columns as of `Layout.roads`."""
    return network.hierarchy(roads["road_class"], roads["environment"], roads["aadt"], roads["hierarchy"])


def asset_levels(assets: pd.DataFrame, layout: Layout, classes: AssetClasses) -> Texts:
    """Level of each asset (n_assets,), blank where it is on no road.

    A carriageway section has its own or takes the rule; assets of the classes that take a level have that of the
    section they name as parent, or a bridge that of the road it lies on. A council's own level of an asset stands.

    Parameters
    ----------
    assets : DataFrame; table `assets` of the register
    layout : Layout; where its roads and bridges lie
    classes : AssetClasses; which classes take a level
    """
    own = assets["hierarchy"].to_numpy(dtype=object)
    kind = assets["asset_class"].to_numpy(dtype=object)
    road = kind == CARRIAGEWAY
    level = np.where(road, road_levels(assets), "")
    parent = pd.Index(assets["asset_id"]).get_indexer(pd.Index(assets["parent_id"]))
    carrier = np.where(np.isin(kind, classes.where("takes_level")), parent, -1)
    on = np.append(layout.road_rows[layout.net.line], -1)[layout.placed]
    of_bridge = carrier[layout.bridge_rows]
    carrier[layout.bridge_rows] = np.where(of_bridge >= 0, of_bridge, on)
    return network.inherited_levels(own, level, carrier)


def resilient_links(layout: Layout, places: gpd.GeoDataFrame, node: Ints) -> Bools:
    """Links on the resilient network (n_links,): the main levels, and the ways to places that must be reached.

    Those are hospitals, fire stations, and settlements of at least the people of reference/network_rules.csv.

    Parameters
    ----------
    layout : Layout
    places : GeoDataFrame; table `places` of the register
    node : array (n_places,) of int; node of each; −1 off the network
    """
    people = places["population"].to_numpy(dtype=float) >= network.network_rules()["resilient_population"]
    settled = places["kind"].isin(["", "settlement"]).to_numpy()
    vital = places["kind"].isin(_VITAL).to_numpy() | (settled & people)
    return network.resilient_roads(layout.net, road_levels(layout.roads)[layout.net.line], node[vital])
