"""A rolling programme of condition surveys: so much of the estate a year, the most valuable surveys first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.property.estate import Estate


def survey_programme(estate: Estate, low: Floats, high: Floats, share: float) -> pd.DataFrame:
    """When each block is surveyed next, from the year after the base year.

    First come blocks of which some component has no condition, or that have no components. Then a survey is worth what
    it narrows: the width of the range of need, which grows with the replacement cost, the doubt in the last survey and
    the years since. Each year takes blocks in that order until it has its share of the estate, by floor area where
    every block has one, else by number.

    Parameters
    ----------
    estate : Estate
    low, high : array (n_components,); ends of what each needs [£]; NaN where its condition is not known
    share : float; share of the estate surveyed in a year (0–1)

    Returns
    -------
    DataFrame
        One row a block that the council keeps up something of, or has no components: columns year, block, name,
        premises, floor_area_m2, replacement_value, last_surveyed (the earliest of its components, NaN where one has
        none), without_condition (components), lowest_confidence, range (width of the need) [£], share (of the estate).
    """
    parts = estate.components.assign(range=high - low)
    unknown = parts["value"].isna()
    order = {"low": 0, "": 1, "medium": 2, "high": 3}
    parts = parts.assign(unknown=unknown, rank=parts["confidence"].map(order), ours=estate.ours)
    own = parts.groupby("block", sort=False)
    facts = pd.DataFrame(
        {
            "last_surveyed": own["surveyed_year"].agg(lambda years: years.min(skipna=False)),
            "without_condition": own["unknown"].sum(),
            "lowest_confidence": own["rank"].min(),
            "range": own["range"].sum(),
            "value": own["replacement_value"].sum(min_count=1),
            "ours": own["ours"].any(),
        }
    )
    blocks = estate.blocks.set_index("block_id")
    facts = facts.reindex(blocks.index)
    kept = facts["ours"].isna() | (facts["ours"] == True)  # noqa: E712
    blocks, facts = blocks[kept], facts[kept]
    blank = facts["last_surveyed"].isna() & facts["without_condition"].isna()
    first = blank | (facts["without_condition"] > 0)
    size = blocks["floor_area_m2"].fillna(0.0).to_numpy()
    size = size if (blocks["floor_area_m2"] > 0).all() else np.ones(len(blocks))
    confidence = dict(zip(order.values(), ("low", "not stated", "medium", "high"), strict=True))
    out = pd.DataFrame(
        {
            "block": blocks.index,
            "name": blocks["name"].to_numpy(),
            "premises": blocks["premises_id"].to_numpy(),
            "floor_area_m2": blocks["floor_area_m2"].to_numpy(),
            "replacement_value": blocks["replacement_value"].fillna(facts["value"]).to_numpy(),
            "last_surveyed": facts["last_surveyed"].to_numpy(),
            "without_condition": facts["without_condition"].fillna(0).astype(int).to_numpy(),
            "lowest_confidence": facts["lowest_confidence"].map(confidence).fillna("not stated").to_numpy(),
            "range": facts["range"].fillna(0.0).to_numpy(),
            "share": size / size.sum() if len(size) else size,
            "first": first.to_numpy(),
        }
    )
    out = out.sort_values(["first", "range", "block"], ascending=[False, False, True], kind="stable")
    before = out["share"].cumsum() - out["share"]
    # A block belongs to the year in which its first square metre falls; sums of shares are exact to rounding alone.
    out.insert(0, "year", estate.base + 1 + np.floor(before / share + 1e-9).astype(int))
    return out.drop(columns="first").reset_index(drop=True)


def surveys_by_year(programme: pd.DataFrame) -> pd.DataFrame:
    """Blocks surveyed in each year.

    Parameters
    ----------
    programme : DataFrame; from `survey_programme`

    Returns
    -------
    DataFrame
        Columns year, blocks, floor_area_m2, replacement_value, range (of need that they narrow) [£], share (of the
        estate).
    """
    own = programme.groupby("year")
    out = own[["floor_area_m2", "replacement_value", "range", "share"]].sum()
    out.insert(0, "blocks", own.size())
    return out.reset_index()
