"""What closing each asset's road would cost its traffic, and how much its condition counts for that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from assetplan import network
from assetplan._types import Floats
from assetplan.connectivity.layout import Layout, closing_cost, ways_round
from assetplan.inputs.load import Inputs


def criticality(assets: pd.DataFrame, layout: Layout, rules: dict[str, float]) -> Floats:
    """What closing each asset, or the road it belongs to, costs the road's own traffic a day.

    Parameters
    ----------
    assets : DataFrame; table `assets` of the register
    layout : Layout; its roads and bridges on their network; a road of −1 in `road_rows` is not in the table
    rules : dict; `network_rules`

    Returns
    -------
    array (n_assets,)
        [£/day]. A carriageway section takes the greatest of its links and a bridge that of its link; any other asset
        that of the section it names as parent or, failing that, the greatest on the link that it names. Missing where
        none of these is known.
    """
    return _on_assets(_closing_costs(layout, rules)[0], assets, layout)


def _closing_costs(layout: Layout, rules: dict[str, float]) -> tuple[Floats, Floats]:
    """What closing each link costs [£/day], missing for roads of others; and the same by which it is weighed.

    A link without a way round is weighed by the length of road that closing it cuts off, so that a short close, whose
    traffic is lost all the same, does not outweigh a main road.
    """
    net = layout.net
    link = np.flatnonzero(layout.road_rows[net.line] >= 0)
    around, carried = ways_round(net, link), layout.roads.iloc[net.line[link]]
    cut_off = np.minimum(network.length_cut_off(net)[link] / 1000, rules["severed_km"])
    cost, weighed_by = np.full((2, len(net.line)), np.nan)
    cost[link] = closing_cost(around, carried, rules["severed_km"])
    weighed_by[link] = closing_cost(around, carried, cut_off)
    return cost, weighed_by


def _on_assets(cost: Floats, assets: pd.DataFrame, layout: Layout) -> Floats:
    """What each asset has of a cost of links (n_assets,), as `criticality` says."""
    row = layout.road_rows[layout.net.line]
    link = np.flatnonzero(row >= 0)
    section = pd.Series(cost[link]).groupby(row[link]).max()
    own = np.full(len(assets), np.nan)
    own[section.index] = section
    placed = layout.placed >= 0
    own[layout.bridge_rows[placed]] = cost[layout.placed[placed]]
    of_parent = _named(assets["parent_id"], section.set_axis(assets["asset_id"].iloc[section.index]))
    of_link = _named(assets["link_id"], section.groupby(assets["link_id"].iloc[section.index].to_numpy()).max())
    return np.where(np.isnan(own), np.where(np.isnan(of_parent), of_link, of_parent), own)


def _named(names: pd.Series, known: pd.Series) -> Floats:
    """What is known by name of each that names something."""
    return names.where(names != "").map(known).to_numpy(dtype=np.float64)


def weighed(inputs: Inputs, layout: Layout) -> Inputs:
    """The inputs with `criticality` [£/day, to the penny] and every asset's `importance` in the table of assets.

    A weight that the register states wins over the one reckoned.
    """
    assets, rules = inputs.register.assets, network.network_rules()
    cost, weighed_by = (_on_assets(each, assets, layout).round(2) for each in _closing_costs(layout, rules))
    low, high, most = (rules[f"importance_{name}"] for name in ("low", "high", "most"))
    weight = network.importance(weighed_by, low, high, most, assets["importance"]).round(4)
    return replace(inputs, register=replace(inputs.register, assets=assets.assign(criticality=cost, importance=weight)))
