"""Replacement values of the published totals, and schemes that are committed already."""

from __future__ import annotations

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.asset_classes import BUILDING, group_of
from assetplan.condition import to_index
from assetplan.deterioration import Group
from assetplan.example.figures import Figures
from assetplan.finance import published_profile
from assetplan.reference import load_table

_ESTATE = {"highway": "highway_value", "property": "buildings_value"}


def replacement_values(
    assets: pd.DataFrame, groups: dict[str, Group], figures: Figures
) -> tuple[Floats, dict[str, float]]:
    """Value every asset so that highways and buildings come to the published totals.

    Parameters
    ----------
    assets : DataFrame
        All assets, with quantity.
    groups : dict of str to Group
        Deterioration groups, whose unit costs are for the works alone.
    figures : Figures
        Published totals.

    Returns
    -------
    (array (n,), dict)
        Replacement value (£, whole); and for highway and property the one factor on quantity × unit cost.
    """
    unit = np.array([groups[str(name)].replacement_unit_cost for name in group_of(assets)])
    value = assets["quantity"].to_numpy(dtype=float) * unit
    building = (assets["asset_class"] == BUILDING).to_numpy()
    factors = {}
    for estate, mine in (("highway", ~building), ("property", building)):
        factors[estate] = float(figures.part(_ESTATE[estate]) / value[mine].sum())
        value[mine] *= factors[estate]
    return np.round(value), factors


def commit(assets: pd.DataFrame, figures: Figures, rng: np.random.Generator) -> pd.DataFrame:
    """Commit a handful of schemes, each within a small share of its line's money in its year.

    Parameters
    ----------
    assets : DataFrame
        All assets with their condition.
    figures : Figures
        Share of a line's yearly envelope that is committed.
    rng : Generator
        Source of chance.

    Returns
    -------
    DataFrame
        Columns committed_treatment ("" for none) and committed_year, indexed as `assets`.
    """
    treatment = np.full(len(assets), "", dtype=object)
    year = np.full(len(assets), np.nan)
    group = group_of(assets).to_numpy(dtype=object)
    index = np.full(len(assets), np.nan)
    known = ((assets["measure"] != "") & (assets["measure"] != "age")).to_numpy()
    index[known] = to_index(assets.loc[known, "measure"].to_numpy(dtype=object), assets.loc[known, "value"])[0]
    rows = load_table("treatments").to_dict("records")
    treatments = {(row["treatment"], row["group"]): row for row in rows}
    money = published_profile(figures.share) * 1e6
    first = int(money.columns.min())
    wanted = [("resurfacing", "carriageway_BC", 0), ("resurfacing", "carriageway_A", 1)]
    wanted += [("footway_reconstruction", "footway", 0), ("waterproofing_and_joints", "bridge", 1)]
    for name, kind, later in wanted:
        rule = treatments[(name, kind)]
        budget = figures["committed_share"] * float(money.loc[rule["line"], first + later])
        cost = assets["quantity"].to_numpy(dtype=float) * float(rule["unit_cost"])
        fits = (group == kind) & (index >= rule["index_low"]) & (index <= rule["index_high"]) & (cost <= budget)
        chosen = _one_scheme(assets, np.flatnonzero(fits), cost, budget, rng)
        treatment[chosen], year[chosen] = name, float(first + later)
    text = pd.Series(treatment, index=assets.index, dtype="str")
    return pd.DataFrame({"committed_treatment": text, "committed_year": year}, index=assets.index)


def _one_scheme(
    assets: pd.DataFrame, fits: np.ndarray, cost: Floats, budget: float, rng: np.random.Generator
) -> np.ndarray:
    """The assets of one link that fit, from one drawn at random, as many as the budget (£) holds."""
    if not len(fits):
        return fits
    link = assets["link_id"].to_numpy(dtype=object)
    drawn = fits[rng.integers(len(fits))]
    together = fits[link[fits] == link[drawn]]
    together = np.r_[drawn, together[together != drawn]]
    return together[np.cumsum(cost[together]) <= budget]
