"""What the bridges of the example county carry: most full loading, a published share of them less."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assetplan import condition
from assetplan._types import Floats
from assetplan.asset_classes import BRIDGE
from assetplan.example.figures import Figures

if TYPE_CHECKING:
    import geopandas as gpd

# How much rarer a weak bridge is on a better road, and for each so many years that it is younger.
_CLASSES = {"A": 0.2, "B": 0.5, "C": 0.8, "U": 1.0}
_YOUNGER = 40.0


def assess_bridges(assets: gpd.GeoDataFrame, figures: Figures, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Assess the older bridges, and post those that carry less than full loading.

    Parameters
    ----------
    assets : GeoDataFrame
        Table `assets`.
    figures : Figures
        Share of bridges that are substandard, their shares by posting level, the year before which bridges are
        assessed.
    rng : Generator
        Source of chance: older bridges, and those of smaller roads, are more likely to be weak.

    Returns
    -------
    GeoDataFrame
        With `capacity_t` of the bridges assessed and `weight_limit_t` of those posted.
    """
    rows = np.flatnonzero(assets["asset_class"] == BRIDGE)
    built = assets["built_year"].to_numpy(dtype=float)[rows]
    old = built < figures["assessed_before"]
    likely = np.exp(-built / _YOUNGER + built.min() / _YOUNGER) * assets["road_class"].iloc[rows].map(_CLASSES) * old
    count = min(round(figures["bridges_substandard"] * len(rows)), int(old.sum()))
    weak = rng.choice(len(rows), count, replace=False, p=likely / likely.sum())
    capacity = np.where(old, condition.full_loading(), np.nan)
    capacity[weak] = _capacities(count, figures, rng)
    limit = condition.posting_level(capacity)
    limit = np.where(limit < condition.full_loading(), limit, np.nan)
    tonnes = {"capacity_t": capacity, "weight_limit_t": limit}
    out = assets.copy()
    for name, values in tonnes.items():
        column = assets[name].to_numpy(dtype=float, copy=True)
        column[rows] = values
        out[name] = column
    return out


def _capacities(count: int, figures: Figures, rng: np.random.Generator) -> Floats:
    """Assessed capacities [t] (count,): each posting level has its share, and they lie evenly up to the next."""
    prefix = "substandard_"
    share = {float(name.removeprefix(prefix)): value for name, value in figures.values.items() if name[:12] == prefix}
    levels = np.array(sorted(share))
    # Strata, so that a small county has weak bridges of every kind too.
    strata = (np.arange(count) + rng.random(count)) / count
    level = np.searchsorted(np.cumsum([share[t] for t in levels])[:-1], strata, side="right")
    above = np.append(levels[1:], condition.full_loading())[level]
    return np.floor(10 * rng.uniform(levels[level], above)) / 10
