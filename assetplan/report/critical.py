"""What closing a road would cost its traffic, as a view of the map."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from assetplan.reference import load_table
from assetplan.report.encoding import PacketColumn, column

SCALE = "closing_cost"
"""Bands of criticality in reference/bands.csv."""

COLOURS = ("#868c94", "#c27c00", "#b0352b", "#7f2a86", "#150832")
"""Least to most; distinct to readers with any common colour blindness, and drawn wider as well."""


def is_known(assets: pd.DataFrame) -> bool:
    """Whether the programme has the cost of closing its road for any asset."""
    return "criticality" in assets and bool(assets["criticality"].notna().any())


def critical_columns(assets: pd.DataFrame) -> tuple[dict[str, Any], list[PacketColumn]]:
    """Return what the map's packet needs: in the header the bands and colours, and one column (none where unknown).

    `closing` is whole pounds a day, rounded down so that none crosses into the band above; −1 where not known.
    """
    if not is_known(assets):
        return {}, []
    cost = assets["criticality"].to_numpy(dtype=np.float64)
    pounds = np.where(np.isnan(cost), -1, np.floor(np.nan_to_num(cost))).astype(np.int64)
    bands = load_table("bands")
    lows = bands[bands["scale"] == SCALE].sort_values("rank")["low"]
    header = {"critical": {"palette": list(COLOURS), "from": [int(low) for low in lows]}}
    return header, [column("closing", pounds, "i4")]
