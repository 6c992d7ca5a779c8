"""Facility condition index of blocks and premises: what has been put off over what it would cost to build again."""

from __future__ import annotations

import numpy as np
import pandas as pd

from assetplan import condition
from assetplan._types import Floats
from assetplan.condition.bands import band_names
from assetplan.property.estate import Estate

UNKNOWN = "not known"
"""Band of what has no replacement value, or no component of known condition."""


def block_index(estate: Estate, backlog: Floats) -> pd.DataFrame:
    """Facility condition index of each block, the worst first.

    Parameters
    ----------
    estate : Estate
    backlog : array (n_components,); what brings each to grade B [£]; NaN where its condition or its price is not known

    Returns
    -------
    DataFrame
        Columns block, name, premises, components, not_counted (components without a backlog: the index is too low by
        theirs), floor_area_m2, replacement_value (the block's own, else the sum of its components'), backlog,
        council_backlog (of components that the council keeps up) [£], fci [fraction], band.
    """
    parts = estate.components.assign(backlog=backlog, council_backlog=np.where(estate.ours, backlog, 0.0))
    of_block = parts.groupby("block", sort=False)
    blocks = estate.blocks.set_index("block_id", drop=False)
    sums = of_block[["backlog", "council_backlog"]].sum(min_count=1)
    sums["components"], sums["not_counted"] = of_block.size(), of_block["backlog"].agg(lambda own: own.isna().sum())
    sums["replacement_value"] = of_block["replacement_value"].sum(min_count=1)
    sums = sums.reindex(blocks.index)
    out = blocks[["block_id", "name", "premises_id", "floor_area_m2"]].rename(
        columns={"block_id": "block", "premises_id": "premises"}
    )
    for place, column in enumerate(("components", "not_counted"), start=3):
        out.insert(place, column, sums[column].fillna(0).astype(int))
    out["replacement_value"] = blocks["replacement_value"].fillna(sums["replacement_value"])
    return _indexed(out.join(sums[["backlog", "council_backlog"]]))


def premises_index(premises: pd.DataFrame, blocks: pd.DataFrame) -> pd.DataFrame:
    """Facility condition index of all premises that have blocks, the worst first.

    Parameters
    ----------
    premises : DataFrame; that table of the register
    blocks : DataFrame; from `block_index`

    Returns
    -------
    DataFrame
        Columns premises, name, use, blocks, not_counted, and replacement_value to band as of `block_index`. The index
        is not known where that of one of its blocks is not.
    """
    own = blocks.groupby("premises", sort=False)
    money = ["replacement_value", "backlog", "council_backlog"]
    sums = own[money].sum(min_count=1).where(own["fci"].count() == own.size())
    sums.insert(0, "blocks", own.size())
    sums.insert(1, "not_counted", own["not_counted"].sum())
    about = premises.set_index("premises_id")[["name", "use"]]
    out = about.join(sums, how="inner").rename_axis("premises").reset_index()
    return _indexed(out.astype({"blocks": int, "not_counted": int}))


def _indexed(table: pd.DataFrame) -> pd.DataFrame:
    """The table with index and band, the worst first and what is not known last."""
    value = table["replacement_value"].where(table["replacement_value"] > 0)
    out = table.assign(fci=table["backlog"] / value)
    bands = np.asarray(condition.classify("fci", out["fci"]), dtype=object)
    out["band"] = np.where(out["fci"].isna(), UNKNOWN, bands)
    return out.sort_values("fci", ascending=False, kind="stable", na_position="last").reset_index(drop=True)


def in_bands(blocks: pd.DataFrame, premises: pd.DataFrame) -> pd.DataFrame:
    """How many blocks and premises lie in each band of the index.

    Parameters
    ----------
    blocks, premises : DataFrame; from `block_index` and `premises_index`

    Returns
    -------
    DataFrame
        Columns of, band, number, replacement_value, backlog [£]; bands without any are left out.
    """
    order = [*band_names("fci"), UNKNOWN]
    rows = []
    for of, table in (("blocks", blocks), ("premises", premises)):
        for band in order:
            part = table[table["band"] == band]
            if len(part):
                money = {name: float(part[name].sum()) for name in ("replacement_value", "backlog")}
                rows.append({"of": of, "band": band, "number": len(part), **money})
    return pd.DataFrame(rows, columns=["of", "band", "number", "replacement_value", "backlog"])
