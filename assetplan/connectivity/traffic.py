"""Traffic ahead, from the network: where it grows, and what each bridge's limits would cost it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from assetplan import condition, network
from assetplan._types import Floats
from assetplan.connectivity.layout import Layout, carried_today, environmental_limit, limits_in_force, vehicles_of
from assetplan.prices import Prices, running_costs
from assetplan.reference import load_table
from assetplan.strategies import Traffic, WeightLimits

GROWTH = "growth site"


def traffic_ahead(
    layout: Layout, assets: gpd.GeoDataFrame, places: gpd.GeoDataFrame, index: Floats, prices: Prices | None = None
) -> Traffic:
    """How the traffic of assets grows, and which bridges may come to be limited at what cost.

    Each bridge stands by itself: its detours are those with the limits in force today, whatever else is done.

    Parameters
    ----------
    layout : Layout; the network of the assets
    assets, places : GeoDataFrame; tables of the register
    index : array (n_assets,); condition index at the end of the base year [0–100]
    prices : Prices, optional; as of `detour_costs`
    """
    rate, lasts = traffic_growth(assets, places)
    cost = detour_costs(layout, prices)
    limited = np.flatnonzero((cost > 0).any(axis=1))
    rows = layout.bridge_rows[limited]
    limits = bridge_limits(layout.bridges.iloc[limited], index[rows], cost[limited])
    return Traffic(rate, lasts, rows, limits)


def traffic_growth(assets: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> tuple[Floats, float]:
    """Growth of traffic on each asset [share a year] (n_assets,), and for how many years it goes on."""
    rules = network.network_rules()
    sites = places.geometry.to_numpy()[(places["kind"] == GROWTH).to_numpy()]
    near = np.full(len(sites), rules["growth_near"])
    shapes = assets.geometry.to_numpy()
    return network.growth_rate(shapes, sites, near, rules["growth_reach"], rules["growth_base"]), rules["growth_years"]


def detour_costs(layout: Layout, prices: Prices | None = None) -> Floats:
    """What sending each class of vehicle round each bridge costs [£ a year] (n_bridges, n_classes), in the base year.

    Other bridges keep the limits that they have today.

    Parameters
    ----------
    layout : Layout; the network of the assets
    prices : Prices, optional; indices that bring running costs to the plan's first year, as of `running_costs`
    """
    net, link, bridges = layout.net, layout.placed, layout.bridges
    (weight, running), severed_km = running_costs(prices), network.network_rules()["severed_km"]
    extra = np.zeros((len(bridges), len(weight)))
    if (link >= 0).any():
        limits = limits_in_force(layout)[1]
        sets, which = np.unique([limits < heavy for heavy in weight], axis=0, return_inverse=True)
        extra[:] = np.array([network.detours(net, link, closed).extra_km for closed in sets])[which.ravel()].T
    return network.detour_cost(vehicles_of(bridges), network.charged_km(extra, severed_km), running)


def bridge_limits(bridges: gpd.GeoDataFrame, index: Floats, cost: Floats) -> WeightLimits:
    """At which condition bridges stop carrying each class of vehicle.

    A limit posted for its strength stands until the bridge is renewed; a renewed one carries what a sound one does.
    An environmental limit stays whatever is done, so what it costs is no part of any strategy's cost.

    Parameters
    ----------
    bridges : GeoDataFrame; rows of table `assets`, with `capacity_t`, `weight_limit_t` and `limit_reason`
    index : array (n_bridges,); condition index at the end of the base year [0–100]
    cost : array (n_bridges, n_classes); as of `detour_costs`
    """
    sound = network.network_rules()["sound_capacity"]
    weight = load_table("vehicle_classes")["weight_t"].to_numpy(dtype=float)
    today = carried_today(bridges, index)
    below = condition.index_to_carry(weight, today[:, None], index[:, None])
    stays, posted = environmental_limit(bridges), bridges["weight_limit_t"].to_numpy(dtype=float)
    posted = np.where(np.isnan(stays), posted, np.nan)
    below[posted[:, None] < weight] = np.inf
    changing = np.where(stays[:, None] < weight, 0.0, cost)
    # Where nobody is sent round whatever it carries, its capacity calls for nothing.
    strength = np.where(changing.any(axis=1), np.fmin(today, posted), np.inf)
    return WeightLimits(below, condition.index_to_carry(weight, sound, 100.0), changing, strength, index)
