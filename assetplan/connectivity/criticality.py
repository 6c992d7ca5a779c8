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
    row = layout.road_rows[layout.net.line]
    link = np.flatnonzero(row >= 0)
    cost = np.full(len(row), np.nan)
    cost[link] = closing_cost(ways_round(layout.net, link), layout.roads.iloc[layout.net.line[link]], rules)
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
    cost = criticality(assets, layout, rules).round(2)
    low, high, most = (rules[f"importance_{name}"] for name in ("low", "high", "most"))
    weight = network.importance(cost, low, high, most, assets["importance"]).round(4)
    return replace(inputs, register=replace(inputs.register, assets=assets.assign(criticality=cost, importance=weight)))
