"""Footways by use: level in the hierarchy of the Code of Practice, and how much their claims and risk count."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetplan._types import Floats, Texts
from assetplan.asset_classes import FOOTWAY
from assetplan.errors import ConfigError
from assetplan.reference import load_table
from assetplan.schema import own_table, row_faults


def footway_factors(path: Path | None = None) -> dict[str, float]:
    """Factor of each level of footways, the most used first.

    Parameters
    ----------
    path : path, optional; a CSV with the columns of reference/footway_use.csv, which takes its place

    Raises
    ------
    ConfigError
        Rows break their rules, or a level has none; every fault is listed.
    """
    packaged = load_table("footway_use")
    if path is None:
        return dict(zip(packaged["use"].astype(str), packaged["factor"].astype(float), strict=True))
    table, levels = own_table("footway_use", path), packaged["use"].tolist()
    missing = [level for level in levels if level not in set(table["use"])]
    checks = [
        ("use", table["use"].isin(levels), f"must be one of {', '.join(levels)}"),
        ("use", ~table.duplicated("use"), "is there twice"),
        ("factor", table["factor"] > 0, "must be above 0"),
        ("use", pd.Series(not missing, table.index), f"no row has {', '.join(missing)}: give each level its factor"),
    ]
    if faults := row_faults(table.assign(file=str(path), row=table.index), checks):
        raise ConfigError(faults)
    known = dict(zip(table["use"].astype(str), table["factor"].astype(float), strict=True))
    return {str(level): known[level] for level in levels}


def footway_levels(footways: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> Texts:
    """Level of each footway (n,): the council's own, else by its footfall, else by what is near.

    The two last are the highest of the rows of footway_rules.csv that it meets.

    Parameters
    ----------
    footways : GeoDataFrame; rows of table `assets` of the register (n)
    places : GeoDataFrame; table `places` of the register
    """
    levels = load_table("footway_use")["use"].tolist()
    rank, tree = np.full(len(footways), len(levels) - 1), shapely.STRtree(footways.geometry.to_numpy())
    rules = load_table("footway_rules").fillna({"places_from": 1, "people_from": 0})
    known = {name: footways[name].to_numpy(dtype=object) for name in ("road_class", "environment")}
    footfall = footways["footfall"].to_numpy(dtype=float)
    kinds = places["kind"].to_numpy(dtype=object)
    kinds = np.where(kinds == "", "settlement", kinds)
    people, middles = places["population"].fillna(0.0).to_numpy(), shapely.centroid(places.geometry.to_numpy())
    for rule in rules.to_dict("records"):
        if pd.notna(rule["footfall_from"]):
            meets = footfall >= rule["footfall_from"]
        else:
            meets = np.isnan(footfall)
            for name, values in known.items():
                meets &= True if pd.isna(rule[name]) else values == rule[name]
            if pd.notna(rule["near"]):
                some = middles[(kinds == rule["near"]) & (people >= rule["people_from"])]
                near = tree.query(some, predicate="dwithin", distance=float(rule["within_m"]))[1]
                meets &= np.bincount(near, minlength=len(footways)) >= rule["places_from"]
        rank = np.where(meets, np.minimum(rank, levels.index(rule["use"])), rank)
    own = footways["hierarchy"].to_numpy(dtype=object)
    return np.where(np.isin(own, levels), own, np.array(levels, dtype=object)[rank])


def with_use(assets: gpd.GeoDataFrame, places: gpd.GeoDataFrame, factors: Mapping[str, float]) -> gpd.GeoDataFrame:
    """Assets with `footway_use`, the level of each footway ("" of others), and `use_factor`.

    A factor is that of the level over the mean of all footways by quantity, so that their mean is 1; 1 of other assets.

    Parameters
    ----------
    assets : GeoDataFrame; table `assets` of the register
    places : GeoDataFrame; table `places` of the register
    factors : mapping of level → factor; from `footway_factors`
    """
    rows = np.flatnonzero((assets["asset_class"] == FOOTWAY).to_numpy())
    level, factor = np.full(len(assets), "", dtype=object), np.ones(len(assets))
    if len(rows):
        level[rows] = footway_levels(assets.iloc[rows], places)
        weight: Floats = np.array([factors[str(name)] for name in level[rows]])
        quantity = assets["quantity"].to_numpy(dtype=float)[rows]
        total = float(quantity.sum())
        factor[rows] = weight * total / float(weight @ quantity) if total > 0 else 1.0
    return assets.assign(footway_use=level, use_factor=factor)
