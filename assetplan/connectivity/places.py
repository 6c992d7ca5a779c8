"""Layer `places` of a network: how far each place is from help, and what closes or cuts the way to it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from assetplan import network
from assetplan._types import Ints
from assetplan.connectivity.layout import Layout, limits_in_force
from assetplan.reference import load_table

NAMED = ("school", "hospital", "fire station", "growth site")
"""Kinds of places that weight limits are reported for by name."""
SERVED = ("", "settlement", *NAMED)
"""Kinds of places that the network must serve; shops and stations say how much footways are used."""
_HELP = {"hospital": "hospital_km", "fire station": "fire_station_km"}
# Nobody's door opens on these.
_NO_DOORS = ("motorway", "trunk")


def place_nodes(layout: Layout, places: gpd.GeoDataFrame) -> Ints:
    """Node of each place (n,), −1 off the network, by the packaged rules; none on a motorway or trunk road."""
    doors = ~layout.roads["road_class"].isin(_NO_DOORS).to_numpy()[layout.net.line]
    middle = shapely.centroid(places.geometry.to_numpy())
    return network.attach(middle, layout.net, network.network_rules()["place_tolerance"], doors)


def places_layer(layout: Layout, places: gpd.GeoDataFrame, node: Ints, cut_off_by: Ints) -> gpd.GeoDataFrame:
    """Places with their node, distances, what limits in force do to the heaviest vehicles, and what hangs on one link.

    Parameters
    ----------
    layout : Layout
    places : GeoDataFrame; table `places` of the register
    node, cut_off_by : array (n_places,) of int; node of each, and how many links are each the only way to it
    """
    net = layout.net
    kind = places["kind"].where(places["kind"] != "", "settlement").to_numpy(dtype=object)
    targets = {column: node[kind == one] for one, column in _HELP.items()}
    heaviest = load_table("vehicle_classes")["weight_t"].max()
    to = np.concatenate(list(targets.values()))
    severed = network.severed_places(
        net,
        [str(row) for row in range(len(places))],
        node,
        limits_in_force(layout)[1],
        [heaviest],
        to if (to >= 0).any() else None,
    )
    rows = severed["place_id"].astype(int).to_numpy()
    heavy, extra = np.full(len(places), "", dtype=object), np.zeros(len(places))
    heavy[rows], extra[rows] = severed["finding"], severed["extra_km"]
    # Help that cannot be reached at all is no longer way to it.
    heavy[np.isinf(extra)] = "cut off"
    extra[heavy != "farther"] = np.nan
    distances = {column: network.access_km(net, node, target) for column, target in targets.items()}
    table = {
        "name": places["name"].to_numpy(dtype=object),
        "kind": kind,
        "population": places["population"].to_numpy(dtype=float),
        "node": node,
        **{column: np.where(np.isfinite(far), far, np.nan).round(4) for column, far in distances.items()},
        "heavy": heavy,
        "heavy_extra_km": extra.round(4),
        "cut_off_by": cut_off_by,
    }
    return gpd.GeoDataFrame(table, geometry=places.geometry.to_numpy(), crs=places.crs)
